#pragma once

#include <cstdint>
#include <vector>

namespace braid::scheduler {

struct WorkerStats {
    uint64_t steps = 0;        // calls of Task::run
    uint64_t preemptions = 0;  // steps that ended with the budget spent
    uint64_t parks = 0;        // steps that ended Parked
    uint64_t wakes = 0;        // tasks made runnable from this worker
    uint64_t spawns = 0;
    uint64_t lifo_hits = 0;   // tasks taken from the slot of the task just woken
    uint64_t steals = 0;      // tasks taken from other workers
    uint64_t idle_parks = 0;  // times the worker itself went to sleep
    uint64_t idle_nanoseconds = 0;
    uint64_t total_nanoseconds = 0;
};

struct Stats {
    WorkerStats total;
    std::vector<WorkerStats> workers;
    uint64_t tasks_spawned = 0;
    uint64_t tasks_live = 0;
    uint64_t external_threads = 0;  // ever started
    uint64_t timers_fired = 0;
    uint64_t blocking_jobs = 0;
    uint64_t world_stops = 0;
};

}  // namespace braid::scheduler
