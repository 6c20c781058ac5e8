#pragma once
#include "analyzer/semantics/editing.h"

namespace braid::altru_semantics {

extern const EditingRules editing_rules;

}  // namespace braid::altru_semantics
