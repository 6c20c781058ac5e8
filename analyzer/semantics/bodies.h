#pragma once
#include <vector>

#include "analyzer/semantics/item.h"

namespace braid {

class QueryContext;

/// Whether an item has a typed body: functions, scripts, initializers, types with contract clauses or field
/// initializers.
bool may_have_body(ItemKind kind);

/// Items of a file that have a body of their own, in the order of the file.
std::vector<ItemId> items_with_bodies(QueryContext&, FileId file);

}  // namespace braid
