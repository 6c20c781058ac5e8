#pragma once
#include <vector>

#include "analyzer/semantics/type.h"

namespace braid::velox_semantics {

/// The type of a generic function where it is a value, or is compared with another: its own parameters may be anything.
inline Type for_anything(Type t, ItemId function) {
    if (!t || !t->has(TypeHasParameter) || function == ItemId::None) return t;
    return map_type(
        t, [&](Type part) { return part->is(TypeKind::Parameter) && part->item == function ? type::any() : part; });
}

/// `(...args: [A, B]) => R` takes an A and a B.
inline Type with_tuple_taken_apart(Type f) {
    if (!f->is(TypeKind::Function) || !f->has(TypeVariadic) || f->parameters().empty()) return f;
    auto list = f->parameters();
    if (!list.back()->is(TypeKind::Tuple)) return f;
    std::vector<Type> parameters(list.begin(), list.end() - 1);
    parameters.insert(parameters.end(), list.back()->arguments.begin(), list.back()->arguments.end());
    return type::function(std::move(parameters), f->result(), uint16_t(f->flags & TypeShared), 0);
}

}  // namespace braid::velox_semantics
