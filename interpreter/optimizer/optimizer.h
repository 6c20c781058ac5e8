#pragma once
#include <string>

#include "interpreter/bytecode/program.h"

namespace braid::optimizer {

/// Replaces the code of every function by faster code that does the same, before the program is linked. Positions of
/// errors stay; variables can no longer be inspected: a debugger runs the code as it was compiled. "" or what is wrong
/// with the result (our bug).
std::string optimize(bytecode::Program& program);

}  // namespace braid::optimizer
