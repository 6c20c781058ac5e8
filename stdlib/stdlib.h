#pragma once
#include <span>

#include "analyzer/semantics/language.h"

namespace braid {

/// Sources of the standard modules of all languages, embedded at build time.
std::span<const StandardFile> standard_library();

/// Makes the languages known (language.h). Every program calls it once, first.
void register_all_languages();

}  // namespace braid
