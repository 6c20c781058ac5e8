#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// An actor is its state and a mailbox. While there are messages a task of its own handles them one after the other; an
// idle actor is no task at all, so it neither keeps the program alive nor counts in a deadlock.
namespace braid::runtime {

using bytecode::Repr;

namespace {

constexpr int64_t kMostMilliseconds = 1'000'000'000'000;

/// Where a caller waits for the answer. Written by the actor's task once it has claimed the caller.
struct Reply : vm::NativeState {
    vm::WakeHandle handle;
    WaitReason reason;
    enum class Status : uint8_t { Waiting, Answered, Failed } status = Status::Waiting;
    Word value = 0;
    std::string failure;  // how the actor failed
    void trace(heap::Marker& marker) override { marker.visit(value); }
};

struct Message {
    Word call = 0;
    Reply* reply = nullptr;  // valid for whoever claims `handle`
    vm::WakeHandle handle;
    uint64_t flow = 0;
};

/// Of an actor that `actor::supervise` made: how to make it again.
struct Supervision {
    Word make = 0;
    int64_t restart = 0;
    uint64_t within = 0;  // nanoseconds
    std::deque<scheduler::Instant> failures;

    /// Notes one more; true: so many may happen.
    bool allows(scheduler::Instant now) {
        failures.push_back(now);
        while (now - failures.front() > within) failures.pop_front();
        return static_cast<int64_t>(failures.size()) <= restart;
    }
};

/// One that was made again is a shell: what is sent to it goes to its successor (`forward`), for which the shell holds
/// a handle. A lock of a successor may be taken while that of its shell is held, never the other way round.
class Actor final : public WaitObject {
  public:
    Actor(Word state, const TypeDescriptor* type) : state(state), type(type) {}
    scheduler::ShortLock mutex;
    Word state;
    const TypeDescriptor* type;
    std::deque<Message> mailbox;
    scheduler::TaskRef task;  // handles messages now
    int64_t references = 1;
    bool stopping = false;  // takes no more messages
    bool dead = false;
    bool state_dropped = false;
    std::string death;  // how it ended, if by a panic
    Object* forward = nullptr;
    std::unique_ptr<Supervision> supervision;

    std::string describe() const override { return fmt::format("an answer of actor '{}'", type->name); }
    std::string made_name() const override { return fmt::format("actor '{}'", type->name); }
    void holders(std::vector<uint64_t>& ids) const override {
        const Actor* living = this;
        while (living->forward) living = living->forward->native<Actor>();
        if (living->task) ids.push_back(living->task->id());
    }
    void trace(heap::Marker& marker) {
        marker.visit(state);
        marker.visit(forward);
        if (supervision) marker.visit(supervision->make);
        for (const Message& m : mailbox) marker.visit(m.call);
    }
};

/// The actor that a handle means now, locked; `object` becomes it.
std::unique_lock<scheduler::ShortLock> lock_living(Object*& object) {
    for (;;) {
        Actor& actor = *object->native<Actor>();
        std::unique_lock lock(actor.mutex);
        if (!actor.forward) return lock;
        object = actor.forward;
    }
}

constexpr WaitReason kBegins{"begin", nullptr};

/// Precondition: the actor's lock. `awaited`: the caller is about to wait for it, so it goes on in the caller's place,
/// and no other worker is woken for it.
bool spawn_for(NativeCall& call, Object* object, const vm::Function& function, bool awaited = false) {
    Actor& actor = *object->native<Actor>();
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::Actor;
    options.name = &actor.type->name;
    options.site = actor.made;
    if (awaited) options.parked_for = &kBegins;
    Word argument = vm::word_of(object);
    auto task = call.vm().spawn(function, {&argument, 1}, options);
    if (!task) return false;
    vm::vm_task(*task).context = object;  // an argument of its first frame, so it lives
    actor.task = *task;
    if (awaited) call.scheduler().wake_anyway(**task, scheduler::WakeNormal);
    return true;
}

/// Precondition: the actor's lock. Starts its task if it has none.
bool wake_actor(NativeCall& call, Object* object, bool awaited) {
    Actor& actor = *object->native<Actor>();
    if (actor.task || actor.mailbox.empty()) return true;
    return spawn_for(call, object, *Run::of(call).functions.actor, awaited);
}

NativeAction new_actor(NativeCall& call) {
    Object* object = call.vm().new_native<Actor>(Run::of(call).actor, call.argument(0), &call.argument_type(0));
    object->native<Actor>()->made = call.call_site();
    return call.give(vm::word_of(object));
}

std::string gone(const Actor& actor) {
    return actor.death.empty() ? fmt::format("actor '{}' was stopped", actor.type->name)
                               : fmt::format("actor '{}' ended by a panic: {}", actor.type->name, actor.death);
}

/// (handle, bound call without the state)
NativeAction send_message(NativeCall& call) {
    Object* object = vm::object_of(operand_word(call, 0));
    bool wants_reply = call.result_type().repr != Repr::Unit;
    if (call.step() == 1) {
        Reply& reply = call.state<Reply>();
        if (reply.status == Reply::Status::Answered) return call.give(reply.value);
        if (reply.status == Reply::Status::Failed)
            return call.panic(
                fmt::format("{}, while '{}' waited for its answer", reply.failure, call.task().display_name()));
        return call.cancelled();
    }
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    if (actor.dead || actor.stopping) {
        lock.unlock();
        return call.panic(fmt::format("{}; '{}' called it", gone(actor), call.task().display_name()));
    }
    Message message;
    message.call = call.argument(1);
    message.flow = flow_begins(call.vm());
    if (wants_reply) {
        Reply& reply = call.state<Reply>();
        reply.reason = {"get", &actor};
        reply.handle = call.park(&reply.reason);
        message.reply = &reply;
        message.handle = reply.handle;
    }
    actor.mailbox.push_back(std::move(message));
    if (!wake_actor(call, object, wants_reply)) {
        lock.unlock();
        return call.panic("too many tasks: the actor cannot run");
    }
    return wants_reply ? call.parked(1) : call.give_unit();
}

/// Drops what an actor held: its state, then what could make it again. Enters the native again at `before + 1`, then at
/// `before + 2`, where it returns. Precondition: `state_dropped` was set, by the caller.
NativeAction end_actor(NativeCall& call, Actor& actor, uint32_t before) {
    if (call.step() <= before) return call.drop(actor.state, *actor.type, before + 1);
    if (call.step() == before + 1 && actor.supervision) return call.drop_callable(actor.supervision->make, before + 2);
    return call.give_unit();
}

/// The message being handled.
struct Current : vm::NativeState {
    Message message;
    void trace(heap::Marker& marker) override { marker.visit(message.call); }
};

/// Under the actor's task: (actor). Steps: 0 next message, 1 handled, 2 state dropped.
NativeAction run_actor(NativeCall& call) {
    Object* object = call.object(0);
    Actor& actor = *object->native<Actor>();
    vm::Vm& vm = call.vm();
    auto& current = call.state<Current>();
    if (call.step() >= 2) return end_actor(call, actor, 1);
    if (call.step() == 1) {
        Message& m = current.message;
        if (m.reply && vm.claim(m.handle)) {
            m.reply->status = Reply::Status::Answered;
            m.reply->value = call.result();
            vm.resume(m.handle);
        }
        m = {};
    }
    std::unique_lock lock(actor.mutex);
    if (actor.mailbox.empty()) {
        actor.task = {};
        bool ends = (actor.references == 0 || actor.stopping) && !actor.state_dropped;
        if (!ends) return call.give_unit();
        actor.dead = actor.state_dropped = true;
        lock.unlock();
        return end_actor(call, actor, 1);
    }
    current.message = std::move(actor.mailbox.front());
    actor.mailbox.pop_front();
    lock.unlock();
    flow_ends(vm, current.message.flow);
    const vm::Function& method = function_of_callable(current.message.call);
    bool by_reference = !method.parameter_reprs.empty() && method.parameter_reprs[0] == Repr::Reference;
    return call.invoke(current.message.call, {by_reference ? vm::word_of(&actor.state) : actor.state}, 1);
}

/// Tells all that wait for an answer; true: somebody did.
bool fail_all(vm::Vm& vm, std::deque<Message>& messages, const std::string& failure) {
    bool told = false;
    for (Message& m : messages) {
        if (!m.reply || !vm.claim(m.handle)) continue;
        told = true;
        m.reply->status = Reply::Status::Failed;
        m.reply->failure = failure;
        vm.resume(m.handle);
    }
    messages.clear();
    return told;
}

/// Precondition: the lock. It ends because of `death`; gives the messages that nobody will handle.
std::deque<Message> die(Actor& actor, std::string death) {
    actor.dead = true;
    actor.death = std::move(death);
    actor.task = {};
    return std::exchange(actor.mailbox, {});
}

/// A handler panicked. The actor ends, or is made again, and all who wait for it learn it; where nobody does and nobody
/// supervises, it is everybody's panic. Steps: 0, then those of end_actor.
NativeAction actor_failed(NativeCall& call) {
    Object* object = call.object(0);
    Actor& actor = *object->native<Actor>();
    vm::Vm& vm = call.vm();
    auto& current = call.state<Current>();
    if (call.step() > 0) {
        NativeAction action = end_actor(call, actor, 0);
        return action == NativeAction::Return && call.scalar(0) ? call.recover(0) : action;
    }
    std::unique_lock lock(actor.mutex);
    std::string text = error_text(vm, call.result());
    std::deque<Message> failed;
    Supervision* supervision = actor.supervision.get();
    if (supervision && !actor.stopping && supervision->allows(call.scheduler().now()) &&
        spawn_for(call, object, *Run::of(call).functions.restart)) {
        lock.unlock();
        failed.push_back(std::move(current.message));
        fail_all(vm, failed, fmt::format("actor '{}' panicked and was started again: {}", actor.type->name, text));
        return call.recover(0);
    }
    if (supervision)
        text += fmt::format("; it was started again {} times within {} ms", supervision->failures.size() - 1,
                            supervision->within / 1'000'000);
    failed = die(actor, std::move(text));
    failed.push_front(std::move(current.message));
    actor.state_dropped = true;
    std::string failure = gone(actor);
    lock.unlock();
    call.scalar(0) = fail_all(vm, failed, failure) || supervision;
    return end_actor(call, actor, 0);
}

/// Under a task of its own: (the actor that failed). Steps: 0; 1 its state is dropped; 2 its successor is made; 3… the
/// successor, which nobody has a handle of, ends.
NativeAction restart_actor(NativeCall& call) {
    Object* object = call.object(0);
    Actor& actor = *object->native<Actor>();
    if (call.step() == 0) {
        actor.state_dropped = true;
        return call.drop(actor.state, *actor.type, 1);
    }
    if (call.step() == 1) return call.invoke(actor.supervision->make, {}, 2);
    if (call.step() > 2) return end_actor(call, *vm::object_of(call.traced(0))->native<Actor>(), 2);

    Object* successor = vm::object_of(call.result());
    call.traced(0) = call.result();
    std::unique_lock lock_next = lock_living(successor);
    Actor& next = *successor->native<Actor>();
    if (&next == &actor || next.supervision) {
        lock_next.unlock();
        return call.panic("the function given to `actor::supervise` has to make a new actor");
    }
    lock_next.unlock();
    std::unique_lock lock(actor.mutex);
    lock_next.lock();
    actor.forward = successor;
    actor.task = {};
    next.supervision = std::move(actor.supervision);
    next.stopping |= actor.stopping;
    next.references -= actor.references == 0;
    bool takes = !next.dead;
    std::deque<Message> left = std::exchange(actor.mailbox, {});
    if (takes)
        for (Message& m : left) next.mailbox.push_back(std::move(m));
    bool runs = takes && wake_actor(call, successor, false);
    bool ends = runs && !next.task && (next.references == 0 || next.stopping) && !next.state_dropped;
    if (ends) next.dead = next.state_dropped = true;
    if (takes && !runs) left = die(next, "too many tasks: the actor cannot run");
    std::string failure = runs ? "" : gone(next);
    lock_next.unlock();
    lock.unlock();
    if (!runs) fail_all(call.vm(), left, failure);
    call.traced(0) = vm::word_of(successor);
    return ends ? end_actor(call, next, 2) : call.give_unit();
}
NativeAction restart_failed(NativeCall& call) {
    Actor& actor = *call.object(0)->native<Actor>();
    if (call.step() > 0) return call.recover(0);
    std::unique_lock lock(actor.mutex);
    std::deque<Message> failed = die(actor, "starting it again failed: " + error_text(call.vm(), call.result()));
    std::string failure = gone(actor);
    lock.unlock();
    fail_all(call.vm(), failed, failure);
    return call.drop_callable(actor.supervision->make, 1);
}

/// (make, restart, within_ms)
NativeAction supervise(NativeCall& call) {
    if (call.step() == 0) return call.invoke(call.argument(0), {}, 1);
    Object* object = vm::object_of(call.result());
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    if (actor.supervision) {
        lock.unlock();
        return call.panic(fmt::format("actor '{}' is supervised already", actor.type->name));
    }
    actor.supervision = std::make_unique<Supervision>();
    actor.supervision->make = call.argument(0);
    actor.supervision->restart = call.integer(1);
    actor.supervision->within =
        static_cast<uint64_t>(std::clamp<int64_t>(call.integer(2), 0, kMostMilliseconds)) * 1'000'000;
    return call.give(call.result());
}
NativeAction supervise_failed(NativeCall& call) {
    return call.step() == 0 ? call.drop_callable(call.argument(0), 1) : call.give_unit();
}

NativeAction self_handle(NativeCall& call) {
    Object* self = call.task().context;
    if (!self) return call.panic("`self.handle()` outside of an actor's handler");
    Actor& actor = *self->native<Actor>();
    std::lock_guard lock(actor.mutex);
    ++actor.references;
    return call.give(vm::word_of(self));
}

NativeAction drop_handle(NativeCall& call) {
    Object* object = call.step() == 0 ? call.object(0) : vm::object_of(call.traced(0));
    if (call.step() > 0) return end_actor(call, *object->native<Actor>(), 0);
    for (;;) {
        Actor& actor = *object->native<Actor>();
        std::unique_lock lock(actor.mutex);
        if (--actor.references > 0 || actor.task) return call.give_unit();
        if (actor.forward) {  // the handle that the shell held
            object = actor.forward;
            continue;
        }
        if (actor.state_dropped) return call.give_unit();
        actor.dead = actor.state_dropped = true;
        lock.unlock();
        call.traced(0) = vm::word_of(object);
        return end_actor(call, actor, 0);
    }
}

/// Handles only the messages before it.
NativeAction stop(NativeCall& call) {
    Object* object = call.step() == 0 ? vm::object_of(operand_word(call, 0)) : vm::object_of(call.traced(0));
    if (call.step() > 0) return end_actor(call, *object->native<Actor>(), 0);
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    actor.stopping = true;
    if (actor.task || actor.state_dropped) return call.give_unit();
    actor.dead = actor.state_dropped = true;
    lock.unlock();
    call.traced(0) = vm::word_of(object);
    return end_actor(call, actor, 0);
}
NativeAction is_alive(NativeCall& call) {
    Object* object = vm::object_of(operand_word(call, 0));
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    return call.give_bool(!actor.dead && !actor.stopping);
}

}  // namespace

void make_actor_functions(Run& run) {
    vm::Vm& vm = run.vm();
    run.actor = vm.register_native_layout<Actor>("actor::Actor");
    run.functions.actor = &vm.make_native("$run_actor", {run_actor, 0, 1, actor_failed}, {Repr::Object}, Repr::Unit);
    run.functions.restart =
        &vm.make_native("$restart_actor", {restart_actor, 1, 0, restart_failed}, {Repr::Object}, Repr::Unit);
}

void register_actors(vm::NativeRegistry& r) {
    r.add_intrinsic(vm::Intrinsic::NewActor, {new_actor});
    r.add_intrinsic(vm::Intrinsic::SendMessage, {send_message});
    r.add_intrinsic(vm::Intrinsic::HandleSelf, {self_handle});
    r.add("actor::start", new_actor);
    r.add("actor::self_handle", self_handle);
    r.add("actor::stop", {stop, 1});
    r.add("actor::supervise", {supervise, 0, 0, supervise_failed});
    r.add("actor::is_alive", is_alive);
    vm::NativeTypeOps ops;
    ops.copy = [](vm::Vm&, const TypeDescriptor&, Word word) {
        Actor& actor = *vm::object_of(word)->native<Actor>();
        std::lock_guard lock(actor.mutex);
        ++actor.references;
        return word;
    };
    ops.drop = drop_handle;
    ops.inspect = [](vm::Vm&, const TypeDescriptor&, Word word, const auto& part) {
        Object* object = vm::object_of(word);
        while (Object* next = object->native<Actor>()->forward) object = next;
        Actor& actor = *object->native<Actor>();
        part("state", actor.state, actor.type);
    };
    r.add_type("$ActorHandle", ops);
    r.add_type("actor::Actor", ops);
}

}  // namespace braid::runtime
