#pragma once
#include "analyzer/semantics/velox/common.h"

namespace braid::velox_semantics {

/// Imports of a file: that they exist, are exported, are used, and need each other in no circle.
void check_imports(QueryContext&, ItemId file, const ItemTree& tree, std::vector<ItemDiagnostic>& out);

}  // namespace braid::velox_semantics
