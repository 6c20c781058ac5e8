#pragma once
#include <cstdint>

namespace braid::bytecode {

/// The slot of a lock's object that holds what the lock guards; a guard is the same object. The runtime sees to it.
constexpr uint16_t kGuardedSlot = 2;

}  // namespace braid::bytecode
