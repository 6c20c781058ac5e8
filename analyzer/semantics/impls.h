#pragma once
#include "analyzer/semantics/queries.h"

namespace braid {

/// The term with every associated type whose impl is known replaced by what that impl says it is. Terms hold no
/// inference variables: this is for finished bodies and for instances of generic code.
Type with_associated_types(QueryContext&, Type type);

}  // namespace braid
