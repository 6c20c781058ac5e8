// Operators, from the loosest to the tightest; operands are in parse_operands.cpp.
#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

enum Precedence { None, Implies, Or, And, Not, Comparison, Range, BitOr, BitXor, BitAnd, Shift, Sum, Product, Cast };

Precedence precedence(Kind kind) {
    switch (kind) {
        case Kind::OrKw:
        case Kind::PipePipe: return Or;
        case Kind::AndKw:
        case Kind::AmpAmp: return And;
        case Kind::Less:
        case Kind::LessEqual:
        case Kind::Greater:
        case Kind::GreaterEqual:
        case Kind::EqualEqual:
        case Kind::NotEqual:
        case Kind::InKw: return Comparison;
        case Kind::DotDot:
        case Kind::DotDotEqual: return Range;
        case Kind::Pipe: return BitOr;
        case Kind::Caret: return BitXor;
        case Kind::Amp: return BitAnd;
        case Kind::ShiftLeft:
        case Kind::ShiftRight: return Shift;
        case Kind::Plus:
        case Kind::Minus: return Sum;
        case Kind::Star:
        case Kind::Slash:
        case Kind::Percent: return Product;
        case Kind::AsKw: return Cast;
        default: return None;
    }
}

}  // namespace

bool is_literal(Kind kind) {
    switch (kind) {
        case Kind::IntLiteral:
        case Kind::FloatLiteral:
        case Kind::CharLiteral:
        case Kind::RawStringLiteral:
        case Kind::TrueKw:
        case Kind::FalseKw: return true;
        default: return false;
    }
}

bool Parser::begins_expression(Kind kind) {
    if (is_literal(kind)) return true;
    switch (kind) {
        case Kind::Identifier:
        case Kind::StringStart:
        case Kind::SelfKw:
        case Kind::SuperKw:
        case Kind::LeftParen:
        case Kind::LeftBracket:
        case Kind::LeftBrace:
        case Kind::Minus:
        case Kind::NotKw:
        case Kind::Bang:
        case Kind::Star:
        case Kind::Amp:
        case Kind::AmpAmp:
        case Kind::LeftArrow:
        case Kind::AwaitKw:
        case Kind::Pipe:
        case Kind::PipePipe:
        case Kind::FnKw:
        case Kind::MoveKw:
        case Kind::AsyncKw:
        case Kind::IfKw:
        case Kind::MatchKw:
        case Kind::ChanKw:
        case Kind::DynKw:
        case Kind::DotDot:
        case Kind::DotDotEqual:
        case Kind::ActorKw: return true;
        default: return false;
    }
}

/// What follows an expression elsewhere than in Altru is looked for where one ends.
void Parser::expression() {
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    binary(0);
    bool habit = at(Kind::Question) || at(Kind::IfKw) || at(Kind::ForKw) || at(Kind::FatArrow);
    if (!habit || builder_.empty_since(mark)) return;
    Nesting nesting(*this);
    if (!nesting) return;
    switch (visible_) {
        case Kind::Question:
            if (at_ternary()) ternary(mark, begin);
            break;
        case Kind::IfKw:
            if (!token_.first_on_line) python_ternary(mark, begin);
            break;
        case Kind::ForKw:
            if (layout_.brackets && !token_.first_on_line) comprehension(mark, begin);
            break;
        case Kind::FatArrow: arrow_function(mark, begin); break;
        default: break;
    }
}

/// The expression of a header, before its `:`.
void Parser::head_expression() {
    Mark mark = builder_.mark();
    {
        LayoutScope scope(*this, {layout_.lines, layout_.brackets, layout_.contract, true});
        expression();
        if (at(Kind::Equal) && !builder_.empty_since(mark)) {
            habit(token_.range(), "values are compared with `==`; `=` is an assignment", "write `==`",
                  {{token_.range(), "=="}});
            bump_as(Kind::EqualEqual);
            expression();
            builder_.finish(mark, raw(Kind::BinaryExpr));
        }
    }
}

/// The head of `if` and `while`: conditions joined by operators; among those joined by `and` may be `let pattern =
/// value`.
void Parser::condition() {
    if (!at(Kind::LetKw)) return head_expression();
    LayoutScope scope(*this, {layout_.lines, layout_.brackets, layout_.contract, true});
    binary(0);
}

/// `let pattern = value` as a condition. What follows its `and` is a condition of its own, and so is no part of the
/// value.
void Parser::let_condition() {
    Mark mark = builder_.mark();
    bump();
    pattern();
    if (expect(Kind::Equal, "after the pattern")) {
        if (begins_expression(visible_)) binary(Not);
        else expected(DiagnosticCode::ExpectedExpression, "what the pattern is matched with");
    }
    builder_.finish(mark, raw(Kind::LetExpr));
}

/// All binary operators that bind at least as tightly as `minimum`.
void Parser::binary(int minimum) {
    Nesting nesting(*this);
    if (!nesting) return;
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    Chain chain(builder_);
    if (at(Kind::LetKw) && layout_.head) {
        let_condition();
    } else if (at(Kind::NotKw)) {
        bump();
        continue_line(true);
        binary(Comparison);
        builder_.finish(mark, raw(Kind::PrefixExpr));
    } else if (at(Kind::DotDot) || at(Kind::DotDotEqual)) {
        TextRange range = token_.range();
        bump();
        if (at(Kind::Dot) && token_.trivia == 0) {
            habit({range.begin, token_.end()}, "Altru spreads no values; give each argument, or pass the list");
            skip_token();
        }
        if (begins_expression(visible_)) binary(BitOr);
        builder_.finish(mark, raw(Kind::RangeExpr));
    } else {
        prefix(true);
    }
    if (builder_.empty_since(mark)) return;
    while (binary_step(mark, begin, chain, minimum)) {
    }
}

/// One operator and its right side around what the mark holds; false when no operator fits.
bool Parser::binary_step(const Mark& mark, uint32_t begin, Chain& chain, int minimum) {
    bool implies = layout_.contract && at_word("implies");
    int level = implies ? Implies : precedence(visible_);
    if (level == None)
        return (at(Kind::Identifier) || at(Kind::NotKw) || at(Kind::Question) || at(Kind::ModKw)) &&
               foreign_binary(mark, begin, Comparison, minimum, chain);
    if (level < minimum) return false;
    if (level == Or && to_kind(builder_.last_kind()) == Kind::LetExpr)
        error_here(
            DiagnosticCode::SyntaxError,
            "`or` cannot follow `let`: the names of its pattern would have no value on one side; use `match`, or "
            "an `if` of its own");
    if (!chain.wrap()) {
        too_deep();
        return false;
    }
    if (level == Cast) {
        bump();
        Nesting nesting(*this);
        if (nesting) type_operand(false);
        builder_.finish(mark, raw(Kind::CastExpr));
        return true;
    }
    Token first = token_;
    if (level == Range) {
        bump();
        rest_of_operator(first);
        if (begins_expression(visible_)) binary(BitOr);
        builder_.finish(mark, raw(Kind::RangeExpr));
        return true;
    }
    if (implies) bump_as(Kind::ImpliesKw);
    else if (at(Kind::AmpAmp) || at(Kind::PipePipe)) foreign_operator();
    else bump();
    bool power = rest_of_operator(first);
    continue_line(true);
    uint32_t right = token_.text_begin();
    if (begins_expression(visible_) || is_keyword(visible_)) binary(implies ? level : level + 1);
    else expected(DiagnosticCode::ExpectedExpression, "the right side of the operator");
    if (power)
        habit({first.text_begin(), first.text_begin() + 2}, "Altru has no `**`; write `a.pow(b)`", "write `pow`",
              {{{first.begin, right}, ".pow("}, {{position(), position()}, ")"}});
    builder_.finish(mark, raw(Kind::BinaryExpr));
    if (level == Comparison && precedence(visible_) == Comparison)
        error_here(DiagnosticCode::SyntaxError, "comparisons do not chain; join them with `and`: `a < b and b < c`");
    return true;
}

/// `!e`: binds tighter than `not`, so that the fix may need parentheses.
void Parser::negation(const Mark& mark, bool with_try) {
    TextRange range = token_.range();
    bump_as(Kind::NotKw);
    {
        Nesting nesting(*this);
        if (nesting) prefix(with_try);
    }
    bool inner = precedence(visible_) > Not;
    std::vector<TextEdit> edits{{range, inner ? "(not " : "not "}};
    if (inner) edits.push_back({{position(), position()}, ")"});
    builder_.error({DiagnosticCode::ForeignSpelling,
                    range,
                    "`!` is written `not` in Altru",
                    {},
                    SyntaxError::Fix{"write `not`", std::move(edits)}});
    builder_.finish(mark, raw(Kind::PrefixExpr));
}

/// `&&` and `||` for `and` and `or`
void Parser::foreign_operator() {
    Kind kind = at(Kind::AmpAmp) ? Kind::AndKw : Kind::OrKw;
    std::string_view word = kind == Kind::AndKw ? "and" : "or";
    bool spaced = token_.trivia > 0;
    std::string replacement =
        fmt::format("{}{}{}", spaced ? "" : " ", word, text_.substr(token_.end(), 1) == " " ? "" : " ");
    foreign(token_.range(), fmt::format("`{}` is written `{}` in Altru", token_text(), word),
            fmt::format("write `{}`", word), replacement);
    bump_as(kind);
}

/// Prefix operators. `await e?` is `(await e)?`, so the operand of `await` and `<-` takes no `?` itself.
void Parser::prefix(bool with_try) {
    Mark mark = builder_.mark();
    Kind node = Kind::PrefixExpr;
    bool delays_try = false;
    switch (visible_) {
        case Kind::Minus:
        case Kind::Star: bump(); break;
        case Kind::NotKw: bump(); break;
        case Kind::Bang: return negation(mark, with_try);
        case Kind::LeftArrow:
            bump();
            delays_try = true;
            break;
        case Kind::AwaitKw:
            if (peek().kind == Kind::ColonColon) {
                node = Kind::Error;
                break;
            }
            bump();
            node = Kind::AwaitExpr;
            delays_try = true;
            break;
        case Kind::AmpAmp:
            bump_part(Kind::Amp, 1);
            node = Kind::BorrowExpr;
            break;
        case Kind::Amp:
            bump();
            eat(Kind::MutKw);
            node = Kind::BorrowExpr;
            break;
        default: node = Kind::Error;
    }
    Chain chain(builder_);
    if (node == Kind::Error) {
        operand();
        if (!builder_.empty_since(mark)) postfix(mark, chain, with_try);
        return;
    }
    continue_line(true);
    {
        Nesting nesting(*this);
        if (nesting) prefix(with_try && !delays_try);
    }
    builder_.finish(mark, raw(node));
    if (delays_try && with_try && at(Kind::Question)) postfix(mark, chain, true);
}

/// ` {` in the head of a statement opens a block, unless a struct literal's first field is seen behind it.
bool Parser::head_brace() {
    if (!layout_.head || token_.trivia == 0) return false;
    Token name = peek_after(token_);
    return name.first_on_line || name.kind != Kind::Identifier || peek_after(name).kind != Kind::Colon;
}

void Parser::postfix(const Mark& mark, Chain& chain, bool with_try) {
    for (;;) {
        bool more = at(Kind::Dot) || at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::ColonColon) ||
                    (at(Kind::Question) && with_try && !layout_.contract && !at_ternary() && !at_default_operator());
        if (at(Kind::LeftBrace)) {
            Kind base = to_kind(builder_.last_kind());
            more = (base == Kind::PathExpr || base == Kind::IndexExpr || base == Kind::ScopedExpr) && !head_brace();
        }
        if (at(Kind::LeftBracket) && token_.first_on_line) more = !at_attributes();
        if (!more) {
            if (!foreign_postfix(mark, chain)) return;
            continue;
        }
        if (!chain.wrap()) return too_deep();
        switch (visible_) {
            case Kind::Question:
                bump();
                builder_.finish(mark, raw(Kind::TryExpr));
                break;
            case Kind::Dot: field_access(mark); break;
            case Kind::LeftParen:
                argument_list();
                builder_.finish(mark, raw(Kind::CallExpr));
                break;
            case Kind::LeftBracket: {
                Mark arguments = builder_.mark();
                bracketed(Kind::LeftBracket, Kind::RightBracket, indices_);
                builder_.finish(arguments, raw(Kind::IndexArgumentList));
                builder_.finish(mark, raw(Kind::IndexExpr));
                break;
            }
            case Kind::ColonColon:
                bump();
                if (at(Kind::Less)) {
                    angle_indices(mark, token_.begin - 2);
                    break;
                }
                if (at_name_or_keyword()) bump_as(Kind::Identifier);
                else expected(DiagnosticCode::ExpectedName, "a name after `::`");
                builder_.finish(mark, raw(Kind::ScopedExpr));
                break;
            default:
                bracketed(Kind::LeftBrace, Kind::RightBrace, fields_);
                builder_.finish(mark, raw(Kind::StructExpr));
        }
    }
}

/// `.name`, `.0`, `.await`
void Parser::field_access(const Mark& mark) {
    bump();
    if (at(Kind::AwaitKw)) {
        bump();
        return builder_.finish(mark, raw(Kind::AwaitExpr));
    }
    if (at(Kind::Identifier) || at(Kind::IntLiteral)) bump();
    else expected(DiagnosticCode::ExpectedName, "the name of a field or method after `.`");
    builder_.finish(mark, raw(Kind::FieldExpr));
}

}  // namespace braid::altru
