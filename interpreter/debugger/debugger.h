#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "interpreter/debugger/breakpoints.h"
#include "interpreter/debugger/evaluator.h"
#include "interpreter/debugger/frames.h"
#include "interpreter/debugger/stepper.h"
#include "interpreter/debugger/tasks.h"

namespace braid::debugger {

enum class StopReason : uint8_t { Entry, Breakpoint, Step, Pause, Error };

struct Stop {
    StopReason reason{};
    uint64_t task = 0;
    std::vector<int> breakpoints;
    std::string description, text;  // Error: what kind, and its message
};

/// Told by the debugger's own thread or by a worker; must not call back into the debugger but to look.
class Listener {
  public:
    virtual ~Listener() = default;
    /// The world stands until the debugger is told to go on.
    virtual void stopped(const Stop& stop) = 0;
    /// Of a log point, or a condition that could not be evaluated.
    virtual void logged(const std::string& text, const FileMap* file, uint32_t line) = 0;
};

struct ErrorFilters {
    bool panics = true;    // nothing can catch them
    bool uncaught = true;  // thrown, and no frame of the task catches it
    bool caught = false;
};

/// One program under a debugger. Made after the Vm is linked and attached to its scheduler, before it runs; outlives
/// the run. All functions from any thread but the workers'.
class Debugger final : public vm::DebugHook {
  public:
    Debugger(vm::Vm& vm, Snapshot snapshot, Listener& listener);
    ~Debugger() override;
    Debugger(const Debugger&) = delete;
    Debugger& operator=(const Debugger&) = delete;

    // --- what to stop at ---
    std::vector<BreakpointPtr> set_breakpoints(const std::string& path, const std::vector<BreakpointRequest>& requests);
    void stop_at_entry();
    void stop_at_errors(ErrorFilters filters);

    // --- going on; false: nothing is stopped, or no such task ---
    bool resume();
    /// The others go on standing.
    bool resume_only(uint64_t task);
    bool step(uint64_t task, StepKind kind);
    void pause(uint64_t task);
    /// Ends the run with `code`, stopped or not.
    void terminate(int code);
    /// The debuggee goes on without us: no breakpoint stops it any more.
    void detach();

    // --- for whoever runs the program ---
    /// Scheduler's Hooks::on_only_held.
    void only_held();
    /// The run is over: nothing stops any more.
    void finish();

    // --- looking; tasks that stand only ---
    bool is_stopped() const;
    std::vector<scheduler::TaskRef> tasks() const { return vm_.scheduler().tasks(); }
    /// Null: it has ended.
    scheduler::TaskRef task(uint64_t id) const;
    std::vector<FrameInfo> frames(const vm::VmTask& task) { return frames_of(task, sources_); }
    FrameVariables variables(const FrameInfo& frame) { return variables_of(frame, sources_, vm_); }
    Evaluator evaluator(const FrameInfo& frame);
    const Inspector& inspector() const { return inspector_; }
    SourceMap& sources() { return sources_; }
    vm::Vm& vm() const { return vm_; }

    // --- by workers ---
    vm::StopAction on_breakpoint(vm::VmTask& task, const Function& function, uint32_t pc) override;
    vm::StopAction on_step(vm::VmTask& task, const Function& function, uint32_t pc) override;
    vm::StopAction on_raise(vm::VmTask& task, Word error, bool caught) override;
    void on_left(vm::VmTask& task, scheduler::StepResult how) override;
    void on_detach(vm::VmTask& task, vm::VmTask& fiber, size_t boundary) override;

  private:
    struct Hit {
        scheduler::TaskRef task;
        Stop stop;
    };
    void control();
    void stop_world(std::unique_lock<std::mutex>& lock);
    /// Calls `action` with the mutex and while the world stands, stopped for the user or just for this.
    void standing(const std::function<void()>& action);
    void report(std::unique_lock<std::mutex>& lock, Hit hit);
    vm::StopAction hold(vm::VmTask& task, Stop stop);
    void let_go();
    bool still_wanted(const Stop& stop) const;
    bool passes(const Breakpoint& breakpoint, const std::optional<FrameInfo>& frame);
    void others_may_run();

    vm::Vm& vm_;
    Listener& listener_;
    SourceMap sources_;
    Inspector inspector_;
    BreakpointSet breakpoints_;
    Stepper stepper_;
    std::atomic<bool> focused_{false};

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<scheduler::StoppedWorld> world_;  // while stopped
    scheduler::TaskRef reported_;                   // held, and what the user looks at
    std::deque<Hit> pending_;                       // since the program went on
    std::deque<Hit> queued_;                        // stopped at the same time as one that was reported
    std::optional<uint64_t> pause_;
    ErrorFilters filters_;
    bool stopping_ = false;  // one at a time waits for the world to stand
    bool detached_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace braid::debugger
