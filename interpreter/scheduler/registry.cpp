#include "interpreter/scheduler/registry.h"

#include <algorithm>

namespace braid::scheduler {

void Registry::add(Task& task) {
    task.retain();
    size_.fetch_add(1, std::memory_order_relaxed);
    Shard& shard = shard_of(task);
    std::lock_guard lock(shard.mutex);
    task.previous_ = nullptr;
    task.next_ = shard.head;
    if (shard.head) shard.head->previous_ = &task;
    shard.head = &task;
}

void Registry::remove(Task& task) {
    {
        Shard& shard = shard_of(task);
        std::lock_guard lock(shard.mutex);
        (task.previous_ ? task.previous_->next_ : shard.head) = task.next_;
        if (task.next_) task.next_->previous_ = task.previous_;
    }
    size_.fetch_sub(1, std::memory_order_relaxed);
    task.release();
}

void Registry::clear() {
    for (const TaskRef& task : in_order()) remove(*task);
}

void Registry::for_each(size_t shard, const std::function<void(Task&)>& visit) const {
    std::lock_guard lock(shards_[shard].mutex);
    for (Task* task = shards_[shard].head; task; task = task->next_) {
        __builtin_prefetch(task->next_);
        visit(*task);
    }
}

void Registry::for_each(const std::function<void(Task&)>& visit) const {
    for (size_t shard = 0; shard < kShards; ++shard) for_each(shard, visit);
}

std::vector<TaskRef> Registry::in_order() const {
    std::vector<TaskRef> tasks;
    for_each([&](Task& task) { tasks.emplace_back(&task); });
    std::sort(tasks.begin(), tasks.end(), [](const TaskRef& a, const TaskRef& b) { return a->id() < b->id(); });
    return tasks;
}

}  // namespace braid::scheduler
