#pragma once
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/queries.h"

namespace braid::checks {

/// How a method of a class reaches the fields of its receiver: with which of the receiver's locks held.
struct FieldUses {
    using Key = ItemId;
    struct Use {
        std::string field;
        Place place;
        bool writes = false;
        std::set<std::string> held;  ///< `.mutex`
        Place locked, suspends;      ///< of the section: where it begins, and where it waits; none: it never does
        friend bool operator==(const Use&, const Use&) = default;
    };
    struct Value {
        std::vector<Use> uses;
        std::vector<ItemId> called_locked;  ///< methods of the same object, called with a lock held
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "field_uses";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid::checks
