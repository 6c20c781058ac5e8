#pragma once
#include <set>

#include "analyzer/semantics/velox/common.h"

namespace braid::velox_semantics {

/// The identifiers in the text of one item, without what its children own.
struct NamesIn {
    using Key = ItemId;
    using Value = std::set<Name>;
    static constexpr const char* name = "velox_names_in";
    static Value compute(QueryContext&, const Key&);
};

/// Imports of a file: that they exist, are exported, are used, and need each other in no circle.
void check_imports(QueryContext&, ItemId file, const ItemTree& tree, std::vector<ItemDiagnostic>& out);

}  // namespace braid::velox_semantics
