#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace braid::scheduler {

class Scheduler;
class Strand;
class Task;
class Worker;

// What one step of a task ended with. A step is a plain call that returns; nothing of a task stays on the native stack.
enum class StepResult : uint8_t {
    Yielded,  // still runnable: budget spent, a signal seen, or a voluntary yield (then set Budget::left to 0)
    Parked,   // prepare_park() was called; somebody holds, or held, the token
    Done,     // never runs again; the scheduler drops its reference
};

// Bits of Worker::signals(). Any set bit asks the running task to return Yielded at its next safepoint.
enum Signal : uint32_t {
    SignalPreempt = 1,    // let others run (a policy's wish, a debugger's hold)
    SignalStopWorld = 2,  // somebody wants every worker outside task code
    SignalShutdown = 4,   // the run is over
};

// How long a step may last, counted in safepoints and not in time, so that a seeded run preempts at the same
// instruction every time. A task may keep `left` in a register but writes it back before it returns Yielded: a
// positive rest means "only a signal stopped me", and the same task goes on with the rest.
struct Budget {
    int32_t left;
    const std::atomic<uint32_t>* signals;

    // Polled at safepoints (calls, loop edges). True: return Yielded as soon as the frame is consistent.
    bool spent() noexcept { return --left <= 0 || signals->load(std::memory_order_relaxed) != 0; }
};

// Names one park of one task. A stale token (of an earlier park) wakes nobody.
struct ParkToken {
    uint32_t epoch = 0;
    bool operator==(const ParkToken&) const = default;
};

// Why a parked task was resumed. Runtimes add their own values from WakeUser on.
// On a strand, WakeTimer and WakeInput queue the task behind everything woken otherwise (macrotask and microtask).
using WakeTag = uint32_t;
enum : WakeTag { WakeNormal = 0, WakeTimer = 1, WakeInput = 2, WakeCancel = 3, WakeUser = 16 };

enum class TaskState : uint8_t {
    Created,         // not spawned
    Runnable,        // queued, or set aside for the debugger
    Running,         // inside run()
    Parking,         // inside run(), token published
    ParkingClaimed,  // … and somebody won the token but has not resumed it yet
    ParkingWoken,    // … and was resumed: becomes runnable when run() returns
    Parked,
    ParkedClaimed,
    Done,
};

// Supplied by the runtime: what a parked task waits for. Opaque here; read by reports and the debugger while the task
// is parked (quiescent, or the world stopped), so it must live until the task runs again.
struct WaitReason;

// A unit of scheduling: goroutine, thread, actor, async task, isolate. Intrusively counted; the scheduler holds one
// reference from spawn until Done.
//
// Parking without a lost or doubled wake-up:
//   ParkToken token = prepare_park(reason);    // Running -> Parking; from here on anybody with the token may wake us
//   publish token under the object's lock;  re-check the condition;
//   not needed after all?  if (cancel_park()) go on running;  else somebody has already won: return Parked, it is
//   coming. return StepResult::Parked;
// A waker calls Scheduler::claim(task, token) (exactly one caller wins a token), hands over the value, then
// Scheduler::resume(task); or wake(), which is both.
class Task {
  public:
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual ~Task() = default;

    virtual StepResult run(Worker& worker, Budget& budget) = 0;

    // --- by the task itself, inside run() ---
    ParkToken prepare_park(const WaitReason* reason = nullptr) noexcept;
    bool cancel_park() noexcept;
    // Why the last park ended (valid after it).
    WakeTag wake_tag() const noexcept { return wake_tag_; }

    // --- from anywhere ---
    TaskState state() const noexcept { return static_cast<TaskState>(word_.load(std::memory_order_acquire) & 0xff); }
    ParkToken token() const noexcept { return {static_cast<uint32_t>(word_.load(std::memory_order_seq_cst) >> 32)}; }
    // Null unless parked (or parking).
    const WaitReason* wait_reason() const noexcept { return wait_reason_.load(std::memory_order_acquire); }
    uint64_t id() const noexcept { return id_; }  // from 1; of one worker in order of spawning
    bool is_external() const noexcept { return external_ != nullptr; }
    Strand* strand() const noexcept { return strand_; }

    // --- descriptive, set before spawn; the values belong to the runtime ---
    uint8_t kind = 0;     // main, goroutine, thread, actor, isolate, …
    bool daemon = false;  // does not keep the program alive (an idle actor)

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept {
        // Who has the only reference shares it with nobody who could add one.
        if (references_.load(std::memory_order_acquire) == 1 ||
            references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

  protected:
    Task() = default;

  private:
    using Place = std::atomic<Task*>;

    friend class TaskQueue;
    friend class Registry;
    friend struct SchedulerCore;

    bool transition(TaskState from, TaskState to) noexcept;

    // In this order a task has no padding but at its end, where a derived class may begin: there may be millions.
    std::atomic<bool> held_{false};        // by the debugger
    std::atomic<uint32_t> references_{1};  // its maker's
    std::atomic<uint64_t> word_{0};        // TaskState in the low byte, park epoch in the high half
    uint64_t id_ = 0;
    std::atomic<const WaitReason*> wait_reason_{nullptr};
    Task* queue_next_ = nullptr;  // in a strand's lane or the set-aside list
    Place* place_ = nullptr;      // in the registry
    Strand* strand_ = nullptr;
    Worker* external_ = nullptr;  // the worker of its own OS thread
    WakeTag wake_tag_ = WakeNormal;
};

// Counted pointer to a task.
class TaskRef {
  public:
    TaskRef() = default;
    explicit TaskRef(Task* task) noexcept : task_(task) {
        if (task_) task_->retain();
    }
    TaskRef(const TaskRef& other) noexcept : TaskRef(other.task_) {}
    TaskRef(TaskRef&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
    TaskRef& operator=(TaskRef other) noexcept {
        std::swap(task_, other.task_);
        return *this;
    }
    ~TaskRef() {
        if (task_) task_->release();
    }
    Task* get() const noexcept { return task_; }
    Task& operator*() const noexcept { return *task_; }
    Task* operator->() const noexcept { return task_; }
    explicit operator bool() const noexcept { return task_ != nullptr; }

    // Makes the maker's reference this one.
    static TaskRef adopt(Task* task) noexcept {
        TaskRef ref;
        ref.task_ = task;
        return ref;
    }
    // The reference is the caller's now.
    Task* give_up() noexcept { return std::exchange(task_, nullptr); }

  private:
    Task* task_ = nullptr;
};

template <class T, class... Arguments>
TaskRef make_task(Arguments&&... arguments) {
    return TaskRef::adopt(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace braid::scheduler
