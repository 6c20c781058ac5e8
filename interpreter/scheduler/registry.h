#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "interpreter/scheduler/task.h"

namespace braid::scheduler {

// Every live task, for reports, the collector and the debugger. Holds the scheduler's reference to each.
//
// A task stands in one of many places, and a worker keeps free places at hand: workers that start and finish tasks
// touch nothing in common but a place now and then. After Go's allgs and gfree lists (runtime/proc.go).
class Registry {
  public:
    // What one worker starts and finishes tasks with.
    class Local;

    explicit Registry(uint64_t max_tasks);
    ~Registry();
    Registry(const Registry&) = delete;

    // For a worker that lives as long as the registry. Who has none says null below, and waits for others.
    Local& make_local();
    // Gives the task its id and takes the reference; false: there are too many, `task` is as it was.
    bool add(TaskRef& task, Local* local);
    void remove(Task& task, Local* local);  // drops the reference: `task` may be gone afterwards
    void clear();

    uint64_t added() const { return sum().added; }
    uint64_t size() const;
    // By parts, so that several threads can visit at a time: each task is in one of the kParts.
    static constexpr size_t kParts = 16;
    void for_each(size_t part, const std::function<void(Task&)>& visit) const;
    void for_each(const std::function<void(Task&)>& visit) const;
    std::vector<TaskRef> in_order() const;

  private:
    using Place = Task::Place;
    struct Chunk;
    struct Sum {
        uint64_t added, removed;
    };

    bool refill(Local& local, size_t wanted);
    void put_back(Local& local, size_t count);
    void number(Task& task, Local& local);
    Sum sum() const;

    const uint64_t max_tasks_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<Place*> free_;
    uint64_t given_out_ = 0;  // places that hold a task, or are at hand
    std::vector<std::unique_ptr<Local>> locals_;
    std::mutex shared_mutex_;
    Local& shared_;  // of who has none
    alignas(64) std::atomic<uint64_t> next_id_{1};
};

}  // namespace braid::scheduler
