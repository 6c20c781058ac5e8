#include "interpreter/scheduler/sequential_engine.h"

#include <algorithm>

namespace braid::scheduler {

namespace {

// What a safepoint passed by a preempted task counts for the virtual clock.
constexpr Instant kNanosecondsPerSafepoint = 10;

}  // namespace

std::unique_ptr<Engine> make_sequential_engine(SchedulerCore& core) { return std::make_unique<SequentialEngine>(core); }

SequentialEngine::SequentialEngine(SchedulerCore& core) : core_(core), runner_(core.scheduler) {}

void SequentialEngine::ready(Task& task, bool) {
    if (core_.current() == &runner_) {
        runnable_.push_back(&task);
        return;
    }
    {
        std::lock_guard lock(inbox_mutex_);
        inbox_.push(task);
        inbox_filled_.store(true, std::memory_order_seq_cst);
    }
    runner_.parker.unpark();
}

void SequentialEngine::timer_added() {
    if (core_.current() != &runner_) runner_.parker.unpark();
}

void SequentialEngine::drain_inbox() {
    if (!inbox_filled_.load(std::memory_order_acquire)) return;
    TaskQueue arrived;
    {
        std::lock_guard lock(inbox_mutex_);
        arrived = std::exchange(inbox_, {});
        inbox_filled_.store(false, std::memory_order_relaxed);
    }
    while (Task* task = arrived.pop()) {
        core_.point(PointKind::Input, task->id(), 0);
        runnable_.push_back(task);
    }
}

void SequentialEngine::run() {
    Worker* outer = Worker::current();
    SchedulerCore::set_current(&runner_);
    runner_.started = core_.clock();
    core_.world.add(runner_);
    if (core_.options.hooks.worker_started) core_.options.hooks.worker_started(runner_);
    core_.world.enter(runner_);
    loop();
    core_.world.leave(runner_);
    if (core_.options.hooks.worker_stopped) core_.options.hooks.worker_stopped(runner_);
    core_.world.remove(runner_);
    SchedulerCore::set_current(outer);
}

void SequentialEngine::loop() {
    while (!core_.stopping()) {
        if (runner_.signals().load(std::memory_order_relaxed) & SignalStopWorld) core_.world.safepoint(runner_);
        drain_inbox();
        if (core_.timers.next() <= now()) core_.timers.fire(now(), core_);
        if (runnable_.empty()) stand_still();
        else step();
    }
}

void SequentialEngine::step() {
    size_t picked = runnable_.size() == 1 ? 0 : core_.options.policy->pick(runnable_);
    Task* task = runnable_[picked];
    runnable_[picked] = runnable_.back();
    runnable_.pop_back();
    if (core_.step(runner_, *task, core_.budget(*task)) == SchedulerCore::Ended::Gone) return;
    Instant spent = static_cast<Instant>(runner_.spent) * kNanosecondsPerSafepoint;
    now_.store(now() + spent, std::memory_order_relaxed);
    runnable_.push_back(task);
}

void SequentialEngine::stand_still() {
    uint64_t next = core_.timers.next();
    if (next != Timers::kNever) {
        now_.store(std::max(now(), next), std::memory_order_relaxed);
        core_.point(PointKind::Timer, 0, now());
        core_.timers.fire(now(), core_);
        return;
    }
    Stillness stillness = core_.stillness();
    if (stillness != Stillness::Moving && !inbox_filled_.load(std::memory_order_seq_cst) && !core_.stillness_reported())
        return core_.report(stillness);
    core_.world.leave(runner_);
    Instant before = core_.clock();
    runner_.parker.park();
    ++runner_.count.idle_parks;
    runner_.count.idle_nanoseconds.add(core_.clock() - before);
    core_.world.enter(runner_);
}

void SequentialEngine::add_stats(Stats& stats) const { stats.workers.push_back(runner_.stats(core_.clock())); }

}  // namespace braid::scheduler
