#include <algorithm>

#include "analyzer/ide/structure.h"

namespace braid {
namespace {

bool is_comment(TriviaKind kind) {
    return kind == TriviaKind::LineComment || kind == TriviaKind::BlockComment || kind == TriviaKind::DocComment;
}

class FoldCollector {
  public:
    FoldCollector(const SyntaxTree& tree, const LineIndex& lines, const EditingRules& rules)
        : tree_(tree), lines_(lines), rules_(rules) {}

    void visit(const SyntaxElement& element) {
        if (element.is_token()) {
            SyntaxToken token(element);
            add_comments(token);
            add_bracket(token);
            if (tree_.grammar().token_class(token.kind()) == TokenClass::String)
                add({token.begin(), token.end()}, FoldingRange::Kind::Code, true);
            return;
        }
        SyntaxNode node(element);
        if (rules_.is(node, syntax_role::ImportLine)) return add_import(node);
        if (node.text_range().empty()) return;
        if (imports_ > 1) add(import_run_, FoldingRange::Kind::Imports, false);
        imports_ = 0;
        if (rules_.is(node, syntax_role::Suite)) add_suite(node);
    }

    std::vector<FoldingRange> finish() {
        if (imports_ > 1) add(import_run_, FoldingRange::Kind::Imports, false);
        std::stable_sort(found_.begin(), found_.end(), [](const FoldingRange& a, const FoldingRange& b) {
            return a.range.begin != b.range.begin ? a.range.begin < b.range.begin : a.range.end > b.range.end;
        });
        // Editors fold by lines: of two that begin on one line, the outer one is reached first.
        std::vector<FoldingRange> out;
        for (const FoldingRange& each : found_)
            if (out.empty() || lines_.line_of(out.back().range.begin) != lines_.line_of(each.range.begin))
                out.push_back(each);
        return out;
    }

  private:
    void add(TextRange range, FoldingRange::Kind kind, bool keeps_last_line) {
        uint32_t first = lines_.line_of(range.begin), last = lines_.line_of(range.end);
        if (last > first + (keeps_last_line ? 1 : 0)) found_.push_back({range, kind, keeps_last_line});
    }

    void add_suite(const SyntaxNode& node) {
        SyntaxToken first = node.first_token(), last = node.last_token();
        if (!first || !last) return;
        // Behind the mark that opens it; the block of a match arm has its mark outside.
        uint32_t begin = rules_.is(first, syntax_role::OpensSuite) ? first.end() : first.begin();
        if (SyntaxToken before = first.previous(); begin == first.begin() && before &&
                                                   lines_.line_of(before.begin()) < lines_.line_of(begin) &&
                                                   rules_.is(before, syntax_role::OpensSuite))
            begin = before.end();
        add({begin, last.end()}, FoldingRange::Kind::Code, false);
    }

    void add_bracket(const SyntaxToken& token) {
        if (!rules_.is(token, syntax_role::Open)) return;
        if (SyntaxToken close = matching_bracket(rules_, token))
            add({token.end(), close.begin()}, FoldingRange::Kind::Code, true);
    }

    void add_import(const SyntaxNode& node) {
        TextRange range = node.text_range();
        import_run_ = imports_++ ? TextRange{import_run_.begin, range.end} : range;
    }

    /// Runs of comments on lines of their own, and comments of several lines.
    void add_comments(const SyntaxToken& token) {
        std::string_view text = tree_.text();
        uint32_t offset = token.full_begin();
        TextRange run;
        bool begins_line = offset == 0 || text[offset - 1] == '\n', has_run = false;
        int line_ends = 0;
        auto flush = [&] {
            if (has_run) add(run, FoldingRange::Kind::Comment, false);
            has_run = false;
        };
        while (offset < token.begin()) {
            TriviaPiece piece = tree_.grammar().next_trivia(text.substr(offset, token.begin() - offset));
            if (piece.length == 0) break;
            TextRange range{offset, offset + piece.length};
            if (piece.kind == TriviaKind::NewLine) {
                if (++line_ends > 1) flush();
                begins_line = true;
            } else if (is_comment(piece.kind)) {
                while (range.end > range.begin && (text[range.end - 1] == '\n' || text[range.end - 1] == '\r'))
                    --range.end;
                if (!begins_line || piece.kind == TriviaKind::BlockComment) {
                    flush();
                    add(range, FoldingRange::Kind::Comment, false);
                } else {
                    run = has_run ? TextRange{run.begin, range.end} : range;
                    has_run = true;
                }
                line_ends = 0;
            }
            offset += piece.length;
        }
        flush();
    }

    const SyntaxTree& tree_;
    const LineIndex& lines_;
    const EditingRules& rules_;
    std::vector<FoldingRange> found_;
    TextRange import_run_;
    int imports_ = 0;
};

}  // namespace

std::vector<FoldingRange> folding_ranges(QueryContext& context, FileId file) {
    auto lines = context.get<FileLines>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!lines->tree || !rules) return {};
    FoldCollector collector(*lines->tree, *lines->lines, *rules);
    uint32_t count = 0;
    for (Preorder walk(lines->tree->root()); walk; walk.next()) {
        if (++count % 1024 == 0) context.check_cancelled();
        collector.visit(*walk);
        if (walk->is_node() && rules->is(*walk, syntax_role::ImportLine)) walk.skip_children();
    }
    return collector.finish();
}

}  // namespace braid
