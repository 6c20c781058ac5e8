#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "interpreter/scheduler/short_lock.h"
#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

// Every live task, for reports, the collector and the debugger. Holds the scheduler's reference to each.
class Registry {
  public:
    ~Registry() { clear(); }

    void add(Task& task);
    void remove(Task& task);  // drops the reference: `task` may be gone afterwards
    void clear();

    uint64_t size() const { return size_.load(std::memory_order_relaxed); }
    // By shards, so that several threads can visit at a time: each task is in one of the kShards.
    static constexpr size_t kShards = 16;
    void for_each(size_t shard, const std::function<void(Task&)>& visit) const;
    void for_each(const std::function<void(Task&)>& visit) const;
    std::vector<TaskRef> in_order() const;

  private:
    struct alignas(64) Shard {
        mutable ShortLock mutex;
        Task* head = nullptr;
    };
    Shard& shard_of(const Task& task) { return shards_[task.id() % shards_.size()]; }

    std::array<Shard, kShards> shards_;
    std::atomic<uint64_t> size_{0};
};

}  // namespace braid::scheduler
