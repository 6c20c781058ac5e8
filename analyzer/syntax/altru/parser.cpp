#include "analyzer/syntax/altru/parser.h"

#include <fmt/format.h>

namespace braid::altru {

GreenRef Parser::parse_file() {
    lex();
    Mark mark = builder_.mark();
    block_lines(nullptr, Column{}, statements_);
    push_as(Kind::EndOfFile);
    return builder_.finish_root(mark, raw(Kind::SourceFile));
}

void Parser::lex() {
    bool field = token_.kind == Kind::Dot && token_.end() == position() && token_.length > 0;
    if (field) token_ = lexer_.lex_field(position());
    else lexer_.lex(position(), token_);
    builder_.looked_at(lexer_.looked_at());
    if (token_.has_problem) lexical_ = lexer_.take_problem();
    else if (lexical_) lexical_.reset();
    last_line_ = line_;
    if (token_.first_on_line) line_ = token_.column;
    accepted_ = false;
    show();
}

Token Parser::peek() {
    Token next = peek_after(token_);
    if (layout_.lines && next.first_on_line && next.kind != Kind::Dot && next.kind != Kind::EndOfFile)
        next.kind = LineEnd;
    return next;
}

Token Parser::peek_after(const Token& token) {
    Token next = lexer_.lex(token.end());
    builder_.looked_at(lexer_.looked_at());
    return next;
}

void Parser::show() {
    bool hidden = layout_.lines && token_.first_on_line && !accepted_ && token_.kind != Kind::Dot &&
                  token_.kind != Kind::EndOfFile;
    visible_ = hidden ? LineEnd : token_.kind;
}

void Parser::set_layout(Layout layout) {
    layout_ = layout;
    show();
}

void Parser::accept_line() {
    accepted_ = true;
    show();
}

void Parser::report_lexical() {
    builder_.error(std::move(*lexical_));
    lexical_.reset();
}

void Parser::push_as(Kind kind) {
    if (lexical_) report_lexical();
    builder_.token(raw(kind), token_.trivia, token_.length);
}

void Parser::bump_as(Kind kind) {
    push_as(kind);
    lex();
}

/// Takes the first `length` bytes of the token as a token of its own.
void Parser::bump_part(Kind kind, uint32_t length) {
    builder_.token(raw(kind), token_.trivia, length);
    lex();
}

bool Parser::eat(Kind kind) {
    if (!at(kind)) return false;
    bump();
    return true;
}

bool Parser::expect(Kind kind, std::string_view where) {
    if (eat(kind)) return true;
    error_here(DiagnosticCode::ExpectedToken, fmt::format("expected {} {}, found {}", describe(kind), where, found()));
    return false;
}

/// Where an operand must follow, the next line may give it; unless any column will do, it must be indented deeper. A
/// line is only accepted for a token that will be consumed: whether it was must not show after the unit that looked.
void Parser::continue_line(bool any_column) {
    bool condition = token_.kind == Kind::LetKw && layout_.head;
    if (!at(LineEnd) || !(begins_expression(token_.kind) || condition) || token_.kind == Kind::ActorKw) return;
    if (token_.kind == Kind::FnKw || token_.kind == Kind::AsyncKw) {
        Kind next = peek_after(token_).kind;
        if (next == Kind::Identifier || next == Kind::FnKw) return;  // a declaration
    }
    if (any_column || token_.column.wide > last_line_.wide || layout_.brackets) accept_line();
}

bool Parser::at_statement_end() const {
    if (at(LineEnd) || at(Kind::EndOfFile)) return true;
    return layout_.brackets && (at_closer() || at(Kind::Comma));
}

}  // namespace braid::altru
