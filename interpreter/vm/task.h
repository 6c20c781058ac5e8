#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/scheduler/task.h"
#include "interpreter/vm/objects.h"

namespace braid::vm {

class Vm;
class NativeCall;
struct NativeState;
struct WakeHandle;
enum class NativeAction : uint8_t;

enum class TaskKind : uint8_t { Main, Goroutine, Thread, AsyncTask, Actor, Fiber, Isolate };
std::string_view name_of(TaskKind kind);

/// A place in the program, to be rendered when somebody looks.
struct SourceSite {
    ItemId item = ItemId::None;
    uint32_t node = 0;
};

/// Header of a frame on a task's stack; its registers follow. Relocatable: nothing holds an absolute place in a stack.
struct Frame {
    const Function* function;
    uint32_t pc;            // where it goes on; for a frame that waits for a callee, after the call
    uint16_t flags;
    bytecode::Register destination;  // in the caller, for the result
    uint32_t caller_distance;        // words down to the caller's Frame; 0: the first frame
    uint32_t step;                   // Native: NativeCall::step
    NativeState* state;              // Native

    Word* registers() { return reinterpret_cast<Word*>(this + 1); }
    const Word* registers() const { return reinterpret_cast<const Word*>(this + 1); }
};
static_assert(sizeof(Frame) == 32);
constexpr size_t kFrameWords = sizeof(Frame) / sizeof(Word);

enum FrameFlag : uint16_t {
    FrameDiscardResult = 1,   // the caller's destination is not written
    FrameUnwinding = 2,       // Native: called through NativeInfo::unwind
    FrameAsyncBoundary = 4,   // a hot async call: frames from here up move to a fiber when they park
    FrameReturnsToNative = 8, // the caller is a native: it is entered again with the result
    FrameResultUnboxed = 16,
};

/// One frame as reports and the debugger see it, innermost first.
struct FrameView {
    const Function* function = nullptr;
    uint32_t pc = 0;              // of the instruction being executed
    SourceSite site;
    const Word* registers = nullptr;  // valid while the task does not run
};

/// A task of the machine: a growable stack of frames, and nothing on the native stack while it does not run.
class VmTask final : public scheduler::Task {
  public:
    VmTask(Vm& vm, TaskKind kind);
    ~VmTask() override;

    scheduler::StepResult run(scheduler::Worker& worker, scheduler::Budget& budget) override;

    Vm& vm() const { return vm_; }
    TaskKind task_kind() const { return kind_; }
    const std::string& display_name() const { return name_; }
    SourceSite spawn_site() const { return site_; }

    /// Asks the task to unwind with the cancellation error at its next suspension point. From any thread.
    void cancel();
    bool cancel_requested() const { return cancel_.load(std::memory_order_acquire); }

    // --- while the task does not run (parked, held, or the world stopped), or by itself ---
    std::vector<FrameView> frames() const;
    std::string stack_trace() const;  // rendered: `  at f (file:line:column)` lines
    void trace(heap::Marker& marker) const;
    Word result() const { return result_; }  // of the first frame, once done

    /// Stepping: while set, every instruction of this task asks the debug hook first. Takes effect at the next step of
    /// the task; set it while the world is stopped or the task is held.
    void set_stepping(bool on) { stepping_ = on; }
    bool stepping() const { return stepping_; }

    /// The runtime's data of the task (actor, isolate, transaction…). Fibers inherit it from the task they come off.
    std::shared_ptr<void> context;

  private:
    friend class Vm;
    friend class NativeCall;
    friend class Interpreter;

    Vm& vm_;
    TaskKind kind_;
    std::string name_;
    SourceSite site_;
    std::unique_ptr<Word[]> stack_;
    size_t capacity_ = 0;
    size_t top_ = 0;    // index of the innermost frame's header; capacity_ large enough for its registers
    bool empty_ = true; // no frame
    Word result_ = 0;
    Word error_ = 0;    // while unwinding between entries of the loop
    bool stepping_ = false;
    uint64_t skip_break_ = ~uint64_t{0};  // function id << 32 | pc of the breakpoint the task stopped at
    std::atomic<bool> cancel_{false};
};

using TaskPointer = scheduler::TaskRef;
inline VmTask& vm_task(const TaskPointer& task) { return static_cast<VmTask&>(*task); }
inline VmTask& vm_task(scheduler::Task& task) { return static_cast<VmTask&>(task); }

}  // namespace braid::vm
