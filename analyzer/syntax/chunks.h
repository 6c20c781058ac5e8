#pragma once
#include <cstdint>
#include <vector>

#include "analyzer/syntax/green.h"

namespace braid {

/// More children than this are cut into hidden list nodes of at most as many.
inline constexpr uint32_t MaxChunk = 16;
/// Lists with fewer children are opened when they meet loose neighbours, so that chunks stay filled.
inline constexpr uint32_t MinChunk = 4;

/// Rebuilds a sequence of elements and list chunks (as reuse hands them out) into at most `MaxChunk` slots of one
/// balanced tree. Costs what the number of slots costs, not the number of elements. Takes over and gives one reference
/// per heap slot.
void balance(std::vector<GreenSlot>& slots);

/// Levels of list nodes above the elements; 0 for an element.
uint32_t list_height(GreenSlot slot);

}  // namespace braid
