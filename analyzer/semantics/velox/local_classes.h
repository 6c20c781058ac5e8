#pragma once
#include <set>

#include "analyzer/semantics/velox/common.h"

namespace braid::velox_semantics {

/// The variables of the functions around a class that its members use.
struct CapturedNames {
    using Key = ItemId;
    using Value = std::set<Name>;
    static constexpr const char* name = "velox_captured_names";
    static Value compute(QueryContext&, const Key&);
};

/// The class that a constant of a file's top level holds, as in `const Point = class { … }` and `const Base = Animal`;
/// None: none.
ItemId class_in_variable(QueryContext&, ItemId variable);

/// The same, of a variable in the code of `home`.
ItemId class_in_local(QueryContext&, ItemId home, LocalId);

/// Where such a class keeps what gives access to them: a static without syntax. The fields of its instances that do the
/// same are called as it is.
ItemId scope_variable(ItemId klass);

}  // namespace braid::velox_semantics
