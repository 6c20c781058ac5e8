#include <algorithm>

#include "analyzer/syntax/velox/parser.h"

// Operators, from the loosest to the tightest; operands are in parse_operands.cpp.
namespace braid::velox {
namespace {

/// What follows most operands; of the binary operators only `,`, which binds no tighter than any other.
bool ends_operation(Kind kind) {
    switch (kind) {
        case Kind::Semicolon:
        case Kind::Comma:
        case Kind::Colon:
        case Kind::RightParen:
        case Kind::RightBracket:
        case Kind::RightBrace: return true;
        default: return false;
    }
}

}  // namespace

bool Parser::starts_expression() {
    switch (kind()) {
        case Kind::PrivateName:
        case Kind::NumberLiteral:
        case Kind::StringLiteral:
        case Kind::RegexLiteral:
        case Kind::TemplateWhole:
        case Kind::TemplateHead:
        case Kind::AwaitKw:
        case Kind::ClassKw:
        case Kind::DeleteKw:
        case Kind::FalseKw:
        case Kind::FunctionKw:
        case Kind::NewKw:
        case Kind::NullKw:
        case Kind::SuperKw:
        case Kind::ThisKw:
        case Kind::TrueKw:
        case Kind::TypeofKw:
        case Kind::UndefinedKw:
        case Kind::VoidKw:
        case Kind::YieldKw:
        case Kind::LeftBrace:
        case Kind::LeftParen:
        case Kind::LeftBracket:
        case Kind::Plus:
        case Kind::Minus:
        case Kind::Exclamation:
        case Kind::Tilde:
        case Kind::PlusPlus:
        case Kind::MinusMinus:
        case Kind::Less:
        case Kind::Slash:
        case Kind::SlashEqual: return true;
        case Kind::ImportKw: return kind(1) == Kind::LeftParen;
        default: return at_name();
    }
}

bool Parser::expression() {
    auto mark = builder_.mark();
    GreenBuilder::Chain chain(builder_);
    if (!assignment_expression()) return false;
    while (at(Kind::Comma)) {
        bump();
        assignment_expression();
        if (!chain.wrap()) return too_deep();
        finish(mark, Kind::BinaryExpr);
    }
    return true;
}

bool Parser::assignment_expression() {
    Nested nested(*this);
    if (!nested) return too_deep();
    if (at(Kind::YieldKw)) {
        yield_expression();
        return true;
    }
    if (!flags_.no_arrow && at_arrow_function()) {
        arrow_function();
        return true;
    }
    auto mark = builder_.mark();
    if (!binary_expression(2)) return false;
    if (at(Kind::Question)) return conditional_tail(mark);
    if ((at(Kind::DotDot) || at(Kind::DotDotEqual)) && !newline_before()) {
        error_here(DiagnosticCode::SyntaxError,
                   "a range stands only in a pattern of `match`; to count, write `for (let i = a; i < b; i++)`");
        auto range = builder_.mark();
        bump();
        if (starts_expression()) binary_expression(2);
        finish(range, Kind::Error);
        return true;
    }
    if (at(Kind::Greater)) rescan(lex_greater(text_, peek().begin));
    if (!is_assignment_operator(kind())) return true;
    bump();
    assignment_expression();
    finish(mark, Kind::AssignExpr);
    return true;
}

bool Parser::conditional_tail(const GreenBuilder::Mark& mark) {
    if (join_foreign(Kind::Colon, Kind::QuestionQuestion)) {
        bump();
        binary_expression(binary_precedence(Kind::BarBar));
        finish(mark, Kind::BinaryExpr);
        return true;
    }
    if (kind(1) == Kind::Semicolon || kind(1) == Kind::RightParen) {
        error_here(DiagnosticCode::SyntaxError,
                   "errors pass on to the caller by themselves: remove `?`; a choice is written `condition ? a : b`");
        skip_token();
        return true;
    }
    bump();
    Flags inside = flags_;
    inside.in_conditional = true;
    inside.no_arrow = false;
    {
        FlagScope scope(*this, inside);
        assignment_expression();
    }
    if (expect(Kind::Colon, "a conditional expression is `condition ? a : b`")) assignment_expression();
    finish(mark, Kind::ConditionalExpr);
    return true;
}

void Parser::yield_expression() {
    auto mark = builder_.mark();
    bump();
    if (!newline_before()) {
        bool delegates = accept(Kind::Star);
        if (delegates || starts_expression()) assignment_expression();
    }
    finish(mark, Kind::YieldExpr);
}

/// The operator at the current token, `>` read as far as it goes; List where there is none.
Kind Parser::binary_operator() {
    if (at(Kind::Greater)) rescan(lex_greater(text_, peek().begin));
    if (at(Kind::InKw) && flags_.no_in) return Kind::List;
    return is_binary_operator(kind()) ? kind() : Kind::List;
}

/// `and`, `or`… between two operands.
void Parser::operator_word() {
    Kind op = foreign::operator_elsewhere(token_text());
    bool operand = at_word(1) || is_literal(kind(1)) || kind(1) == Kind::LeftParen || kind(1) == Kind::Exclamation;
    if (op == Kind::List || !operand || newline_before(1)) return;
    hint_spelling(op, "`" + std::string(token_text()) + "` is written " + std::string(describe(op)));
    read_as(op);
}

/// Operators that bind at least as tightly as `least`.
bool Parser::binary_expression(int least) {
    auto mark = builder_.mark();
    GreenBuilder::Chain chain(builder_);
    Kind left;
    if (!unary_expression(&left)) return false;
    while (!ends_operation(kind())) {
        bool casts = (at(Kind::AsKw) || at(Kind::SatisfiesKw)) && !newline_before();
        if (casts && least <= binary_precedence(Kind::Less)) {
            bump();
            type();
            if (!chain.wrap()) return too_deep();
            finish(mark, Kind::AsExpr);
            left = Kind::AsExpr;
            continue;
        }
        if (is_name(kind()) && !newline_before()) operator_word();
        if (at(Kind::Less)) join_foreign(Kind::Greater, Kind::ExclamationEqualEqual);
        Kind op = binary_operator();
        int precedence = binary_precedence(op);
        if (precedence < least || op == Kind::Comma) return true;
        if (op == Kind::StarStar && left == Kind::PrefixExpr)
            error_here(DiagnosticCode::SyntaxError,
                       "`-a ** b` can be read in two ways; write `(-a) ** b` or `-(a ** b)`");
        bump();
        Nested nested(*this);
        if (!nested) return too_deep();
        binary_expression(op == Kind::StarStar ? precedence : precedence + 1);
        if (!chain.wrap()) return too_deep();
        finish(mark, Kind::BinaryExpr);
        left = Kind::BinaryExpr;
    }
    return true;
}

/// `*made`: the kind of the node, where it matters to an operator after it.
bool Parser::unary_expression(Kind* made) {
    *made = Kind::List;
    bool update = is_update_operator(kind());
    if (at(Kind::Less)) return type_assertion();
    if (at(Kind::Identifier) && peek().length == 3 && at_text("not") && !newline_before(1) &&
        (at_word(1) || is_literal(kind(1))))
        return foreign_not();
    if (!is_prefix_operator(kind()) && !at(Kind::AwaitKw)) return postfix_expression(made);
    Nested nested(*this);
    if (!nested) return too_deep();
    auto mark = builder_.mark();
    *made = at(Kind::AwaitKw) ? Kind::AwaitExpr : Kind::PrefixExpr;
    bump();
    Kind operand;
    unary_expression(&operand);
    finish(mark, *made);
    if (update) *made = Kind::List;
    return true;
}

/// `<T>value`
bool Parser::type_assertion() {
    Nested nested(*this);
    if (!nested) return too_deep();
    if (kind(1) == Kind::Minus && peek(1).trivia_length == 0) {
        foreign_receive();
        return true;
    }
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    bump();
    type();
    expect_close(Kind::Greater, opener, "`<`");
    Kind operand;
    unary_expression(&operand);
    finish(mark, Kind::AsExpr);
    return true;
}

bool Parser::postfix_expression(Kind* made) {
    auto mark = builder_.mark();
    GreenBuilder::Chain chain(builder_);
    if (!primary_expression(made)) return false;
    while (postfix_part(mark, made))
        if (!chain.wrap()) return too_deep();
    if (is_update_operator(kind()) && !newline_before()) {
        bump();
        finish(mark, Kind::PostfixExpr);
        *made = Kind::PostfixExpr;
    }
    return true;
}

/// One `.name`, `[index]`, `(arguments)`, `!`… around what `mark` holds; false when there is none.
bool Parser::postfix_part(const GreenBuilder::Mark& mark, Kind* made) {
    *made = Kind::List;
    switch (kind()) {
        case Kind::Dot: member_access(mark); return true;
        case Kind::QuestionDot:
            if (kind(1) != Kind::LeftParen && kind(1) != Kind::LeftBracket && kind(1) != Kind::Less) {
                member_access(mark);
                return true;
            }
            bump();
            if (at(Kind::Less)) type_arguments();
            if (at(Kind::LeftBracket)) return postfix_part(mark, made);
            if (at(Kind::LeftParen)) arguments();
            else expect(Kind::LeftParen, "type arguments after `?.` belong to a call");
            finish(mark, Kind::CallExpr);
            return true;
        case Kind::LeftBracket: {
            FlagScope scope(*this, {});
            TextRange opener{peek().begin, peek().end()};
            bump();
            expression();
            expect_close(Kind::RightBracket, opener, "`[`");
            finish(mark, Kind::IndexExpr);
            return true;
        }
        case Kind::LeftParen:
            arguments();
            finish(mark, Kind::CallExpr);
            return true;
        case Kind::Exclamation:
            if (newline_before()) return false;
            bump();
            finish(mark, Kind::NonNullExpr);
            return true;
        case Kind::ColonColon:
            hint_spelling(Kind::Dot, "members are written with `.`");
            if (kind(1) == Kind::Less) {
                skip_token();
                return call_with_type_arguments(mark);
            }
            member_access(mark);
            return true;
        case Kind::Less: return call_with_type_arguments(mark);
        case Kind::TemplateWhole:
        case Kind::TemplateHead:
            if (!at_backtick()) return false;
            template_expression();
            finish(mark, Kind::TaggedTemplateExpr);
            return true;
        default: return false;
    }
}

/// `.name` or `?.name`
void Parser::member_access(const GreenBuilder::Mark& mark) {
    bump_as(at(Kind::ColonColon) ? Kind::Dot : kind());
    // A name on the next line is most likely the next statement, being written above it; `.` then ends this one.
    bool next_statement = newline_before() && is_reserved(kind());
    if (at_word() && !next_statement) bump_as(Kind::Identifier);
    else if (!accept(Kind::PrivateName))
        error_here(DiagnosticCode::ExpectedName, "expected the name of a member after `.`, " + found());
    finish(mark, Kind::MemberExpr);
}

/// `f<T>(…)`, `f<T>`; false when `<` is less-than.
bool Parser::call_with_type_arguments(const GreenBuilder::Mark& mark) {
    if (!try_type_arguments()) return false;
    if (at(Kind::LeftParen)) {
        arguments();
        finish(mark, Kind::CallExpr);
    } else {
        finish(mark, Kind::InstantiationExpr);
    }
    return true;
}

void Parser::arguments() {
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    bump();
    comma_list({.close = Kind::RightParen,
                .element_name = "argument",
                .what = "`(`",
                .starts = &Parser::starts_element,
                .element = &Parser::element,
                .ends_at_line = true},
               opener);
    finish(mark, Kind::ArgumentList);
}

/// An argument or element: an expression, or `...` and one.
void Parser::element() {
    if (at_name() && kind(1) == Kind::Colon) {
        error_here(DiagnosticCode::SyntaxError,
                   "arguments have no names here: give them in order, or in an object, `f({ name: value })`");
        skip_token();
        skip_token();
    }
    if (!at(Kind::Ellipsis)) {
        assignment_expression();
        return;
    }
    auto mark = builder_.mark();
    bump();
    assignment_expression();
    finish(mark, Kind::SpreadExpr);
}

}  // namespace braid::velox
