#pragma once

#include <cstddef>
#include <mutex>

#include "interpreter/scheduler/short_lock.h"
#include "interpreter/scheduler/task.h"
#include "interpreter/scheduler/task_queue.h"

namespace braid::scheduler {

// A serial executor: of the tasks spawned on it at most one is between "taken to run" and "parked or done", on whatever
// worker. A preempted task keeps its turn (nobody else of the strand runs in between); a parked one gives it up.
// Turns are taken in the order of becoming runnable, those woken by timers and input after all others.
// Must outlive its tasks; owns nothing.
class Strand {
  public:
    Strand() = default;
    Strand(const Strand&) = delete;
    Strand& operator=(const Strand&) = delete;

    // Runnable tasks that wait for their turn (a snapshot).
    size_t waiting() const;

  private:
    friend struct SchedulerCore;

    // True: the task has the turn and goes to a worker's queue. False: it waits here.
    bool enter(Task& task, bool macro);
    // The running task gives up its turn; the next one, if any, has it.
    Task* leave();

    mutable ShortLock mutex_;
    bool busy_ = false;
    TaskQueue micro_;
    TaskQueue macro_;
};

}  // namespace braid::scheduler
