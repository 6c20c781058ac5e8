#pragma once
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "interpreter/bytecode/code.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/values.h"
#include "interpreter/vm/vm.h"
#include "tests/support/mir_programs.h"

namespace braid::testing {

struct Outcome {
    std::string out, error;
    int code = 0;
    heap::HeapStats heap;
};

struct RunSettings {
    unsigned workers = 1;
    bool stress = false;
    std::function<void(vm::Vm&)> before;
    std::function<void(vm::NativeRegistry&)> natives;
    size_t max_stack = 1 << 16;
};

/// `print`: shows its arguments in a line. `spawn(closure)`: runs it as a task.
inline void add_natives(vm::NativeRegistry& natives) {
    natives.add("print", {[](vm::NativeCall& call) {
                              std::string line;
                              bool boxed = call.function().policy == SlotPolicy::Boxed;
                              for (size_t i = 0; i < call.argument_count(); ++i) {
                                  if (i) line += ' ';
                                  if (!boxed) line += call.text(i);
                                  else if (call.function().rest && i + 1 == call.argument_count())
                                      for (uint64_t k = 0; vm::Word* e = vm::list_element(call.object(i), k); ++k)
                                          vm::inspect_value(call.vm(), vm::Value(*e), line);
                                  else vm::inspect_value(call.vm(), call.value(i), line);
                              }
                              call.vm().options().print(line + "\n");
                              return call.give(boxed ? vm::Value::undefined().word() : 0);
                          },
                          0, 0, nullptr, true});
    natives.add_intrinsic(vm::Intrinsic::Go, {[](vm::NativeCall& call) {
                              vm::Vm::SpawnOptions options;
                              options.site = call.call_site();
                              static const vm::NativeInfo kRunner{[](vm::NativeCall& inner) {
                                  return inner.step() == 0 ? inner.invoke(inner.argument(0), {}, 1) : inner.give_unit();
                              }};
                              const vm::Function& runner =
                                  call.vm().make_native("$runner", kRunner, {vm::Repr::Object}, vm::Repr::Unit);
                              vm::Word callee = call.argument(0);
                              if (!call.vm().spawn(runner, {&callee, 1}, options)) return call.panic("too many tasks");
                              return call.give_unit();
                          }});
}

inline Outcome run(std::shared_ptr<TestModel> model, ItemId entry, RunSettings settings = {}) {
    Outcome outcome;
    std::mutex mutex;
    vm::NativeRegistry natives;
    add_natives(natives);
    if (settings.natives) settings.natives(natives);
    auto program = bytecode::compile(model, natives, {entry});
    if (!program) {
        outcome.error = program.error().message;
        outcome.code = -1;
        return outcome;
    }
    vm::Vm* machine = nullptr;
    heap::HeapOptions heap_options;
    heap_options.stress = settings.stress || std::getenv("BRAID_GC_STRESS");
    heap_options.collection_wanted = [&] {
        if (machine) machine->collection_wanted();
    };
    heap::Heap heap(heap_options);
    vm::VmOptions options;
    options.max_stack_words = settings.max_stack;
    options.print = [&](std::string_view s) {
        std::lock_guard lock(mutex);
        outcome.out += s;
    };
    options.print_error = [&](std::string_view s) {
        std::lock_guard lock(mutex);
        outcome.error += s;
    };
    vm::Vm vm(*program, natives, heap, options);
    if (auto linked = vm.link(); !linked) {
        outcome.error = linked.error();
        outcome.code = -2;
        return outcome;
    }
    machine = &vm;
    scheduler::Options scheduling;
    scheduling.workers = settings.workers;
    scheduling.hooks.worker_started = [&](scheduler::Worker& w) { vm.worker_started(w); };
    scheduling.hooks.worker_stopped = [&](scheduler::Worker& w) { vm.worker_stopped(w); };
    scheduler::Scheduler scheduler(std::move(scheduling));
    vm.attach(scheduler);
    if (settings.before) settings.before(vm);
    REQUIRE(vm.start());
    outcome.code = scheduler.run().code;
    outcome.heap = heap.stats();
    machine = nullptr;
    return outcome;
}

}  // namespace braid::testing
