#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {

bool Parser::starts_type() {
    switch (kind()) {
        case Kind::LeftParen:
        case Kind::LeftBracket:
        case Kind::LeftBrace:
        case Kind::Less:
        case Kind::Bar:
        case Kind::Ampersand:
        case Kind::Minus:
        case Kind::NewKw:
        case Kind::TemplateHead:
        case Kind::TypeofKw: return true;
        default: return at_name() || is_keyword_type(kind()) || (is_literal(kind()) && !at(Kind::RegexLiteral));
    }
}

bool Parser::type() {
    Nested nested(*this);
    if (!nested) return too_deep();
    auto mark = builder_.mark();
    bool subject = at_name(1) || kind(1) == Kind::ThisKw;
    if (at(Kind::AssertsKw) && subject && !newline_before(1) && kind(1) != Kind::IsKw) {
        bump();
        bump_as(at(Kind::ThisKw) ? Kind::ThisKw : Kind::Identifier);
        if (accept(Kind::IsKw)) type();
        finish(mark, Kind::PredicateType);
        return true;
    }
    if ((at_name() || at(Kind::ThisKw)) && kind(1) == Kind::IsKw && !newline_before(1)) {
        bump_as(at(Kind::ThisKw) ? Kind::ThisKw : Kind::Identifier);
        bump();
        type();
        finish(mark, Kind::PredicateType);
        return true;
    }
    if (!union_type()) return false;
    if (!at(Kind::ExtendsKw) || newline_before()) return true;
    bump();
    union_type();
    if (expect(Kind::Question, "a conditional type is `A extends B ? C : D`")) {
        type();
        if (expect(Kind::Colon, "a conditional type is `A extends B ? C : D`")) type();
    }
    finish(mark, Kind::ConditionalType);
    return true;
}

/// `A | B`, also with a `|` in front.
bool Parser::union_type() {
    auto mark = builder_.mark();
    bool several = accept(Kind::Bar);
    if (!intersection_type() && !several) return false;
    while (accept(Kind::Bar)) {
        several = true;
        intersection_type();
    }
    if (several) finish(mark, Kind::UnionType);
    return true;
}

bool Parser::intersection_type() {
    auto mark = builder_.mark();
    bool several = accept(Kind::Ampersand);
    if (!operator_type() && !several) return false;
    while (accept(Kind::Ampersand)) {
        several = true;
        operator_type();
    }
    if (several) finish(mark, Kind::IntersectionType);
    return true;
}

/// `keyof T`, `readonly T[]`, `infer T`
bool Parser::operator_type() {
    bool operand = at_word(1) || kind(1) == Kind::LeftParen || kind(1) == Kind::LeftBrace ||
                   kind(1) == Kind::LeftBracket || is_literal(kind(1));
    if (!is_type_operator(kind()) || !operand || newline_before(1)) return postfix_type();
    Nested nested(*this);
    if (!nested) return too_deep();
    auto mark = builder_.mark();
    bool infers = at(Kind::InferKw);
    bump();
    operator_type();
    if (infers && at(Kind::ExtendsKw)) infer_constraint();
    finish(mark, Kind::OperatorType);
    return true;
}

/// `extends U` after `infer T`, which is never the question of a conditional type.
void Parser::infer_constraint() {
    auto mark = builder_.mark();
    bump();
    union_type();
    finish(mark, Kind::TypeConstraint);
}

bool Parser::postfix_type() {
    auto mark = builder_.mark();
    GreenBuilder::Chain chain(builder_);
    if (!primary_type()) return false;
    while (type_suffix(mark))
        if (!chain.wrap()) return too_deep();
    return true;
}

/// `[]` or `["key"]`
bool Parser::type_suffix(const GreenBuilder::Mark& mark) {
    if (!at(Kind::LeftBracket) || newline_before()) return false;
    TextRange opener{peek().begin, peek().end()};
    bump();
    if (accept(Kind::RightBracket)) {
        finish(mark, Kind::ArrayType);
        return true;
    }
    type();
    expect_close(Kind::RightBracket, opener, "`[`");
    finish(mark, Kind::IndexedType);
    return true;
}

bool Parser::primary_type() {
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    switch (kind()) {
        case Kind::LeftParen:
            if (function_type_ahead()) return function_type(Kind::FunctionType);
            return paren_type();
        case Kind::Less: return function_type(Kind::FunctionType);
        case Kind::AbstractKw:
            if (kind(1) != Kind::NewKw) break;
            return function_type(Kind::ConstructorType);
        case Kind::NewKw: return function_type(Kind::ConstructorType);
        case Kind::LeftBracket:
            bump();
            comma_list({.close = Kind::RightBracket,
                        .element_name = "type",
                        .what = "`[`",
                        .starts = &Parser::starts_tuple_element,
                        .element = &Parser::tuple_element},
                       opener);
            if (builder_.last_kind() == raw(Kind::RightBracket) && at_name() && !newline_before() &&
                previous_end() - opener.begin == 2) {
                hint(opener, "a list type is written `T[]`", {}, {});
                postfix_type();
                finish(mark, Kind::ArrayType);
                return true;
            }
            finish(mark, Kind::TupleType);
            return true;
        case Kind::LeftBrace: object_type(); return true;
        case Kind::TemplateHead: template_type(); return true;
        case Kind::TypeofKw:
            bump();
            if (at(Kind::ImportKw)) foreign_module_type();
            else path("a name");
            finish(mark, Kind::TypeofType);
            return true;
        case Kind::Minus:
            bump();
            expect(Kind::NumberLiteral, "");
            finish(mark, Kind::LiteralType);
            return true;
        default: break;
    }
    if (is_keyword_type(kind())) {
        bump();
        finish(mark, Kind::KeywordType);
        return true;
    }
    if (is_literal(kind())) {
        bump();
        finish(mark, Kind::LiteralType);
        return true;
    }
    if (at_name()) {
        if (kind(1) == Kind::LeftParen && (at_text("fn") || at_text("func") || at_text("fun"))) {
            remove_word("the type of a function is written `(a: A) => R`");
            return function_type(Kind::FunctionType);
        }
        if (at_text("unique") && at_name(1)) remove_word("Velox has no symbols; use a string or an object");
        named_type();
        return true;
    }
    if (at(Kind::ImportKw)) return foreign_module_type();
    if (at(Kind::FunctionKw))
        error_here(DiagnosticCode::ExpectedType, "the type of a function is written `(a: A) => R`");
    else error_here(DiagnosticCode::ExpectedType, "expected a type, " + found());
    if (at(Kind::BadToken)) skip_token();
    return false;
}

bool Parser::paren_type() {
    FlagScope scope(*this, {});
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    bump();
    type();
    expect_close(Kind::RightParen, opener, "`(`");
    finish(mark, Kind::ParenType);
    return true;
}

/// At `(`: parameters and `=>` follow, not a type in parentheses.
bool Parser::function_type_ahead() {
    bool typed;
    if (!may_begin_parameters(0, &typed)) return false;
    if (typed) return true;
    uint32_t close = close_of(peek().begin);
    bool newline;
    if (close == 0) return false;
    Kind arrow = kind_at(close, &newline);
    return arrow == Kind::FatArrow || arrow == Kind::ThinArrow;
}

bool Parser::function_type(Kind made) {
    auto mark = builder_.mark();
    if (made == Kind::ConstructorType) {
        accept(Kind::AbstractKw);
        bump();
    }
    type_parameters();
    parameters();
    if (at(Kind::ThinArrow)) {
        hint_spelling(Kind::FatArrow, "the type of a function is written `(a: A) => R`");
        read_as(Kind::FatArrow);
    }
    if (expect(Kind::FatArrow, "the type of a function is written `(a: A) => R`")) type();
    finish(mark, made);
    return true;
}

/// `a${string}b` and "a${string}b"
void Parser::template_type() {
    auto mark = builder_.mark();
    char quote = text_[peek().begin];
    bool more = true;
    bump();
    while (more) {
        TextRange hole{previous_end() - 2, previous_end()};
        type();
        if (!at(Kind::RightBrace)) {
            expect_close(Kind::RightBrace, hole, "`${`");
            break;
        }
        rescan(lex_template_rest(text_, peek().begin, quote));
        more = at(Kind::TemplateMiddle);
        bump();
    }
    finish(mark, Kind::TemplateType);
}

void Parser::named_type() {
    auto mark = builder_.mark();
    path("the name of a type");
    if (at(Kind::Less) && !newline_before()) type_arguments();
    finish(mark, Kind::NamedType);
}

/// `a.b.c`
void Parser::path(std::string_view what) {
    auto mark = builder_.mark();
    if (at(Kind::ThisKw)) bump();
    else expect_name(what);
    while (at(Kind::Dot) || at(Kind::ColonColon)) {
        if (at(Kind::ColonColon)) hint_spelling(Kind::Dot, "members are written with `.`");
        bump_as(Kind::Dot);
        if (!at_word()) {
            error_here(DiagnosticCode::ExpectedName, "expected a name after `.`, " + found());
            break;
        }
        bump_as(Kind::Identifier);
    }
    finish(mark, Kind::Path);
}

/// `T`   `T?`   `...T[]`   `name: T`
void Parser::tuple_element() {
    auto mark = builder_.mark();
    accept(Kind::Ellipsis);
    if (at_name() && (kind(1) == Kind::Colon || (kind(1) == Kind::Question && kind(2) == Kind::Colon))) {
        bump_as(Kind::Identifier);
        accept(Kind::Question);
        bump();
    }
    type();
    accept(Kind::Question);
    finish(mark, Kind::TupleElement);
}

void Parser::object_type() {
    auto mark = builder_.mark();
    Braces braces = open_braces("type");
    members(braces, Within::ObjectType);
    close_braces(braces);
    finish(mark, Kind::ObjectType);
}

void Parser::type_arguments() {
    auto mark = builder_.mark();
    uint32_t begin = peek().begin;
    TextRange opener{begin, peek().end()};
    bump();
    if (at(Kind::Greater)) error_here(DiagnosticCode::ExpectedType, "expected a type between `<` and `>`");
    comma_list({Kind::Greater, "type", "`<`", &Parser::starts_type, &Parser::type_argument}, opener);
    finish(mark, Kind::TypeArgumentList);
    if (hopeless()) no_type_arguments_.insert(begin);
}

/// At `<`: one operand, then what no type goes on with; no trial tells more.
bool Parser::is_less_than() {
    if (kind(1) != Kind::Identifier && kind(1) != Kind::NumberLiteral) return false;
    switch (kind(2)) {
        case Kind::Semicolon:
        case Kind::LeftParen:
        case Kind::RightParen:
        case Kind::RightBrace:
        case Kind::Plus:
        case Kind::Minus:
        case Kind::Star:
        case Kind::AmpersandAmpersand:
        case Kind::BarBar: return true;
        default: return false;
    }
}

bool Parser::try_type_arguments() {
    uint32_t begin = peek().begin;
    if (is_less_than() || no_type_arguments_.count(begin)) return false;
    bool fits = speculate(true, [&] {
        type_arguments();
        if (at(Kind::LeftParen) || at_backtick()) return true;
        bool glued = peek().trivia_length == 0;  // `a<b>=c`
        if (glued && (is_assignment_operator(kind()) || at(Kind::EqualEqual) || at(Kind::EqualEqualEqual)))
            return false;
        if (at(Kind::Less) || at(Kind::Greater) || at(Kind::Plus) || at(Kind::Minus)) return false;
        return newline_before() || is_binary_operator(kind()) || !starts_expression();
    });
    if (!fits) no_type_arguments_.insert(begin);
    return fits;
}

}  // namespace braid::velox
