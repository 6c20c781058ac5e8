#pragma once
#include "analyzer/flow/queries.h"

namespace braid::checks {

/// The first place in a function that is not async where it blocks its thread, itself or through what it calls.
struct BlocksThread {
    using Key = ItemId;
    struct Value {
        bool yes = false;
        Place place;                ///< the call in this function
        ItemId via = ItemId::None;  ///< the function it calls there
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "blocks_thread";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

}  // namespace braid::checks
