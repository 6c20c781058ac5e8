#include <algorithm>

#include "analyzer/format/format.h"

namespace braid::format {

namespace {

/// The lines of a text around an offset.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {}

    uint32_t begin(uint32_t offset) const {
        size_t before = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
        return before == std::string_view::npos ? 0 : uint32_t(before + 1);
    }
    /// Where the white space ends that the line begins with.
    uint32_t indent_end(uint32_t begin) const {
        size_t end = text_.find_first_not_of(" \t", begin);
        return uint32_t(end == std::string_view::npos ? text_.size() : end);
    }

  private:
    std::string_view text_;
};

bool in_token(const SyntaxTree& tree, uint32_t offset) {
    SyntaxToken token = tree.token_at(offset);
    return token && token.begin() < offset && offset < token.end();
}

/// The statements that end on the line above, without what would touch the line at hand.
std::vector<TextEdit> format_above(const SyntaxTree& tree, const Rules& rules, const Options& options, uint32_t line) {
    if (line == 0) return {};
    uint32_t end = line - 1;
    if (end > 0 && tree.text()[end - 1] == '\r') --end;
    auto edits = format_range(tree, rules, options, {end, end});
    if (!edits) return {};
    bool touches =
        std::any_of(edits->begin(), edits->end(), [&](const TextEdit& edit) { return edit.range.end >= line; });
    return touches ? std::vector<TextEdit>{} : std::move(*edits);
}

}  // namespace

std::vector<TextEdit> format_on_type(const SyntaxTree& tree, const Rules& rules, const Options& options,
                                     uint32_t offset, char typed) {
    std::vector<TextEdit> edits;
    Lines lines(tree.text());
    if (offset > tree.text().size() || in_token(tree, offset)) return edits;
    uint32_t line = lines.begin(offset);
    if (typed == '\n') return format_above(tree, rules, options, line);
    bool is_first_on_line = lines.indent_end(line) + 1 == offset;
    if (typed == '}' && is_first_on_line) return edits;
    if (auto formatted = format_range(tree, rules, options, {offset, offset})) {
        // Only what is already there: the line at hand is still being typed.
        for (TextEdit& edit : *formatted)
            if (edit.range.begin >= line && edit.range.end <= offset) edits.push_back(std::move(edit));
    }
    return edits;
}

}  // namespace braid::format
