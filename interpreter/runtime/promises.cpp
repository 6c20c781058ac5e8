#include "interpreter/runtime/promise.h"

#include "interpreter/runtime/report.h"
#include "interpreter/runtime/task_core.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/values.h"

namespace braid::runtime {

using bytecode::Repr;
using vm::ObjectKind;

Object* new_promise(NativeCall& call) {
    Object* object = call.vm().new_native<Promise>(Run::of(call).promise);
    object->native<Promise>()->made = call.call_site();
    return object;
}

Promise* as_promise(vm::Vm& vm, Word value) {
    if (!Value::is_pointer(value)) return nullptr;
    Object* object = vm::object_of(value);
    if (object->layout() != Run::of(vm).promise) return nullptr;
    return object->native<Promise>();
}

bool is_callable(vm::Vm& vm, Word value) {
    if (!Value::is_pointer(value)) return false;
    ObjectKind kind = vm.kind_of(vm::object_of(value));
    return kind == ObjectKind::Closure || kind == ObjectKind::BoundCall;
}

Word resolver_of(NativeCall& call, const vm::Function& function, Object* promise) {
    return bound_call(call.vm(), function, {0, vm::word_of(promise)});
}

scheduler::TaskRef start_job(NativeCall& call, const vm::Function& function, std::span<const Word> arguments) {
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::Fiber;
    options.strand = &Run::of(call).isolate()->strand;
    auto task = call.vm().spawn(function, arguments, options);
    return task ? *task : scheduler::TaskRef();
}

namespace {

void run_reaction(NativeCall& call, Promise& promise, const Promise::Reaction& r) {
    bool rejected = promise.status == Promise::Status::Rejected;
    auto& functions = Run::of(call).functions;
    switch (r.kind) {
        case Promise::Reaction::Kind::Resume: call.vm().wake(r.handle); break;
        case Promise::Reaction::Kind::Then: {
            Word arguments[] = {rejected ? r.on_rejected : r.on_fulfilled, promise.value, r.target, rejected};
            start_job(call, *functions.reaction, arguments);
            break;
        }
        case Promise::Reaction::Kind::Part: {
            Word arguments[] = {promise.value, r.target, r.index, rejected};
            start_job(call, *functions.settle_part, arguments);
        }
    }
}

void settle(NativeCall& call, Object* object, Promise::Status status, Word value) {
    Promise& promise = *object->native<Promise>();
    if (promise.status != Promise::Status::Pending) return;
    promise.status = status;
    promise.resolved = true;
    promise.value = value;
    std::vector<Promise::Reaction> reactions = std::move(promise.reactions);
    promise.reactions.clear();
    for (const auto& reaction : reactions) run_reaction(call, promise, reaction);
    if (status == Promise::Status::Fulfilled || promise.handled) return;
    Isolate& isolate = *Run::of(call).isolate();
    isolate.rejections.push_back(object);
    if (!std::exchange(isolate.checks_rejections, true)) start_job(call, *Run::of(call).functions.rejections, {});
}

}  // namespace

void resolve(NativeCall& call, Object* object, Word value) {
    Promise& promise = *object->native<Promise>();
    if (promise.status != Promise::Status::Pending) return;
    promise.resolved = true;
    if (value == vm::word_of(object))
        return settle(call, object, Promise::Status::Rejected,
                      call.vm().new_error(bytecode::WellKnown::TypeError, "a promise cannot be resolved with itself"));
    if (!as_promise(call.vm(), value)) return settle(call, object, Promise::Status::Fulfilled, value);
    Word arguments[] = {vm::word_of(object), value};
    start_job(call, *Run::of(call).functions.adopt, arguments);
}
void reject(NativeCall& call, Object* promise, Word error) { settle(call, promise, Promise::Status::Rejected, error); }

void add_reaction(NativeCall& call, Object* object, Promise::Reaction reaction) {
    Promise& promise = *object->native<Promise>();
    promise.handled = true;
    if (promise.status == Promise::Status::Pending) promise.reactions.push_back(std::move(reaction));
    else run_reaction(call, promise, reaction);
}

Word new_error_named(NativeCall& call, std::string_view klass, std::string_view message) {
    vm::Vm& vm = call.vm();
    Word error = vm.new_error(bytecode::WellKnown::JsError, message);
    for (const bytecode::ClassDescriptor& c : vm.program().classes)
        if (c.name == klass && c.is_error) {
            Object* object = vm::new_instance(vm, vm.shapes().root(&c));
            const vm::Shape* shape = vm::shape_of(vm::object_of(error));
            for (Name name : shape->names())
                vm::set_property(vm, object, name, *vm::find_property(vm::object_of(error), name));
            error = vm::word_of(object);
            break;
        }
    vm::set_property(vm, vm::object_of(error), Name("name"), vm.string_word(klass));
    return error;
}

namespace {

// --- jobs ---

/// (handler, value, derived, is rejection)
NativeAction react(NativeCall& call) {
    Object* derived = call.object(2);
    if (call.step() == 0) {
        if (is_callable(call.vm(), call.argument(0))) return call.invoke(call.argument(0), {call.argument(1)}, 1);
        if (call.boolean(3)) reject(call, derived, call.argument(1));
        else resolve(call, derived, call.argument(1));
        return give_undefined(call);
    }
    resolve(call, derived, call.result());
    return give_undefined(call);
}
NativeAction react_failed(NativeCall& call) {
    reject(call, call.object(2), call.result());
    return call.recover(Value::undefined().word());
}

/// (promise, inner): the promise becomes what `inner` becomes.
NativeAction adopt(NativeCall& call) {
    Promise::Reaction reaction;
    reaction.kind = Promise::Reaction::Kind::Then;
    reaction.target = call.argument(0);
    add_reaction(call, call.object(1), reaction);
    return give_undefined(call);
}

NativeAction microtask(NativeCall& call) {
    return call.step() == 0 ? call.invoke(call.argument(0), {}, 1) : give_undefined(call);
}

NativeAction resolve_bound(NativeCall& call) {
    Word value = call.argument(0) ? call.argument(0) : Value::undefined().word();
    if (!call.object(1)->native<Promise>()->resolved) resolve(call, call.object(1), value);
    return give_undefined(call);
}
NativeAction reject_bound(NativeCall& call) {
    Word value = call.argument(0) ? call.argument(0) : Value::undefined().word();
    if (!call.object(1)->native<Promise>()->resolved) reject(call, call.object(1), value);
    return give_undefined(call);
}

/// Looks, when the microtasks are done, whether somebody has taken care of what was rejected.
constexpr WaitReason kChecks{"look after rejections", nullptr};
NativeAction check_rejections(NativeCall& call) {
    Isolate& isolate = *Run::of(call).isolate();
    if (call.step() == 0) {
        vm::WakeToken handle = call.park(&kChecks);
        call.scheduler().wake_at(call.scheduler().now(), *handle.task, handle.token);
        return call.parked(1);
    }
    isolate.checks_rejections = false;
    std::vector<Object*> found = std::move(isolate.rejections);
    isolate.rejections.clear();
    for (Object* object : found) {
        Promise& promise = *object->native<Promise>();
        if (promise.handled) continue;
        auto made = call.vm().model().location(promise.made.item, promise.made.node);
        call.vm().options().print_error("error: unhandled rejection: " +
                                        with_source_line(call.vm(), call.vm().describe_error(promise.value)) + "\n");
        if (made.line)
            call.vm().options().print_error("  the promise was made at " + made.file + ":" + std::to_string(made.line) +
                                            ":" + std::to_string(made.column) + "\n");
        Run::of(call).exit(vm::kExitThrown);
        break;
    }
    return give_undefined(call);
}

// --- await, async ---

struct Awaiting : vm::NativeState {
    WaitReason reason;
};

NativeAction await_promise(NativeCall& call) {
    vm::Vm& vm = call.vm();
    Promise* promise = as_promise(vm, call.argument(0));
    if (call.step() == 1) {
        if (!promise) return call.give(call.argument(0));
        return promise->status == Promise::Status::Rejected ? call.raise(promise->value) : call.give(promise->value);
    }
    auto& state = call.state<Awaiting>();
    state.reason = {"await", promise};
    vm::WakeToken handle = call.park(&state.reason);
    if (promise && promise->status == Promise::Status::Pending) {
        Promise::Reaction reaction;
        reaction.handle = handle;
        promise->handled = true;
        promise->reactions.push_back(reaction);
    } else {
        if (promise) promise->handled = true;
        vm.wake(handle);  // one microtask
    }
    return call.parked(1);
}

NativeAction await_task(NativeCall& call) {
    TaskCore& core = *self_of<TaskCore>(call);
    if (call.step() == 1) {
        core.leave_queue(call.state<WaitState>().waiter);
        if (!core.is_finished() && call.was_cancelled()) return call.cancelled();
    }
    NativeAction action = wait_for_task(call, core, 1);
    return action == NativeAction::Next ? give_task_result(call, core) : action;
}

/// Velox: a promise or any value. Altru: a task, or the value itself (the answer of an actor has arrived already).
NativeAction await(NativeCall& call) {
    if (call.function().policy == bytecode::SlotPolicy::Boxed || call.function().parameter_types.empty())
        return await_promise(call);
    if (operand(call, 0).type->native_name == "async::Task") return await_task(call);
    return call.give(call.argument(0));
}

/// (bound call): runs on the caller's stack until it waits for the first time.
NativeAction async_call(NativeCall& call) {
    if (call.step() == 0) {
        const vm::Function& f = *vm::closure_function(call.object(0));
        if (f.is_generator) return call.give(new_generator(call, call.argument(0), f.is_async));
        Object* promise = new_promise(call);
        call.traced(0) = vm::word_of(promise);
        call.begin_async(vm::word_of(promise));
        return call.invoke(call.argument(0), {}, 1);
    }
    Word promise = call.traced(0);
    resolve(call, vm::object_of(promise), call.result());
    return call.give(promise);
}
NativeAction async_failed(NativeCall& call) {
    Word promise = call.traced(0);
    reject(call, vm::object_of(promise), call.result());
    return call.recover(promise);
}

// --- class Promise ---

NativeAction construct(NativeCall& call) {
    if (call.step() == 0) {
        Object* promise = new_promise(call);
        call.traced(0) = vm::word_of(promise);
        auto& functions = Run::of(call).functions;
        return call.invoke(
            call.argument(0),
            {resolver_of(call, *functions.resolver, promise), resolver_of(call, *functions.rejecter, promise)}, 1);
    }
    return call.give(call.traced(0));
}
NativeAction construct_failed(NativeCall& call) {
    Object* promise = vm::object_of(call.traced(0));
    if (!promise) return call.give_unit();
    if (!promise->native<Promise>()->resolved) reject(call, promise, call.result());
    return call.recover(call.traced(0));
}

NativeAction chain(NativeCall& call, Word on_fulfilled, Word on_rejected) {
    if (!as_promise(call.vm(), call.argument(0)))
        return call.throw_error(bytecode::WellKnown::TypeError, "the receiver is not a promise");
    Promise::Reaction reaction;
    reaction.kind = Promise::Reaction::Kind::Then;
    reaction.on_fulfilled = on_fulfilled;
    reaction.on_rejected = on_rejected;
    reaction.target = vm::word_of(new_promise(call));
    add_reaction(call, call.object(0), reaction);
    return call.give(reaction.target);
}
NativeAction then(NativeCall& call) { return chain(call, call.argument(1), call.argument(2)); }
NativeAction catch_(NativeCall& call) { return chain(call, 0, call.argument(1)); }

/// Bound to a callback and how the promise ended: (value, callback, is rejection).
NativeAction finally_handler(NativeCall& call) {
    if (call.step() == 0) return call.invoke(call.argument(1), {}, 1);
    // What the callback gives is awaited, then the promise's own end goes on.
    if (call.step() == 1 && as_promise(call.vm(), call.result())) {
        Promise& waited = *as_promise(call.vm(), call.result());
        call.traced(0) = call.result();
        if (waited.status == Promise::Status::Pending) {
            auto& state = call.state<Awaiting>();
            state.reason = {"await", &waited};
            Promise::Reaction reaction;
            reaction.handle = call.park(&state.reason);
            waited.handled = true;
            waited.reactions.push_back(reaction);
            return call.parked(2);
        }
        waited.handled = true;
    }
    if (call.traced(0))
        if (Promise& waited = *as_promise(call.vm(), call.traced(0)); waited.status == Promise::Status::Rejected)
            return call.raise(waited.value);
    return call.boolean(2) ? call.raise(call.argument(0)) : call.give(call.argument(0));
}

NativeAction finally_(NativeCall& call) {
    auto handler = [&](bool rejected) {
        Object* bound = call.vm().new_bound_call(*Run::of(call).functions.finally_);
        bound->slots()[vm::kBoundFirst + 1] = call.argument(1);
        bound->slots()[vm::kBoundFirst + 2] = rejected;
        return vm::word_of(bound);
    };
    return chain(call, handler(false), handler(true));
}

Object* promise_of(NativeCall& call, Word value) {
    if (as_promise(call.vm(), value)) return vm::object_of(value);
    Object* promise = new_promise(call);
    resolve(call, promise, value);
    return promise;
}
NativeAction static_resolve(NativeCall& call) { return call.give(vm::word_of(promise_of(call, call.argument(0)))); }
NativeAction static_reject(NativeCall& call) {
    Object* promise = new_promise(call);
    reject(call, promise, call.argument(0));
    return call.give(vm::word_of(promise));
}

NativeAction resolver_settle(NativeCall& call, bool rejects) {
    Value self = call.value(0);
    Object* bound = vm::as_object(call.vm(), self, ObjectKind::BoundCall);
    if (!bound || vm::closure_function(bound)->native_name != "promises::Resolver")
        return call.throw_error(bytecode::WellKnown::TypeError, "the receiver is not a resolver");
    Object* promise = vm::object_of(bound->slots()[vm::kBoundFirst + 1]);
    if (!promise->native<Promise>()->resolved) {
        if (rejects) reject(call, promise, call.argument(1));
        else resolve(call, promise, call.argument(1));
    }
    return give_undefined(call);
}
NativeAction resolver_resolve(NativeCall& call) { return resolver_settle(call, false); }
NativeAction resolver_reject(NativeCall& call) { return resolver_settle(call, true); }

NativeAction queue_microtask(NativeCall& call) {
    Word callback = call.argument(0);
    start_job(call, *Run::of(call).functions.microtask, {&callback, 1});
    return give_undefined(call);
}

}  // namespace

void make_promise_functions(Run& run) {
    vm::Vm& vm = run.vm();
    run.promise = vm.register_native_layout<Promise>("promises::Promise");
    constexpr Repr kValue = Repr::Boxed;
    auto& f = run.functions;
    f.reaction =
        &vm.make_native("$reaction", {react, 0, 0, react_failed}, {kValue, kValue, kValue, Repr::Bool}, kValue);
    f.adopt = &vm.make_native("$adopt", {adopt}, {kValue, kValue}, kValue);
    f.microtask = &vm.make_native("$microtask", {microtask}, {kValue}, kValue);
    f.rejections = &vm.make_native("$rejections", {check_rejections}, {}, kValue);
    f.resolver = &vm.make_native("promises::Resolver", {resolve_bound}, {kValue, kValue}, kValue);
    f.rejecter = &vm.make_native("promises::Rejecter", {reject_bound}, {kValue, kValue}, kValue);
    f.finally_ = &vm.make_native("$finally", {finally_handler, 1}, {kValue, kValue, Repr::Bool}, kValue);
}

void register_promises(vm::NativeRegistry& r) {
    r.add_intrinsic(vm::Intrinsic::Await, {await});
    r.add_intrinsic(vm::Intrinsic::AsyncCall, {async_call, 1, 0, async_failed});
    r.add("promises::Promise::constructor", {construct, 1, 0, construct_failed});
    r.add("promises::Promise::then", then);
    r.add("promises::Promise::catch", catch_);
    r.add("promises::Promise::finally", finally_);
    r.add("promises::Promise::resolve", static_resolve);
    r.add("promises::Promise::reject", static_reject);
    r.add("promises::Resolver::resolve", resolver_resolve);
    r.add("promises::Resolver::reject", resolver_reject);
    r.add("core::queueMicrotask", queue_microtask);
}

}  // namespace braid::runtime
