// How the parser reports and gets past mistakes.
#include <fmt/format.h>

#include <vector>

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

/// One token of what is skipped since `begin`; a string is skipped as a whole, so that its text is not taken for code.
/// Unreadable text is only reported where skipping begins.
void Parser::skip_into_error(const Mark& begin) {
    if (token_.kind == Kind::StringStart) return skip_string();
    if (!builder_.empty_since(begin)) lexical_.reset();
    bump();
}

/// A string and the strings in its interpolations, without recursion and without a word.
void Parser::skip_string() {
    struct Open {
        bool multi_line;
        int braces;  ///< open in the interpolation
    };
    std::vector<Open> open;
    auto push = [&](Kind kind) {
        lexical_.reset();
        push_as(kind);
    };
    auto begin_string = [&] {
        open.push_back({token_.length == 3, 0});
        push(Kind::StringStart);
    };
    // Lexes parts of the innermost string up to an interpolation; leaves strings that end.
    auto parts = [&] {
        for (;;) {
            token_ = lexer_.lex_string_part(position(), open.back().multi_line);
            builder_.looked_at(lexer_.looked_at());
            if (token_.kind != Kind::BadToken) push(token_.kind);
            if (token_.kind == Kind::StringText) continue;
            if (token_.kind == Kind::InterpolationStart) break;
            open.pop_back();
            break;
        }
        token_.kind = Kind::StringEnd;
        lex();
    };
    begin_string();
    parts();
    while (!open.empty()) {
        bool line_ends = token_.first_on_line && !open.back().multi_line;
        if (token_.kind == Kind::EndOfFile || line_ends) break;
        if (token_.kind == Kind::StringStart) {
            begin_string();
            parts();
        } else if (token_.kind == Kind::RightBrace && open.back().braces == 0) {
            push(Kind::RightBrace);
            parts();
        } else {
            if (token_.kind == Kind::LeftBrace) ++open.back().braces;
            if (token_.kind == Kind::RightBrace) --open.back().braces;
            push(token_.kind);
            lex();
        }
    }
}

/// Skips to the end of the line, or to what ends a block in brackets, into an Error node.
void Parser::skip_line() {
    Mark mark = builder_.mark();
    int open = 0;
    if (layout_.brackets) ++blocks_;  // where a bracket was left open is judged by columns
    auto left_open = [&] {
        return layout_.brackets && token_.first_on_line && !at_closer() && !builder_.empty_since(mark) &&
               (at_declaration() || !deeper(token_.column, line_));
    };
    while (!at(LineEnd) && !at(Kind::EndOfFile) && !left_open()) {
        if (at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::LeftBrace)) ++open;
        if (at_closer() && open == 0 && layout_.brackets) break;
        if (at(Kind::Comma) && open == 0 && layout_.brackets) break;
        if (at_closer()) --open;
        skip_into_error(mark);
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
        skip_into_error(mark);
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
