#pragma once
#include "analyzer/semantics/altru/builder.h"

namespace braid::altru_semantics {

/// Fills in what each closure captures and how (as Rust would; by value for tasks and `move`), and the flags of closure
/// types that follow from it: move-only, Send.
void find_captures(QueryContext&, const BodyDraft& draft, Body& body);

}  // namespace braid::altru_semantics
