#pragma once

#include <mutex>
#include <vector>

#include "interpreter/scheduler/core.h"
#include "interpreter/scheduler/parker.h"
#include "interpreter/scheduler/task_queue.h"

namespace braid::scheduler {

// One runner, the thread that called run(). Every decision is the policy's, and time is virtual: it stands while tasks
// run, goes on a little with every preemption (so that a loop that waits for the clock ends), and jumps to the next
// timer when nothing is runnable. What other threads make runnable waits in the inbox until the runner looks.
class SequentialEngine final : public Engine {
  public:
    explicit SequentialEngine(SchedulerCore& core);

    void ready(Task& task, bool woken) override;
    void run() override;
    void nudge() override { runner_.parker.unpark(); }
    void timer_added() override;
    Instant now() const override { return now_.load(std::memory_order_relaxed); }
    void add_stats(Stats& stats) const override;
    unsigned worker_count() const override { return 1; }

  private:
    struct Runner : CoreWorker {
        explicit Runner(Scheduler& scheduler) : CoreWorker(scheduler, 0, false) {}
        Parker parker;
    };

    void loop();
    void drain_inbox();
    void step();
    // Nothing is runnable: time jumps, or the runner waits for the outside, or it is over.
    void stand_still();
    void wait_for_input(Instant next);

    SchedulerCore& core_;
    Runner runner_;
    std::vector<Task*> runnable_;
    std::atomic<Instant> now_{1};
    std::mutex inbox_mutex_;
    TaskQueue inbox_;
    std::atomic<bool> inbox_filled_{false};
};

}  // namespace braid::scheduler
