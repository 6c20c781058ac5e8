#pragma once
#include <string>
#include <vector>

#include "interpreter/vm/vm.h"

namespace braid::runtime {

/// `error`, as Vm::describe_error tells it, with the source line of its innermost frame in the program between the
/// message and the stack.
std::string with_source_line(vm::Vm& vm, std::string error);

/// `goroutine 'worker' (task 3)`
std::string name_of_task(const vm::VmTask& task);
/// What a parked task waits for: "waits to lock a mutex"; empty: it does not wait.
std::string describe_wait(const vm::VmTask& task);
/// Name and stack of every live task; the world stands.
std::string list_tasks(vm::Vm& vm);
/// Who waits where, for what, and for whom; cycles first. Nothing moves.
std::string report_deadlock(vm::Vm& vm, const std::vector<scheduler::Task*>& blocked);
/// The same of some tasks, while others can run. The world stands.
std::string report_partial_deadlock(vm::Vm& vm, const std::vector<scheduler::Task*>& blocked);

}  // namespace braid::runtime
