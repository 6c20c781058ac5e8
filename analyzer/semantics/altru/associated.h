#pragma once
#include "analyzer/semantics/altru/types.h"

namespace braid::altru_semantics {

/// `I: Iterator[Item = int]`: what the bounds of an item's own parameters say their associated types are.
struct AssociatedBindings {
    struct Binding {
        Type subject;  ///< the parameter
        ItemId trait;  ///< the one that declares the associated type
        Name name;
        Type is;
        friend bool operator==(const Binding&, const Binding&) = default;
    };
    using Key = ItemId;
    using Value = std::vector<Binding>;
    static constexpr const char* name = "altru_associated_bindings";
    static Value compute(QueryContext&, const Key&);
};

/// The trait, or the first of those it asks for, that declares an associated type; None: there is none.
ItemId trait_with_type(QueryContext&, ItemId trait, Name name);

}  // namespace braid::altru_semantics
