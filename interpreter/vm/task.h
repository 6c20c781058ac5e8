#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "interpreter/scheduler/task.h"
#include "interpreter/vm/objects.h"
#include "interpreter/vm/task_memory.h"

namespace braid::vm {

class Vm;
class NativeCall;
class FastCall;
struct NativeState;

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
    uint32_t pc;  // where it goes on; for a frame that waits for a callee, after the call
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
    FrameUnwinding = 2,        // Native: called through NativeInfo::unwind
    FrameAsyncBoundary = 4,    // a hot async call: frames from here up move to a fiber when they park
    FrameReturnsToNative = 8,  // the caller is a native: it is entered again with the result
    FrameDetached = 16,        // an async boundary whose caller went on without it
    FrameSelect = 32,          // `destination` is the index of the caller's select
};

/// One frame as reports and the debugger see it, innermost first.
struct FrameView {
    const Function* function = nullptr;
    uint32_t pc = 0;  // of the instruction being executed
    SourceSite site;
    const Word* registers = nullptr;  // valid while the task does not run
};

struct StackFreed {
    uint32_t words = 0;
    void operator()(Word* memory) const { TaskMemory::free(memory, words * sizeof(Word)); }
};

/// A task of the machine: a growable stack of frames, and nothing on the native stack while it does not run.
class VmTask final : public scheduler::Task, public InTaskMemory {
    uint32_t step_limit_ = UINT32_MAX;  // first: it fits behind the last word of a scheduler::Task

  public:
    VmTask(Vm& vm, TaskKind kind);
    ~VmTask() override;

    scheduler::StepResult run(scheduler::Worker& worker, scheduler::Budget& budget) override;

    Vm& vm() const { return vm_; }
    TaskKind task_kind() const { return kind_; }
    const std::string& display_name() const { return *name_; }
    SourceSite spawn_site() const { return site_; }

    /// Asks the task to unwind with the cancellation error at its next suspension point. From any thread.
    void cancel();
    bool cancel_requested() const { return cancel_.load(std::memory_order_acquire); }

    // --- while the task does not run (parked, held, or the world stopped), or by itself ---
    std::vector<FrameView> frames() const;
    std::string stack_trace() const;    // rendered: `  at f (file:line:column)` lines
    SourceSite innermost_site() const;  // of the innermost frame of the program
    void trace(heap::Marker& marker) const;
    /// trace() will be called soon.
    void prefetch() const { __builtin_prefetch(stack_.get() + (empty_ ? 0 : top_)); }
    /// An error is on its way through clean-ups: what ends now ends because of it.
    bool unwinding() const { return unwinding_; }
    Word result() const { return native_result_; }  // of the first frame, once done

    /// Stepping: while set, every instruction of this task asks the debug hook first. Takes effect at the next step of
    /// the task; set it while the world is stopped or the task is held.
    /// Frames above `highest` (a position()) are not asked about: a step over them costs little more than running them.
    void set_stepping(bool on, size_t highest = SIZE_MAX) {
        stepping_ = on;
        step_limit_ = static_cast<uint32_t>(std::min<size_t>(highest, UINT32_MAX));
    }
    bool stepping() const { return stepping_; }
    /// Grows with every frame pushed: tells frames of one task apart while they live.
    size_t position() const { return empty_ ? 0 : top_; }

    /// The runtime's object of the task (its actor), kept alive by a frame. Fibers inherit it from the task they come
    /// off.
    Object* context = nullptr;

  private:
    friend class Vm;
    friend class NativeCall;
    friend class FastCall;
    friend class Interpreter;

    Frame* frame() { return reinterpret_cast<Frame*>(stack_.get() + top_); }
    const Frame* frame() const { return reinterpret_cast<const Frame*>(stack_.get() + top_); }
    using Stack = std::unique_ptr<Word[], StackFreed>;

    size_t capacity() const { return stack_.get_deleter().words; }
    size_t used() const;  // words
    /// Pushes a frame with the words given as its first arguments, the bound or missing ones filled in. False: the
    /// stack would grow over the limit; nothing happened. `gathered`: what a rest parameter takes is one list already.
    bool call(const Function& function, std::span<const Word> arguments, bytecode::Register destination, uint16_t flags,
              Word closure, bool gathered = false);
    /// The same for whatever can be called: closure, bound call. Async functions of the Boxed policy get their boundary
    /// unless `raw`.
    bool call_value(Word callee, std::span<const Word> arguments, bytecode::Register destination, uint16_t flags,
                    bool raw, bool gathered = false);
    bool call_async(const Function& function, std::span<const Word> arguments, bytecode::Register destination,
                    uint16_t flags, Word closure, bool gathered = false);
    /// A frame with zeroed traced registers; null: over the limit.
    Frame* push_frame(const Function& function, bytecode::Register destination, uint16_t flags);
    void pop_frame();
    bool reserve(size_t words);
    /// The task is done: who still refers to it wants no more than its result.
    void release_memory();
    /// Moves the frames from `boundary` up to a new task; the caller goes on with `result`.
    scheduler::TaskRef detach(size_t boundary, Word result);
    size_t boundary_index() const;  // of the innermost attached async boundary; npos: none

    Vm& vm_;
    const std::string* name_;  // lives as long as the program
    SourceSite site_;
    TaskKind kind_;
    bool empty_ = true;  // no frame
    bool was_parked_ = false;
    bool unwinding_ = false;
    bool stepping_ = false;
    bool received_ = false;      // see Opcode::Received
    bool had_boundary_ = false;  // there may be async boundaries on the stack
    std::atomic<bool> cancel_{false};
    bool cancelled_ = false;  // the cancellation has been raised: what drops while it unwinds may wait
    // Words fit 32 bits (VmOptions::max_stack_words): there may be millions of tasks.
    uint32_t top_ = 0;  // index of the innermost frame's header; the stack is large enough for its registers
    Stack stack_;
    Word native_result_ = 0;              // for NativeCall::result(); of the first frame, once done
    Word raised_ = 0;                     // an error the debugger stopped at; takes its way when the task goes on
    uint64_t skip_break_ = ~uint64_t{0};  // function id << 32 | pc of the breakpoint the task stopped at
};

using TaskPointer = scheduler::TaskRef;
inline VmTask& vm_task(const TaskPointer& task) { return static_cast<VmTask&>(*task); }
inline VmTask& vm_task(scheduler::Task& task) { return static_cast<VmTask&>(task); }

}  // namespace braid::vm
