#pragma once
#include "analyzer/semantics/language.h"

namespace braid {

/// Altru, for register_languages.
extern const Language altru_language;

}  // namespace braid
