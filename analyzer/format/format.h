#pragma once
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/format/document.h"
#include "analyzer/format/options.h"
#include "analyzer/syntax/tree.h"

namespace braid::format {

/// What formatting needs to know of a language; one constant per language (`altru::format_rules()`,
/// `velox::format_rules()`).
struct Rules {
    Document (*write)(const SyntaxTree& tree, const Options& options);
    /// Whether a kind of node has a layout of its own.
    bool (*is_known)(SyntaxKind kind);
    /// Tokens and nodes that formatting may add and take away: separators, operators before the first of several.
    bool (*is_optional)(SyntaxKind parent, SyntaxKind kind, bool is_first_child);
    bool (*opens)(SyntaxKind token);        ///< lines after it are indented
    bool (*closes)(SyntaxKind token);       ///< a line that begins with it is not
    bool (*is_statement)(SyntaxKind node);  ///< the unit of formatting a range
};

/// Why a text is left as it is, and where.
struct Refusal {
    std::optional<DiagnosticCode> code;  ///< of the syntax error; none: the fault is ours
    TextRange range;
    std::string message;
};

/// The formatted text. Refused for a text with syntax errors; also if what came out did not mean the same as what went
/// in, which would be a fault of ours.
tl::expected<std::string, Refusal> format(const SyntaxTree& tree, const Rules& rules, const Options& options);

/// The same as edits, none of which touches a token that stays as it is.
tl::expected<std::vector<TextEdit>, Refusal> format_edits(const SyntaxTree& tree, const Rules& rules,
                                                          const Options& options);

/// Formats the innermost statements and declarations that the range touches, and nothing else. They stay where they
/// are indented to.
tl::expected<std::vector<TextEdit>, Refusal> format_range(const SyntaxTree& tree, const Rules& rules,
                                                          const Options& options, TextRange range);

/// After `typed` was typed in front of `offset`: a line end formats the statement above it, others what stands on their
/// line. How a line that is just begun is indented is not decided here but in analyzer/ide/on_type.h.
std::vector<TextEdit> format_on_type(const SyntaxTree& tree, const Rules& rules, const Options& options,
                                     uint32_t offset, char typed);

/// Whether two texts of a language have the same tokens in the same structure, but for what is optional, and the same
/// comments.
bool means_the_same(const SyntaxTree& a, const SyntaxTree& b, const Rules& rules);

}  // namespace braid::format
