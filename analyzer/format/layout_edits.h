#pragma once
#include "analyzer/format/format.h"
#include "analyzer/format/printer.h"

namespace braid::format {

/// From the source to what was printed: one edit for each gap between tokens that differs, as short as can be.
std::vector<TextEdit> edits_of(std::string_view source, const Printed& printed);

/// Those inside a range that begins and ends with a token. Lines are indented relative to the line that the range
/// begins on, as that line stands in the source.
std::vector<TextEdit> edits_within(std::string_view source, const Printed& printed, TextRange range,
                                   const Options& options);

/// The ranges of the statements that a range touches, innermost ones.
std::vector<TextRange> units_in(const SyntaxTree& tree, const Rules& rules, TextRange range);

/// `edits` must be in order.
std::string applied(std::string_view source, const std::vector<TextEdit>& edits);

/// White space up to a column.
std::string indentation(uint32_t columns, const Options& options);

}  // namespace braid::format
