// How the parser reports and gets past mistakes.
#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

TextRange Parser::here() const {
    bool nothing = at(LineEnd) || at(Kind::EndOfFile);
    if (!nothing) return token_.range();
    // What is missing belongs after the last token, not on the next line.
    return position() > 0 ? TextRange{position(), position()} : TextRange{token_.text_begin(), token_.text_begin()};
}

std::string Parser::found() const {
    if (at(LineEnd)) return "the end of the line";
    switch (visible_) {
        case Kind::EndOfFile: return "the end of the file";
        case Kind::StringStart: return "a string";
        case Kind::BadToken: return "unreadable text";
        default: break;
    }
    std::string_view text = token_text();
    return text.size() <= 40 ? fmt::format("`{}`", text) : std::string(describe(visible_));
}

bool Parser::error_at(DiagnosticCode code, TextRange range, std::string message) {
    return builder_.error({code, range, std::move(message), {}, {}});
}

bool Parser::expected(DiagnosticCode code, std::string_view what) {
    return error_here(code, fmt::format("expected {}, found {}", what, found()));
}

void Parser::foreign(TextRange range, std::string message, std::string title, std::string replacement) {
    builder_.error({DiagnosticCode::ForeignSpelling,
                    range,
                    std::move(message),
                    {},
                    SyntaxError::Fix{std::move(title), {TextEdit{range, std::move(replacement)}}}});
}

void Parser::skip_token() {
    Mark mark = builder_.mark();
    bump();
    builder_.finish(mark, raw(Kind::Error));
}

/// Skips to the end of the line, or to what ends a block in brackets, into an Error node.
void Parser::skip_line() {
    Mark mark = builder_.mark();
    int open = 0;
    while (!at(LineEnd) && !at(Kind::EndOfFile)) {
        if (at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::LeftBrace)) ++open;
        if (at_closer() && open == 0 && layout_.brackets) break;
        if (at(Kind::Comma) && open == 0 && layout_.brackets) break;
        if (at_closer()) --open;
        bump();
    }
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::Error));
}

/// Skips what follows up to where the construct that cannot be descended into must end.
void Parser::skip_balanced() {
    Mark mark = builder_.mark();
    int64_t open = 0;
    while (!at(LineEnd) && !at(Kind::EndOfFile)) {
        if (at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::LeftBrace)) ++open;
        else if (at_closer() && --open < 0) break;
        else if (open == 0 && at(Kind::Comma)) break;
        bump();
    }
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::Error));
}

void Parser::too_deep() {
    error_here(DiagnosticCode::NestingTooDeep,
               fmt::format("this is nested more than {} levels deep; move parts of it into variables or functions",
                           GreenBuilder::MaxDepth));
    bool on_line = layout_.lines && !at(LineEnd);
    Column header = line_;
    skip_balanced();
    if (on_line) skip_lines(header);
}

}  // namespace braid::altru
