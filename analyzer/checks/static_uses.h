#pragma once
#include <optional>

#include "analyzer/semantics/queries.h"

namespace braid::checks {

/// The static and module variables that a body reads, each with the first place.
struct StaticReads {
    using Key = ItemId;
    struct Read {
        ItemId variable;
        uint32_t node;
        bool after_await;  ///< in an async function that has waited before
        bool sets;         ///< the body sets it, too
        friend bool operator==(const Read&, const Read&) = default;
    };
    using Value = std::vector<Read>;
    static constexpr const char* name = "static_reads";
    static Value compute(QueryContext&, const Key&);
};

/// A function of the variable's file, other than `besides`, that reads it.
/// `after_await`: which may have waited before, and goes by what somebody else has set.
std::optional<Place> reader_of(QueryContext&, ItemId variable, ItemId besides, bool after_await = false);

}  // namespace braid::checks
