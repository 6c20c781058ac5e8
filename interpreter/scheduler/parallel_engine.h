#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "interpreter/scheduler/core.h"
#include "interpreter/scheduler/deque.h"
#include "interpreter/scheduler/injector.h"
#include "interpreter/scheduler/parker.h"

namespace braid::scheduler {

// N workers that steal from each other. The rules of waking and sleeping follow Go's (runtime/proc.go, "worker thread
// parking/unparking"):
//   - whoever makes work visible (deque or injector) then looks whether somebody sleeps and nobody searches, and if so
//     wakes one;
//   - a searcher that finds something and is the last to search wakes another;
//   - a worker that goes to sleep stops being a searcher, announces itself, and only then looks at all queues once
//   more.
// The accesses involved are sequentially consistent, so one side always sees the other: no wake-up is lost.
//
// Fairness. A tick is what one task may spend in one step, and whatever it wakes into the LIFO slot runs on what is
// left of it, so each entry of a deque costs those behind it one tick at most. At the end of a tick a worker takes its
// share of the injector and, from the longest deque, half of what that has more than its own: with R runnable tasks on
// W workers no deque stays much longer than R/W, and nobody waits longer than 2 * R/W ticks.
//
// A deque is short. When it is full, its older half goes to the injector and the worker goes on with what is new: tasks
// that start tasks are finished depth first rather than all started before any ends.
//
// Work is taken from another worker only when it has waited there for a while, when there is much of it, or when that
// worker keeps starting tasks. Tasks that
// hand things to and fro wait for each other's short turns only; spread over several workers they would spend most of
// their time fetching each other's lines of the cache and waking workers up. So an idle worker, the sampler, looks at
// the others' queues now and then and takes what it finds unmoved since it last looked; after Shenango's core
// allocation (Ousterhout, Fried, Behrens, Belay, Balakrishnan, NSDI 2019), which adds a core when work has queued for
// some time. There is one sampler at most. It counts as searching, so that nobody is woken for work which it will see;
// what comes from outside of the workers wakes it. It gives its role back before it goes to sleep: whoever sleeps in
// spite of work in a deque has seen a sampler that will look at it.
//
// One sleeper, the timekeeper, sleeps only until the next timer. It is the last to be woken for work, so while anybody
// sleeps, timers are kept; and when nobody sleeps, workers look at the timers between steps.
class ParallelEngine final : public Engine {
  public:
    explicit ParallelEngine(SchedulerCore& core);

    void ready(Task& task, bool woken) override;
    void run() override;
    void nudge() override;
    void timer_added() override;
    Instant now() const override { return core_.clock(); }
    void add_stats(Stats& stats) const override;
    unsigned worker_count() const override { return static_cast<unsigned>(workers_.size()); }

  private:
    // What a worker saw in another's queues, and when.
    struct Sighting {
        int64_t queued = -1;  // WorkDeque::taken() once all that was there has been taken; -1: it was empty
        Task* woken = nullptr;
        uint64_t steps = 0, spawns = 0;
        Instant looked = 0, since = 0, woken_since = 0;
        bool spawned = false, keeps_spawning = false;
    };

    struct PoolWorker : CoreWorker {
        PoolWorker(Scheduler& scheduler, uint32_t index) : CoreWorker(scheduler, index, false), random(index) {}

        WorkDeque deque;
        alignas(64) std::atomic<Task*> lifo{nullptr};  // the task just woken; see ready()
        Parker parker;
        Random random;
        int32_t slice = 0;  // safepoints left of the present tick
        unsigned tick = 0;
        std::vector<Sighting> sightings;    // by index of the other
        unsigned looks = 0;                 // as sampler, since it last found something
        unsigned looks_in_vain = 0;         // of these, one after the other, that saw no work at all
        bool searching = false;             // counted in searching_
        bool asleep = false;                // its own queues are not looked at by itself
        std::atomic<bool> notified{false};  // taken out of the sleepers by somebody else
    };

    void serve(PoolWorker& worker);
    void loop(PoolWorker& worker);
    Task* next(PoolWorker& worker);
    Task* next_local(PoolWorker& worker);
    Task* from_injector(PoolWorker& worker, size_t max);
    void balance(PoolWorker& worker);
    Task* search(PoolWorker& worker);
    Task* steal(PoolWorker& worker);
    static void look(PoolWorker& victim, Sighting& seen, Instant now);
    Task* steal_waiting(PoolWorker& worker, PoolWorker& victim, Sighting& seen, Instant now);
    static Task* steal_woken(PoolWorker& victim, Sighting& seen, Instant now);
    void steal_more(PoolWorker& worker, PoolWorker& victim, size_t count);
    void found(PoolWorker& worker);
    void push(PoolWorker& worker, Task& task);
    void requeue(PoolWorker& worker, Task& task);

    // Returns when there may be something to do.
    void sleep(PoolWorker& worker);
    void wait_for_work(PoolWorker& worker);
    bool sample(PoolWorker& worker);
    void idle(PoolWorker& worker, const std::function<void()>& wait);
    void notify_one();
    PoolWorker* take_sleeper();
    bool leave_sleepers(PoolWorker& worker);
    bool work_visible() const;
    Stillness stillness() const;

    SchedulerCore& core_;
    std::vector<std::unique_ptr<PoolWorker>> workers_;
    Injector injector_;

    alignas(64) std::atomic<unsigned> searching_{0};
    std::atomic<PoolWorker*> sampler_{nullptr};
    alignas(64) std::atomic<unsigned> sleeping_{0};
    std::mutex sleep_mutex_;
    std::vector<PoolWorker*> sleepers_;             // without the timekeeper
    std::atomic<PoolWorker*> timekeeper_{nullptr};  // changed under sleep_mutex_
};

}  // namespace braid::scheduler
