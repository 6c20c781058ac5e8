#pragma once
#include <string>

#include "analyzer/flow/queries.h"
#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/queries.h"

/// Words that several checks use to speak about the program as its author does.
namespace braid::checks {

/// `job.lock`, `self.state`; empty for a temporary.
std::string describe(QueryContext&, const mir::MirBody&, const mir::Place&);
/// Where a statement looks at a place: for a borrow that a closure captures, where the closure uses the variable.
uint32_t looks_at(const mir::MirBody&, const mir::Statement&);
/// A value that stands there in the text, so that `.clone()` may follow it: no capture and no pattern.
bool is_written_expression(const Body&, uint32_t node);
std::string print_type(ItemId item, Type type);
/// ` (`Job.lock: MutexGuard[int]`)`: from the type down to what in it is at fault; empty when that is the type itself.
std::string describe_path(ItemId item, const CapabilityPath& path, Type whole);
/// A trait of the standard library has an impl for the type: for fixes such as `.clone()`.
bool has_std_trait(QueryContext&, Type type, std::string_view trait);

}  // namespace braid::checks
