#include "analyzer/format/gap.h"

#include <algorithm>

namespace braid::format {

bool Gap::has_own_line_comment() const {
    return std::any_of(comments.begin() + std::ptrdiff_t(next), comments.end(),
                       [](const Comment& comment) { return comment.line_ends > 0; });
}

bool Gap::ends_line(size_t comment) const {
    for (; !comments[comment].is_line; ++comment) {
        bool last = comment + 1 == comments.size();
        if ((last ? line_ends : comments[comment + 1].line_ends) > 0) return true;
        if (last) return false;
    }
    return true;
}

bool is_line_comment(std::string_view text, TriviaKind kind) {
    if (kind == TriviaKind::LineComment) return true;
    return kind == TriviaKind::DocComment && text.substr(0, 2) != "/*";
}

void read_gap(const FlatTree& tree, uint32_t number, Gap& gap) {
    const auto& token = tree.token(number);
    const Grammar& grammar = tree.tree().grammar();
    for (uint32_t at = token.full_begin; at < token.begin;) {
        std::string_view rest = tree.source().substr(at, token.begin - at);
        TriviaPiece piece = grammar.next_trivia(rest);
        uint32_t end = at + std::max<uint32_t>(piece.length, 1);
        switch (piece.kind) {
            case TriviaKind::NewLine: ++gap.line_ends; break;
            case TriviaKind::LineComment:
            case TriviaKind::BlockComment:
            case TriviaKind::DocComment: {
                std::string_view text = rest.substr(0, end - at);
                text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
                gap.comments.push_back(
                    {at, at + uint32_t(text.size()), gap.line_ends, is_line_comment(text, piece.kind)});
                gap.line_ends = 0;
                break;
            }
            case TriviaKind::Space:
            case TriviaKind::Mark: break;
        }
        at = end;
    }
}

}  // namespace braid::format
