#include "interpreter/debugger/tasks.h"

#include <fmt/format.h>

#include "interpreter/runtime/report.h"

namespace braid::debugger {

namespace {

std::string_view kind_word(vm::TaskKind kind) {
    switch (kind) {
        case vm::TaskKind::AsyncTask:
        case vm::TaskKind::Fiber: return "async";
        default: return vm::name_of(kind);
    }
}

/// `bank::transfer` is `transfer`; what the machine calls its own begins with `$`.
std::string plain_name(const std::string& name) {
    size_t colon = name.rfind("::");
    std::string last = colon == name.npos ? name : name.substr(colon + 2);
    return !last.empty() && last[0] == '$' ? last.substr(1) : last;
}

}  // namespace

std::string task_name(const vm::VmTask& task) {
    if (task.task_kind() == vm::TaskKind::Main) return "main";
    std::string name = plain_name(task.display_name());
    // A task's own name may already say what it is ("actor Counter").
    std::string kind(kind_word(task.task_kind()));
    if (name.rfind(kind + " ", 0) == 0 || name == kind) return fmt::format("{} #{}", name, task.id());
    return fmt::format("{} {} #{}", kind, name, task.id());
}

std::string task_state(const vm::VmTask& task) {
    using scheduler::TaskState;
    switch (task.state()) {
        case TaskState::Running: return "running";
        case TaskState::Created:
        case TaskState::Runnable:
        case TaskState::ParkingWoken: return "runnable";
        case TaskState::Done: return "ended";
        default: break;
    }
    std::string text = runtime::describe_wait(task);
    return text.empty() ? "waiting" : text;
}

bool has_program_code(const vm::VmTask& task) {
    for (const vm::FrameView& frame : task.frames())
        if (frame.function->item != ItemId::None) return true;
    return false;
}

}  // namespace braid::debugger
