#include <algorithm>

#include "analyzer/format/flat_tree.h"
#include "analyzer/format/format.h"
#include "analyzer/format/layout_edits.h"

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
    bool is_blank(uint32_t begin) const {
        uint32_t end = indent_end(begin);
        return end >= text_.size() || text_[end] == '\n' || text_[end] == '\r';
    }

  private:
    std::string_view text_;
};

uint32_t column_of(std::string_view space, const Options& options) {
    uint32_t column = 0;
    for (char c : space) column += c == '\t' ? options.tab_width - column % options.tab_width : 1;
    return column;
}

class OnType {
  public:
    OnType(const SyntaxTree& tree, const Rules& rules, const Options& options)
        : tree_(tree), rules_(rules), options_(options), lines_(tree.text()) {}

    /// Of a line that follows the text in front of `offset`: one step deeper behind a token that opens, one less for a
    /// closing one on the line.
    uint32_t wanted_column(uint32_t line) const {
        SyntaxToken next = tree_.token_at(lines_.indent_end(line));
        SyntaxToken previous = next;
        while (previous && previous.begin() >= line) previous = previous.previous();
        if (!previous) return 0;
        uint32_t above = lines_.begin(previous.begin());
        std::string_view space = tree_.text().substr(above, lines_.indent_end(above) - above);
        int64_t column = column_of(space, options_);
        bool opens = rules_.opens(previous.kind());
        bool closes = next && next.begin() == lines_.indent_end(line) && rules_.closes(next.kind());
        if (opens && !closes) column += options_.indent;
        if (!opens && closes) column -= options_.indent;
        return uint32_t(std::max<int64_t>(column, 0));
    }

    void indent_line(uint32_t line, uint32_t column, std::vector<TextEdit>& edits) const {
        TextRange space{line, lines_.indent_end(line)};
        std::string wanted = indentation(column, options_);
        if (tree_.text().substr(space.begin, space.length()) != wanted) edits.push_back({space, wanted});
    }

    const Lines& lines() const { return lines_; }
    bool in_token(uint32_t offset) const {
        SyntaxToken token = tree_.token_at(offset);
        return token && token.begin() < offset && offset < token.end();
    }

  private:
    const SyntaxTree& tree_;
    const Rules& rules_;
    const Options& options_;
    Lines lines_;
};

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
    OnType on_type(tree, rules, options);
    if (offset > tree.text().size() || on_type.in_token(offset)) return edits;
    uint32_t line = on_type.lines().begin(offset);
    if (typed == '\n') {
        edits = format_above(tree, rules, options, line);
        on_type.indent_line(line, on_type.wanted_column(line), edits);
        return edits;
    }
    bool first_on_line = on_type.lines().indent_end(line) + 1 == offset;
    if (typed == '}' && first_on_line) {
        on_type.indent_line(line, on_type.wanted_column(line), edits);
    } else if (auto formatted = format_range(tree, rules, options, {offset, offset})) {
        // Only what is already there: the line at hand is still being typed.
        for (TextEdit& edit : *formatted)
            if (edit.range.begin >= line && edit.range.end <= offset) edits.push_back(std::move(edit));
    }
    return edits;
}

}  // namespace braid::format
