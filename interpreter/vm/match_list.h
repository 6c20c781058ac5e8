#pragma once
#include "interpreter/vm/objects.h"

namespace braid::vm {

/// Slot of a list of another layout than `list`: an Instance with members of the list's own (what a pattern found).
constexpr int kMatchMembers = kListBuffer + 1;

}  // namespace braid::vm
