#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "interpreter/scheduler/short_lock.h"
#include "interpreter/scheduler/task_queue.h"

namespace braid::scheduler {

// The queue for tasks made runnable by threads that are no workers, and for what workers have too much of. It holds
// pointers, and reads no task while it is locked: tasks lie in the caches of those who made them.
class Injector {
  public:
    static constexpr size_t kMostPopped = 256;

    bool empty() const { return size_.load(std::memory_order_seq_cst) == 0; }

    void push(Task& task) {
        Task* one = &task;
        push(std::span(&one, 1));
    }

    void push(std::span<Task* const> tasks) {
        std::lock_guard lock(lock_);
        size_t size = size_.load(std::memory_order_relaxed);
        if (size + tasks.size() > ring_.size()) grow(size + tasks.size());
        for (Task* task : tasks) ring_[(first_ + size++) & (ring_.size() - 1)] = task;
        size_.store(size, std::memory_order_seq_cst);
    }

    // Up to `max` tasks, and kMostPopped, oldest first.
    TaskQueue pop(size_t max) {
        TaskQueue taken;
        if (size_.load(std::memory_order_relaxed) == 0) return taken;
        std::array<Task*, kMostPopped> tasks;
        const size_t count = take(tasks, std::min(max, kMostPopped));
        for (size_t i = 0; i < count; ++i) taken.push(*tasks[i]);
        return taken;
    }

    size_t size() const { return size_.load(std::memory_order_relaxed); }

  private:
    size_t take(std::array<Task*, kMostPopped>& into, size_t max) {
        std::lock_guard lock(lock_);
        const size_t size = size_.load(std::memory_order_relaxed);
        const size_t count = std::min(max, size);
        for (size_t i = 0; i < count; ++i) into[i] = ring_[first_++ & (ring_.size() - 1)];
        size_.store(size - count, std::memory_order_seq_cst);
        return count;
    }

    void grow(size_t size) {
        size_t capacity = std::max<size_t>(64, ring_.size());
        while (capacity < size) capacity *= 2;
        std::vector<Task*> larger(capacity);
        const size_t before = size_.load(std::memory_order_relaxed);
        for (size_t i = 0; i < before; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
        ring_ = std::move(larger);
        first_ = 0;
    }

    ShortLock lock_;
    std::vector<Task*> ring_;  // a power of two
    size_t first_ = 0;         // counts on
    std::atomic<size_t> size_{0};
};

}  // namespace braid::scheduler
