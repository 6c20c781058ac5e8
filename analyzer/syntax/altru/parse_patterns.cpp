#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

bool Parser::at_pattern() const {
    if (is_literal(visible_)) return true;
    switch (visible_) {
        case Kind::Identifier:
        case Kind::MutKw:
        case Kind::Amp:
        case Kind::StringStart:
        case Kind::Minus:
        case Kind::LeftParen:
        case Kind::LeftBracket:
        case Kind::DotDot:
        case Kind::DotDotEqual:
        case Kind::SelfKw:
        case Kind::SuperKw:
        case Kind::ChanKw:
        case Kind::DynKw:
        case Kind::FnKw:
        case Kind::Pipe: return true;
        default: return false;
    }
}

/// pattern = operand { "|" operand }
void Parser::pattern() {
    Nesting nesting(*this);
    if (!nesting) return;
    Mark mark = builder_.mark();
    bool leading = eat(Kind::Pipe);
    pattern_operand();
    if (at(Kind::BadToken) && token_text() == "@") {
        lexical_.reset();
        habit(token_.range(), "Altru has no `name @ pattern`; bind the name and test it: `name if …`");
        skip_token();
        if (at_pattern()) pattern_operand();
    }
    if (!at(Kind::Pipe) && !leading) return;
    while (eat(Kind::Pipe)) {
        continue_line(true);
        pattern_operand();
    }
    builder_.finish(mark, raw(Kind::OrPattern));
}

/// A pattern, or `T name`: what looks like a pattern is read again as a type when a name follows it.
void Parser::pattern_operand() {
    if (!at_pattern()) {
        expected(DiagnosticCode::ExpectedPattern, "a pattern");
        return;
    }
    Mark mark = builder_.mark();
    GreenBuilder::Snapshot start = builder_.snapshot();
    Token first = token_;
    auto lexical = lexical_;
    Column line = line_;
    bool accepted = accepted_;
    bool type_only = at(Kind::ChanKw) || at(Kind::DynKw) || at(Kind::FnKw);
    if (!type_only) {
        pattern_of_kind();
        bool type_arguments = at(Kind::LeftBracket) && token_.trivia == 0;
        if (!at(Kind::Identifier) && !type_arguments) return;
        builder_.rewind(start);
        token_ = first;
        lexical_ = lexical;
        line_ = line;
        accepted_ = accepted;
        show();
    }
    type_operand(false);
    Mark name = builder_.mark();
    if (at(Kind::Identifier)) {
        Kind kind = at_word("_") ? Kind::WildcardPattern : Kind::NamePattern;
        bump();
        builder_.finish(name, raw(kind));
    } else if (at(Kind::MutKw)) {
        bump();
        expect(Kind::Identifier, "to bind after the type");
        builder_.finish(name, raw(Kind::NamePattern));
    } else {
        expected(DiagnosticCode::ExpectedName, "a name to bind after the type");
    }
    builder_.finish(mark, raw(Kind::TypedPattern));
}

void Parser::pattern_of_kind() {
    Mark mark = builder_.mark();
    switch (visible_) {
        case Kind::MutKw:
            bump();
            if (at(Kind::Identifier)) bump();
            else expected(DiagnosticCode::ExpectedName, "a name after `mut`");
            return builder_.finish(mark, raw(Kind::NamePattern));
        case Kind::Amp: {
            bump();
            eat(Kind::MutKw);
            Nesting nesting(*this);
            if (nesting) pattern_of_kind();
            return builder_.finish(mark, raw(Kind::ReferencePattern));
        }
        case Kind::LeftParen: {
            Elements elements = bracketed(Kind::LeftParen, Kind::RightParen, {"a pattern", &Parser::pattern});
            bool single = elements.first != Kind::List && !elements.many;
            return builder_.finish(mark, raw(single ? Kind::ParenPattern : Kind::TuplePattern));
        }
        case Kind::LeftBracket:
            bracketed(Kind::LeftBracket, Kind::RightBracket, {"a pattern", &Parser::pattern});
            return builder_.finish(mark, raw(Kind::ListPattern));
        case Kind::DotDot: {
            Kind next = peek().kind;
            if (next == Kind::IntLiteral || next == Kind::CharLiteral || next == Kind::Minus ||
                next == Kind::FloatLiteral)
                return range_pattern_rest(mark);
            bump();
            if (at(Kind::Identifier)) bump();
            return builder_.finish(mark, raw(Kind::RestPattern));
        }
        case Kind::DotDotEqual: return range_pattern_rest(mark);
        case Kind::Identifier:
        case Kind::SelfKw:
        case Kind::SuperKw: return path_pattern();
        default:
            if (!at_pattern()) {
                expected(DiagnosticCode::ExpectedPattern, "a pattern");
                return;
            }
            literal_pattern();
            if (at(Kind::DotDot) || at(Kind::DotDotEqual)) range_pattern_rest(mark);
    }
}

void Parser::literal_pattern() {
    Mark mark = builder_.mark();
    eat(Kind::Minus);
    if (at(Kind::StringStart)) {
        string_expression();
    } else if (is_literal(visible_)) {
        Mark literal = builder_.mark();
        bump();
        builder_.finish(literal, raw(Kind::LiteralExpr));
    } else {
        expected(DiagnosticCode::ExpectedPattern, "a number after `-`");
    }
    builder_.finish(mark, raw(Kind::LiteralPattern));
}

void Parser::range_pattern_rest(const Mark& mark) {
    bump();
    if (at(Kind::IntLiteral) || at(Kind::FloatLiteral) || at(Kind::CharLiteral) || at(Kind::Minus)) {
        literal_pattern();
    } else if (at(Kind::Identifier)) {
        Mark name = builder_.mark();
        bool path = false;
        bump();
        while (at(Kind::ColonColon)) {
            path = true;
            bump();
            expect(Kind::Identifier, "after `::`");
        }
        builder_.finish(name, raw(path ? Kind::PathPattern : Kind::NamePattern));
    }
    builder_.finish(mark, raw(Kind::RangePattern));
}

/// `_`, `x`, `A::B`, `Ok(p)`, `Point{x}`, `LOW..HIGH`
void Parser::path_pattern() {
    Mark mark = builder_.mark();
    if (at_word("_")) {
        bump();
        return builder_.finish(mark, raw(Kind::WildcardPattern));
    }
    bool path = false;
    auto segment = [this] { bump_as(at(Kind::SelfKw) || at(Kind::SuperKw) ? visible_ : Kind::Identifier); };
    segment();
    while (at(Kind::ColonColon)) {
        path = true;
        bump();
        if (at_name_or_keyword()) segment();
        else expected(DiagnosticCode::ExpectedName, "a name after `::`");
    }
    if (at(Kind::LeftParen)) {
        bracketed(Kind::LeftParen, Kind::RightParen, {"a pattern", &Parser::pattern});
        return builder_.finish(mark, raw(Kind::VariantPattern));
    }
    if (at(Kind::LeftBrace)) {
        bracketed(Kind::LeftBrace, Kind::RightBrace, {"a field", &Parser::struct_field_pattern});
        return builder_.finish(mark, raw(Kind::StructPattern));
    }
    builder_.finish(mark, raw(path ? Kind::PathPattern : Kind::NamePattern));
    if (at(Kind::DotDot) || at(Kind::DotDotEqual)) range_pattern_rest(mark);
}

void Parser::struct_field_pattern() {
    Mark mark = builder_.mark();
    if (eat(Kind::DotDot)) return builder_.finish(mark, raw(Kind::RestPattern));
    if (!at(Kind::Identifier) && !at(Kind::MutKw)) {
        expected(DiagnosticCode::ExpectedName, "the name of a field");
        return;
    }
    eat(Kind::MutKw);
    if (at(Kind::Identifier)) bump();
    else expected(DiagnosticCode::ExpectedName, "a name after `mut`");
    if (eat(Kind::Colon)) pattern();
    builder_.finish(mark, raw(Kind::FieldPattern));
}

}  // namespace braid::altru
