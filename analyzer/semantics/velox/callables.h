#pragma once
#include <optional>

#include "analyzer/semantics/velox/common.h"

/// What calls have to know of a function beside its signature: overloads, type guards, inference through itself.
namespace braid::velox_semantics {

/// `function isCat(x: Animal): x is Cat`: what a call that came out true says. `parameter` -1: of `this`.
struct Predicate {
    int parameter = 0;
    Type type = nullptr;
    bool asserts = false;  // `asserts x is T`: it says so by returning
    friend bool operator==(const Predicate&, const Predicate&) = default;
};
struct PredicateOf {
    using Key = ItemId;
    using Value = std::optional<Predicate>;
    static constexpr const char* name = "velox_predicate";
    static Value compute(QueryContext&, const Key&);
};

/// A method that gives the object it is called on: its result is `this`, or it says nothing but `return this`.
struct ReturnsThis {
    using Key = ItemId;
    using Value = bool;
    static constexpr const char* name = "velox_returns_this";
    static Value compute(QueryContext&, const Key&);
};

/// The declarations without a body that stand before a function of the same name: what callers see of it.
std::vector<ItemId> overloads_of(QueryContext&, ItemId function);
/// The one with the body, for any of them.
ItemId implementation_of(QueryContext&, ItemId function);

/// What a function without annotation returns names it again, perhaps through functions without annotations.
struct IsRecursivelyInferred {
    using Key = ItemId;
    using Value = bool;
    static constexpr const char* name = "velox_recursive_result";
    static Value compute(QueryContext&, const Key&);
};
/// Some `return` of it has a value.
bool gives_values(QueryContext&, ItemId function);

}  // namespace braid::velox_semantics
