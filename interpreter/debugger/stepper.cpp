#include "interpreter/debugger/stepper.h"

#include <utility>

namespace braid::debugger {

void Stepper::begin(vm::VmTask& task, StepKind kind) {
    end();
    kind_ = kind;
    base_ = task.position();
    statement_ = kNoStatement;
    left_ = false;
    in_library_ = false;
    auto frames = task.frames();
    for (const vm::FrameView& frame : frames) {
        if (frame.function->item == ItemId::None || frame.function->kind != bytecode::FunctionKind::Bytecode) continue;
        base_ = task.position() - static_cast<size_t>(frames[0].registers - frame.registers);
        in_library_ = is_std(file_of(frame.function->item));
        if (const CodeRun* run = code_of(*frame.function).at(frame.pc)) statement_ = run->statement;
        break;
    }
    task.set_stepping(true, kind == StepKind::Into ? SIZE_MAX : base_);
    alive_ = scheduler::TaskRef(&task);
    task_.store(&task, std::memory_order_release);
}

void Stepper::end() {
    if (vm::VmTask* task = task_.exchange(nullptr)) task->set_stepping(false);
    alive_ = {};
    passing_.store(false, std::memory_order_release);
    for (scheduler::TaskRef& task : std::exchange(successors_, {})) vm::vm_task(task).set_stepping(false);
}

void Stepper::pass_on(vm::VmTask& ended) {
    scheduler::Strand* strand = ended.strand();
    end();
    if (!strand) return;
    // None of them runs: a strand is serial, and it is our turn.
    for (scheduler::TaskRef& task : ended.vm().scheduler().tasks()) {
        if (task->strand() != strand || task.get() == &ended) continue;
        vm::vm_task(task).set_stepping(true);
        successors_.push_back(task);
    }
    passing_.store(true, std::memory_order_release);
}

const CodeMap& Stepper::code_of(const Function& function) {
    if (last_function_ != &function) {
        last_code_ = &sources_.code(function);
        last_function_ = &function;
    }
    return *last_code_;
}

bool Stepper::arrived(const vm::VmTask& task, const Function& function, uint32_t pc) {
    const CodeMap& code = code_of(function);
    if (!code.file || (!in_library_ && is_std(code.file->file))) return false;
    size_t at = task.position();
    const CodeRun* run = code.at(pc);
    if (passing_.load(std::memory_order_acquire)) return run && run->statement != kNoStatement;
    if (at < base_) return true;  // the frame has ended: in the caller, after the call
    bool begins = run && run->begin == pc;
    if (at > base_) return begins && run->enters && kind_ == StepKind::Into;
    if (!run || run->statement == kNoStatement || kind_ == StepKind::Out) return false;
    if (run->statement != statement_) left_ = true;
    // The statement itself again: it was left, or entered anew by a loop around it.
    return begins && run->steps && (left_ || run->enters);
}

bool Stepper::follow(vm::VmTask& task, vm::VmTask& fiber, size_t boundary) {
    if (!is(task) || base_ < boundary) return false;
    base_ -= boundary;
    task.set_stepping(false);
    fiber.set_stepping(true, kind_ == StepKind::Into ? SIZE_MAX : base_);
    alive_ = scheduler::TaskRef(&fiber);
    task_.store(&fiber, std::memory_order_release);
    return true;
}

}  // namespace braid::debugger
