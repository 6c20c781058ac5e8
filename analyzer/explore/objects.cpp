#include <algorithm>

#include "analyzer/explore/machine.h"

// What operations of the standard library do at once, and what they leave for later: see moves.cpp.
namespace braid::explore {

ObjectIndex Machine::make_object(State& state, ObjectKind kind, Place place) {
    Object object;
    object.kind = kind;
    object.made = place;
    state.objects.push_back(std::move(object));
    return ObjectIndex(state.objects.size() - 1);
}

/// The object a value names. An unknown gets one that others may act on as well.
std::optional<ObjectIndex> Machine::object_of(State& state, Value value, ObjectKind kind) {
    Value* target = behind_pointers(state, &value);
    switch (target->kind) {
        case Value::Kind::Object:
        case Value::Kind::Sender:
        case Value::Kind::Receiver:
        case Value::Kind::Guard: return ObjectIndex(target->number);
        case Value::Kind::Unknown: break;
        default: return std::nullopt;
    }
    Symbol symbol = target->number;
    for (ObjectIndex i = 0; i < state.objects.size(); ++i)
        if (state.objects[i].symbol == symbol) return i;
    ObjectIndex made = make_object(state, kind, {});
    Object& object = state.objects[made];
    object.symbol = symbol;
    object.wild = object.two_way = true;
    if (auto item = statics_.find(symbol); item != statics_.end()) object.name = name_of(item->second);
    state.heap.push_back(Value::unknown(mix(symbol, 13)));
    object.content = state.heap.size() - 1;
    return made;
}

/// Others may act on what is reached from here.
void Machine::escape(State& state, const Value& value) {
    std::set<uint64_t> seen;
    escape(state, value, seen);
}

void Machine::escape(State& state, const Value& value, std::set<uint64_t>& seen) {
    constexpr size_t kMaxSeen = 400;
    switch (value.kind) {
        case Value::Kind::Resolver:
        case Value::Kind::Object:
        case Value::Kind::Sender:
        case Value::Kind::Receiver: {
            Object& object = state.objects[value.number];
            // Who has a promise can wait for it only.
            if (object.wild || (object.kind == ObjectKind::Promise && !value.is(Value::Kind::Resolver))) return;
            object.wild = true;
            if (object.content) escape(state, Value(state.heap[object.content]), seen);
            for (const Value& held : std::vector<Value>(object.buffer)) escape(state, held, seen);
            return;
        }
        case Value::Kind::Guard:  // whoever has it may unlock
        case Value::Kind::Permit: state.objects[value.number].wild = true; return;
        case Value::Kind::Task: state.tasks[value.number].handle_lost = true; return;
        case Value::Kind::Pointer: {
            if (seen.size() > kMaxSeen || !seen.insert(value.hash()).second) return;
            if (by_promises_ && value.number & Target::kHeap) {
                const size_t cell = value.number & ~Target::kHeap;
                auto at = std::lower_bound(state.open.begin(), state.open.end(), cell);
                if (at == state.open.end() || *at != cell) state.open.insert(at, cell);
            }
            Value copy = value;
            Value* target = pointee(state, &copy);
            if (!target->is(Value::Kind::Integer)) return escape(state, Value(*target), seen);
            *target = Value::unknown(mix(value.hash(), 19));  // whoever has the borrow may write
            return;
        }
        case Value::Kind::Closure:
            if (by_promises_) escape_statics(state, value, seen);
            [[fallthrough]];
        default:
            for (const Value& part : value.parts) escape(state, part, seen);
    }
}

/// Who has a function may call it at any time: the variables of files that it, or what it calls, uses are theirs too.
void Machine::escape_statics(State& state, const Value& closure, std::set<uint64_t>& seen) {
    auto* bodies = kind_of(closure.item) == ItemKind::Class ? nullptr : bodies_of(closure.item);
    if (!bodies || closure.number >= bodies->functions.size() || !seen.insert(closure.hash()).second) return;
    std::set<ItemId> used;
    bool calls = false;
    for (const mir::Block& block : bodies->functions[closure.number].blocks) {
        for (const mir::Statement& s : block.statements)
            if (auto* set = std::get_if<mir::Assign>(&s.kind))
                if (auto* ref = std::get_if<mir::StaticRefOf>(&set->value)) used.insert(ref->item);
        if (auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind))
            if (auto* direct = std::get_if<hir::DirectCallee>(&call->callee))
                calls |= direct->function != ItemId::None && !is_std(file_of(direct->function));
    }
    for (ItemId item : used) escape(state, static_of(state, item), seen);
    for (size_t i = 0; calls && i < state.statics.size(); ++i)
        escape(state, Value::of(Value::Kind::Pointer, Target::heap(state.statics[i].second)), seen);
}

/// Others have what it points at.
bool Machine::is_open(State& state, Value pointer, int depth) {
    for (int i = 0; i < depth && pointer.is(Value::Kind::Pointer) && !state.open.empty(); ++i) {
        const size_t cell = pointer.number & ~Target::kHeap;
        if (pointer.number & Target::kHeap && std::binary_search(state.open.begin(), state.open.end(), cell))
            return true;
        pointer = Value(*pointee(state, &pointer));
    }
    return false;
}

void Machine::release(State& state, ObjectIndex index, TaskIndex task) {
    auto& holders = state.objects[index].holders;
    state.tasks[task].unlocked = true;
    acts(state, task);
    auto held = std::find_if(holders.rbegin(), holders.rend(), [&](const Hold& h) { return h.task == task; });
    if (held != holders.rend()) holders.erase(std::next(held).base());
    else if (!holders.empty()) holders.pop_back();
}

void Machine::drop(State& state, Value& place, TaskIndex task) {
    Value value = std::move(place);
    place = Value::of(Value::Kind::Moved, 0);
    if (value.is(Value::Kind::Sender) || value.is(Value::Kind::Receiver)) acts(state, task);
    if (value.is(Value::Kind::Composite) && value.item != ItemId::None) {
        dropped_.push_back(std::move(value));
        return;
    }
    switch (value.kind) {
        case Value::Kind::Guard: release(state, ObjectIndex(value.number), task); break;
        case Value::Kind::Permit:
            ++state.objects[value.number].count;
            release(state, ObjectIndex(value.number), task);
            break;
        case Value::Kind::Sender: {
            Object& channel = state.objects[value.number];
            if (channel.senders > 0 && --channel.senders == 0 && !channel.closed)
                channel.closed = channel.closed_by_drop = true;
            break;
        }
        case Value::Kind::Receiver: {
            Object& channel = state.objects[value.number];
            if (channel.receivers > 0) --channel.receivers;
            break;
        }
        case Value::Kind::Closure: {
            auto* bodies = bodies_of(value.item);
            if (!bodies || value.number >= bodies->functions.size()) break;
            const mir::MirBody& body = bodies->functions[value.number];
            for (size_t i = 0; i < value.parts.size() && i < body.capture_count; ++i) {
                if (!body.locals[1 + body.parameter_count + i].is_slot) continue;
                Value held = std::move(*pointee(state, &value.parts[i]));
                *pointee(state, &value.parts[i]) = Value::of(Value::Kind::Moved, 0);
                drop(state, held, task);
            }
            break;
        }
        case Value::Kind::Pointer: break;
        default:
            for (Value& part : value.parts) drop(state, part, task);
    }
}

/// What was dropped and has a `drop` of its own runs it, in frames above the current one; its parts are dropped then.
void Machine::run_drops(State& state, TaskIndex task) {
    while (!dropped_.empty()) {
        Value value = std::move(dropped_.back());
        dropped_.pop_back();
        const ItemId method = *context_.get<DropMethodOf>(value.item);
        const uint64_t path = mix(value.hash(), state.tasks[task].path);
        state.heap.push_back(std::move(value));
        const size_t cell = state.heap.size() - 1;
        Value self = Value::of(Value::Kind::Pointer, Target::heap(cell));
        if (make_frame(state, task, method, 0, {self}, nullptr, path)) {
            state.tasks[task].frames.back().dropped = cell;
        } else {
            incomplete = true;
            escape(state, self);
        }
    }
}

Machine::Outcome Machine::park(State& state, TaskIndex task, Pending pending) {
    acts(state, task);
    state.tasks[task].status = TaskStatus::Parked;
    state.tasks[task].pending = std::move(pending);
    return Outcome::Parked;
}

Value Machine::lock_content(State& state, ObjectIndex index, Value content) {
    state.heap.push_back(std::move(content));
    state.objects[index].content = state.heap.size() - 1;
    return Value::of(Value::Kind::Object, index);
}

Machine::Outcome Machine::select(State& state, TaskIndex task, const mir::SelectTerminator& waits, Place place) {
    Pending pending;
    pending.kind = OpKind::Select;
    pending.place = place;
    for (const mir::SelectArm& arm : waits.arms) {
        Arm out;
        out.kind = arm.kind;
        out.only_ok = arm.only_ok;
        out.only_err = arm.only_err;
        if (arm.kind == hir::SelectArmKind::Receive || arm.kind == hir::SelectArmKind::Send) {
            auto channel = object_of(state, evaluate(state, task, arm.channel), ObjectKind::Channel);
            if (!channel) return Outcome::Abandon;
            out.channel = *channel;
        }
        if (arm.kind == hir::SelectArmKind::Send) {
            auto* place_of_value = std::get_if<mir::Constant>(&arm.value) ? nullptr : &arm.value;
            if (auto* moved = place_of_value ? std::get_if<mir::Move>(place_of_value) : nullptr)
                out.value = *at(state, task, moved->place);
            else out.value = evaluate(state, task, arm.value);
        }
        pending.arms.push_back(std::move(out));
    }
    return park(state, task, std::move(pending));
}

namespace {

constexpr size_t kMaxElements = 64;  // of a list that is pushed to

struct Simple {
    OpKind op;
    ObjectKind object;
};

/// Operations that wait, or that others may see: the task parks and acts when it is chosen.
std::optional<Simple> visible_operation(Model model) {
    switch (model) {
        case Model::Lock: return Simple{OpKind::Lock, ObjectKind::Mutex};
        case Model::TryLock: return Simple{OpKind::TryLock, ObjectKind::Mutex};
        case Model::Read: return Simple{OpKind::Read, ObjectKind::RwLock};
        case Model::Write: return Simple{OpKind::Write, ObjectKind::RwLock};
        case Model::TryRead:
        case Model::TryWrite: return Simple{OpKind::TryLock, ObjectKind::RwLock};
        case Model::Send:
        case Model::SendAll: return Simple{OpKind::Send, ObjectKind::Channel};
        case Model::TrySend: return Simple{OpKind::TrySend, ObjectKind::Channel};
        case Model::ReceiveNext:
        case Model::Receive: return Simple{OpKind::Receive, ObjectKind::Channel};
        case Model::ReceiveMany: return Simple{OpKind::ReceiveMany, ObjectKind::Channel};
        case Model::TryReceive: return Simple{OpKind::TryReceive, ObjectKind::Channel};
        case Model::ReceiveTimeout: return Simple{OpKind::ReceiveTimeout, ObjectKind::Channel};
        case Model::Close: return Simple{OpKind::Close, ObjectKind::Channel};
        case Model::Add: return Simple{OpKind::Add, ObjectKind::WaitGroup};
        case Model::WaitGroupWait: return Simple{OpKind::WaitGroupWait, ObjectKind::WaitGroup};
        case Model::Notify: return Simple{OpKind::Notify, ObjectKind::Condvar};
        case Model::NotifyAll: return Simple{OpKind::NotifyAll, ObjectKind::Condvar};
        case Model::OnceBegin: return Simple{OpKind::OnceBegin, ObjectKind::Once};
        case Model::Acquire: return Simple{OpKind::Permit, ObjectKind::Semaphore};
        case Model::HoldPermit: return Simple{OpKind::Hold, ObjectKind::Semaphore};
        case Model::BarrierWait: return Simple{OpKind::Barrier, ObjectKind::Barrier};
        case Model::ScopeJoin: return Simple{OpKind::ScopeJoin, ObjectKind::Scope};
        case Model::Load: return Simple{OpKind::Load, ObjectKind::Atomic};
        default: return std::nullopt;
    }
}

}  // namespace

/// What an atomic's operation gives; its content is changed.
Value Machine::change_atomic(State& state, TaskIndex task, const Pending& pending) {
    Value& content = state.heap[state.objects[pending.object].content];
    const Value old = content, given = pending.value.parts.at(0);
    const bool known = old.is(Value::Kind::Integer) && given.is(Value::Kind::Integer);
    if (pending.model == Model::Store || pending.model == Model::Swap) content = given;
    else if (!known) content = Value::unknown(mix(site(state, task), 23));
    else if (pending.model == Model::FetchAdd) content = Value::integer(old.number + given.number);
    else if (pending.model == Model::FetchSubtract) content = Value::integer(old.number - given.number);
    else if (old.number == given.number) content = pending.value.parts.at(1);
    if (pending.model == Model::Store) return Value::composite({});
    if (pending.model != Model::CompareExchange) return old;
    if (!known) return Value::unknown(mix(site(state, task), 24));
    return Value::composite({old}, old.number == given.number ? 0 : 1);
}

Machine::Outcome Machine::model(State& state, TaskIndex task, Model model, std::vector<Value>& arguments, Place place) {
    auto number = [&](size_t i, uint64_t otherwise) {
        return i < arguments.size() ? number_of(state, arguments[i]) : otherwise;
    };
    auto done = [&](Value value) {
        complete(state, task, std::move(value));
        return Outcome::Continue;
    };
    const Value unit = Value::composite({});
    const bool by_reference = state.tasks[task].frames.back().body->errors_are_exceptions;
    if (by_reference && model >= Model::ListLength && model <= Model::ListEach)
        return list_model(state, task, model, arguments);
    if (model >= Model::ListLength && model <= Model::ListClear && model != Model::ListPush &&
        is_cut(*pointee(state, &arguments.at(0)))) {
        incomplete = true;
        return Outcome::Abandon;
    }
    if (auto visible = visible_operation(model)) {
        auto object = object_of(state, arguments.at(0), visible->object);
        if (!object) return unknown_call(state, task, arguments);
        Pending pending;
        pending.kind = visible->op;
        pending.object = *object;
        pending.place = place;
        pending.shared = model == Model::Read || model == Model::TryRead;
        if (model == Model::Add) pending.value = Value::integer(number(1, 1));
        else if (arguments.size() > 1) pending.value = std::move(arguments[1]);
        if (model == Model::SendAll) {
            pending.rest = elements(state, pending.value);
            if (pending.rest.empty()) {
                complete(state, task, Value::composite({unit}, 0));
                return Outcome::Continue;
            }
            pending.value = std::move(pending.rest.front());
            pending.rest.erase(pending.rest.begin());
        }
        if (by_reference) return operate(state, task, model, std::move(pending));
        return park(state, task, std::move(pending));
    }
    auto make = [&](ObjectKind kind) { return make_object(state, kind, place); };
    switch (model) {
        case Model::NewMutex:
        case Model::NewRwLock: {
            const auto kind = model == Model::NewMutex ? ObjectKind::Mutex : ObjectKind::RwLock;
            return done(lock_content(state, make(kind), arguments.empty() ? unit : arguments[0]));
        }
        case Model::NewAtomic: return done(lock_content(state, make(ObjectKind::Atomic), arguments.at(0)));
        case Model::NewActor: return done(lock_content(state, make(ObjectKind::Actor), arguments.at(0)));
        case Model::NewCondvar: {
            const ObjectIndex made = make(ObjectKind::Condvar);
            if (!arguments.empty())
                if (auto lock = object_of(state, arguments[0], ObjectKind::Mutex)) state.objects[made].follows = *lock;
            return done(Value::of(Value::Kind::Object, made));
        }
        case Model::NewOnce: return done(Value::of(Value::Kind::Object, make(ObjectKind::Once)));
        case Model::NewWaitGroup: return done(Value::of(Value::Kind::Object, make(ObjectKind::WaitGroup)));
        case Model::NewScope: return done(Value::of(Value::Kind::Object, make(ObjectKind::Scope)));
        case Model::NewSemaphore:
        case Model::NewBarrier: {
            ObjectIndex made = make(model == Model::NewBarrier ? ObjectKind::Barrier : ObjectKind::Semaphore);
            (model == Model::NewBarrier ? state.objects[made].capacity : state.objects[made].count) =
                int64_t(number(0, 1));
            return done(Value::of(Value::Kind::Object, made));
        }
        case Model::NewTwoWay:
        case Model::NewUnbounded:
        case Model::NewBounded:
        case Model::NewRendezvous: {
            ObjectIndex made = make(ObjectKind::Channel);
            Object& channel = state.objects[made];
            channel.unbounded = model == Model::NewUnbounded;
            channel.two_way = model == Model::NewTwoWay;
            channel.senders = channel.receivers = 1;
            bool sized = model == Model::NewTwoWay || model == Model::NewBounded;
            const bool given = !arguments.empty() && !arguments[0].is(Value::Kind::Composite);  // not left off
            int64_t capacity = sized && given ? int64_t(number(0, 0)) : 0;
            state.objects[made].capacity = capacity;
            if (model == Model::NewTwoWay) return done(Value::of(Value::Kind::Object, made));
            return done(
                Value::composite({Value::of(Value::Kind::Sender, made), Value::of(Value::Kind::Receiver, made)}));
        }
        case Model::Clone: {
            auto copy = cloned(state, *pointee(state, &arguments.at(0)));
            return copy ? done(std::move(*copy)) : unknown_call(state, task, arguments);
        }
        case Model::GuardContent: {
            Value guard = *pointee(state, &arguments.at(0));
            if (!guard.is(Value::Kind::Guard)) return done(std::move(guard));
            return done(Value::of(Value::Kind::Pointer, Target::heap(state.objects[guard.number].content)));
        }
        case Model::ConditionWait:
        case Model::ConditionTimeout: {
            auto condition = object_of(state, arguments.at(0), ObjectKind::Condvar);
            if (arguments.size() < 2 && condition) {
                Pending pending;
                pending.kind = OpKind::ConditionWait;
                pending.object = *condition;
                pending.lock = state.objects[*condition].follows;
                pending.place = place;
                if (pending.lock == kNone) return unknown_call(state, task, arguments);
                release(state, pending.lock, task);
                return operate(state, task, model, std::move(pending));
            }
            if (arguments.size() < 2) return unknown_call(state, task, arguments);
            Value guard = arguments.at(1);
            if (!condition || !guard.is(Value::Kind::Guard)) return unknown_call(state, task, arguments);
            Pending pending;
            pending.kind = model == Model::ConditionWait ? OpKind::ConditionWait : OpKind::ConditionTimeout;
            pending.object = *condition;
            pending.lock = ObjectIndex(guard.number);
            pending.place = place;
            if (state.tasks[task].unlocked && model == Model::ConditionWait) pending.kind = OpKind::ConditionBegin;
            else release(state, pending.lock, task);
            return park(state, task, std::move(pending));
        }
        case Model::Done: {
            if (auto group = object_of(state, arguments.at(0), ObjectKind::WaitGroup)) {
                Object& object = state.objects[*group];
                if (--object.count < 0 && !object.wild) {
                    incident(DiagnosticCode::WaitgroupMisuse, state, place, *group, task);
                    return Outcome::Abandon;
                }
            }
            return done(unit);
        }
        case Model::ReleasePermit: {
            if (auto semaphore = object_of(state, arguments.at(0), ObjectKind::Semaphore)) {
                ++state.objects[*semaphore].count;
                release(state, *semaphore, task);
            }
            return done(unit);
        }
        case Model::Store:
        case Model::Swap:
        case Model::FetchAdd:
        case Model::FetchSubtract:
        case Model::CompareExchange: {
            auto atomic = object_of(state, arguments.at(0), ObjectKind::Atomic);
            if (!atomic || state.objects[*atomic].wild) return unknown_call(state, task, arguments);
            Pending pending;
            pending.kind = OpKind::Change;
            pending.model = model;
            pending.object = *atomic;
            pending.place = place;
            pending.value = Value::composite({arguments.begin() + 1, arguments.end()});
            return park(state, task, std::move(pending));
        }
        case Model::IsClosed:
        case Model::ChannelLength: {
            auto channel = object_of(state, arguments.at(0), ObjectKind::Channel);
            if (!channel || state.objects[*channel].wild) return done(Value::unknown(mix(site(state, task), 71)));
            const Object& object = state.objects[*channel];
            return done(Value::integer(model == Model::IsClosed ? object.closed : object.buffer.size()));
        }
        case Model::Spawn: return spawn(state, task, arguments.at(0), {}, place, kNone);
        case Model::ScopeSpawn: {
            auto scope = object_of(state, arguments.at(0), ObjectKind::Scope);
            return spawn(state, task, arguments.at(1), {}, place, scope ? *scope : kNone);
        }
        case Model::Join: return await(state, task, std::move(arguments.at(0)), place);
        case Model::JoinAll: return done(std::move(arguments.at(0)));
        case Model::ListLength: {
            Value list = *pointee(state, &arguments.at(0));
            if (list.is(Value::Kind::Composite)) return done(Value::integer(list.parts.size()));
            Value length = Value::unknown(length_symbol(list));
            return done(Value::integer(number_of(state, length)));
        }
        case Model::ListPush: {
            Value* list = pointee(state, &arguments.at(0));
            const bool shown = list->is(Value::Kind::Composite) && !is_large(arguments.at(1));
            if (shown && list->parts.size() < kMaxElements) {
                list->parts.push_back(arguments.at(1));
                return done(unit);
            }
            if (shown) list->number = kCutList;
            escape(state, arguments.at(1));
            return done(unit);
        }
        case Model::ListPop: {
            Value* list = shown_list(state, &arguments.at(0));
            if (!list->is(Value::Kind::Composite)) return unknown_call(state, task, arguments);
            if (list->parts.empty()) return done(Value::composite({}, 1));
            Value last = std::move(list->parts.back());
            list->parts.pop_back();
            return done(Value::composite({std::move(last)}, 0));
        }
        case Model::ListRemove: {
            Value* list = shown_list(state, &arguments.at(0));
            Value index = arguments.at(1);
            resolve(state, index);
            if (!list->is(Value::Kind::Composite) || !index.is(Value::Kind::Integer))
                return unknown_call(state, task, arguments);
            if (index.number >= list->parts.size()) return Outcome::Abandon;  // a panic
            Value taken = std::move(list->parts[index.number]);
            list->parts.erase(list->parts.begin() + long(index.number));
            return done(std::move(taken));
        }
        case Model::ListReverse: {
            Value* list = shown_list(state, &arguments.at(0));
            std::reverse(list->parts.begin(), list->parts.end());
            return done(unit);
        }
        case Model::DropValue:
            drop(state, arguments.at(0), task);
            complete(state, task, unit);
            run_drops(state, task);
            return Outcome::Continue;
        case Model::ListClear: {
            Value* list = shown_list(state, &arguments.at(0));
            for (Value& part : std::vector<Value>(std::move(list->parts))) drop(state, part, task);
            pointee(state, &arguments.at(0))->parts.clear();
            complete(state, task, unit);
            run_drops(state, task);
            return Outcome::Continue;
        }
        case Model::Stop: return Outcome::Abandon;
        default: return promise_model(state, task, model, arguments, place);
    }
}

}  // namespace braid::explore
