#pragma once
#include <string>

#include "analyzer/flow/queries.h"
#include "analyzer/semantics/item_diagnostic.h"

/// Words that several checks use to speak about the program as its author does.
namespace braid::checks {

/// `job.lock`, `self.state`; empty for a temporary.
std::string describe(QueryContext&, const mir::MirBody&, const mir::Place&);
std::string print_type(ItemId item, Type type);
/// A trait of the standard library has an impl for the type: for fixes such as `.clone()`.
bool has_std_trait(QueryContext&, Type type, std::string_view trait);

}  // namespace braid::checks
