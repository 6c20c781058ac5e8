#pragma once
#include "analyzer/checks/body_context.h"

namespace braid::checks {

/// What decides whether a function can fail: what its own body says, and whom it waits for.
struct FailureFacts {
    using Key = ItemId;
    struct Value {
        bool fails = false;             ///< throws, or waits for something outside of the program
        std::vector<ItemId> relies_on;  ///< functions whose failure becomes its own
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "failure_facts";
    static Value compute(QueryContext&, const Key&);
};

/// Waiting for this expression can end with an error, as far as anything in the program says so. Calls that throw
/// only when they are misused (unlock of what is not locked) do not count.
bool may_fail(QueryContext&, const BodyContext&, ExprId awaited);

}  // namespace braid::checks
