#pragma once
#include <vector>

#include "analyzer/semantics/velox/common.h"

namespace braid::velox_semantics {

/// Whether one of the patterns fits every value of the type, also by what is inside of it: `Some(Some(x))`,
/// `Some(None)` and `None` fit every option of an option. Of types without end only a name or `_` fits all.
bool fit_all_values(QueryContext&, const Body&, const std::vector<PatternId>& patterns, Type type);

}  // namespace braid::velox_semantics
