#pragma once
#include <string>

#include "interpreter/vm/vm.h"

namespace braid::debugger {

/// "main", "goroutine producer #4", "actor Counter #2", "async stage #7".
std::string task_name(const vm::VmTask& task);
/// "running", "runnable", "waits to receive from a channel with room for 2". While the world stands.
std::string task_state(const vm::VmTask& task);
/// True: a frame of the program is on its stack, or will be. Helpers of the runtime have none.
bool has_program_code(const vm::VmTask& task);

}  // namespace braid::debugger
