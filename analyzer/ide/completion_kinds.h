#pragma once
#include "analyzer/ide/completion.h"
#include "analyzer/semantics/editing.h"

namespace braid {

CompletionKind kind_of_item(QueryContext&, ItemId item);

/// The type a value of an item has, for comparing it with what is expected: a call's for functions.
Type value_type_of(QueryContext&, const Offer& offer);

}  // namespace braid
