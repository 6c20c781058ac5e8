#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/waiting.h"
#include "analyzer/checks/waiting_story.h"
#include "analyzer/flow/mir_walk.h"

// From a state in which all that lives waits for ever to the one diagnostic that tells its cause: what waits only
// because another task waits is not a cause.
namespace braid::checks {
namespace {

using namespace explore;

class Stuck {
  public:
    Stuck(QueryContext& context, Machine& machine, const State& state)
        : context_(context), machine_(machine), state_(state), story_(context, state) {
        if (machine.by_promises()) waiting_ = machine.awaited_by_root(state);
        else
            for (TaskIndex t = 0; t < state.tasks.size(); ++t)
                if (state.tasks[t].status == TaskStatus::Parked) waiting_.push_back(t);
    }

    std::optional<ItemDiagnostic> explain() {
        // Of promises what is done to one lock by its name is told by the checks of explicit locks.
        const bool by_name = machine_.by_promises();
        if (auto own = by_name ? std::nullopt : own_lock()) return own;
        if (auto held = channel_with_lock()) return held;
        if (auto kept = by_name ? std::nullopt : kept_permit()) return kept;
        if (auto cycle = lock_cycle()) return cycle;
        const bool locked = std::any_of(waiting_.begin(), waiting_.end(), [&](TaskIndex t) {
            return is_lock(pending(t).kind) || is_permit(pending(t).kind);
        });
        if (by_name && locked) return std::nullopt;
        return blocked();
    }

  private:
    const Pending& pending(TaskIndex task) const { return state_.tasks[task].pending; }

    const Hold* hold_of(ObjectIndex lock, TaskIndex task) const {
        task = machine_.owner_of(state_, task);
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
            if (auto asked = held_by_asker(t, *hold, what)) return asked;
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

    /// An actor's handler waits for a lock, and whoever waits for its answer has that.
    std::optional<ItemDiagnostic> held_by_asker(TaskIndex task, const Hold& hold, const std::string& what) {
        const auto& frames = state_.tasks[task].frames;
        size_t handler = frames.size();
        while (handler > 0 && frames[handler - 1].actor == kNone) --handler;
        if (handler == 0) return std::nullopt;
        const ObjectIndex actor = frames[handler - 1].actor;
        for (size_t i = handler - 1; i < frames.size(); ++i)
            if (frames[i].body->item == hold.place.item) return std::nullopt;
        const Hold* asked = hold_of(actor, task);
        if (!asked) return std::nullopt;
        const std::string name = story_.name_at(asked->place, actor);
        ItemDiagnostic d = at(DiagnosticCode::LockOrderCycle, task,
                              fmt::format("{} waits here for {}, which the task that waits for its answer holds: "
                                          "neither of them ever goes on",
                                          name, what));
        d.related.push_back({hold.place, fmt::format("{} is locked here and still held", what)});
        d.related.push_back({asked->place, fmt::format("the message that {} handles is sent here", name)});
        story_.tell(d, {task}, false);
        return d;
    }

    /// An actor's handler waits, perhaps through other actors, for an answer of that actor.
    ItemDiagnostic own_message(TaskIndex task, const Hold& hold, const std::string& what) {
        const auto& frames = state_.tasks[task].frames;
        size_t between = 0;
        for (auto frame = frames.rbegin(); frame != frames.rend() && frame->actor != pending(task).object; ++frame)
            between += frame->actor != kNone;
        ItemDiagnostic d =
            at(between ? DiagnosticCode::LockOrderCycle : DiagnosticCode::ActorSelfCall, task,
               between ? fmt::format("{} is asked here while it waits itself for the actor that asks: neither ever "
                                     "answers",
                                     what)
                       : fmt::format("{} is asked here by its own handler, and answers only when that has ended: it "
                                     "never does",
                                     what));
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
                if (machine_.owner_of(state_, other) == machine_.owner_of(state_, t)) continue;
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
        if (p.kind == OpKind::AwaitPromise)
            for (ObjectIndex promise : machine_.promises_behind(state_, p.object))
                for (TaskIndex t : waiting_)
                    if (state_.tasks[t].promise == promise) out.push_back(t);
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
            std::erase_if(cycle, [&](TaskIndex c) { return pending(c).kind == OpKind::AwaitPromise; });
            std::sort(cycle.begin(), cycle.end());
            // Two functions that each take two locks, in two orders: those are known by the locks' names.
            if (machine_.by_promises() && (cycle.size() < 2 || !is_one_place(cycle))) continue;
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

    bool is_one_place(const std::vector<TaskIndex>& tasks) const {
        return std::all_of(tasks.begin(), tasks.end(), [&](TaskIndex t) {
            return place_of(state_.tasks[t]) == place_of(state_.tasks[tasks.front()]);
        });
    }

    bool is_range(TaskIndex task) const { return ranged_over(task).item != ItemId::None; }

    /// The channel of the `for` that waits here, as the program writes it.
    Place ranged_over(TaskIndex task) const {
        const Task& t = state_.tasks[task];
        if (!is_receive(pending(task).kind)) return {};
        if (pending(task).reply == Model::ReceiveNext) return iterated_over(t.spawned);
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

    /// The same of `for await`, whose round asks at `place`.
    Place iterated_over(Place place) const {
        auto bodies = context_.get<BuiltMir>(place.item);
        for (const Expr& e : bodies->body->expressions)
            if (auto* loop = std::get_if<hir::For>(&e.data))
                if (const uint32_t node = (*bodies->body)[loop->iterable].node;
                    node == place.node || e.node == place.node)
                    return {place.item, node};
        return place;
    }

    /// Another waiting task would act on what this one waits for, could it go on.
    bool is_consequence(TaskIndex task) const {
        const Pending& p = pending(task);
        std::vector<ObjectIndex> objects;
        if (p.kind == OpKind::Select)
            for (const Arm& arm : p.arms) objects.push_back(arm.channel);
        else objects.push_back(p.object);
        if (p.kind == OpKind::Join || p.kind == OpKind::JoinSome || p.kind == OpKind::ScopeJoin) return true;
        if (p.kind == OpKind::AwaitPromise) return is_promised(task);
        const TaskIndex owner = machine_.owner_of(state_, task);
        for (TaskIndex other : waiting_)
            for (ObjectIndex object : objects)
                if (other != task && other != owner && object != kNone && pending(other).object != object &&
                    machine_.mentions(state_, other, object))
                    return true;
        return false;
    }

    /// Somebody who waits settles it in the end.
    bool is_promised(TaskIndex task) const {
        for (ObjectIndex promise : machine_.promises_behind(state_, pending(task).object))
            for (TaskIndex other : waiting_)
                if (other != task &&
                    (state_.tasks[other].promise == promise || machine_.mentions(state_, other, promise)))
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
        if (mutual && causes.empty())
            for (TaskIndex t : waiting_)
                if (pending(t).kind == OpKind::AwaitPromise && !state_.tasks[t].frames.empty() && waits_for_itself(t))
                    causes.push_back(t);
        auto rank = [&](TaskIndex t) {
            const Pending& p = pending(t);
            if (p.kind == OpKind::ConditionWait) return 0;
            if (p.kind == OpKind::Send) return 1;
            if (p.kind == OpKind::Barrier) return 2;
            if (is_channel(p.kind)) return is_range(t) ? 3 : 2;
            if (p.kind == OpKind::AwaitPromise) return mutual ? 1 : 3;
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
            if (t != cause && told.size() < 4 && !awaits_own(t)) told.push_back(t);
        if (p.kind == OpKind::ConditionWait) {
            // A condition that the text does not decide may be another one than was tried here.
            if (!state_.decided.empty() || machine_.assumed) return std::nullopt;
            d = at(DiagnosticCode::LostWakeup, cause,
                   fmt::format("nothing notifies {} after this wait has begun: the task waits for ever", what));
            if (const Object& object = state_.objects[p.object]; object.missed_at.item != ItemId::None)
                d->related.push_back(
                    {object.missed_at, "the notification comes here, before anybody waits, and is lost"});
        } else if (p.kind == OpKind::WaitGroupWait) {
            d = at(DiagnosticCode::WaitgroupMisuse, cause,
                   fmt::format("{} never comes down to zero: {} `done` {} missing, and this waits for ever", what,
                               state_.objects[p.object].count, state_.objects[p.object].count == 1 ? "is" : "are"));
            if (Place added = state_.objects[p.object].added_at; added.item != ItemId::None)
                d->related.push_back({added, "it is counted up here"});
            for (TaskIndex t = 1; t < state_.tasks.size(); ++t)
                if (state_.tasks[t].status == TaskStatus::Done)
                    d->related.push_back(
                        {state_.tasks[t].spawned, fmt::format("{}, started here, has ended", story_.task_name(t))});
        } else if (p.kind == OpKind::AwaitPromise) {
            d = unsettled(cause, mutual);
            if (!d) return d;
        } else if (p.kind == OpKind::Barrier) {
            d = at(DiagnosticCode::GoroutineLeak, cause,
                   fmt::format("this waits for ever: {} opens when {} tasks wait at it, and fewer come", what,
                               state_.objects[p.object].capacity));
        } else if (is_range(cause) && !state_.objects[p.object].closed) {
            d = diagnostic(DiagnosticCode::MissingClose, ranged_over(cause),
                           fmt::format("this loop receives from {} until it is closed, and nobody closes it", what));
            keep_alive(*d, p.object);
        } else if (is_channel(p.kind)) {
            bool leak = state_.tasks[0].status == TaskStatus::Done && !mutual;
            const bool sends = p.kind == OpKind::Send;
            const std::string why = sends ? fmt::format("nobody receives from {} any more", what)
                                          : fmt::format("nobody sends on {} or closes it any more", what);
            if (leak)
                d = at(
                    DiagnosticCode::GoroutineLeak, cause,
                    p.kind == OpKind::Select
                        ? fmt::format("no arm of this `select` can ever be ready: the task started for it never ends")
                        : fmt::format("this waits for ever: {}, and the task never ends", why));
            else
                d = at(DiagnosticCode::ChannelDeadlock, cause,
                       p.kind == OpKind::Select ? std::string("no arm of this `select` can ever be ready")
                       : mutual ? fmt::format("{}, and whoever would {} waits for this task: neither goes on",
                                              story_.wait(cause), sends ? "receive" : "send")
                                : fmt::format("{} for ever: {}", story_.wait(cause), why));
        }
        if (d) story_.tell(*d, told, true);
        return d;
    }

    /// What it awaits is an operation of its own.
    bool awaits_own(TaskIndex task) const {
        return std::any_of(waiting_.begin(), waiting_.end(),
                           [&](TaskIndex other) { return state_.tasks[other].owner == task; });
    }

    bool waits_for_itself(TaskIndex task) const {
        std::vector<TaskIndex> path;
        return search_cycle(task, path) && std::count(path.begin(), path.end(), task);
    }

    /// What an executor leaves open on a way of its own is told of there.
    bool settling_tells(ItemId item) const {
        std::vector<ItemDiagnostic> told;
        settling(context_, item, told);
        return std::any_of(told.begin(), told.end(),
                           [](const ItemDiagnostic& d) { return d.code == DiagnosticCode::NeverSettled; });
    }

    /// A promise that nobody can settle any more, told of where it is made, or of promises that wait for each other.
    std::optional<ItemDiagnostic> unsettled(TaskIndex cause, bool mutual) const {
        if (mutual)
            return at(DiagnosticCode::NeverSettled, cause,
                      fmt::format("{} whose task waits for the promise of this one: neither is ever settled",
                                  story_.wait(cause)));
        for (ObjectIndex promise : machine_.promises_behind(state_, pending(cause).object)) {
            const Object& object = state_.objects[promise];
            const bool made_by_hand = object.follows == kNone && object.combines == Model::None && !object.count;
            if (!made_by_hand || object.made.item == ItemId::None || is_std(file_of(object.made.item))) continue;
            if (settling_tells(object.made.item)) return std::nullopt;
            return diagnostic(DiagnosticCode::NeverSettled, object.made,
                              "this promise is awaited, and there is a way on which nobody settles it");
        }
        return std::nullopt;
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
        d.message = fmt::format("{} is closed when this sends on it: {}", what,
                                incident.rejects ? "nobody catches the `ClosedError`" : "the program panics");
        d.related.push_back({object.closed_at, fmt::format("{} closes it here", story.task_name(object.closer))});
    } else if (incident.code == DiagnosticCode::DoubleClose) {
        d.message = fmt::format("{} is closed already: closing it again {}", what,
                                incident.rejects ? "throws a `ClosedError` that nobody catches" : "panics");
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
