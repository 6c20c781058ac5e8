#pragma once
#include <optional>

#include "analyzer/semantics/queries.h"

namespace braid::altru_semantics {

/// Writes `pub` before a declaration of the program.
std::optional<ItemDiagnostic::Fix> publish(QueryContext&, ItemId item);

}  // namespace braid::altru_semantics
