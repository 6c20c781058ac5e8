#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "interpreter/vm/task.h"

namespace braid::vm {

enum class StopAction : uint8_t {
    Continue,
    Stop,  // the hook has called Scheduler::hold; the task returns at once and executes the instruction when released
};

/// What the debugger implements. Called on the worker that runs the task, with the task's frames readable
/// (task.frames()). Not called at all unless a breakpoint is hit, the task steps, or an error is raised.
class DebugHook {
  public:
    virtual ~DebugHook() = default;
    virtual StopAction on_breakpoint(VmTask& task, const Function& function, uint32_t pc) = 0;
    /// Before every instruction of a task with set_stepping(true).
    virtual StopAction on_step(VmTask& task, const Function& function, uint32_t pc) = 0;
    /// An error was raised; `caught`: some handler of the program is waiting for it.
    virtual StopAction on_raise(VmTask& task, Word error, bool caught) = 0;
    /// A stepping task has parked or ended. It may already run elsewhere: only its address tells something.
    virtual void on_left(VmTask& /*task*/, scheduler::StepResult /*how*/) {}
    /// The frames of `task` from position `boundary` up have become those of `fiber`, which does not run yet.
    virtual void on_detach(VmTask& /*task*/, VmTask& /*fiber*/, size_t /*boundary*/) {}
};

/// Breakpoints: an instruction's opcode is replaced by BREAK, the original kept here. Only while the world is stopped.
class Breakpoints {
  public:
    Breakpoints();
    ~Breakpoints();
    void set(const Function& function, uint32_t pc);
    void clear(const Function& function, uint32_t pc);
    void clear_all();
    bytecode::Unit original(const Function& function, uint32_t pc) const;  // by workers, while running

  private:
    struct Table;
    std::unique_ptr<Table> table_;
};

/// The first pc of each statement of `function` that covers `node`; empty: no code there.
std::vector<uint32_t> statement_starts(const Function& function, uint32_t first_node, uint32_t last_node);

}  // namespace braid::vm
