#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/describe.h"
#include "analyzer/checks/waiting.h"
#include "analyzer/flow/mir_walk.h"

// From a state in which all that lives waits for ever to the one diagnostic that tells its cause: what waits only
// because another task waits is not a cause.
namespace braid::checks {
namespace {

using namespace explore;

/// Of locks and actors: one at a time.
bool is_lock(OpKind kind) {
    return kind == OpKind::Lock || kind == OpKind::Read || kind == OpKind::Write || kind == OpKind::Ask;
}
bool is_receive(OpKind kind) {
    return kind == OpKind::Receive || kind == OpKind::ReceiveMany || kind == OpKind::ReceiveTimeout;
}
bool is_permit(OpKind kind) { return kind == OpKind::Permit || kind == OpKind::Hold; }
bool is_channel(OpKind kind) { return kind == OpKind::Send || is_receive(kind) || kind == OpKind::Select; }

class Story {
  public:
    Story(QueryContext& context, const State& state) : context_(context), state_(state) {}

    std::string task_name(TaskIndex task) const {
        if (task == 0) {
            const Task& root = state_.tasks[0];
            if (root.frames.empty()) return "the function";
            ItemId item = root.frames[0].body->item;
            if (kind_of(item) == ItemKind::File) return "the script";
            return fmt::format("`{}`", name_of(item).text());
        }
        return state_.tasks.size() == 2 ? "the task" : fmt::format("task {}", task);
    }

    /// The operand the innermost program frame hands to its call, as the program writes it.
    std::string written_name(TaskIndex task, size_t argument = 0) const {
        const Task& t = state_.tasks[task];
        for (auto frame = t.frames.rbegin(); frame != t.frames.rend(); ++frame) {
            if (is_std(file_of(frame->body->item))) continue;
            const mir::Block& block = frame->body->blocks[frame->block];
            auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
            if (!call || call->arguments.size() <= argument) return {};
            auto* place = mir::read_place(call->arguments[argument]);
            return place ? name_of_place(*frame->body, block, *place) : std::string();
        }
        return {};
    }

    /// The first operand of the call at a place: what a lock is called where it was taken.
    std::string name_at(Place place, ObjectIndex index) const {
        if (place.item != ItemId::None) {
            auto bodies = context_.get<BuiltMir>(place.item);
            for (const mir::MirBody& body : bodies->functions)
                for (const mir::Block& block : body.blocks) {
                    auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
                    if (!call || block.terminator.node != place.node || call->arguments.empty()) continue;
                    auto* read = mir::read_place(call->arguments[0]);
                    std::string name = read ? name_of_place(body, block, *read) : std::string();
                    if (!name.empty()) return "`" + name + "`";
                }
        }
        return object_name(index, kNone);
    }

    std::string object_name(ObjectIndex index, TaskIndex task) const {
        if (index >= state_.objects.size()) return "it";
        const Object& object = state_.objects[index];
        if (task < state_.tasks.size() && state_.tasks[task].pending.object == index)
            if (std::string written = written_name(task); !written.empty()) return "`" + written + "`";
        Name name = object.name.empty() ? object.receiver_name : object.name;
        if (!name.empty()) return fmt::format("`{}`", name.text());
        switch (object.kind) {
            case ObjectKind::Channel: return "the channel";
            case ObjectKind::WaitGroup: return "the WaitGroup";
            case ObjectKind::Condvar: return "the condition";
            case ObjectKind::Once: return "the Once";
            case ObjectKind::Semaphore: return "the semaphore";
            case ObjectKind::Barrier: return "the barrier";
            case ObjectKind::Actor: return "the actor";
            default: return "the lock";
        }
    }

    /// `3. the task receives from `ch``
    std::string act(const Step& step) const {
        std::string who = task_name(step.task), what = object_name(step.object, kNone);
        switch (step.kind) {
            case OpKind::Lock:
            case OpKind::Write: return fmt::format("{} locks {}", who, what);
            case OpKind::Read: return fmt::format("{} takes a read lock of {}", who, what);
            case OpKind::Send: return fmt::format("{} sends on {}", who, what);
            case OpKind::Select: return fmt::format("{} goes on with an arm of this `select`", who);
            case OpKind::Close: return fmt::format("{} closes {}", who, what);
            case OpKind::Add: return fmt::format("{} adds to {}", who, what);
            case OpKind::Notify:
            case OpKind::NotifyAll: return fmt::format("{} notifies {}", who, what);
            case OpKind::WaitGroupWait: return fmt::format("{} has waited for {}", who, what);
            default: return is_receive(step.kind) ? fmt::format("{} receives from {}", who, what) : std::string();
        }
    }

    std::string wait(TaskIndex task) const {
        const Pending& p = state_.tasks[task].pending;
        std::string who = task_name(task), what = object_name(p.object, task);
        switch (p.kind) {
            case OpKind::Send: return fmt::format("{} waits here to send on {}", who, what);
            case OpKind::Select: return fmt::format("{} waits in this `select`; no arm can ever be ready", who);
            case OpKind::WaitGroupWait: return fmt::format("{} waits for {}", who, what);
            case OpKind::Join:
            case OpKind::JoinSome:
            case OpKind::ScopeJoin: return fmt::format("{} waits here for another task to end", who);
            case OpKind::ConditionWait: return fmt::format("{} waits for {} to be notified", who, what);
            case OpKind::Permit:
            case OpKind::Hold: return fmt::format("{} waits here for a permit of {}", who, what);
            case OpKind::Barrier: return fmt::format("{} waits at {} for the others", who, what);
            case OpKind::Ask: return fmt::format("{} waits here for {} to answer", who, what);
            default:
                if (is_lock(p.kind)) return fmt::format("{} waits here for {}", who, what);
                return fmt::format("{} waits here to receive from {}", who, what);
        }
    }

    /// How it comes to this: tasks, locks that are held, and the steps that touched what is waited for.
    void tell(ItemDiagnostic& d, const std::vector<TaskIndex>& waiting, bool with_steps) const {
        std::vector<ItemDiagnostic::Related> story;
        for (TaskIndex t : waiting)
            if (t != 0 && state_.tasks[t].spawned.item != ItemId::None)
                story.push_back({state_.tasks[t].spawned, fmt::format("{} is started here", task_name(t))});
        if (with_steps) steps(story, waiting);
        for (TaskIndex t : waiting) story.push_back({place_of(state_.tasks[t]), wait(t)});
        for (TaskIndex t : waiting) call_path(story, t);
        std::erase_if(story, [&](const auto& r) { return r.location.item == ItemId::None; });
        if (story.size() == 1 && story[0].location == d.location) story.clear();
        d.related.insert(d.related.end(), story.begin(), story.end());
    }

    void steps(std::vector<ItemDiagnostic::Related>& story, const std::vector<TaskIndex>& waiting) const {
        std::vector<ObjectIndex> objects;
        for (TaskIndex t : waiting) {
            const Pending& p = state_.tasks[t].pending;
            objects.push_back(p.object);
            if (p.kind == OpKind::ConditionWait) objects.push_back(p.lock);
            for (const Arm& arm : p.arms) objects.push_back(arm.channel);
        }
        std::vector<const Step*> chosen;
        for (const Step* s = state_.steps.get(); s; s = s->before.get())
            if (s->object != kNone && std::count(objects.begin(), objects.end(), s->object)) chosen.push_back(s);
        std::reverse(chosen.begin(), chosen.end());
        constexpr size_t kMost = 8;
        if (chosen.size() > kMost) chosen.erase(chosen.begin(), chosen.end() - kMost);
        size_t number = 0;
        for (const Step* s : chosen)
            if (std::string text = act(*s); !text.empty())
                story.push_back({s->place, fmt::format("{}. {}", ++number, text)});
    }

  private:
    std::string name_of_place(const mir::MirBody& body, const mir::Block& block, const mir::Place& place) const {
        if (!body.locals[place.local].name.empty()) return describe(context_, body, place);
        if (!place.is_local()) return {};
        for (auto s = block.statements.rbegin(); s != block.statements.rend(); ++s) {
            auto* assign = std::get_if<mir::Assign>(&s->kind);
            if (!assign || !assign->place.is_local() || assign->place.local != place.local) continue;
            if (auto* borrow = std::get_if<mir::BorrowOf>(&assign->value))
                return describe(context_, body, borrow->place);
            if (auto* item = std::get_if<mir::StaticRefOf>(&assign->value))
                return std::string(name_of(item->item).text());
            if (auto* use = std::get_if<mir::Use>(&assign->value))
                if (auto* read = mir::read_place(use->operand)) return describe(context_, body, *read);
        }
        return {};
    }

    void call_path(std::vector<ItemDiagnostic::Related>& story, TaskIndex task) const {
        const Task& t = state_.tasks[task];
        if (t.frames.size() < 2) return;
        for (size_t i = t.frames.size() - 1; i-- > 0;) {
            const Frame& caller = t.frames[i];
            if (is_std(file_of(caller.body->item)) || is_std(file_of(t.frames[i + 1].body->item))) continue;
            story.push_back(
                {place_of(caller), fmt::format("`{}` is called here", name_of(t.frames[i + 1].body->item).text())});
        }
    }

    QueryContext& context_;
    const State& state_;
};

class Stuck {
  public:
    Stuck(QueryContext& context, Machine& machine, const State& state)
        : context_(context), machine_(machine), state_(state), story_(context, state) {
        for (TaskIndex t = 0; t < state.tasks.size(); ++t)
            if (state.tasks[t].status == TaskStatus::Parked) waiting_.push_back(t);
    }

    std::optional<ItemDiagnostic> explain() {
        if (auto own = own_lock()) return own;
        if (auto held = channel_with_lock()) return held;
        if (auto kept = kept_permit()) return kept;
        if (auto cycle = lock_cycle()) return cycle;
        return blocked();
    }

  private:
    const Pending& pending(TaskIndex task) const { return state_.tasks[task].pending; }

    const Hold* hold_of(ObjectIndex lock, TaskIndex task) const {
        if (lock >= state_.objects.size()) return nullptr;
        for (const Hold& hold : state_.objects[lock].holders)
            if (hold.task == task) return &hold;
        return nullptr;
    }

    ItemDiagnostic at(DiagnosticCode code, TaskIndex task, std::string message) const {
        return diagnostic(code, place_of(state_.tasks[task]), std::move(message));
    }

    std::optional<ItemDiagnostic> own_lock() {
        for (TaskIndex t : waiting_) {
            const Pending& p = pending(t);
            const Hold* hold = is_lock(p.kind) || p.kind == OpKind::OnceBegin ? hold_of(p.object, t) : nullptr;
            if (!hold) continue;
            std::string what = story_.object_name(p.object, t);
            if (p.kind == OpKind::Ask) return own_message(t, *hold, what);
            ItemDiagnostic d =
                at(DiagnosticCode::SelfDeadlock, t,
                   p.kind == OpKind::OnceBegin
                       ? fmt::format("{} runs its initialization already, and this waits for it to end: for ever", what)
                       : fmt::format("{} is locked already by this task, which waits here for itself for ever", what));
            d.related.push_back({hold->place, p.kind == OpKind::OnceBegin
                                                  ? std::string("the initialization begins here")
                                                  : fmt::format("{} is locked here and still held", what)});
            TaskIndex writer = kNone;
            for (TaskIndex other : waiting_)
                if (other != t && pending(other).object == p.object && pending(other).kind == OpKind::Write)
                    writer = other;
            if (hold->shared && writer != kNone)
                d.related.push_back({pending(writer).place, "a writer waits here in between and stops new readers"});
            story_.tell(d, {t}, false);
            return d;
        }
        return std::nullopt;
    }

    /// An actor's handler waits, perhaps through other actors, for an answer of that actor.
    ItemDiagnostic own_message(TaskIndex task, const Hold& hold, const std::string& what) {
        const auto& frames = state_.tasks[task].frames;
        size_t between = 0;
        for (auto frame = frames.rbegin(); frame != frames.rend() && frame->actor != pending(task).object; ++frame)
            between += frame->actor != kNone;
        ItemDiagnostic d =
            at(between ? DiagnosticCode::LockOrderCycle : DiagnosticCode::ActorSelfCall, task,
               fmt::format("{} is asked here while it {}: neither ever answers", what,
                           between ? "waits itself for the actor that asks" : "handles the message that asks"));
        d.related.push_back({hold.place, fmt::format("the message that {} handles is sent here",
                                                     story_.name_at(hold.place, pending(task).object))});
        story_.tell(d, {task}, false);
        return d;
    }

    /// A permit that one who has ended, or is the one that waits, has taken and not given back.
    std::optional<ItemDiagnostic> kept_permit() {
        for (TaskIndex t : waiting_) {
            const Pending& p = pending(t);
            if (!is_permit(p.kind)) continue;
            for (const Hold& hold : state_.objects[p.object].holders) {
                if (hold.task != t && state_.tasks[hold.task].status != TaskStatus::Done) continue;
                std::string what = story_.object_name(p.object, t);
                ItemDiagnostic d = diagnostic(
                    DiagnosticCode::LockNotReleased, hold.place,
                    fmt::format("this permit of {} is not given back on some path: the next who wants it waits for "
                                "ever",
                                what));
                d.related.push_back({place_of(state_.tasks[t]), story_.wait(t)});
                story_.tell(d, {t}, false);
                return d;
            }
        }
        return std::nullopt;
    }

    /// Somebody waits for a lock whose holder waits at a channel.
    std::optional<ItemDiagnostic> channel_with_lock() {
        for (TaskIndex t : waiting_) {
            if (!is_channel(pending(t).kind)) continue;
            for (TaskIndex other : waiting_) {
                const Pending& wants = pending(other);
                const Hold* hold = is_lock(wants.kind) ? hold_of(wants.object, t) : nullptr;
                if (!hold) continue;
                std::string lock = story_.object_name(wants.object, other);
                ItemDiagnostic d =
                    at(DiagnosticCode::ChannelDeadlock, t,
                       fmt::format("{} while it holds {}, which the other end needs first", story_.wait(t), lock));
                d.related.push_back({hold->place, fmt::format("{} is locked here and still held", lock)});
                story_.tell(d, {t, other}, true);
                return d;
            }
        }
        return std::nullopt;
    }

    /// Whom a task waits for, where that is known.
    std::vector<TaskIndex> awaited(TaskIndex task) const {
        const Pending& p = pending(task);
        std::vector<TaskIndex> out;
        if (is_lock(p.kind) || is_permit(p.kind) || p.kind == OpKind::OnceBegin)
            for (const Hold& hold : state_.objects[p.object].holders) out.push_back(hold.task);
        if (p.kind == OpKind::Join && p.object != kNone) out.push_back(p.object);
        if (p.kind == OpKind::Join)
            for (const Value& value : p.value.parts)
                if (value.is(Value::Kind::Task)) out.push_back(TaskIndex(value.number));
        for (TaskIndex t = 0; t < state_.tasks.size(); ++t)
            if (p.kind == OpKind::ScopeJoin && state_.tasks[t].scope == p.object) out.push_back(t);
        if (p.kind == OpKind::WaitGroupWait)
            for (TaskIndex t : waiting_)
                if (t != task && machine_.mentions(state_, t, p.object)) out.push_back(t);
        return out;
    }

    bool search_cycle(TaskIndex task, std::vector<TaskIndex>& path) const {
        auto seen = std::find(path.begin(), path.end(), task);
        if (seen != path.end()) {
            path.erase(path.begin(), seen);
            return true;
        }
        if (state_.tasks[task].status != TaskStatus::Parked) return false;
        path.push_back(task);
        for (TaskIndex next : awaited(task))
            if (search_cycle(next, path)) return true;
        path.pop_back();
        return false;
    }

    std::optional<ItemDiagnostic> lock_cycle() {
        for (TaskIndex t : waiting_) {
            std::vector<TaskIndex> cycle;
            if (!search_cycle(t, cycle)) continue;
            bool locks = std::any_of(cycle.begin(), cycle.end(), [&](TaskIndex c) {
                return is_lock(pending(c).kind) || is_permit(pending(c).kind);
            });
            if (!locks) continue;
            std::sort(cycle.begin(), cycle.end());
            std::string text;
            ItemDiagnostic d = at(DiagnosticCode::LockOrderCycle, cycle.front(), "");
            for (TaskIndex c : cycle) {
                if (!text.empty()) text += ", ";
                text += story_.wait(c);
                for (TaskIndex other : cycle)
                    if (const Hold* hold = is_lock(pending(other).kind) ? hold_of(pending(other).object, c) : nullptr) {
                        std::string lock = story_.name_at(hold->place, pending(other).object);
                        const bool message = pending(other).kind == OpKind::Ask;
                        text += fmt::format(" while it {} {}", message ? "handles a message of" : "holds", lock);
                        d.related.push_back({hold->place, fmt::format("{} {} {} here", story_.task_name(c),
                                                                      message ? "asks" : "locks", lock)});
                    }
            }
            d.message = text + ": none of them ever goes on";
            story_.tell(d, cycle, false);
            return d;
        }
        return std::nullopt;
    }

    bool is_range(TaskIndex task) const { return ranged_over(task).item != ItemId::None; }

    /// The channel of the `for` that waits here, as the program writes it.
    Place ranged_over(TaskIndex task) const {
        const Task& t = state_.tasks[task];
        if (!is_receive(pending(task).kind)) return {};
        for (auto frame = t.frames.rbegin(); frame != t.frames.rend(); ++frame) {
            if (is_std(file_of(frame->body->item))) continue;
            const Body& body = *frame->bodies->body;
            uint32_t node = frame->body->blocks[frame->block].terminator.node;
            for (const Expr& e : body.expressions)
                if (auto* loop = std::get_if<hir::For>(&e.data))
                    if (loop->iteration == hir::Iteration::Channel &&
                        (body[loop->iterable].node == node || e.node == node))
                        return {frame->body->item, body[loop->iterable].node};
            return {};
        }
        return {};
    }

    /// Another waiting task would act on what this one waits for, could it go on.
    bool is_consequence(TaskIndex task) const {
        const Pending& p = pending(task);
        std::vector<ObjectIndex> objects;
        if (p.kind == OpKind::Select)
            for (const Arm& arm : p.arms) objects.push_back(arm.channel);
        else objects.push_back(p.object);
        if (p.kind == OpKind::Join || p.kind == OpKind::JoinSome || p.kind == OpKind::ScopeJoin) return true;
        for (TaskIndex other : waiting_)
            for (ObjectIndex object : objects)
                if (other != task && object != kNone && pending(other).object != object &&
                    machine_.mentions(state_, other, object))
                    return true;
        return false;
    }

    std::optional<ItemDiagnostic> blocked() {
        std::vector<TaskIndex> causes;
        for (TaskIndex t : waiting_)
            if (!is_consequence(t)) causes.push_back(t);
        bool mutual = causes.empty();
        if (mutual)  // they wait for each other
            for (TaskIndex t : waiting_)
                if (is_channel(pending(t).kind) || pending(t).kind == OpKind::ConditionWait) causes.push_back(t);
        auto rank = [&](TaskIndex t) {
            const Pending& p = pending(t);
            if (p.kind == OpKind::ConditionWait) return 0;
            if (p.kind == OpKind::Send) return 1;
            if (p.kind == OpKind::Barrier) return 2;
            if (is_channel(p.kind)) return is_range(t) ? 3 : 2;
            return p.kind == OpKind::WaitGroupWait ? 4 : 5;
        };
        std::stable_sort(causes.begin(), causes.end(), [&](TaskIndex a, TaskIndex b) { return rank(a) < rank(b); });
        if (causes.empty()) return std::nullopt;
        return explain(causes.front(), mutual);
    }

    std::optional<ItemDiagnostic> explain(TaskIndex cause, bool mutual) {
        const Pending& p = pending(cause);
        std::string what = story_.object_name(p.object, cause);
        std::optional<ItemDiagnostic> d;
        std::vector<TaskIndex> told{cause};
        for (TaskIndex t : waiting_)
            if (t != cause && told.size() < 4) told.push_back(t);
        if (p.kind == OpKind::ConditionWait) {
            // A condition that the text does not decide may be another one than was tried here.
            if (!state_.decided.empty() || machine_.assumed) return std::nullopt;
            d = at(DiagnosticCode::LostWakeup, cause,
                   fmt::format("nothing notifies {} after this wait has begun: the task waits for ever", what));
            if (const Object& object = state_.objects[p.object]; object.missed_at.item != ItemId::None)
                d->related.push_back(
                    {object.missed_at, "the notification comes here, before anybody waits, and is lost"});
        } else if (p.kind == OpKind::WaitGroupWait) {
            d = at(
                DiagnosticCode::WaitgroupMisuse, cause,
                fmt::format("{} is not counted down to zero: {} of its `done` {} missing, and this waits for ever",
                            what, state_.objects[p.object].count, state_.objects[p.object].count == 1 ? "is" : "are"));
            if (Place added = state_.objects[p.object].added_at; added.item != ItemId::None)
                d->related.push_back({added, "it is counted up here"});
            for (TaskIndex t = 1; t < state_.tasks.size(); ++t)
                if (state_.tasks[t].status == TaskStatus::Done)
                    d->related.push_back(
                        {state_.tasks[t].spawned, fmt::format("{}, started here, has ended", story_.task_name(t))});
        } else if (p.kind == OpKind::Barrier) {
            d = at(DiagnosticCode::GoroutineLeak, cause,
                   fmt::format("this waits for ever: {} is for {} tasks, and fewer come", what,
                               state_.objects[p.object].capacity));
        } else if (is_range(cause) && !state_.objects[p.object].closed) {
            d = diagnostic(DiagnosticCode::MissingClose, ranged_over(cause),
                           fmt::format("this loop receives from {} until it is closed, and nobody closes it", what));
            keep_alive(*d, p.object);
        } else if (is_channel(p.kind)) {
            bool leak = state_.tasks[0].status == TaskStatus::Done && !mutual;
            std::string_view why =
                p.kind == OpKind::Send ? "nobody receives any more" : "nobody sends or closes any more";
            if (leak)
                d = at(
                    DiagnosticCode::GoroutineLeak, cause,
                    p.kind == OpKind::Select
                        ? fmt::format("no arm of this `select` can ever be ready: the task started for it never ends")
                        : fmt::format("this waits for ever: {} on {}, and the task never ends", why, what));
            else
                d = at(DiagnosticCode::ChannelDeadlock, cause,
                       p.kind == OpKind::Select ? std::string("no arm of this `select` can ever be ready")
                       : mutual ? fmt::format("{}, which would come only from a task that waits for this one",
                                              story_.wait(cause))
                                : fmt::format("{} for ever: {}", story_.wait(cause), why));
        }
        if (d) story_.tell(*d, told, true);
        return d;
    }

    /// The receiver itself keeps a sending end.
    void keep_alive(ItemDiagnostic& d, ObjectIndex channel) const {
        const Object& object = state_.objects[channel];
        if (object.two_way || object.senders == 0) return;
        Name name = object.name;
        if (!name.empty())
            d.related.push_back(
                {object.made, fmt::format("`{}`, made here, is still alive and could send", name.text())});
    }

    QueryContext& context_;
    Machine& machine_;
    const State& state_;
    Story story_;
    std::vector<TaskIndex> waiting_;
};

}  // namespace

std::optional<ItemDiagnostic> explain_stuck(QueryContext& context, Machine& machine, const State& state) {
    return Stuck(context, machine, state).explain();
}

ItemDiagnostic explain_incident(QueryContext& context, const Incident& incident) {
    const State& state = incident.state;
    Story story(context, state);
    const Object& object = state.objects[incident.object];
    std::string what = story.object_name(incident.object, kNone);
    ItemDiagnostic d = diagnostic(incident.code, incident.place, "");
    if (incident.code == DiagnosticCode::SendOnClosedChannel) {
        d.message = fmt::format("{} is closed when this sends on it: the program panics", what);
        d.related.push_back({object.closed_at, fmt::format("{} closes it here", story.task_name(object.closer))});
    } else if (incident.code == DiagnosticCode::DoubleClose) {
        d.message = fmt::format("{} is closed already: closing it again panics", what);
        d.related.push_back({object.closed_at, fmt::format("{} closes it here first", story.task_name(object.closer))});
    } else if (object.count < 0) {
        d.message = fmt::format("{} is counted down more often than up: the program panics", what);
        if (object.added_at.item != ItemId::None) d.related.push_back({object.added_at, "it is counted up here"});
    } else {
        d.message =
            fmt::format("{} is counted up in the task itself: a `wait` can be over before the task has begun", what);
        d.related.push_back({state.tasks[incident.task].spawned, "the task is started here"});
        if (state.steps) d.related.push_back({state.steps->place, "this `wait` finds the count at zero and goes on"});
    }
    std::erase_if(d.related, [](const auto& r) { return r.location.item == ItemId::None; });
    return d;
}

}  // namespace braid::checks
