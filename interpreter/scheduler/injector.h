#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include "interpreter/scheduler/task_queue.h"

namespace braid::scheduler {

// The queue for tasks made runnable by threads that are no workers, and for what workers have too much of.
class Injector {
  public:
    bool empty() const { return size_.load(std::memory_order_seq_cst) == 0; }

    void push(Task& task) {
        std::lock_guard lock(mutex_);
        queue_.push(task);
        size_.store(queue_.size(), std::memory_order_seq_cst);
    }

    void push(TaskQueue&& tasks) {
        std::lock_guard lock(mutex_);
        queue_.push(std::move(tasks));
        size_.store(queue_.size(), std::memory_order_seq_cst);
    }

    // Up to `max` tasks, oldest first.
    TaskQueue pop(size_t max) {
        TaskQueue taken;
        if (size_.load(std::memory_order_relaxed) == 0) return taken;
        std::lock_guard lock(mutex_);
        while (taken.size() < max) {
            Task* task = queue_.pop();
            if (!task) break;
            taken.push(*task);
        }
        size_.store(queue_.size(), std::memory_order_seq_cst);
        return taken;
    }

    size_t size() const { return size_.load(std::memory_order_relaxed); }

  private:
    std::mutex mutex_;
    TaskQueue queue_;
    std::atomic<size_t> size_{0};
};

}  // namespace braid::scheduler
