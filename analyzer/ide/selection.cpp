#include <algorithm>

#include "analyzer/ide/structure.h"

namespace braid {
namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || uint8_t(c) >= 0x80;
}

TextRange word_at(std::string_view text, TextRange within, uint32_t offset) {
    TextRange word{offset, offset};
    while (word.begin > within.begin && is_word(text[word.begin - 1])) --word.begin;
    while (word.end < within.end && is_word(text[word.end])) ++word.end;
    return word;
}

/// Ranges that grow; what is not larger than the last one is left out.
struct Growing {
    std::vector<TextRange> ranges;
    void add(TextRange range) {
        if (range.empty() && !ranges.empty()) return;
        if (!ranges.empty() &&
            (range == ranges.back() || range.begin > ranges.back().begin || range.end < ranges.back().end))
            return;
        ranges.push_back(range);
    }
};

/// The comment of a token's trivia at an offset, and the run of comments it is part of.
void add_comment(Growing& out, const SyntaxToken& token, uint32_t offset) {
    std::string_view text = token.tree()->text();
    std::optional<TextRange> comment;
    TextRange run;
    int line_ends = 0;
    bool open = false;
    for (uint32_t at = token.full_begin(); at < token.begin();) {
        TriviaPiece piece = token.tree()->grammar().next_trivia(text.substr(at, token.begin() - at));
        if (piece.length == 0) break;
        TextRange range{at, at + piece.length};
        if (piece.kind == TriviaKind::NewLine) {
            ++line_ends;
        } else if (piece.kind == TriviaKind::LineComment || piece.kind == TriviaKind::BlockComment ||
                   piece.kind == TriviaKind::DocComment) {
            if (!open || line_ends > 1) {
                if (comment) break;
                run = range;
            } else {
                run.end = range.end;
            }
            open = true;
            line_ends = 0;
            if (range.touches(offset)) comment = range;
        }
        at += piece.length;
    }
    if (!comment) return;
    out.add(word_at(text, *comment, offset));
    out.add(*comment);
    out.add(run);
}

/// Between the brackets of a node that surround the offset.
std::optional<TextRange> inside_of_brackets(const EditingRules& rules, const SyntaxNode& node, uint32_t offset) {
    for (SyntaxElement child : node.children()) {
        if (!child.is_token()) continue;
        SyntaxToken open(child);
        if (open.end() > offset) break;
        SyntaxToken close = matching_bracket(rules, open);
        if (close && close.begin() >= offset && close.begin() > open.begin())
            return TextRange{open.end(), close.begin()};
    }
    return std::nullopt;
}

TextRange without_blanks(std::string_view text, TextRange range) {
    auto blank = [&](uint32_t at) {
        return text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r';
    };
    while (range.begin < range.end && blank(range.begin)) ++range.begin;
    while (range.end > range.begin && blank(range.end - 1)) --range.end;
    return range;
}

}  // namespace

std::vector<TextRange> selection_ranges(QueryContext& context, FileId file, uint32_t offset) {
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return {};
    std::string_view text = (*tree)->text();
    offset = std::min(offset, uint32_t(text.size()));
    Growing out;
    SyntaxToken token = token_touching(**tree, offset, [](const SyntaxToken& t) {
        return t.tree()->grammar().token_class(t.kind()) != TokenClass::None;
    });
    if (token) {
        if ((*tree)->grammar().token_class(token.kind()) == TokenClass::String)
            out.add(word_at(text, {token.begin(), token.end()}, offset));
        out.add({token.begin(), token.end()});
    } else {
        token = (*tree)->token_at(offset);
        if (!token) return {};
        add_comment(out, token, offset);
        out.add({offset, offset});
    }
    for (SyntaxNode node = token.parent(); node; node = node.parent()) {
        TextRange whole = node.text_range();
        if (auto inside = inside_of_brackets(*rules, node, offset)) {
            out.add(without_blanks(text, *inside));
            out.add(*inside);
        }
        if (whole.touches(offset)) out.add(whole);
    }
    out.add({0, uint32_t(text.size())});
    return std::move(out.ranges);
}

}  // namespace braid
