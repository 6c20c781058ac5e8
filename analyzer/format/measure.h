#pragma once
#include "analyzer/format/document.h"

namespace braid::format {

/// Columns of a text up to its first line end; code points count one.
uint32_t width_of(std::string_view text);

/// The first pass: stores in every group how wide it is when flat, with what follows it up to the next possible line
/// end, and in every line what follows it up to the next one. Groups that hold a line end are
/// marked as forced. From the back to the front, so that each width is a sum of what is known already.
void measure(Document& document);

}  // namespace braid::format
