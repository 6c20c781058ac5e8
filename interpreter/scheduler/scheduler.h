#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <tl/expected.hpp>
#include <vector>

#include "interpreter/scheduler/io_service.h"
#include "interpreter/scheduler/policy.h"
#include "interpreter/scheduler/stats.h"
#include "interpreter/scheduler/strand.h"
#include "interpreter/scheduler/task.h"
#include "interpreter/scheduler/worker.h"

namespace braid::scheduler {

using Instant = uint64_t;  // nanoseconds since the scheduler was made; virtual under a sequential policy
using TimerId = uint64_t;  // 0 names no timer

enum class SpawnError : uint8_t {
    TooManyTasks,    // Options::max_tasks
    TooManyThreads,  // Options::max_external_threads, or the system refused
    ShuttingDown,
};

enum class QuiescentAction : uint8_t {
    End,       // run() returns
    Continue,  // the hook made something runnable, or something outside (a debugger) will
};

// Called on a worker, inside the world: a hook must not wait for a thread that stops the world.
struct Hooks {
    // On the worker's own thread, before its first and after its last step.
    std::function<void(Worker&)> worker_started;
    std::function<void(Worker&)> worker_stopped;

    // Nothing is runnable, no timer or input is pending, no external thread executes. `blocked`: every live task, in
    // order of spawning, all parked, none of which can move while the hook runs. Not called again before something ran.
    // Without a hook: End.
    std::function<QuiescentAction(const std::vector<Task*>& blocked)> on_quiescent;

    // Nothing can run but for tasks the debugger holds back (hold, set_focus).
    std::function<void()> on_only_held;
};

// Sees every step, on the thread that runs it. After the end of a step its task may be running elsewhere, or be gone.
class StepObserver {
  public:
    virtual void begins(Worker& worker, Task& task) = 0;
    virtual void ended(Worker& worker, StepResult result) = 0;

  protected:
    ~StepObserver() = default;
};

struct Options {
    unsigned workers = 0;            // 0: as many as cores
    std::unique_ptr<Policy> policy;  // null: parallel
    Hooks hooks;
    StepObserver* observer = nullptr;
    uint64_t max_tasks = 20'000'000;
    unsigned max_external_threads = 4096;
    unsigned max_blocking_threads = 64;
};

enum class RunEnd : uint8_t { Quiescent, Shutdown };
struct RunResult {
    RunEnd end;
    int code;  // of shutdown()
};

class Scheduler;
struct SchedulerCore;

// While one lives, run() does not take silence for quiescence: an operation outside is under way.
class InputGuard {
  public:
    InputGuard() = default;
    explicit InputGuard(Scheduler& scheduler);
    InputGuard(InputGuard&& other) noexcept : scheduler_(std::exchange(other.scheduler_, nullptr)) {}
    InputGuard& operator=(InputGuard&& other) noexcept {
        std::swap(scheduler_, other.scheduler_);
        return *this;
    }
    ~InputGuard();

  private:
    Scheduler* scheduler_ = nullptr;
};

// While one lives no worker is inside task code and none enters it.
class StoppedWorld {
  public:
    explicit StoppedWorld(Scheduler& scheduler) : scheduler_(&scheduler) {}
    StoppedWorld(StoppedWorld&& other) noexcept : scheduler_(std::exchange(other.scheduler_, nullptr)) {}
    StoppedWorld& operator=(StoppedWorld&& other) noexcept {
        std::swap(scheduler_, other.scheduler_);
        return *this;
    }
    ~StoppedWorld();

  private:
    Scheduler* scheduler_ = nullptr;
};

// Runs tasks until nothing can move any more. Knows no VM, heap or language. All functions may be called from any
// thread, inside tasks or not, unless said otherwise.
class Scheduler {
  public:
    explicit Scheduler(Options options = {});
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    // Runs on the calling thread (worker 0) and the others it starts; once. Returns when quiescent or shut down; tasks
    // still alive then never run again and are released by the destructor.
    RunResult run();
    // Ends run() as soon as the running tasks reach a safepoint. The first caller's code counts.
    void shutdown(int code);
    bool shutting_down() const noexcept;

    // --- tasks ---
    // Makes the task runnable. It must have been made by make_task and never spawned before.
    tl::expected<void, SpawnError> spawn(TaskRef task, Strand* strand = nullptr);
    // A task that begins its life parked: what part of a running task becomes when it waits and the rest goes on.
    // Whoever has the token wakes it; its first step comes after that.
    tl::expected<ParkToken, SpawnError> spawn_parked(TaskRef task, Strand* strand, const WaitReason* reason);
    // The same as spawn, on an OS thread of its own (under a sequential policy: on the runner).
    tl::expected<void, SpawnError> spawn_external(TaskRef task);

    // Wins the token, or not. The winner alone may hand values to the task, and owes it a resume().
    bool claim(Task& task, ParkToken token) noexcept;
    void resume(Task& task, WakeTag tag = WakeNormal);
    bool wake(Task& task, ParkToken token, WakeTag tag = WakeNormal);
    // Wakes the task from whatever it waits for (cancellation). False if it is not parked or somebody else won. A
    // canceller sets its mark (seq_cst) before this; a task looks at the mark after prepare_park(): the cancellation is
    // not missed.
    bool wake_anyway(Task& task, WakeTag tag = WakeCancel);

    // --- time ---
    Instant now() const;
    // Wakes with WakeTimer. Equal deadlines fire in the order of these calls.
    TimerId wake_at(Instant deadline, Task& task, ParkToken token);
    // Runs `action` on some worker, between steps. Short, and may not park.
    TimerId call_at(Instant deadline, std::function<void()> action);
    // True: it had not fired and will not.
    bool cancel_timer(TimerId timer);

    // --- the outside ---
    // Runs `work` on a pool thread (inline under a sequential policy), then wakes the task with WakeInput. Called by
    // the task after prepare_park(). `work` may block; it touches no heap object and throws nothing.
    void run_blocking(Task& task, ParkToken token, std::function<void()> work);
    InputGuard expect_input() { return InputGuard(*this); }
    void attach(std::unique_ptr<IoService> service);  // before run()

    // --- decisions ---
    Policy& policy() noexcept;
    bool sequential() const noexcept;
    // A number in [0, bound), as the policy wills. Inside tasks and hooks only.
    uint64_t choose(uint64_t bound);

    // --- stopping ---
    // Runs `action` soon, once, on some worker with the world stopped (a collection). Callable inside a task, which
    // then returns Yielded at its next safepoint like all others. Actions run in order of request.
    void at_stopped_world(std::function<void()> action);
    // Waits until the world stands. Not callable inside a task.
    StoppedWorld stop_world();

    // Debugger: a held task does not start another step until released; it may have to be preempted first (poll
    // is_running). Holding is no wait: it stops quiescence.
    void hold(Task& task);
    void unhold(Task& task);
    // Only this task runs (null: all). New tasks are held back as well.
    void set_focus(Task* task);
    bool is_running(const Task& task) const noexcept;

    // --- looking ---
    // Each live task, in no order, under a lock of the registry: `visit` must not spawn or finish tasks. What the tasks
    // hold is stable only when the world is stopped.
    void for_each_task(const std::function<void(Task&)>& visit) const;
    // The same in kTaskParts parts, which several threads may visit at a time.
    static const size_t kTaskParts;
    void for_each_task(size_t part, const std::function<void(Task&)>& visit) const;
    // Counted references in order of spawning.
    std::vector<TaskRef> tasks() const;
    Stats stats() const;
    unsigned worker_count() const noexcept;

  private:
    friend class InputGuard;
    friend class StoppedWorld;
    std::unique_ptr<SchedulerCore> core_;
};

}  // namespace braid::scheduler
