#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "interpreter/scheduler/stats.h"

namespace braid::scheduler {

class Task;
struct SchedulerCore;

// Tasks with an OS thread of their own. They step like others; what differs is that parking blocks the thread.
class ExternalThreads {
  public:
    explicit ExternalThreads(SchedulerCore& core);
    ~ExternalThreads();

    // Makes the thread of a task that is not yet registered; it starts with the first go(). False: too many.
    bool create(Task& task);
    // The task is runnable.
    void go(Task& task);
    // Shutdown: all threads end at their next safepoint.
    void wake_all();
    void join_all();

    uint64_t started() const;
    void add_stats(Stats& stats) const;

  private:
    struct Thread;
    void serve(Thread& thread);
    void reap_finished();

    SchedulerCore& core_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<std::unique_ptr<Thread>> threads_;  // by index; null: free
    std::vector<std::unique_ptr<Thread>> finished_;
    WorkerStats finished_stats_;
    uint64_t started_ = 0;
    unsigned live_ = 0;
    bool closed_ = false;
};

}  // namespace braid::scheduler
