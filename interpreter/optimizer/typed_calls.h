#pragma once
#include <string>

#include "interpreter/bytecode/program.h"

namespace braid::optimizer {

/// Calls of functions of the Boxed policy that are known statically pass numbers, booleans and characters as they are
/// and get them so: the callee's typed instance is the same code with typed parameters and result. Arguments that were
/// never boxed only; whoever calls with values of unknown kind calls the function as it was, which guards them. ""
/// or a limit exceeded.
std::string type_calls(bytecode::Program& program);

}  // namespace braid::optimizer
