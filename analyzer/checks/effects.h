#pragma once
#include "analyzer/checks/body_context.h"

namespace braid::checks {

/// What running a function does beside giving its value.
struct Effects {
    bool outside = false;  ///< reaches beyond the program: http, files, databases, workers
    bool prints = false;
    bool writes = false;   ///< changes what others can see: properties, module variables, captured variables
    bool in_line = false;  ///< takes part in an order: locks, channels, queues, transactions
    bool unknown = false;  ///< calls a function that is only known when the program runs
    Effects& operator|=(const Effects& other) {
        outside |= other.outside;
        prints |= other.prints;
        writes |= other.writes;
        in_line |= other.in_line;
        unknown |= other.unknown;
        return *this;
    }
    friend bool operator==(const Effects&, const Effects&) = default;
};

/// Of one item's own body, closures in it included, and whom it calls.
struct EffectFacts {
    using Key = ItemId;
    struct Value {
        Effects own;
        std::vector<ItemId> calls;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "effect_facts";
    static Value compute(QueryContext&, const Key&);
};

/// Of the expression and everything that is called from it.
Effects effects_of(QueryContext&, const BodyContext&, ExprId);
/// A method that changes the array, map, set or queue it is called on.
bool is_mutator(const hir::Call& call);
bool is_mutator(ItemId method);

}  // namespace braid::checks
