#include <fmt/format.h>

#include <algorithm>

#include "interpreter/runtime/actor.h"
#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// An actor is its state and a mailbox. While there are messages a task of its own handles them one after the other; an
// idle actor has no task, so it neither keeps the program alive nor counts in a deadlock. (The task may linger, parked,
// to be given back when the next message comes. Nothing else knows of it.)
namespace braid::runtime {

using bytecode::Repr;

namespace {

constexpr int64_t kMostMilliseconds = 1'000'000'000'000;

/// Of a mailbox longer than this its senders let others run, the actor perhaps, every now and then. What it holds then
/// fits the nearest cache.
constexpr size_t kLongMailbox = 256, kMessagesBetweenTurns = 64;
constexpr bool gives_turn(size_t messages) { return messages >= kLongMailbox && messages % kMessagesBetweenTurns == 0; }
/// Tasks of idle actors that linger, at most: they cost memory.
constexpr int kMostLingering = 1024;

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

std::atomic<int>& lingering_tasks(const vm::Vm& vm) { return Run::of(vm).lingering_actors; }

/// Precondition: the actor's lock. Gives it back the task that lingers; false: none does.
bool recall(vm::Vm& vm, Actor& actor) {
    if (!actor.lingering.task) return false;
    vm::WakeToken handle = std::exchange(actor.lingering, {});
    lingering_tasks(vm).fetch_sub(1, std::memory_order_relaxed);
    handle.task->daemon = false;
    actor.task = scheduler::TaskRef(handle.task);
    vm.wake(handle);
    return true;
}
/// Precondition: the actor's lock. The task that lingers, if any, ends: it finds that it is not the actor's.
void dismiss(vm::Vm& vm, Actor& actor) {
    if (recall(vm, actor)) actor.task = {};
}

/// Precondition: the actor's lock. Starts its task if it has none.
bool wake_actor(NativeCall& call, Object* object, bool awaited) {
    Actor& actor = *object->native<Actor>();
    if (actor.task || actor.mailbox.empty() || recall(call.vm(), actor)) return true;
    return spawn_for(call, object, *Run::of(call).functions.actor, awaited);
}

NativeAction new_actor(NativeCall& call) {
    if (call.step() == 1) return call.give(call.traced(0));
    const TypeDescriptor& type = call.argument_type(0);
    Object* object = call.vm().new_native<Actor>(Run::of(call).actor, call.argument(0), &type);
    auto* actor = object->native<Actor>();
    actor->made = actor->room.made = call.call_site();
    if (!type.invariant) return call.give(vm::word_of(object));
    call.traced(0) = vm::word_of(object);
    return call.invoke(*type.invariant, {{vm::word_of(&actor->state)}}, 1);
}
/// Its first state is none.
NativeAction new_actor_failed(NativeCall& call) {
    return call.step() == 0 ? call.drop(call.argument(0), call.argument_type(0), 1) : call.give_unit();
}

std::string gone(const Actor& actor) {
    return actor.death.empty() ? fmt::format("actor '{}' was stopped", actor.type->name)
                               : fmt::format("actor '{}' ended by a panic: {}", actor.type->name, actor.death);
}

/// Writes what `call`, a $message, says, where it will stand: copying a message just written waits for the writes.
template <typename Call>
void write_message(Call& call, Message& message) {
    message.method = call.function().functions[0];
    size_t count = message.method->parameters.size() - 1;
    if (!message.is_bound()) {
        for (size_t i = 0; i < count; ++i) message.arguments[i] = call.argument(1 + i);
    } else {
        Object* bound = call.vm().new_bound_call(*message.method);
        for (size_t i = 0; i < count; ++i) bound->slots()[vm::kBoundFirst + 1 + i] = call.argument(1 + i);
        message.arguments[0] = vm::word_of(bound);
    }
    message.flow = flow_begins(call.vm());
}

Message& put(Actor& actor) {
    ++actor.unbegun;
    return actor.mailbox.emplace_back();
}

/// Precondition: the actor's lock. Senders that wait for room put their messages into the mailbox, in order.
void admit(vm::Vm& vm, Actor& actor) {
    while (!actor.is_full()) {
        Waiter* first = actor.senders.pop_front();
        if (!first) return;
        auto& sender = static_cast<Sender&>(wait_state_of(*first));
        if (sender.message.reply) {  // goes on waiting
            sender.reason = {"get", &actor};
            sender.message.handle = first->handle;
            put(actor) = std::move(sender.message);
        } else if (vm::WakeToken handle = first->handle; vm.claim(handle)) {
            put(actor) = std::move(sender.message);
            sender.status = Sender::Status::Answered;
            vm.resume(handle);
        }
    }
}
/// Precondition: the actor's lock. It takes no more messages; true: somebody waited to send one.
bool refuse_senders(vm::Vm& vm, Actor& actor) {
    bool told = false;
    while (Waiter* first = actor.senders.pop_front()) {
        vm::WakeToken handle = first->handle;
        if (!vm.claim(handle)) continue;
        auto& sender = static_cast<Sender&>(wait_state_of(*first));
        sender.status = Sender::Status::Failed;
        sender.failure = gone(actor);
        vm.resume(handle);
        told = true;
    }
    return told;
}

/// A sender was woken: it was answered or, without wanting that, got room; or the actor is gone, or it was cancelled.
NativeAction end_sending(NativeCall& call, bool wants_reply) {
    Sender& sender = call.state<Sender>();
    if (sender.full) {
        std::lock_guard lock(sender.full->mutex);
        sender.full->senders.remove(sender.waiter);
    }
    if (sender.status == Sender::Status::Answered) return wants_reply ? call.give(sender.value) : call.give_unit();
    if (sender.status == Sender::Status::Failed)
        return call.panic(fmt::format("{}, while '{}' waited for {}", sender.failure, call.task().display_name(),
                                      wants_reply ? "its answer" : "room in its mailbox"));
    return call.cancelled();
}

/// (handle, arguments without the state)
NativeAction send_message(NativeCall& call) {
    Object* object = vm::object_of(operand_word(call, 0));
    bool wants_reply = call.result_type().repr != Repr::Unit;
    if (call.step() == 2) return call.give_unit();  // it was sent, and others have had a turn
    if (call.step() == 1) return end_sending(call, wants_reply);
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    if (actor.dead || actor.stopping) {
        lock.unlock();
        return call.panic(fmt::format("{}; '{}' called it", gone(actor), call.task().display_name()));
    }
    if (actor.is_full() || !actor.senders.empty()) {
        Sender& sender = call.state<Sender>();
        sender.full = &actor;
        write_message(call, sender.message);
        if (wants_reply) sender.message.reply = &sender;
        prepare_wait(call, sender, "get", &actor.room);
        actor.senders.push_back(sender.waiter);
        return call.parked(1);
    }
    Message& message = put(actor);
    write_message(call, message);
    if (wants_reply) {
        message.reply = &call.state<Sender>();
        message.reply->reason = {"get", &actor};
        message.handle = call.park(&message.reply->reason);
    }
    if (!wake_actor(call, object, wants_reply)) {
        lock.unlock();
        return call.panic("too many tasks: the actor cannot run");
    }
    if (wants_reply) return call.parked(1);
    return gives_turn(actor.mailbox.size()) ? call.again(2) : call.give_unit();
}
/// Sends to an actor that has a task, without waiting for an answer, when nobody else's turn has come.
bool send_message_at_once(vm::FastCall& call) {
    if (call.function().result_type->repr != Repr::Unit) return false;
    Actor& actor = *self_of<Actor>(call);
    std::lock_guard lock(actor.mutex);
    if (actor.forward || actor.dead || actor.stopping || gives_turn(actor.mailbox.size() + 1)) return false;
    if (actor.is_full() || !actor.senders.empty()) return false;
    if (!actor.task && !recall(call.vm(), actor)) return false;
    write_message(call, put(actor));
    return call.give(0);
}

/// Drops what an actor held: its state, then what could make it again. Enters the native again at `before + 1`, then at
/// `before + 2`, where it returns. Precondition: `state_dropped` was set, by the caller.
NativeAction end_actor(NativeCall& call, Actor& actor, uint32_t before) {
    if (call.step() <= before) return call.drop(actor.state, *actor.type, before + 1);
    if (call.step() == before + 1 && actor.supervision) return call.drop_callable(actor.supervision->make, before + 2);
    return call.give_unit();
}

/// What an actor's task has taken out of the mailbox: the message being handled, and those after it.
struct Current : vm::NativeState {
    Messages taken;
    size_t next = 0;  // of `taken`; the one before is being handled
    WaitReason idle{"be sent something", nullptr};
    Message& message() { return taken[next - 1]; }
    void trace(heap::Marker& marker) override {
        for (size_t i = next ? next - 1 : 0; i < taken.size(); ++i) taken[i].trace(marker);
    }
    /// The next one; false: all are handled.
    bool advance() { return next < taken.size() && ++next; }
    /// Precondition: the actor's lock. Puts back what is not handled yet.
    void put_back(Actor& actor) {
        actor.mailbox.insert(actor.mailbox.begin(), std::make_move_iterator(taken.begin() + static_cast<long>(next)),
                             std::make_move_iterator(taken.end()));
        taken.clear();
        next = 0;
        actor.unbegun = actor.mailbox.size();
    }
};

/// Precondition: the actor's lock. Whether its task may wait for messages: not under a debugger, which would show it.
bool may_linger(vm::Vm& vm, const Actor& actor) {
    if (actor.stopping || vm.debug_hook()) return false;
    auto& lingering = lingering_tasks(vm);
    if (lingering.fetch_add(1, std::memory_order_relaxed) < kMostLingering) return true;
    lingering.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

/// Under the actor's task: (actor). Steps: 0 next message, 1 handled, 2 state dropped, then 3; 4 called back, or
/// dismissed; 5 handled, and what must hold of the state does.
NativeAction run_actor(NativeCall& call) {
    Object* object = call.object(0);
    Actor& actor = *object->native<Actor>();
    vm::Vm& vm = call.vm();
    auto& current = call.state<Current>();
    if (call.step() == 2 || call.step() == 3) return end_actor(call, actor, 1);
    if (call.step() == 1 && actor.type->invariant) {
        current.message().arguments[0] = call.result();  // kept here: it is handled
        return call.invoke(*actor.type->invariant, {{vm::word_of(&actor.state)}}, 5);
    }
    if (call.step() == 1 || call.step() == 5) {
        Message& m = current.message();
        if (m.reply && vm.claim(m.handle)) {
            m.reply->status = Sender::Status::Answered;
            m.reply->value = call.step() == 1 ? call.result() : m.arguments[0];
            vm.resume(m.handle);
        }
        if (m.reply) m = {};
    }
    if (!current.advance()) {
        current.taken.clear();
        current.next = 0;
        std::unique_lock lock(actor.mutex);
        if (call.step() == 4 && actor.task.get() != &call.task()) return call.give_unit();
        if (actor.mailbox.empty()) {
            actor.task = {};
            bool ends = (actor.references == 0 || actor.stopping) && !actor.state_dropped;
            if (ends) {
                actor.dead = actor.state_dropped = true;
                lock.unlock();
                return end_actor(call, actor, 1);
            }
            if (actor.state_dropped || !may_linger(vm, actor)) return call.give_unit();
            call.task().daemon = true;
            actor.lingering = call.park(&current.idle);
            return call.parked(4);
        }
        std::swap(current.taken, actor.mailbox);
        lock.unlock();
        current.advance();
    }
    if (actor.type->mailbox_capacity) {
        std::lock_guard lock(actor.mutex);
        --actor.unbegun;
        admit(vm, actor);
    }
    const Message& message = current.message();
    flow_ends(vm, message.flow);
    const vm::Function& method = *message.method;
    bool by_reference = method.parameter_reprs[0] == Repr::Reference;
    Word state = by_reference ? vm::word_of(&actor.state) : actor.state;
    if (message.is_bound()) return call.invoke(message.arguments[0], {state}, 1);
    const Word words[] = {state, message.arguments[0], message.arguments[1]};
    return call.invoke(method, {words, method.parameters.size()}, 1);
}

/// Tells all that wait for an answer; true: somebody did.
bool fail_all(vm::Vm& vm, Messages& messages, const std::string& failure) {
    bool told = false;
    for (Message& m : messages) {
        if (!m.reply || !vm.claim(m.handle)) continue;
        told = true;
        m.reply->status = Sender::Status::Failed;
        m.reply->failure = failure;
        vm.resume(m.handle);
    }
    messages.clear();
    return told;
}

/// Precondition: the lock. It ends because of `death`; gives the messages that nobody will handle. `told`: somebody
/// who waited to send one has learned it.
Messages die(vm::Vm& vm, Actor& actor, std::string death, bool* told = nullptr) {
    actor.dead = true;
    actor.death = std::move(death);
    bool refused = refuse_senders(vm, actor);
    if (told) *told = refused;
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
    Message handled = current.next ? std::move(current.message()) : Message{};
    current.put_back(actor);
    std::string text = error_text(vm, call.result());
    Messages failed;
    Supervision* supervision = actor.supervision.get();
    if (supervision && !actor.stopping && supervision->allows(call.scheduler().now()) &&
        spawn_for(call, object, *Run::of(call).functions.restart)) {
        lock.unlock();
        failed.push_back(std::move(handled));
        fail_all(vm, failed, fmt::format("actor '{}' panicked and was started again: {}", actor.type->name, text));
        return call.recover(0);
    }
    if (supervision)
        text += fmt::format("; it was started again {} times within {} ms", supervision->failures.size() - 1,
                            supervision->within / 1'000'000);
    bool told = false;
    failed = die(vm, actor, std::move(text), &told);
    failed.insert(failed.begin(), std::move(handled));
    actor.state_dropped = true;
    std::string failure = gone(actor);
    lock.unlock();
    told |= fail_all(vm, failed, failure);
    call.scalar(0) = told || supervision;
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
    Messages left = std::exchange(actor.mailbox, {});
    if (takes)
        for (Message& m : left) next.mailbox.push_back(std::move(m));
    next.unbegun = next.mailbox.size();
    while (Waiter* sender = actor.senders.pop_front()) {
        static_cast<Sender&>(wait_state_of(*sender)).full = &next;
        next.senders.push_back(*sender);
    }
    if (takes) admit(call.vm(), next);
    else refuse_senders(call.vm(), next);
    bool runs = takes && wake_actor(call, successor, false);
    bool ends = runs && !next.task && (next.references == 0 || next.stopping) && !next.state_dropped;
    if (ends) {
        dismiss(call.vm(), next);
        next.dead = next.state_dropped = true;
    }
    if (takes && !runs) left = die(call.vm(), next, "too many tasks: the actor cannot run");
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
    Messages failed = die(call.vm(), actor, "starting it again failed: " + error_text(call.vm(), call.result()));
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
    self->native<Actor>()->references.fetch_add(1, std::memory_order_relaxed);
    return call.give(vm::word_of(self));
}

NativeAction drop_handle(NativeCall& call) {
    Object* object = call.step() == 0 ? call.object(0) : vm::object_of(call.traced(0));
    if (call.step() > 0) return end_actor(call, *object->native<Actor>(), 0);
    for (;;) {
        Actor& actor = *object->native<Actor>();
        std::unique_lock lock(actor.mutex);
        if (actor.references.fetch_sub(1, std::memory_order_acq_rel) > 1 || actor.task) return call.give_unit();
        if (actor.forward) {  // the handle that the shell held
            object = actor.forward;
            continue;
        }
        if (actor.state_dropped) return call.give_unit();
        dismiss(call.vm(), actor);
        actor.dead = actor.state_dropped = true;
        lock.unlock();
        call.traced(0) = vm::word_of(object);
        return end_actor(call, actor, 0);
    }
}

bool drop_handle_at_once(vm::FastCall& call) {
    auto& references = vm::object_of(call.argument(0))->native<Actor>()->references;
    int64_t now = references.load(std::memory_order_relaxed);
    do {
        if (now < 2) return false;
    } while (!references.compare_exchange_weak(now, now - 1, std::memory_order_acq_rel, std::memory_order_relaxed));
    return call.give(0);
}

/// Handles only the messages before it.
NativeAction stop(NativeCall& call) {
    Object* object = call.step() == 0 ? vm::object_of(operand_word(call, 0)) : vm::object_of(call.traced(0));
    if (call.step() > 0) return end_actor(call, *object->native<Actor>(), 0);
    std::unique_lock lock = lock_living(object);
    Actor& actor = *object->native<Actor>();
    actor.stopping = true;
    refuse_senders(call.vm(), actor);
    if (actor.task || actor.state_dropped) return call.give_unit();
    dismiss(call.vm(), actor);
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
    const vm::NativeInfo makes{new_actor, 1, 0, new_actor_failed};
    r.add_intrinsic(vm::Intrinsic::NewActor, makes);
    vm::NativeInfo sends{send_message};
    sends.fast = send_message_at_once;
    r.add_intrinsic(vm::Intrinsic::SendMessage, sends);
    r.add_intrinsic(vm::Intrinsic::HandleSelf, {self_handle});
    r.add("actor::start", makes);
    r.add("actor::self_handle", self_handle);
    r.add("actor::stop", {stop, 1});
    r.add("actor::supervise", {supervise, 0, 0, supervise_failed});
    r.add("actor::is_alive", is_alive);
    vm::NativeTypeOps ops;
    ops.copy = [](vm::Vm&, const TypeDescriptor&, Word word) {
        vm::object_of(word)->native<Actor>()->references.fetch_add(1, std::memory_order_relaxed);
        return word;
    };
    ops.drop = drop_handle;
    ops.fast_drop = drop_handle_at_once;
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
