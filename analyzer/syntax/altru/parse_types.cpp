#include <fmt/format.h>

#include <cctype>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

bool Parser::at_type() const {
    switch (visible_) {
        case Kind::Identifier:
        case Kind::LeftBracket:
        case Kind::LeftParen:
        case Kind::Amp:
        case Kind::AmpAmp:
        case Kind::FnKw:
        case Kind::AsyncKw:
        case Kind::ChanKw:
        case Kind::DynKw:
        case Kind::SelfKw:
        case Kind::SuperKw: return true;
        default: return false;
    }
}

/// type = operand { "|" operand } | operand "+" bounds
void Parser::type() {
    Mark mark = builder_.mark();
    union_type();
    if (!at(Kind::Plus)) return;
    bump();
    type_bounds();
    builder_.finish(mark, raw(Kind::BoundedType));
}

void Parser::union_type() {
    Nesting nesting(*this);
    if (!nesting) return;
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    type_operand(true);
    foreign_type_suffix(mark, begin);
    if (!at(Kind::Pipe)) return;
    while (eat(Kind::Pipe)) {
        continue_line(true);
        type_operand(true);
    }
    builder_.finish(mark, raw(Kind::UnionType));
}

void Parser::annotation_type() {
    Nesting nesting(*this);
    if (nesting) type_operand(true);
}

/// `angle`: `Name<T>` is read as a habit from other languages (not after `as`, where `<` compares).
void Parser::type_operand(bool angle) {
    Mark mark = builder_.mark();
    if (is_keyword(visible_) && peek().kind == Kind::ColonColon) return path_type(angle);
    switch (visible_) {
        case Kind::Identifier:
        case Kind::SelfKw:
        case Kind::SuperKw:
            if (!at_word("_")) return path_type(angle);
            bump();
            return builder_.finish(mark, raw(Kind::InferredType));
        case Kind::LeftBracket: {
            Token open = token_;
            bool closed;
            bool array = false;
            {
                LayoutScope scope(*this, {false, true, layout_.contract});
                bump();
                if (!at(Kind::RightBracket)) type();
                if (eat(Kind::Semicolon)) {
                    array = true;
                    expression();
                }
                closed = at(Kind::RightBracket);
            }
            bool empty = closed && token_.begin == open.end();
            TextRange bracket = token_.range();
            close_bracket(closed, Kind::RightBracket, open);
            if (empty && at_type()) {
                Nesting nesting(*this);
                if (nesting) type_operand(angle);
                habit({open.text_begin(), bracket.end}, "a list is written `[T]`", "write `[T]`",
                      {{bracket, ""}, {{position(), position()}, "]"}});
            } else if (empty) {
                error_at(DiagnosticCode::ExpectedType, bracket,
                         "expected the type of the elements between `[` and `]`");
            }
            return builder_.finish(mark, raw(array ? Kind::ArrayType : Kind::ListType));
        }
        case Kind::LeftParen: {
            Elements elements = bracketed(Kind::LeftParen, Kind::RightParen, {"a type", &Parser::plain_type});
            bool single = elements.first != Kind::List && !elements.many;
            return builder_.finish(mark, raw(single ? Kind::ParenType : Kind::TupleType));
        }
        case Kind::AmpAmp: {
            bump_part(Kind::Amp, 1);
            Nesting nesting(*this);
            if (nesting) type_operand(angle);
            return builder_.finish(mark, raw(Kind::ReferenceType));
        }
        case Kind::Amp: {
            bump();
            eat(Kind::Lifetime);
            eat(Kind::MutKw);
            Nesting nesting(*this);
            if (nesting) type_operand(angle);
            return builder_.finish(mark, raw(Kind::ReferenceType));
        }
        case Kind::AsyncKw:
        case Kind::FnKw: return function_type();
        case Kind::ChanKw: {
            bump();
            Nesting nesting(*this);
            if (nesting) type_operand(angle);
            return builder_.finish(mark, raw(Kind::ChannelType));
        }
        case Kind::DynKw:
            bump();
            type_bounds();
            return builder_.finish(mark, raw(Kind::DynType));
        case Kind::ImplKw:
            error_here(DiagnosticCode::ExpectedType,
                       "`impl` begins no type; write `dyn Trait`, or a type parameter with the trait as its bound");
            return skip_token();
        default:
            if (!foreign_type()) return void(expected(DiagnosticCode::ExpectedType, "a type"));
            Nesting nesting(*this);
            if (nesting) type_operand(angle);
            return builder_.finish(mark, raw(Kind::ReferenceType));
    }
}

void Parser::function_type() {
    Mark mark = builder_.mark();
    eat(Kind::AsyncKw);
    if (expect(Kind::FnKw, "in the type of a function")) {
        if (at(Kind::LeftParen)) bracketed(Kind::LeftParen, Kind::RightParen, {"a type", &Parser::plain_type});
        else expect(Kind::LeftParen, "and the types of the parameters after `fn`");
        if (eat(Kind::Arrow)) union_type();  // `fn() -> T + Send` bounds the function, not the result
    }
    builder_.finish(mark, raw(Kind::FunctionType));
}

/// path = name { "::" name } [ "[" arguments "]" ]
void Parser::path_type(bool angle) {
    Mark mark = builder_.mark();
    auto segment = [this] {
        bool own = at(Kind::SelfKw) || at(Kind::SuperKw);
        bump_as(own ? visible_ : Kind::Identifier);
    };
    segment();
    while (at(Kind::ColonColon)) {
        bump();
        if (at_name_or_keyword()) segment();
        else expected(DiagnosticCode::ExpectedName, "a name after `::`");
    }
    if (at(Kind::LeftBracket) && peek().kind == Kind::RightBracket) {
        TextRange range{token_.text_begin(), peek().end()};
        uint32_t begin = range.begin;
        while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text_[begin - 1])) || text_[begin - 1] == '_' ||
                             text_[begin - 1] == ':'))
            --begin;
        builder_.finish(mark, raw(Kind::PathType));
        skip_token();
        skip_token();
        habit(range, "a list is written `[T]`", "write `[T]`", {{{begin, begin}, "["}, {range, "]"}});
        return builder_.finish(mark, raw(Kind::ListType));
    } else if (at(Kind::LeftBracket)) {
        Mark arguments = builder_.mark();
        bracketed(Kind::LeftBracket, Kind::RightBracket, {"a type", &Parser::type_argument});
        builder_.finish(arguments, raw(Kind::TypeArgumentList));
    } else if (angle && at(Kind::Less) && token_.trivia == 0) {
        angle_arguments();
    }
    builder_.finish(mark, raw(Kind::PathType));
}

void Parser::type_argument() {
    if (eat(Kind::Lifetime)) return;
    Mark mark = builder_.mark();
    if (at(Kind::Identifier) && peek().kind == Kind::Equal) {
        bump();
        bump();
        type();
        return builder_.finish(mark, raw(Kind::AssociatedTypeBinding));
    }
    type();
}

/// What is said of `<`, the current token, with a fix where its `>` is found.
SyntaxError Parser::angle_hint(std::string message) {
    Token open = token_;
    int depth = 0;
    Token close = open;
    for (int i = 0; i < 64; ++i) {
        if (close.kind == Kind::Less) ++depth;
        if (close.kind == Kind::Greater) --depth;
        if (close.kind == Kind::ShiftRight) depth -= 2;
        if (depth <= 0 || close.kind == Kind::EndOfFile) break;
        close = peek_after(close);
    }
    SyntaxError hint{DiagnosticCode::ForeignSpelling, open.range(), std::move(message), {}, {}};
    // A `>>` closes two lists: its second half this one, or, where it closes one too many, its first.
    TextRange closing = close.range();
    if (close.kind == Kind::ShiftRight)
        closing = depth == 0 ? TextRange{closing.begin + 1, closing.end} : TextRange{closing.begin, closing.begin + 1};
    if (depth <= 0 && (close.kind == Kind::Greater || close.kind == Kind::ShiftRight))
        hint.fix = SyntaxError::Fix{"write square brackets", {{open.range(), "["}, {closing, "]"}}};
    return hint;
}

/// `Name<T>`, taken for `Name[T]`.
void Parser::angle_arguments() {
    Mark mark = builder_.mark();
    builder_.error(angle_hint("type arguments stand in square brackets: `Name[T]`"));
    bump();
    while (!at(Kind::Greater) && !at(Kind::ShiftRight) && (at_type() || at(Kind::Lifetime))) {
        type_argument();
        if (!eat(Kind::Comma)) break;
    }
    if (at(Kind::ShiftRight)) bump_part(Kind::Greater, 1);
    else expect(Kind::Greater, "after the type arguments");
    builder_.finish(mark, raw(Kind::TypeArgumentList));
}

/// `fn name<T: Ord>`, taken for `fn name[T: Ord]`.
void Parser::angle_parameters() {
    Mark mark = builder_.mark();
    builder_.error(angle_hint("type parameters stand in square brackets: `name[T]`"));
    bump();
    while (at(Kind::Identifier) || at(Kind::Lifetime)) {
        generic_parameter();
        if (!eat(Kind::Comma)) break;
    }
    if (at(Kind::ShiftRight)) bump_part(Kind::Greater, 1);
    else expect(Kind::Greater, "after the type parameters");
    builder_.finish(mark, raw(Kind::GenericParameterList));
}

/// bounds = type { "+" type }
void Parser::type_bounds() {
    Mark mark = builder_.mark();
    do {
        if (!eat(Kind::Lifetime)) {
            Nesting nesting(*this);
            if (!nesting) break;
            type_operand(true);
        }
    } while (eat(Kind::Plus));
    builder_.finish(mark, raw(Kind::TypeBounds));
}

}  // namespace braid::altru
