#pragma once
#include <atomic>
#include <vector>

#include "interpreter/debugger/source_map.h"
#include "interpreter/vm/vm.h"

namespace braid::debugger {

enum class StepKind : uint8_t { Over, Into, Out };

/// One step of one task. Begun and ended while the world stands; asked by the worker that runs the task.
class Stepper {
  public:
    explicit Stepper(SourceMap& sources) : sources_(sources) {}

    void begin(vm::VmTask& task, StepKind kind);
    void end();
    bool is(const vm::VmTask& task) const { return task_.load(std::memory_order_acquire) == &task; }
    bool may_end_in(const vm::VmTask& task) const { return is(task) || passing_.load(std::memory_order_acquire); }
    /// The task has ended: the step ends in whoever goes on after it on its strand, which is who awaited it.
    void pass_on(vm::VmTask& ended);
    bool active() const { return task_.load(std::memory_order_acquire) != nullptr; }
    /// The task is about to execute the instruction: is this where the step ends?
    bool arrived(const vm::VmTask& task, const Function& function, uint32_t pc);
    /// The step goes on in `fiber` if its frame is among those that moved.
    bool follow(vm::VmTask& task, vm::VmTask& fiber, size_t boundary);

  private:
    const CodeMap& code_of(const Function& function);

    SourceMap& sources_;
    std::atomic<vm::VmTask*> task_{nullptr};
    std::atomic<bool> passing_{false};
    std::vector<scheduler::TaskRef> successors_;
    scheduler::TaskRef alive_;
    StepKind kind_ = StepKind::Over;
    size_t base_ = 0;                    // position of the frame stepped in
    uint32_t statement_ = kNoStatement;  // where it began
    bool left_ = false;                  // that statement was left
    bool in_library_ = false;            // a step that begins in the library may end there
    const Function* last_function_ = nullptr;
    const CodeMap* last_code_ = nullptr;
};

}  // namespace braid::debugger
