#pragma once
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/queries.h"

namespace braid::checks {

/// What a method of a class does with hand-made waiting: promises whose resolvers it keeps in a field, and the fields
/// it looks at before. Fields are named from the receiver: `.senders`.
struct Waiters {
    using Key = ItemId;
    struct Park {  ///< waits until somebody takes its resolver out of `queue`
        std::string queue;
        Place place;
        std::set<std::string> looked_at;  ///< fields whose length is tested on the way
        std::set<std::string> empty;      ///< fields that are empty when it comes to this
        friend bool operator==(const Park&, const Park&) = default;
    };
    struct Wake {
        std::string queue;
        Place place;
        std::set<std::string> filled;  ///< fields that are not empty when it comes to this
        friend bool operator==(const Wake&, const Wake&) = default;
    };
    struct Grow {  ///< adds to a field
        std::string field;
        Place place;
        bool after_park = false, only_after_park = false;
        bool bounded = false;                ///< only while there is room
        std::set<std::string> looked_again;  ///< tested between the wait and this
        friend bool operator==(const Grow&, const Grow&) = default;
    };
    struct Value {
        std::vector<Park> parks;
        std::vector<Wake> wakes;
        std::vector<Grow> grows;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "waiters";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid::checks
