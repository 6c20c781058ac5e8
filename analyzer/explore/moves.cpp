#include <algorithm>

#include "analyzer/explore/machine.h"

// Which tasks may go on, and what happens then. A send on a channel without a place for it and the receive that takes
// it are one move.
namespace braid::explore {

void Machine::incident(DiagnosticCode code, const State& state, Place place, ObjectIndex object, TaskIndex task) {
    incidents.push_back({code, place, object, task, state});
}

bool Machine::can_lock(const State& state, TaskIndex task, ObjectIndex index, bool shared) {
    const Object& lock = state.objects[index];
    for (const Hold& hold : lock.holders)
        if (!shared || !hold.shared) return false;
    if (!shared) return true;
    for (TaskIndex i = 0; i < state.tasks.size(); ++i)  // a waiting writer stops new readers
        if (i != task && state.tasks[i].status == TaskStatus::Parked && state.tasks[i].pending.kind == OpKind::Write &&
            state.tasks[i].pending.object == index && !lock.holders.empty())
            return false;
    return true;
}

void Machine::receive_moves(const State& state, TaskIndex task, uint32_t arm, ObjectIndex index, std::vector<Move>& out,
                            bool only_ok, bool only_err) {
    const Object& channel = state.objects[index];
    if (!channel.buffer.empty()) {
        if (!only_err) out.push_back({task, arm});
        return;
    }
    if (!only_err) {
        for (TaskIndex i = 0; i < state.tasks.size(); ++i) {
            const Pending& other = state.tasks[i].pending;
            if (i == task || state.tasks[i].status != TaskStatus::Parked) continue;
            if (other.kind == OpKind::Send && other.object == index && !channel.closed) out.push_back({task, arm, i});
            if (other.kind == OpKind::Select)
                for (uint32_t a = 0; a < other.arms.size(); ++a)
                    if (other.arms[a].kind == hir::SelectArmKind::Send && other.arms[a].channel == index &&
                        !channel.closed)
                        out.push_back({task, arm, i, a});
        }
    }
    if (channel.closed && !only_ok) out.push_back({task, arm});
    if (channel.wild) {
        Move move{task, arm};
        move.unknown = true;
        out.push_back(move);
    }
}

void Machine::send_moves(const State& state, TaskIndex task, uint32_t arm, ObjectIndex index, std::vector<Move>& out) {
    const Object& channel = state.objects[index];
    bool room = channel.unbounded || int64_t(channel.buffer.size()) < channel.capacity;
    bool deserted = !channel.two_way && channel.receivers == 0;
    if (channel.closed || room || deserted || channel.wild) out.push_back({task, arm});
}

namespace {

bool waits_for_notice(const Task& task, ObjectIndex condition) {
    const Pending& p = task.pending;
    return task.status == TaskStatus::Parked && p.object == condition && !p.notified &&
           (p.kind == OpKind::ConditionWait || p.kind == OpKind::ConditionTimeout);
}

}  // namespace

std::vector<Move> Machine::moves(const State& state) {
    std::vector<Move> out;
    for (TaskIndex t = 0; t < state.tasks.size(); ++t) {
        if (state.tasks[t].status != TaskStatus::Parked) continue;
        const Pending& p = state.tasks[t].pending;
        const Object* object = p.object < state.objects.size() ? &state.objects[p.object] : nullptr;
        auto alone = [&](bool can) {
            if (can) out.push_back({t});
        };
        switch (p.kind) {
            case OpKind::Lock: alone(can_lock(state, t, p.object, false)); break;
            case OpKind::Write: alone(can_lock(state, t, p.object, false)); break;
            case OpKind::Read: alone(can_lock(state, t, p.object, true)); break;
            case OpKind::Send: send_moves(state, t, kNone, p.object, out); break;
            case OpKind::ReceiveMany:
                if (p.value.is(Value::Kind::Integer) && p.value.number == 0) {  // waits for nothing
                    out.push_back({t});
                    break;
                }
                [[fallthrough]];
            case OpKind::Receive: receive_moves(state, t, kNone, p.object, out, false, false); break;
            case OpKind::ReceiveTimeout: {
                receive_moves(state, t, kNone, p.object, out, false, false);
                Move late{t};
                late.timed_out = true;
                out.push_back(late);
                break;
            }
            case OpKind::TryReceive: {
                size_t before = out.size();
                receive_moves(state, t, kNone, p.object, out, false, false);
                Move none{t};
                none.timed_out = true;
                if (out.size() == before || object->wild) out.push_back(none);
                break;
            }
            case OpKind::Select: {
                size_t before = out.size();
                uint32_t otherwise = kNone, timeout = kNone;
                for (uint32_t a = 0; a < p.arms.size(); ++a) {
                    const Arm& arm = p.arms[a];
                    if (arm.kind == hir::SelectArmKind::Receive)
                        receive_moves(state, t, a, arm.channel, out, arm.only_ok, arm.only_err);
                    else if (arm.kind == hir::SelectArmKind::Send) {
                        send_moves(state, t, a, arm.channel, out);
                        for (TaskIndex i = 0; i < state.tasks.size(); ++i) {
                            const Pending& other = state.tasks[i].pending;
                            bool receives = other.kind == OpKind::Receive || other.kind == OpKind::ReceiveTimeout ||
                                            other.kind == OpKind::ReceiveMany;
                            if (i != t && state.tasks[i].status == TaskStatus::Parked && receives &&
                                other.object == arm.channel && state.objects[arm.channel].buffer.empty() &&
                                !state.objects[arm.channel].closed)
                                out.push_back({i, kNone, t, a});
                        }
                    } else (arm.kind == hir::SelectArmKind::Default ? otherwise : timeout) = a;
                }
                bool certain =
                    std::any_of(out.begin() + long(before), out.end(), [](const Move& move) { return !move.unknown; });
                if (otherwise != kNone && !certain) out.push_back({t, otherwise});
                else if (otherwise == kNone && timeout != kNone) out.push_back({t, timeout});
                break;
            }
            case OpKind::WaitGroupWait: alone(object->count <= 0 || object->wild); break;
            case OpKind::ConditionWait: alone((p.notified || object->wild) && can_lock(state, t, p.lock, false)); break;
            case OpKind::ConditionTimeout: alone(can_lock(state, t, p.lock, false)); break;
            case OpKind::Ask:
                alone(object->wild || (object->holders.empty() && object->buffer.front().number == t));
                break;
            case OpKind::OnceBegin: {
                const bool own = std::any_of(object->holders.begin(), object->holders.end(),
                                             [&](const Hold& hold) { return hold.task == t; });
                alone(object->count != 1 || (object->wild && !own));
                break;
            }
            case OpKind::AwaitPromise: alone(settled(state, p.object) != 0); break;
            case OpKind::Permit:
            case OpKind::Hold: alone(object->count > 0 || object->wild); break;
            case OpKind::Barrier: {
                int64_t here = 0;
                for (const Task& other : state.tasks)
                    here += other.status == TaskStatus::Parked && other.pending.kind == OpKind::Barrier &&
                            other.pending.object == p.object && !other.pending.notified;
                alone(p.notified || here >= object->capacity || object->wild);
                break;
            }
            case OpKind::Join: {
                auto ended = [&](uint64_t i) { return state.tasks[i].status == TaskStatus::Done; };
                bool all = p.object == kNone || ended(p.object);
                for (const Value& value : p.value.parts)
                    if (value.is(Value::Kind::Task)) all &= ended(value.number);
                alone(all);
                break;
            }
            case OpKind::JoinSome: {
                bool all = true;
                for (const Task& other : state.tasks) all &= !other.handle_lost || other.status == TaskStatus::Done;
                alone(all);
                break;
            }
            case OpKind::ScopeJoin: {
                bool all = true;
                for (const Task& other : state.tasks)
                    all &= other.scope != p.object || other.status == TaskStatus::Done;
                alone(all);
                break;
            }
            case OpKind::Notify: {
                // Who is woken is not said: each of those who wait may be.
                const size_t before = out.size();
                for (TaskIndex i = 0; !by_promises_ && i < state.tasks.size(); ++i)
                    if (waits_for_notice(state.tasks[i], p.object)) out.push_back({t, kNone, i});
                alone(out.size() == before);
                break;
            }
            default: alone(true);
        }
    }
    if (out.empty())  // what a task with no handle is waited for by is not known: nobody waits for ever for it
        for (TaskIndex t = 0; t < state.tasks.size(); ++t)
            if (state.tasks[t].status == TaskStatus::Parked && state.tasks[t].pending.kind == OpKind::JoinSome)
                out.push_back({t});
    // Time passes when nobody has anything to do (promises): then a select is over, or a pause.
    auto is_late = [&](const Move& move) {
        const Pending& p = state.tasks[move.task].pending;
        return p.reply == Model::SelectChannels && move.arm != kNone &&
               p.arms[move.arm].kind == hir::SelectArmKind::Timeout;
    };
    const bool busy = by_promises_ && std::any_of(out.begin(), out.end(), [&](const Move& move) {
                          return !is_late(move) && state.tasks[move.task].pending.kind != OpKind::Yield;
                      });
    if (busy) std::erase_if(out, is_late);
    return out;
}

namespace {

// How much comes, at most, from tasks that are not seen, to one that asks again and again.
constexpr int64_t kFromOthers = 2;

Value ok(Value value) { return Value::composite({std::move(value)}, 0); }
Value err(uint64_t symbol) { return Value::composite({Value::unknown(symbol)}, 1); }

}  // namespace

/// Of a list that is sent, the next is the one to send. False: there is none.
bool Machine::send_next(State& state, TaskIndex task) {
    Pending& pending = state.tasks[task].pending;
    if (pending.kind != OpKind::Send || pending.rest.empty()) return false;
    pending.value = std::move(pending.rest.front());
    pending.rest.erase(pending.rest.begin());
    return true;
}

/// What there is, the first of which was waited for.
Value Machine::receive_many(State& state, const Move& move, Pending& pending) {
    if (pending.value.is(Value::Kind::Integer) && pending.value.number == 0) return Value::composite({});
    Value first = receive(state, move, pending.object);
    if (!first.is(Value::Kind::Composite)) return Value::unknown(mix(site(state, move.task), 43));
    std::vector<Value> many;
    if (first.number == 0) many.push_back(std::move(first.parts[0]));
    const uint64_t most = number_of(state, pending.value);
    std::vector<Value>& buffer = state.objects[pending.object].buffer;
    while (!many.empty() && many.size() < most && !buffer.empty()) {
        many.push_back(std::move(buffer.front()));
        buffer.erase(buffer.begin());
    }
    return Value::composite(std::move(many));
}

/// The first runs the initialization; the others, who waited for it, go on.
void Machine::begin_once(State& state, const Move& move, const Pending& pending) {
    if (state.objects[pending.object].count != 0) return complete(state, move.task, Value::composite({}));
    state.objects[pending.object].count = 1;
    state.objects[pending.object].holders.push_back({move.task, pending.place, false});
    Task& task = state.tasks[move.task];
    task.status = TaskStatus::Running;
    task.pending = {};
    const size_t depth = task.frames.size();
    (void)enter_callable(state, move.task, pending.value, {});
    if (state.tasks[move.task].frames.size() > depth) {
        state.tasks[move.task].frames.back().once = pending.object;
    } else {
        state.objects[pending.object].count = 2;
        state.objects[pending.object].holders.clear();
    }
}

/// The Result of a receive that may go on.
Value Machine::receive(State& state, const Move& move, ObjectIndex index) {
    if (move.partner != kNone) {
        Pending sender = state.tasks[move.partner].pending;
        Value value = move.partner_arm == kNone ? sender.value : sender.arms[move.partner_arm].value;
        if (!send_next(state, move.partner)) complete(state, move.partner, ok(Value::composite({})), move.partner_arm);
        return ok(std::move(value));
    }
    Object& channel = state.objects[index];
    if (move.unknown && move.arm == kNone && ++channel.count > kFromOthers) return err(31);
    if (move.unknown) return Value::unknown(mix(site(state, move.task), 29));
    if (channel.buffer.empty()) return err(31);
    Value value = std::move(channel.buffer.front());
    channel.buffer.erase(channel.buffer.begin());
    return ok(std::move(value));
}

bool Machine::perform_select(State& state, const Move& move) {
    Arm arm = state.tasks[move.task].pending.arms[move.arm];
    const Place place = state.tasks[move.task].pending.place;
    if (arm.kind == hir::SelectArmKind::Receive) {
        Value result = receive(state, move, arm.channel);
        const auto& frames = state.tasks[move.task].frames;
        auto* select =
            frames.empty()
                ? nullptr
                : std::get_if<mir::SelectTerminator>(&frames.back().body->blocks[frames.back().block].terminator.kind);
        if (select && select->arms[move.arm].raw_value && result.is(Value::Kind::Composite))
            result = Value(result.parts[0]);
        complete(state, move.task, std::move(result), move.arm);
    } else if (arm.kind == hir::SelectArmKind::Send) {
        Object& channel = state.objects[arm.channel];
        if (channel.closed && !channel.closed_by_drop && !channel.wild) {
            incident(DiagnosticCode::SendOnClosedChannel, state, place, arm.channel, move.task);
            return false;
        }
        bool room = channel.unbounded || int64_t(channel.buffer.size()) < channel.capacity;
        if (room && !channel.closed) channel.buffer.push_back(arm.value);
        complete(state, move.task, Value::composite({}), move.arm);
    } else {
        complete(state, move.task, Value::composite({}), move.arm);
    }
    return true;
}

bool Machine::perform(State& state, const Move& move) {
    Task& task = state.tasks[move.task];
    Pending p = task.pending;
    task.unlocked = false;
    Step step{state.steps, owner_of(state, move.task), p.kind, p.object, p.place, move.arm};
    if (p.kind == OpKind::Select) step.object = p.arms[move.arm].channel;
    state.steps = std::make_shared<Step>(std::move(step));
    if (move.partner != kNone && p.kind != OpKind::Notify) {
        const Pending& other = state.tasks[move.partner].pending;
        Step sent{state.steps,     owner_of(state, move.partner), OpKind::Send, state.steps->object, other.place,
                  move.partner_arm};
        state.steps = std::make_shared<Step>(std::move(sent));
    }
    if (p.kind == OpKind::Select) return perform_select(state, move);
    Object* object = p.object < state.objects.size() ? &state.objects[p.object] : nullptr;
    const Value unit = Value::composite({});
    Value result = unit;
    auto hold = [&](ObjectIndex lock, bool shared) {
        state.objects[lock].holders.push_back({owner_of(state, move.task), p.place, shared});
        return Value::of(Value::Kind::Guard, lock);
    };
    switch (p.kind) {
        case OpKind::Lock:
        case OpKind::Write:
        case OpKind::Read: result = hold(p.object, p.kind == OpKind::Read); break;
        case OpKind::TryLock:
            if (can_lock(state, move.task, p.object, p.shared)) result = ok(hold(p.object, p.shared));
            else result = Value::composite({}, 1);
            break;
        case OpKind::Send:
        case OpKind::TrySend: {
            if (object->closed && p.reply != Model::None && !object->wild) {
                result = failure(DiagnosticCode::SendOnClosedChannel, p.place, p.object, owner_of(state, move.task));
                break;
            }
            if (object->closed && !object->closed_by_drop && p.kind == OpKind::Send && !object->wild) {
                incident(DiagnosticCode::SendOnClosedChannel, state, p.place, p.object, move.task);
                return false;
            }
            bool room = object->unbounded || int64_t(object->buffer.size()) < object->capacity;
            bool deserted = !object->two_way && object->receivers == 0;
            if (object->wild) escape(state, p.value);
            result = deserted ? err(37) : ok(unit);
            if (!deserted && room && !object->closed) object->buffer.push_back(p.value);
            else if (p.kind == OpKind::TrySend) result = err(37);
            if (!deserted && send_next(state, move.task)) return true;
            break;
        }
        case OpKind::Receive:
        case OpKind::TryReceive:
        case OpKind::ReceiveTimeout: result = move.timed_out ? err(41) : receive(state, move, p.object); break;
        case OpKind::ReceiveMany: result = receive_many(state, move, p); break;
        case OpKind::Close:
            if (object->closed && !object->wild && p.reply != Model::None) {
                result = failure(DiagnosticCode::DoubleClose, p.place, p.object, owner_of(state, move.task));
                break;
            }
            if (object->closed && !object->wild && !object->closed_by_drop) {
                incident(DiagnosticCode::DoubleClose, state, p.place, p.object, move.task);
                return false;
            }
            object->closed = true;
            object->closed_at = p.place;
            object->closer = owner_of(state, move.task);
            if (p.reply != Model::None) break;                  // what waits to send has been taken in already
            for (TaskIndex t = 0; t < state.tasks.size(); ++t)  // a send that waits panics then
                if (state.tasks[t].status == TaskStatus::Parked && state.tasks[t].pending.kind == OpKind::Send &&
                    state.tasks[t].pending.object == p.object && !object->wild) {
                    incident(DiagnosticCode::SendOnClosedChannel, state, state.tasks[t].pending.place, p.object, t);
                    return false;
                }
            break;
        case OpKind::Add:
            object->count += int64_t(p.value.number);
            object->added_at = p.place;
            if (object->count < 0 && !object->wild) {
                incident(DiagnosticCode::WaitgroupMisuse, state, p.place, p.object, move.task);
                return false;
            }
            break;
        case OpKind::WaitGroupWait:
            for (TaskIndex t = 0; t < state.tasks.size(); ++t)  // it will be counted, but too late
                if (t != move.task && state.tasks[t].status == TaskStatus::Parked && !object->wild &&
                    state.tasks[t].pending.kind == OpKind::Add && state.tasks[t].pending.object == p.object)
                    incident(DiagnosticCode::WaitgroupMisuse, state, state.tasks[t].pending.place, p.object, t);
            break;
        case OpKind::ConditionBegin:
            release(state, p.lock, owner_of(state, move.task));
            state.tasks[move.task].pending.kind = OpKind::ConditionWait;
            return true;
        case OpKind::ConditionWait: result = hold(p.lock, false); break;
        case OpKind::ConditionTimeout:
            result = Value::composite({hold(p.lock, false), Value::integer(p.notified)});
            break;
        case OpKind::Notify:
        case OpKind::NotifyAll: {
            bool any = move.partner != kNone;
            if (any) state.tasks[move.partner].pending.notified = true;
            else
                for (Task& other : state.tasks) {
                    if (!waits_for_notice(other, p.object) || (any && p.kind == OpKind::Notify)) continue;
                    other.pending.notified = any = true;
                }
            if (!any) object->missed_at = p.place;
            break;
        }
        case OpKind::Ask:
            if (!object->buffer.empty()) object->buffer.erase(object->buffer.begin());
            task.pending = {};
            task.status = TaskStatus::Running;
            if (handle(state, move.task, p.object, p.value.item, p.rest, p.place)) return true;
            incomplete = true;
            return false;
        case OpKind::OnceBegin: begin_once(state, move, p); return true;
        case OpKind::Permit: result = Value::of(Value::Kind::Permit, p.object); [[fallthrough]];
        case OpKind::Hold:
            --object->count;
            object->holders.push_back({owner_of(state, move.task), p.place, false});
            break;
        case OpKind::Barrier:
            // The last one lets those go that wait now; who comes back early waits for the next round.
            for (Task& other : state.tasks)
                if (!p.notified && other.status == TaskStatus::Parked && other.pending.kind == OpKind::Barrier &&
                    other.pending.object == p.object)
                    other.pending.notified = true;
            result = Value::unknown(mix(site(state, move.task), 47));
            break;
        case OpKind::Join:
            if (p.object != kNone) result = state.tasks[p.object].result;
            else result = Value::unknown(mix(site(state, move.task), 53));
            break;
        case OpKind::JoinSome: result = Value::unknown(mix(site(state, move.task), 59)); break;
        case OpKind::Load:
            result = object->wild ? Value::unknown(mix(site(state, move.task), 61)) : state.heap[object->content];
            break;
        case OpKind::AwaitPromise: {
            const bool rejected = settled(state, p.object) == 2;
            result = outcome_of(state, p.object);
            if (!rejected) break;
            if (state.tasks[move.task].frames.empty())
                finish_operation(state, move.task, std::move(result), true, kNone);
            else return throw_error(state, move.task, std::move(result)) != Outcome::Abandon;
            return true;
        }
        case OpKind::Yield: result = p.value; break;
        case OpKind::Change: result = change_atomic(state, move.task, p); break;
        default: break;
    }
    complete(state, move.task, std::move(result));
    return true;
}

}  // namespace braid::explore
