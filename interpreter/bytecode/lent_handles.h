#pragma once
#include <vector>

#include "analyzer/flow/mir.h"

namespace braid::bytecode {

/// The variables of loops that need no count of their own, of those that `handles` names: each is a copy of an element
/// of a list that nobody may change before the loop is over, and is never given away or written. While it lives, the
/// list holds the handle for it.
std::vector<bool> lent_handles(const mir::MirBody& body, std::vector<bool> handles);

}  // namespace braid::bytecode
