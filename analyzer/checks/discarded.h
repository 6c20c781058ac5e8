#pragma once
#include <functional>

#include "analyzer/semantics/queries.h"

namespace braid::checks {

/// Calls `f(function, value)` for each expression whose value a statement throws away.
void for_each_discarded(const Body& body, const std::function<void(BodyFunctionId, ExprId)>& f);

}  // namespace braid::checks
