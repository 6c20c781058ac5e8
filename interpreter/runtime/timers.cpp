#include <algorithm>
#include <cmath>

#include "interpreter/runtime/promise.h"
#include "interpreter/vm/values.h"

// Timers of an isolate: each is a task that sleeps on the strand; those that timers wake queue behind all microtasks.
namespace braid::runtime {

using bytecode::Repr;

namespace {

constexpr WaitReason kSleeps{"sleep", nullptr};
constexpr double kMostMilliseconds = 1e12;

/// (callback, due, period, id, arguments): woken when it is due.
NativeAction run_timer(NativeCall& call) {
    Isolate& isolate = *Run::of(call).isolate();
    int64_t id = call.integer(3);
    auto timer = isolate.timers.find(id);
    bool wanted = timer != isolate.timers.end() && !timer->second.cleared;
    if (wanted && call.step() == 0) {
        std::vector<Word> arguments;
        Object* list = vm::as_object(call.vm(), call.value(4), vm::ObjectKind::List);
        for (uint64_t i = 0; Word* element = list ? vm::list_element(list, i) : nullptr; ++i)
            arguments.push_back(heap::load_slot(element));
        return call.invoke(call.argument(0), arguments, 1);
    }
    if (wanted && call.integer(2) != 0) {
        int64_t due = call.integer(1) + call.integer(2);
        call.argument_slot(1) = static_cast<Word>(due);
        vm::WakeToken handle = call.park(&kSleeps);
        timer->second.timer = call.scheduler().wake_at(static_cast<uint64_t>(due), *handle.task, handle.token);
        return call.parked(0);
    }
    isolate.timers.erase(id);
    return give_undefined(call);
}

double milliseconds(NativeCall& call, size_t i) {
    double ms = 0;
    vm::as_double(call.vm(), call.value(i), ms);
    return ms;
}

template <bool kRepeats>
NativeAction set_timer(NativeCall& call) {
    if (!is_callable(call.vm(), call.argument(0)))
        return call.throw_error(bytecode::WellKnown::TypeError, "the callback of a timer is not a function");
    return call.give_value(
        call.vm().box_integer(start_timer(call, call.argument(0), milliseconds(call, 1), kRepeats, call.argument(2))));
}
NativeAction clear(NativeCall& call) {
    double id = 0;
    // What is no timer's number is none of a timer: nothing is cleared then.
    if (vm::as_double(call.vm(), call.value(0), id) && id >= 0 && id < kMostMilliseconds)
        clear_timer(call, static_cast<int64_t>(id));
    return give_undefined(call);
}
NativeAction sleep(NativeCall& call) {
    Object* promise = new_promise(call);
    start_timer(call, resolver_of(call, *Run::of(call).functions.resolver, promise), milliseconds(call, 0), false);
    return call.give(vm::word_of(promise));
}

}  // namespace

int64_t start_timer(NativeCall& call, Word callback, double ms, bool repeats, Word arguments_list) {
    Isolate& isolate = *Run::of(call).isolate();
    int64_t id = isolate.next_timer++;
    double clamped = ms >= 1 ? std::min(ms, kMostMilliseconds) : 1;  // also NaN: as in every JavaScript host
    auto period = static_cast<uint64_t>(clamped * 1e6);
    // The timer is set here and now: were it to wait until its task runs, timers that became due meanwhile would fire
    // in the order of these calls, and not in that of their times.
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::Fiber;
    options.strand = &isolate.strand;
    options.parked_for = &kSleeps;
    scheduler::Instant due = call.scheduler().now() + period;
    Word arguments[] = {callback, due, repeats ? period : 0, static_cast<Word>(id), arguments_list};
    auto task = call.vm().spawn(*Run::of(call).functions.timer, arguments, options);
    if (!task) return id;
    Isolate::Timer& timer = isolate.timers[id];
    timer.task = *task;
    timer.timer = call.scheduler().wake_at(due, *timer.task, timer.task->token());
    return id;
}

void clear_timer(NativeCall& call, int64_t id) {
    Isolate& isolate = *Run::of(call).isolate();
    auto timer = isolate.timers.find(id);
    if (timer == isolate.timers.end()) return;
    timer->second.cleared = true;
    call.scheduler().cancel_timer(timer->second.timer);  // or the program would stay for it
    scheduler::TaskRef task = timer->second.task;
    if (task && task.get() != &call.task()) call.scheduler().wake_anyway(*task, scheduler::WakeNormal);
}

void make_timer_functions(Run& run) {
    run.functions.timer = &run.vm().make_native(
        "$timer", {run_timer}, {Repr::Boxed, Repr::I64, Repr::I64, Repr::I64, Repr::Boxed}, Repr::Boxed);
}

void register_timers(vm::NativeRegistry& r) {
    r.add("core::setTimeout", set_timer<false>);
    r.add("core::setInterval", set_timer<true>);
    r.add("core::clearTimeout", clear);
    r.add("core::clearInterval", clear);
    r.add("promises::Async::sleep", sleep);
}

}  // namespace braid::runtime
