#pragma once
#include <vector>

#include "analyzer/format/format.h"
#include "analyzer/semantics/editing.h"

namespace braid {

/// The edits that follow from `typed` in front of `offset`: a line end indents the new line and formats the statement
/// above it, `}` and `:` put their own line in place. Works on unfinished programs; there it only indents.
std::vector<TextEdit> edits_on_type(const SyntaxTree& tree, const EditingRules& editing, const format::Rules& rules,
                                    const format::Options& options, uint32_t offset, char typed);

}  // namespace braid
