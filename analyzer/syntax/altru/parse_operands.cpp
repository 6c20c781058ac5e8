#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

void Parser::operand() {
    if (at(Kind::BadToken) && foreign_operand()) return;
    if (at(Kind::BadToken) || at(Kind::UnsafeKw)) {
        while (at(Kind::BadToken) || at(Kind::UnsafeKw)) {
            if (at(Kind::UnsafeKw))
                error_here(DiagnosticCode::SyntaxError,
                           "`unsafe` is a reserved word without a meaning in Altru; remove it");
            skip_token();  // the lexer has said why
        }
        if (!begins_expression(visible_)) return;
    }
    if (is_keyword(visible_) && peek().kind == Kind::ColonColon) return path_expression();
    Mark mark = builder_.mark();
    switch (visible_) {
        case Kind::Identifier:
            if (layout_.contract && (at_word("forall") || at_word("exists")) && peek().kind == Kind::Identifier)
                return quantifier();
            if (foreign_name()) return;
            return path_expression();
        case Kind::SelfKw:
        case Kind::SuperKw: return path_expression();
        case Kind::IntLiteral:
        case Kind::FloatLiteral:
        case Kind::RawStringLiteral:
        case Kind::TrueKw:
        case Kind::FalseKw: bump(); return builder_.finish(mark, raw(Kind::LiteralExpr));
        case Kind::CharLiteral:
            if (foreign_operand()) return;
            bump();
            return builder_.finish(mark, raw(Kind::LiteralExpr));
        case Kind::StringStart: return string_expression();
        case Kind::LeftParen: return parenthesized();
        case Kind::LeftBracket: return list_expression();
        case Kind::LeftBrace: return braces_expression();
        case Kind::Pipe:
        case Kind::PipePipe:
        case Kind::FnKw:
        case Kind::MoveKw:
        case Kind::AsyncKw: return closure();
        case Kind::IfKw: return if_expression();
        case Kind::MatchKw: return match_expression();
        case Kind::ChanKw:
        case Kind::DynKw: type_operand(false); return builder_.finish(mark, raw(Kind::TypeExpr));
        default:
            if (!foreign_operand()) expected(DiagnosticCode::ExpectedExpression, "an expression");
    }
}

/// name { "::" name }
void Parser::path_expression() {
    Mark mark = builder_.mark();
    auto segment = [this] { bump_as(at(Kind::SelfKw) || at(Kind::SuperKw) ? visible_ : Kind::Identifier); };
    segment();
    while (at(Kind::ColonColon) && text_.substr(token_.end(), 1) != "<") {  // `name::<T>` is left to `postfix`
        bump();
        if (at_name_or_keyword()) segment();
        else expected(DiagnosticCode::ExpectedName, "a name after `::`");
    }
    builder_.finish(mark, raw(Kind::PathExpr));
}

/// The parts of a string are lexed here, where it is known that they are parts of a string.
void Parser::string_expression(char quote) {
    Mark mark = builder_.mark();
    TextRange open = token_.range();
    bool multi_line = token_.length == 3 || quote == '`';
    push_as(Kind::StringStart);
    for (;;) {
        token_ = lexer_.lex_string_part(position(), multi_line, quote);
        builder_.looked_at(lexer_.looked_at());
        if (token_.has_problem) lexical_ = lexer_.take_problem();
        visible_ = token_.kind;
        if (token_.kind == Kind::StringText) {
            push_as(Kind::StringText);
        } else if (token_.kind == Kind::InterpolationStart) {
            interpolation(multi_line);
        } else {
            break;
        }
    }
    if (token_.kind == Kind::StringEnd) push_as(Kind::StringEnd);
    else
        error_at(DiagnosticCode::UnterminatedString, open,
                 multi_line
                     ? "this string is never closed; end it with `\"\"\"`"
                     : "this string is not closed on its line; end it with `\"`, or use `\"\"\"` for several lines");
    token_.kind = Kind::StringEnd;
    lex();
    builder_.finish(mark, raw(Kind::StringExpr));
}

/// ${ expression [: format] }
void Parser::interpolation(bool multi_line) {
    Mark mark = builder_.mark();
    TextRange open = token_.range();
    push_as(Kind::InterpolationStart);
    {
        LayoutScope scope(*this, {!multi_line, true, layout_.contract});
        lex();
        if (!at(Kind::RightBrace)) expression();
        else expected(DiagnosticCode::ExpectedExpression, "an expression in `${}`");
        if (at(Kind::Colon)) {
            uint32_t trivia = token_.trivia;
            uint32_t begin = token_.begin;
            token_ = lexer_.lex_format(token_.text_begin());
            builder_.looked_at(lexer_.looked_at());
            token_.begin = begin;
            token_.trivia = trivia;
            bump_as(Kind::FormatSpec);
        }
        if (!at(Kind::RightBrace)) {
            builder_.error({DiagnosticCode::UnclosedDelimiter,
                            open,
                            fmt::format("this `${{` is never closed; expected `}}`, found {}", found()),
                            {{here(), "expected `}` here"}},
                            {}});
            Mark skipped = builder_.mark();
            while (!at(Kind::RightBrace) && !at(Kind::StringStart) && !at(LineEnd) && !at(Kind::EndOfFile)) bump();
            if (!builder_.empty_since(skipped)) builder_.finish(skipped, raw(Kind::Error));
        }
        if (at(Kind::RightBrace)) push_as(Kind::RightBrace);
    }
    builder_.finish(mark, raw(Kind::Interpolation));
    lexical_.reset();
}

/// An expression that can be taken over by itself: the element of a list.
void Parser::element_expression() {
    Unit unit = start_element(values_);
    expression();
    finish(unit);
}

/// [a, b], [value; count]
void Parser::list_expression() {
    Mark mark = builder_.mark();
    Token open = token_;
    bool repeat = false;
    bool closed;
    {
        LayoutScope scope(*this, {false, true, layout_.contract});
        bump();
        comma_elements(Kind::RightBracket, values_);
        if (at(Kind::Semicolon)) {
            repeat = true;
            bump();
            expression();
        }
        closed = at(Kind::RightBracket);
    }
    close_bracket(closed, Kind::RightBracket, open);
    builder_.finish(mark, raw(repeat ? Kind::RepeatExpr : Kind::ListExpr));
}

/// {k: v}, {a, b}, {}
void Parser::braces_expression() {
    Mark mark = builder_.mark();
    Elements elements = bracketed(Kind::LeftBrace, Kind::RightBrace, entries_);
    bool map = elements.first == Kind::List || elements.first == Kind::MapEntry;
    builder_.finish(mark, raw(map ? Kind::MapExpr : Kind::SetExpr));
}

void Parser::brace_element() {
    Unit unit = start_element(entries_);
    expression();
    if (!at(Kind::Colon)) return finish(unit);
    bump();
    expression();
    finish(unit, Kind::MapEntry);
}

/// name: value, name, ..base
void Parser::struct_field() {
    Unit unit = start_element(fields_);
    if (eat(Kind::DotDot)) {
        expression();
        return finish(unit, Kind::StructBase);
    }
    if (!at(Kind::Identifier)) {
        expected(DiagnosticCode::ExpectedName, "the name of a field");
        return builder_.abandon_unit(unit.mark);
    }
    bump();
    if (eat(Kind::Colon)) {
        expression();
    } else if (at(Kind::Equal)) {
        builder_.error({DiagnosticCode::ForeignSpelling,
                        token_.range(),
                        "a field's value follows a `:` in a struct literal",
                        {},
                        SyntaxError::Fix{"write `:`", {{{token_.begin, token_.end()}, ":"}}}});
        bump_as(Kind::Colon);
        expression();
    }
    finish(unit, Kind::StructFieldInit);
}

/// (), (a), (a,), (a, b)
void Parser::parenthesized() {
    Mark mark = builder_.mark();
    Elements elements = bracketed(Kind::LeftParen, Kind::RightParen, values_);
    bool single = elements.first != Kind::List && !elements.many;
    builder_.finish(mark, raw(single ? Kind::ParenExpr : Kind::TupleExpr));
}

void Parser::argument_list() {
    Mark mark = builder_.mark();
    bracketed(Kind::LeftParen, Kind::RightParen, arguments_);
    builder_.finish(mark, raw(Kind::ArgumentList));
}

/// value, name = value
void Parser::argument() {
    Unit unit = start_element(arguments_);
    if (at(Kind::Identifier) && peek().kind == Kind::Equal) {
        bump();
        bump();
    }
    bool named = at(Kind::Identifier);
    expression();
    if (builder_.empty_since(unit.mark.mark)) return builder_.abandon_unit(unit.mark);
    if (named && at(Kind::Colon) && to_kind(builder_.last_kind()) == Kind::PathExpr) {
        Token next = peek();
        if (!next.first_on_line && begins_expression(next.kind)) {
            habit(token_.range(), "a named argument is written `name = value`", "write `=`", {{token_.range(), " ="}});
            bump_as(Kind::Equal);
            expression();
        }
    }
    finish(unit, Kind::Argument);
}

bool Parser::at_type_in_expression() {
    if (at(Kind::FnKw) || at(Kind::ChanKw) || at(Kind::DynKw)) return true;
    if (at(Kind::AsyncKw)) return peek().kind == Kind::FnKw;
    return at(Kind::Amp) && peek().kind == Kind::Lifetime;
}

void Parser::index_argument() {
    Unit unit = start_element(indices_);
    if (!at_type_in_expression()) {
        Mark mark = builder_.mark();
        if (!at(Kind::Colon)) expression();
        if (at(Kind::Colon)) {
            habit(token_.range(), "a slice is written `xs[a..b]`", "write `..`", {{token_.range(), ".."}});
            bump_as(Kind::DotDot);
            if (begins_expression(visible_)) expression();
            builder_.finish(mark, raw(Kind::RangeExpr));
        }
        return finish(unit);
    }
    type();
    finish(unit, Kind::TypeExpr);
}

/// { move | async } ( |parameters| | fn(parameters) ) [-> type] body
void Parser::closure() {
    Mark mark = builder_.mark();
    Column header = line_;
    HeaderScope scope(*this);
    while (at(Kind::MoveKw) || at(Kind::AsyncKw)) bump();
    bool fn = at(Kind::FnKw);
    if (at(Kind::PipePipe)) {
        bump();
    } else if (at(Kind::Pipe)) {
        const bool closed = closure_parameters();
        // Left open, they took the rest of the line: what begins the next one is no body.
        if (!closed && token_.first_on_line && at_declaration()) return builder_.finish(mark, raw(Kind::ClosureExpr));
    } else if (fn) {
        bump();
        if (at(Kind::Identifier)) {
            error_here(DiagnosticCode::SyntaxError,
                       "a function in an expression has no name; declare it on a line of its own, or remove the name");
            skip_token();
        }
        if (at(Kind::LeftParen)) {
            parameters();
        } else {
            expected(DiagnosticCode::ExpectedToken, "`(` and the parameters of the closure");
            Kind next = at(Kind::RightParen) ? peek().kind : LineEnd;
            if (next == Kind::Colon || next == Kind::Arrow) skip_token();
        }
    } else {
        scope.ends(false);
        if (at(Kind::LeftBrace)) {
            Nesting nesting(*this);
            Mark body = builder_.mark();
            if (nesting)
                braced_lines(header, "a block that runs by itself is a closure: `async fn():`, `move fn():`",
                             statements_, Contracts::None, " fn():");
            builder_.finish(body, raw(Kind::Block));
        } else {
            expected(DiagnosticCode::ExpectedExpression, "a closure (`fn():` or `|x|`)");
        }
        return builder_.finish(mark, raw(Kind::ClosureExpr));
    }
    if (fn && at(Kind::Identifier) && peek().kind == Kind::LeftParen) {
        habit(token_.range(), "methods stand in `impl T:` and have a parameter `self`");
        skip_token();
        parameters();
    }
    if (fn) result_type();
    else if (eat(Kind::Arrow)) type();
    const bool has_block = fn || at(Kind::Colon);
    scope.ends(has_block && at_braces(header));
    if (has_block) block(header, "the closure's parameters", Contracts::Function);
    else closure_body(header);
    builder_.finish(mark, raw(Kind::ClosureExpr));
}

/// The expression of `|x| expression`; an assignment makes a block of it.
void Parser::closure_body(const Column& header) {
    Mark mark = builder_.mark();
    if (braces_are_block()) {
        Nesting nesting(*this);
        if (nesting) braced_lines(header, "the closure's parameters", statements_, Contracts::None);
        return builder_.finish(mark, raw(Kind::Block));
    }
    expression();
    if (builder_.empty_since(mark)) return;
    Kind kind = assignment_rest();
    if (kind == Kind::Error) return;
    builder_.finish(mark, raw(kind));
    builder_.finish(mark, raw(Kind::Block));
}

/// if condition: block [else: block | else if …]
void Parser::if_expression() {
    Nesting nesting(*this);
    if (!nesting) return;
    Mark mark = builder_.mark();
    Column header = line_;
    bump();  // `if`, or `elif` in its place
    condition();
    block(header, "the condition");
    if (at_elif(header)) {
        Mark clause = builder_.mark();
        accept_line();
        foreign(token_.range(), "`elif` is written `else if` in Altru", "write `else if`", "else if");
        token_.kind = visible_ = Kind::IfKw;
        if_expression();
        builder_.finish(clause, raw(Kind::ElseClause));
    } else if (at_else(header)) {
        Mark clause = builder_.mark();
        accept_line();
        bump();
        if (at(Kind::IfKw)) if_expression();
        else block(header, "`else`");
        builder_.finish(clause, raw(Kind::ElseClause));
    }
    builder_.finish(mark, raw(Kind::IfExpr));
}

bool Parser::at_elif(const Column& header) const {
    if (token_.kind != Kind::Identifier || token_text() != "elif") return false;
    return at(LineEnd) ? token_.column == header : token_.first_on_line || layout_.brackets;
}

/// match scrutinee: arms
void Parser::match_expression() {
    Mark mark = builder_.mark();
    Column header = line_;
    bump();
    head_expression();
    list_block(header, "what `match` looks at", match_arms_, Kind::MatchArmList);
    builder_.finish(mark, raw(Kind::MatchExpr));
}

/// forall name in range: body
void Parser::quantifier() {
    Mark mark = builder_.mark();
    bump_as(at_word("forall") ? Kind::ForallKw : Kind::ExistsKw);
    bump();
    if (expect(Kind::InKw, "and a range after the name")) expression();
    if (expect(Kind::Colon, "and the condition after the range")) expression();
    builder_.finish(mark, raw(Kind::QuantifierExpr));
}

}  // namespace braid::altru
