#pragma once
#include "analyzer/semantics/editing.h"

namespace braid::velox_semantics {

extern const EditingRules editing_rules;

}  // namespace braid::velox_semantics
