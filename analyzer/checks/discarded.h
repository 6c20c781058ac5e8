#pragma once
#include <functional>

#include "analyzer/semantics/queries.h"

namespace braid::checks {

/// Calls `f(function, value)` for each expression whose value a statement throws away.
void for_each_discarded(const Body& body, const std::function<void(BodyFunctionId, ExprId)>& f);

/// The type is the standard library's nominal type of this name: `Promise<…>`, `Future[…]`.
bool is_std_type(Type type, std::string_view name);

}  // namespace braid::checks
