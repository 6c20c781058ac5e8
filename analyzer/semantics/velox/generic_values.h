#pragma once
#include "analyzer/semantics/type.h"

namespace braid::velox_semantics {

/// The type of a generic function where it is a value, or is compared with another: its own parameters may be anything.
inline Type for_anything(Type t, ItemId function) {
    if (!t || !t->has(TypeHasParameter) || function == ItemId::None) return t;
    return map_type(
        t, [&](Type part) { return part->is(TypeKind::Parameter) && part->item == function ? type::any() : part; });
}

}  // namespace braid::velox_semantics
