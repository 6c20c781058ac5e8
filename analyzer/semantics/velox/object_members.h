#pragma once
#include "analyzer/semantics/editing.h"

namespace braid::velox_semantics {

/// See EditingRules.
std::vector<DeclaredMember> object_members(QueryContext&, ItemId item);
std::vector<Type> object_types(QueryContext&, Type type);

}  // namespace braid::velox_semantics
