#pragma once
#include "analyzer/format/format.h"

namespace braid::velox {

/// Velox's formatting rules: braces, inserted semicolons, lists, chains of calls, conditionals and arrows.
const format::Rules& format_rules();

}  // namespace braid::velox
