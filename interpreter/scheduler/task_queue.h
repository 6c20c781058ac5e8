#pragma once

#include <cstddef>

#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

// Intrusive FIFO through Task::queue_next_. Not synchronized; a task is in at most one.
class TaskQueue {
  public:
    bool empty() const noexcept { return head_ == nullptr; }
    size_t size() const noexcept { return size_; }

    void push(Task& task) noexcept {
        task.queue_next_ = nullptr;
        (tail_ ? tail_->queue_next_ : head_) = &task;
        tail_ = &task;
        ++size_;
    }

    Task* pop() noexcept {
        Task* task = head_;
        if (!task) return nullptr;
        head_ = task->queue_next_;
        if (!head_) tail_ = nullptr;
        --size_;
        return task;
    }

  private:
    Task* head_ = nullptr;
    Task* tail_ = nullptr;
    size_t size_ = 0;
};

}  // namespace braid::scheduler
