#pragma once

#include <atomic>
#include <cstdint>

#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

// The thread a task runs on, as the task sees it: one of the N workers, the runner of a sequential policy, or the OS
// thread of one external task.
class Worker {
  public:
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    virtual ~Worker() = default;

    // The worker of the calling thread, null outside task code and hooks.
    static Worker* current() noexcept;

    Scheduler& scheduler() const noexcept { return scheduler_; }
    // 0 … N-1 for workers; external threads have numbers from N on, reused.
    uint32_t index() const noexcept { return index_; }
    bool is_external() const noexcept { return external_; }
    Task* current_task() const noexcept { return task_.load(std::memory_order_relaxed); }
    const std::atomic<uint32_t>& signals() const noexcept { return signals_; }

    // The embedder's state of this thread (allocation cache, …), made by Hooks::worker_started.
    void* local = nullptr;

  protected:
    Worker(Scheduler& scheduler, uint32_t index, bool external) noexcept
        : scheduler_(scheduler), index_(index), external_(external) {}

  private:
    friend struct SchedulerCore;
    friend class World;

    Scheduler& scheduler_;
    const uint32_t index_;
    const bool external_;
    std::atomic<uint32_t> signals_{0};
    std::atomic<Task*> task_{nullptr};
};

}  // namespace braid::scheduler
