#include "analyzer/ide/on_type.h"

#include <algorithm>

#include "analyzer/ide/structure.h"

namespace braid {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The white space that a line begins with.
TextRange indentation_range(std::string_view text, uint32_t offset) {
    uint32_t begin = std::min(offset, uint32_t(text.size()));
    while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r') --begin;
    uint32_t end = begin;
    while (end < text.size() && is_blank(text[end])) ++end;
    return {begin, end};
}

}  // namespace

std::vector<TextEdit> edits_on_type(const SyntaxTree& tree, const EditingRules& editing, const format::Rules& rules,
                                    const format::Options& options, uint32_t offset, char typed) {
    std::vector<TextEdit> edits = format::format_on_type(tree, rules, options, offset, typed);
    TextRange space = indentation_range(tree.text(), offset);
    bool places_line = typed == '\n' || (typed == '}' && space.end + 1 == offset);
    std::string unit = options.tabs ? std::string("\t") : std::string(options.indent, ' ');
    auto wanted = places_line ? indentation_of_line(tree, editing, offset, unit) : std::nullopt;
    if (wanted && tree.text().substr(space.begin, space.length()) != *wanted) edits.push_back({space, *wanted});
    return edits;
}

}  // namespace braid
