// Blocks in braces, a habit of most other languages: reported once per block, with a fix, and read as what they mean.
#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

bool only_space_or_lines(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }
bool only_space(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

/// What removes a closing brace: its whole line if it stands alone on one.
TextRange closing_edit(std::string_view text, TextRange brace) {
    size_t end = std::min(text.find('\n', brace.end), text.size());
    size_t line = brace.begin == 0 ? std::string_view::npos : text.rfind('\n', brace.begin - 1);
    bool first = line != std::string_view::npos && only_space(text.substr(line + 1, brace.begin - line - 1));
    if (first && only_space(text.substr(brace.end, end - brace.end))) return {uint32_t(line), uint32_t(end)};
    if (first) {  // `} else {`
        size_t next = text.find_first_not_of(' ', brace.end);
        return {brace.begin, uint32_t(std::min(next, text.size()))};
    }
    size_t before = text.find_last_not_of(" \t", brace.begin - 1);
    return {uint32_t(before + 1), brace.end};
}

}  // namespace

/// `{` where a block begins; with the brace on a line of its own below the header, too.
bool Parser::at_braces(const Column& header) {
    if (at(LineEnd) && token_.kind == Kind::LeftBrace && token_.column == header) accept_line();
    return at(Kind::LeftBrace);
}

/// Whether `{` after `=>` or `|x|` opens a block rather than a map or a set: a statement's word follows, or the first
/// element is followed by `;` or a new line.
bool Parser::braces_are_block() {
    if (!at(Kind::LeftBrace)) return false;
    Token token = peek_after(token_);
    switch (token.kind) {
        case Kind::LetKw:
        case Kind::ReturnKw:
        case Kind::ForKw:
        case Kind::WhileKw:
        case Kind::LoopKw:
        case Kind::BreakKw:
        case Kind::ContinueKw:
        case Kind::SelectKw:
        case Kind::GoKw: return true;
        case Kind::RightBrace:
        case Kind::EndOfFile: return false;
        default: break;
    }
    bool fresh = true;
    int open = 0;
    for (int i = 0; i < 256; ++i, fresh = false, token = peek_after(token)) {
        if (token.kind == Kind::StringStart) token = after_string(token);
        if (!fresh && token.first_on_line && open == 0 && token.kind != Kind::Dot)
            return token.kind != Kind::RightBrace;
        if (token.kind == Kind::EndOfFile) return false;
        if (token.kind == Kind::LeftParen || token.kind == Kind::LeftBracket || token.kind == Kind::LeftBrace) ++open;
        if (token.kind == Kind::RightParen || token.kind == Kind::RightBracket || token.kind == Kind::RightBrace)
            if (--open < 0) return false;
        if (open > 0) continue;
        if (token.kind == Kind::Semicolon || token.kind == Kind::Equal) return true;
        if (token.kind == Kind::Comma || token.kind == Kind::Colon) return false;
    }
    return false;
}

/// The last token of the string that begins with `token`, its interpolations taken for text.
Token Parser::after_string(Token token) {
    bool multi_line = token.length == 3;
    while (token.kind != Kind::StringEnd && token.kind != Kind::BadToken) {
        token = lexer_.lex_string_part(token.end(), multi_line);
        builder_.looked_at(lexer_.looked_at());
    }
    return token;
}

/// The lines of a block in braces, the current token being `{`. The fix puts `opener` for it; where that is no `:`, the
/// message is `owner`. What is to be said of the header already says it of the braces, too.
void Parser::braced_lines(const Column& header, std::string_view owner, const Lines& lines, Contracts contracts,
                          std::string_view opener) {
    HeaderHabits* merged = std::exchange(opening_, nullptr);
    TextRange open = token_.range();
    TextRange with_space{token_.begin, open.end};
    bool comment = !only_space_or_lines(text_.substr(token_.begin, token_.trivia));
    int statements = 0;
    skip_token();
    if (!token_.first_on_line && token_.kind != Kind::EndOfFile) {
        LayoutScope scope(*this, {true, true, false});
        ++blocks_;
        while (!at(Kind::RightBrace) && !at(LineEnd) && !at(Kind::EndOfFile)) {
            uint32_t before = position();
            Unit unit = start_line(line_, lines.role);
            unit.whole_line = true;
            (this->*lines.element)(unit);
            ++statements;
            if (position() == before) skip_token();
        }
    }
    bool one_line = !token_.first_on_line;
    if (on_new_line()) lines_below(header, lines, contracts);
    std::optional<TextRange> close;
    bool closes = token_.kind == Kind::RightBrace && (!token_.first_on_line || !deeper(token_.column, header));
    if (closes) {
        close = token_.range();
        accept_line();
        skip_token();
    }
    SyntaxError error{DiagnosticCode::ExpectedBlock, open, {}, {}, {}};
    error.message =
        opener == ":"
            ? fmt::format("expected `:` after {}, found `{{`; blocks begin with `:` and are indented, without braces",
                          owner)
            : std::string(owner);
    bool fits = !one_line || statements == 1 || lines.role == Role::Member;
    if (close && !comment && fits)
        error.fix = SyntaxError::Fix{"write the block without braces",
                                     {{with_space, std::string(opener)}, {closing_edit(text_, *close), ""}}};
    if (merged && merged->error && error.fix) {
        merged->end = open.end;
        return gather(*merged, std::move(error));
    }
    builder_.error(std::move(error));
}

}  // namespace braid::altru
