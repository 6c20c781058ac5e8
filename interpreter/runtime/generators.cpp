#include "interpreter/vm/generator.h"

#include "interpreter/runtime/promise.h"
#include "interpreter/vm/shapes.h"

// Generators: each `next` goes on with the function's one frame until it yields or ends. Those of async functions are
// the same below; their `next` is an async function around the step (core.velox).
namespace braid::runtime {

namespace {

using vm::Generator;
using Status = Generator::Status;

/// `{ value, done }`.
Word new_step(NativeCall& call, Word value, bool done) {
    vm::Vm& vm = call.vm();
    Object* step = vm::new_instance(vm, vm.shapes().root(nullptr));
    vm::set_property(vm, step, Name("value"), value);
    vm::set_property(vm, step, Name("done"), Value::boolean(done).word());
    return vm::word_of(step);
}
NativeAction give_step(NativeCall& call, Word value, bool done) { return call.give(new_step(call, value, done)); }

NativeAction stepped(NativeCall& call, Generator& generator) {
    bool ended = generator.status == Status::Running;
    if (ended) generator.status = Status::Done;
    return give_step(call, call.result(), ended);
}

NativeAction running(NativeCall& call) {
    return call.throw_error(bytecode::WellKnown::TypeError, "the generator is running already");
}

NativeAction next(NativeCall& call) {
    auto& generator = *call.native<Generator>(0);
    if (call.step() > 0) return stepped(call, generator);
    if (generator.status == Status::Running) return running(call);
    if (generator.status == Status::Done) return give_step(call, Value::undefined().word(), true);
    call.scalar(0) = 1;
    return vm::resume(call, generator, call.argument(1), 1);
}

NativeAction throw_into(NativeCall& call) {
    auto& generator = *call.native<Generator>(0);
    if (call.step() > 0) return stepped(call, generator);
    if (generator.status == Status::Running) return running(call);
    Word error = call.argument(1);
    if (generator.status != Status::Suspended) {
        generator.status = Status::Done;
        return call.raise(error);
    }
    call.scalar(0) = 1;
    NativeAction action = vm::resume(call, generator, Value::undefined().word(), 1);
    return action == vm::NativeAction::Invoke ? call.raise(error) : action;
}

/// What left the body ends the generator.
NativeAction failed(NativeCall& call) {
    if (call.scalar(0)) call.native<Generator>(0)->status = Status::Done;
    return call.give(0);
}

/// Ends it where it stands: a `GeneratorEnd` goes through its frame and runs what `finally` holds.
NativeAction return_(NativeCall& call) {
    auto& generator = *call.native<Generator>(0);
    if (call.step() > 0) return stepped(call, generator);
    if (generator.status == Status::Running) return running(call);
    if (generator.status != Status::Suspended) {
        generator.status = Status::Done;
        generator.call = 0;
        return give_step(call, call.argument(1), true);
    }
    Word end = new_error_named(call, "GeneratorEnd", "the generator was ended");
    call.traced(0) = end;
    NativeAction action = vm::resume(call, generator, Value::undefined().word(), 1);
    return action == vm::NativeAction::Invoke ? call.raise(end) : action;
}

NativeAction ended(NativeCall& call) {
    if (call.traced(0) == 0) return call.give(0);
    call.native<Generator>(0)->status = Status::Done;
    if (call.error() != call.traced(0)) return call.give(0);
    return call.recover(new_step(call, call.argument(1), true));
}

NativeAction is_busy(NativeCall& call) {
    auto& generator = *call.native<Generator>(0);
    const bool is_awaited = generator.waiting && vm::list_count(vm::object_of(generator.waiting)) > 0;
    return call.give(Value::boolean(generator.status == Status::Running || is_awaited).word());
}

NativeAction waiting(NativeCall& call) {
    auto& generator = *call.native<Generator>(0);
    if (!generator.waiting) generator.waiting = vm::word_of(call.vm().new_list(bytecode::Repr::Boxed, 0));
    return call.give(generator.waiting);
}

}  // namespace

void Isolate::make_layouts(vm::Vm& vm) {
    generator = vm.register_native_layout<Generator>("core::Generator");
    async_generator = vm.register_native_layout<Generator>("core::AsyncGenerator");
    match = vm.register_layout(heap::Layout::fixed("match", {false, true, true}), {vm::ObjectKind::List});
}

Word new_generator(NativeCall& call, Word bound, bool is_async) {
    Isolate& isolate = *Run::of(call).isolate();
    Object* made = call.vm().new_native<Generator>(is_async ? isolate.async_generator : isolate.generator);
    made->native<Generator>()->call = bound;
    return vm::word_of(made);
}

void register_generators(vm::NativeRegistry& r) {
    for (std::string type : {"core::Generator::", "core::AsyncGenerator::"}) {
        bool async = type.find("Async") != std::string::npos;
        r.add(type + (async ? "step" : "next"), {next, 0, 1, failed});
        r.add(type + (async ? "fail" : "throw"), {throw_into, 0, 1, failed});
        r.add(type + (async ? "end" : "return"), {return_, 1, 0, ended});
    }
    r.add("core::AsyncGenerator::isBusy", is_busy);
    r.add("core::AsyncGenerator::waiting", waiting);
}

}  // namespace braid::runtime
