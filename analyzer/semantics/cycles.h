#pragma once
#include <functional>
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid {

/// The shortest way from an item back to itself, the item first; empty when there is none.
std::vector<ItemId> cycle_through(ItemId start, const std::function<std::vector<ItemId>(ItemId)>& next);

/// Whether it is on the first item of the cycle to report it: one cycle is one mistake, whichever item is looked at.
bool reports_cycle(QueryContext&, const std::vector<ItemId>& cycle);

}  // namespace braid
