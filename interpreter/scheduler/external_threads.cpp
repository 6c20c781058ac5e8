#include "interpreter/scheduler/external_threads.h"

#include <system_error>
#include <thread>

#include "interpreter/scheduler/core.h"
#include "interpreter/scheduler/parker.h"

namespace braid::scheduler {

struct ExternalThreads::Thread : CoreWorker {
    Thread(SchedulerCore& core, uint32_t slot, Task& of)
        : CoreWorker(core.scheduler, core.engine->worker_count() + slot, true), slot(slot), task(of) {}

    const uint32_t slot;
    Task& task;
    Parker parker;
    std::atomic<bool> runnable{false};
    std::thread thread;
};

ExternalThreads::ExternalThreads(SchedulerCore& core) : core_(core) {}
ExternalThreads::~ExternalThreads() = default;

bool ExternalThreads::create(Task& task) {
    reap_finished();
    std::lock_guard lock(mutex_);
    if (closed_ || live_ >= core_.options.max_external_threads) return false;
    size_t slot = 0;
    while (slot < threads_.size() && threads_[slot]) ++slot;
    if (slot == threads_.size()) threads_.emplace_back();
    auto thread = std::make_unique<Thread>(core_, static_cast<uint32_t>(slot), task);
    SchedulerCore::set_external(task, thread.get());
    try {
        thread->thread = std::thread([this, thread = thread.get()] { serve(*thread); });
    } catch (const std::system_error&) {
        SchedulerCore::set_external(task, nullptr);
        return false;
    }
    threads_[slot] = std::move(thread);
    ++live_;
    ++started_;
    return true;
}

void ExternalThreads::go(Task& task) {
    auto& thread = static_cast<Thread&>(*SchedulerCore::external_of(task));
    core_.begin_outside();
    thread.runnable.store(true, std::memory_order_release);
    thread.parker.unpark();
}

void ExternalThreads::serve(Thread& thread) {
    SchedulerCore::set_current(&thread);
    thread.started = core_.clock();
    core_.world.add(thread);
    if (core_.options.hooks.worker_started) core_.options.hooks.worker_started(thread);
    while (!core_.stopping()) {
        if (!thread.runnable.exchange(false, std::memory_order_acquire)) {
            Instant before = core_.clock();
            ++thread.count.idle_parks;
            thread.parker.park();
            thread.count.idle_nanoseconds.add(core_.clock() - before);
            continue;
        }
        core_.world.enter(thread);
        while (!core_.stopping() &&
               core_.step(thread, thread.task, core_.budget(thread.task)) == SchedulerCore::Ended::Requeue) {
        }
        core_.world.leave(thread);
        bool done = thread.finished;
        core_.end_outside();
        if (done) break;
    }
    // Inside: what the worker has of the heap is given back while no collection looks at it.
    core_.world.enter(thread);
    if (core_.options.hooks.worker_stopped) core_.options.hooks.worker_stopped(thread);
    core_.world.leave(thread);
    core_.world.remove(thread);
    SchedulerCore::set_current(nullptr);
    std::lock_guard lock(mutex_);
    add_to(finished_stats_, thread.stats(core_.clock()));
    --live_;
    finished_.push_back(std::move(threads_[thread.slot]));
    ended_.notify_all();
}

void ExternalThreads::reap_finished() {
    std::vector<std::unique_ptr<Thread>> finished;
    {
        std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (auto& thread : finished) thread->thread.join();
}

void ExternalThreads::wake_all() {
    std::lock_guard lock(mutex_);
    for (auto& thread : threads_)
        if (thread) thread->parker.unpark();
}

void ExternalThreads::join_all() {
    {
        std::unique_lock lock(mutex_);
        closed_ = true;
        ended_.wait(lock, [this] { return live_ == 0; });
    }
    reap_finished();
}

uint64_t ExternalThreads::started() const {
    std::lock_guard lock(mutex_);
    return started_;
}

void ExternalThreads::add_stats(Stats& stats) const {
    std::lock_guard lock(mutex_);
    stats.external_threads = started_;
    add_to(stats.total, finished_stats_);
    for (const auto& thread : threads_)
        if (thread) add_to(stats.total, thread->stats(core_.clock()));
}

}  // namespace braid::scheduler
