#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "interpreter/scheduler/blocking_pool.h"
#include "interpreter/scheduler/external_threads.h"
#include "interpreter/scheduler/registry.h"
#include "interpreter/scheduler/scheduler.h"
#include "interpreter/scheduler/task_queue.h"
#include "interpreter/scheduler/timers.h"
#include "interpreter/scheduler/world.h"

// The inside of a Scheduler: what both engines share. Not for other folders.
namespace braid::scheduler {

// Written by one thread, read by any.
class Counter {
  public:
    void operator++() { add(1); }
    void add(uint64_t n) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
    operator uint64_t() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<uint64_t> value_{0};
};

class CoreWorker : public Worker {
  public:
    CoreWorker(Scheduler& scheduler, uint32_t index, bool external) : Worker(scheduler, index, external) {}
    WorkerStats stats(Instant now) const;

    struct {
        Counter steps, preemptions, parks, wakes, spawns, lifo_hits, steals, idle_parks, idle_nanoseconds;
    } count;
    std::atomic<Instant> started{0};
    Registry::Local* tasks = nullptr;  // null: it starts too few for that
    int32_t spent = 0;                 // safepoints of the last step
    bool finished = false;             // it ended Done
};

void add_to(WorkerStats& sum, const WorkerStats& more);

// How runnable tasks get to a worker: in parallel, or one at a time.
class Engine {
  public:
    virtual ~Engine() = default;
    // A runnable task of ours (not external, not waiting for its strand). `woken`: by a task, with a value still warm.
    virtual void ready(Task& task, bool woken) = 0;
    // Until shutdown or quiescence.
    virtual void run() = 0;
    // Something that quiescence or shutdown depends on changed.
    virtual void nudge() = 0;
    virtual void timer_added() = 0;
    virtual Instant now() const = 0;
    virtual void add_stats(Stats& stats) const = 0;
    virtual unsigned worker_count() const = 0;
};

enum class Stillness : uint8_t { Moving, OnlyHeld, Quiescent };

struct SchedulerCore {
    SchedulerCore(Scheduler& scheduler, Options options);
    ~SchedulerCore();

    enum class Ended : uint8_t { Requeue, Gone };

    // --- tasks ---
    tl::expected<void, SpawnError> spawn(TaskRef task, Strand* strand, bool external);
    tl::expected<ParkToken, SpawnError> spawn_parked(TaskRef task, Strand* strand, const WaitReason* reason);
    bool claim(Task& task, uint32_t epoch) noexcept;
    void resume(Task& task, WakeTag tag);
    bool wake(Task& task, ParkToken token, WakeTag tag) {
        if (!claim(task, token.epoch)) return false;
        resume(task, tag);
        return true;
    }
    // Runs one step of a runnable task that nobody else has, of at most `granted` safepoints.
    Ended step(CoreWorker& worker, Task& task, int32_t granted);
    int32_t budget(const Task& task) { return options.policy->budget(task); }
    void make_ready(Task& task, WakeTag tag, bool woken);
    // Runnable and, if on a strand, with its turn.
    void place(Task& task, bool woken);

    // --- the debugger's hold ---
    void hold(Task& task);
    void unhold(Task& task);
    void set_focus(Task* task);

    // --- life ---
    bool stopping() const { return stopping_.load(std::memory_order_seq_cst); }
    void stop(RunEnd end, int code);
    // Executing external threads, jobs and input under way, tasks held back by the debugger.
    void begin_outside() { outside.fetch_add(1, std::memory_order_seq_cst); }
    void end_outside() {
        int64_t left = outside.fetch_sub(1, std::memory_order_seq_cst) - 1;
        if (left <= held_count_.load(std::memory_order_seq_cst)) engine->nudge();
    }
    // Something outside is under way, and may wake a task at any moment.
    bool expects_input() const {
        return outside.load(std::memory_order_seq_cst) > held_count_.load(std::memory_order_seq_cst);
    }
    // As far as the counts tell; to be asked before the queues are looked at, because what ends outside leaves its task
    // in a queue first.
    Stillness stillness() const;
    // Nothing can run: asks the embedder. Called by a worker inside the world that has no task.
    void report(Stillness stillness);
    bool stillness_reported() const { return still_reported_.load(std::memory_order_relaxed); }

    // A scheduling point, seen by a sequential policy when it happens on the runner.
    void point(PointKind kind, uint64_t task, uint64_t detail);
    CoreWorker* current() const;
    static void set_current(Worker* worker);
    static void set_external(Task& task, Worker* worker) { task.external_ = worker; }
    static Worker* external_of(Task& task) { return task.external_; }
    static void signal(Worker& worker, Signal signal) { worker.signals_.fetch_or(signal, std::memory_order_relaxed); }
    Instant clock() const;

    Scheduler& scheduler;
    Options options;
    const bool sequential;
    Registry registry;
    World world;
    Timers timers;
    std::unique_ptr<ExternalThreads> external;
    std::unique_ptr<Engine> engine;
    std::vector<std::unique_ptr<IoService>> services;
    std::unique_ptr<BlockingPool> pool;
    std::atomic<int64_t> outside{0};
    RunResult result{RunEnd::Quiescent, 0};
    const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

  private:
    tl::expected<void, SpawnError> admit(TaskRef task, Strand* strand, bool own_thread, uint64_t word);
    void park(CoreWorker& worker, Task& task);
    void finish(CoreWorker& worker, Task& task);
    void give_up_turn(Strand* strand);
    bool goes_on(CoreWorker& worker, const Budget& budget);
    bool must_hold(const Task& task) const;
    bool set_aside(Task& task);
    void place_released();

    std::atomic<bool> stopping_{false};
    std::atomic<bool> still_reported_{false};
    std::atomic<Task*> focus_{nullptr};
    std::mutex held_mutex_;
    TaskQueue held_;
    std::atomic<int64_t> held_count_{0};

    std::mutex result_mutex_;
};

std::unique_ptr<Engine> make_parallel_engine(SchedulerCore& core);
std::unique_ptr<Engine> make_sequential_engine(SchedulerCore& core);

}  // namespace braid::scheduler
