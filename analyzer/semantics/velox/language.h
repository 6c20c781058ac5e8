#pragma once
#include "analyzer/semantics/language.h"

namespace braid::velox_semantics {
extern const Language language;
}
