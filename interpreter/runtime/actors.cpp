#include <fmt/format.h>

#include <deque>

#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// An actor is its state and a mailbox. While there are messages a task of its own handles them one after the other; an
// idle actor is no task at all, so it neither keeps the program alive nor counts in a deadlock.
namespace braid::runtime {

using bytecode::Repr;

namespace {

/// Where a caller waits for the answer. Written by the actor's task once it has claimed the caller.
struct Reply : vm::NativeState {
    vm::WakeHandle handle;
    WaitReason reason;
    enum class Status : uint8_t { Waiting, Answered, Failed } status = Status::Waiting;
    Word value = 0;
    void trace(heap::Marker& marker) override { marker.visit(value); }
};

struct Message {
    Word call = 0;
    Reply* reply = nullptr;  // valid for whoever claims `handle`
    vm::WakeHandle handle;
    uint64_t flow = 0;
};

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

    std::string describe() const override { return fmt::format("an answer of actor '{}'", type->name); }
    std::string made_name() const override { return fmt::format("actor '{}'", type->name); }
    void holders(std::vector<uint64_t>& ids) const override {
        if (task) ids.push_back(task->id());
    }
    void trace(heap::Marker& marker) {
        marker.visit(state);
        for (const Message& m : mailbox) marker.visit(m.call);
    }
};

constexpr WaitReason kBegins{"begin", nullptr};

/// Precondition: the actor's lock. Starts its task if it has none. `awaited`: the caller is about to wait for it, so it
/// goes on in the caller's place, and no other worker is woken for it.
bool wake_actor(NativeCall& call, Object* object, bool awaited) {
    Actor& actor = *object->native<Actor>();
    if (actor.task || actor.mailbox.empty()) return true;
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::Actor;
    options.name = &actor.type->name;
    options.site = actor.made;
    if (awaited) options.parked_for = &kBegins;
    Word argument = vm::word_of(object);
    auto task = call.vm().spawn(*Run::of(call).functions.actor, {&argument, 1}, options);
    if (!task) return false;
    vm::vm_task(*task).context = object;  // an argument of its first frame, so it lives
    actor.task = *task;
    if (awaited) call.scheduler().wake_anyway(**task, scheduler::WakeNormal);
    return true;
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
    Actor& actor = *object->native<Actor>();
    bool wants_reply = call.result_type().repr != Repr::Unit;
    if (call.step() == 1) {
        Reply& reply = call.state<Reply>();
        if (reply.status == Reply::Status::Answered) return call.give(reply.value);
        if (reply.status == Reply::Status::Failed)
            return call.panic(
                fmt::format("{}, while '{}' waited for its answer", gone(actor), call.task().display_name()));
        return call.cancelled();
    }
    std::unique_lock lock(actor.mutex);
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
    if (call.step() == 2) return call.give_unit();
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
        return call.drop(actor.state, *actor.type, 2);
    }
    current.message = std::move(actor.mailbox.front());
    actor.mailbox.pop_front();
    lock.unlock();
    flow_ends(vm, current.message.flow);
    const vm::Function& method = function_of_callable(current.message.call);
    bool by_reference = !method.parameter_reprs.empty() && method.parameter_reprs[0] == Repr::Reference;
    return call.invoke(current.message.call, {by_reference ? vm::word_of(&actor.state) : actor.state}, 1);
}

/// A handler panicked: the actor ends, all who wait for it learn it; with nobody waiting it is everybody's panic.
NativeAction actor_failed(NativeCall& call) {
    Actor& actor = *call.object(0)->native<Actor>();
    vm::Vm& vm = call.vm();
    auto& current = call.state<Current>();
    std::unique_lock lock(actor.mutex);
    actor.dead = true;
    actor.death = error_text(vm, call.result());
    actor.task = {};
    std::deque<Message> left = std::move(actor.mailbox);
    actor.mailbox.clear();
    lock.unlock();
    left.push_front(current.message);
    bool answered = false;
    for (Message& m : left) {
        if (!m.reply || !vm.claim(m.handle)) continue;
        answered = true;
        m.reply->status = Reply::Status::Failed;
        vm.resume(m.handle);
    }
    return answered ? call.recover(0) : call.give_unit();
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
    if (call.step() == 1) return call.give_unit();
    Actor& actor = *call.object(0)->native<Actor>();
    std::unique_lock lock(actor.mutex);
    if (--actor.references > 0 || actor.task || actor.state_dropped) return call.give_unit();
    actor.dead = actor.state_dropped = true;
    lock.unlock();
    return call.drop(actor.state, *actor.type, 1);
}

/// Handles only the messages before it.
NativeAction stop(NativeCall& call) {
    if (call.step() == 1) return call.give_unit();
    Actor& actor = *self_of<Actor>(call);
    std::unique_lock lock(actor.mutex);
    actor.stopping = true;
    if (actor.task || actor.state_dropped) return call.give_unit();
    actor.dead = actor.state_dropped = true;
    lock.unlock();
    return call.drop(actor.state, *actor.type, 1);
}
NativeAction is_alive(NativeCall& call) {
    Actor& actor = *self_of<Actor>(call);
    std::lock_guard lock(actor.mutex);
    return call.give_bool(!actor.dead && !actor.stopping);
}

}  // namespace

void make_actor_functions(Run& run) {
    vm::Vm& vm = run.vm();
    run.actor = vm.register_native_layout<Actor>("actor::Actor");
    run.functions.actor = &vm.make_native("$run_actor", {run_actor, 0, 0, actor_failed}, {Repr::Object}, Repr::Unit);
}

void register_actors(vm::NativeRegistry& r) {
    r.add_intrinsic(vm::Intrinsic::NewActor, {new_actor});
    r.add_intrinsic(vm::Intrinsic::SendMessage, {send_message});
    r.add_intrinsic(vm::Intrinsic::HandleSelf, {self_handle});
    r.add("actor::start", new_actor);
    r.add("actor::self_handle", self_handle);
    r.add("actor::stop", stop);
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
        Actor& actor = *vm::object_of(word)->native<Actor>();
        part("state", actor.state, actor.type);
    };
    r.add_type("$ActorHandle", ops);
    r.add_type("actor::Actor", ops);
}

}  // namespace braid::runtime
