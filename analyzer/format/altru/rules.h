#pragma once
#include "analyzer/format/format.h"

namespace braid::altru {

/// Altru's formatting rules: blocks by indentation, lists in brackets, chains that go on with a `.`.
const format::Rules& format_rules();

}  // namespace braid::altru
