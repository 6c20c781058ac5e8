#pragma once
#include "analyzer/semantics/altru/types.h"

namespace braid::altru_semantics {

/// Those that the function names, and for its `self` those of the impl around it; none if it names none itself.
std::vector<NamedLifetime> lifetimes_of(QueryContext&, ItemId item, const ast::FunctionDecl&, const FunctionSignature&);

}  // namespace braid::altru_semantics
