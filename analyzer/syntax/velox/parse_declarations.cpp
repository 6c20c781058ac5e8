#include <utility>

#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {
namespace {

bool is_enum_variant(SyntaxKind kind) { return kind == raw(Kind::EnumVariant); }

}  // namespace

// ---- what begins a declaration ----

/// The token `ahead`, on the line of the one before it, begins the rest of a declaration.
bool Parser::declaration_follows(uint32_t ahead) {
    if (newline_before(ahead)) return false;
    switch (kind(ahead)) {
        case Kind::FunctionKw:
        case Kind::ClassKw:
        case Kind::EnumKw:
        case Kind::LetKw:
        case Kind::ConstKw:
        case Kind::VarKw:
        case Kind::AbstractKw:
        case Kind::AsyncKw:
        case Kind::DeclareKw:
        case Kind::NativeKw:
        case Kind::PrivateKw:
        case Kind::PublicKw:
        case Kind::ProtectedKw:
        case Kind::StaticKw:
        case Kind::OverrideKw:
        case Kind::ReadonlyKw: return true;
        case Kind::Identifier:
        case Kind::VoidKw: return at_typed_function(ahead);
        case Kind::InterfaceKw:
        case Kind::TypeKw: return ahead + 1 < MaxPeek && at_word(ahead + 1) && !newline_before(ahead + 1);
        default: return false;
    }
}

bool Parser::at_declaration() {
    switch (kind()) {
        case Kind::At:
        case Kind::ExportKw:
        case Kind::FunctionKw:
        case Kind::ClassKw:
        case Kind::EnumKw:
        case Kind::LetKw:
        case Kind::ConstKw:
        case Kind::VarKw: return true;
        case Kind::ImportKw: return kind(1) != Kind::LeftParen && kind(1) != Kind::Dot;
        case Kind::InterfaceKw: return at_word(1) && !newline_before(1);
        case Kind::TypeKw: return at_word(1) && !newline_before(1) && (kind(2) == Kind::Equal || kind(2) == Kind::Less);
        case Kind::Identifier: return false;
        default: return at_statement_modifier();
    }
}

bool Parser::at_statement_modifier() {
    return (kind() == Kind::ExportKw) || at_async_function() ||
           (is_contextual(kind()) && is_modifier(kind()) && declaration_follows(1));
}

bool Parser::at_async_function() {
    return at(Kind::AsyncKw) && !newline_before(1) &&
           (kind(1) == Kind::FunctionKw || at_foreign_keyword(Kind::FunctionKw, 1));
}

bool Parser::at_parameter_modifier() {
    return is_contextual(kind()) && is_modifier(kind()) &&
           (at_name(1) || kind(1) == Kind::LeftBrace || kind(1) == Kind::LeftBracket || kind(1) == Kind::Ellipsis);
}

/// Decorators and modifier words into one Modifiers node, if there are any.
bool Parser::modifiers(bool (Parser::*is_modifier_here)()) {
    auto mark = builder_.mark();
    while (at(Kind::At) || (this->*is_modifier_here)()) {
        if (at(Kind::At)) {
            decorator();
            continue;
        }
        bool exports = at(Kind::ExportKw);
        bump();
        if (exports) accept(Kind::DefaultKw);
    }
    if (builder_.empty_since(mark)) return false;
    finish(mark, Kind::Modifiers);
    return true;
}

void Parser::decorator() {
    auto mark = builder_.mark();
    bump();
    auto name = builder_.mark();
    if (at_word() && !newline_before()) {
        bump_as(Kind::Identifier);
        finish(name, Kind::NameExpr);
        while (at(Kind::Dot) && at_word(1)) {
            bump();
            bump_as(Kind::Identifier);
            finish(name, Kind::MemberExpr);
        }
        if (at(Kind::LeftParen) && !newline_before()) arguments();
    } else {
        error_here(DiagnosticCode::ExpectedName, "expected the name of a decorator after `@`, " + found());
    }
    finish(mark, Kind::Decorator);
}

/// After `export default`: a declaration, not an expression.
bool Parser::default_declaration_follows() {
    switch (kind(2)) {
        case Kind::FunctionKw:
        case Kind::ClassKw:
        case Kind::EnumKw: return true;
        case Kind::AsyncKw: return kind(3) == Kind::FunctionKw;
        case Kind::AbstractKw: return kind(3) == Kind::ClassKw;
        case Kind::InterfaceKw: return at_word(3);
        default: return false;
    }
}

Kind Parser::declaration() {
    if (at(Kind::ImportKw)) return import_declaration();
    if (at(Kind::ExportKw)) {
        bool type_list = kind(1) == Kind::TypeKw && kind(2) == Kind::LeftBrace;
        if (kind(1) == Kind::LeftBrace || kind(1) == Kind::Star || type_list) return export_list();
        if (kind(1) == Kind::DefaultKw && !default_declaration_follows()) {
            bump();
            bump();
            if (!expression()) skip_statement_rest();
            semicolon("expression");
            return Kind::ExportDefault;
        }
    }
    bool nameless = at(Kind::ExportKw) && kind(1) == Kind::DefaultKw;
    modifiers(&Parser::at_statement_modifier);
    if (at_foreign_keyword()) read_foreign_keyword();
    if (at_typed_function(0)) return typed_function();
    switch (kind()) {
        case Kind::FunctionKw: return function_declaration(nameless);
        case Kind::ClassKw:
            bump();
            class_rest(!nameless);
            return Kind::ClassDecl;
        case Kind::EnumKw: return enum_declaration();
        case Kind::InterfaceKw: return interface_declaration();
        case Kind::TypeKw: return type_alias();
        case Kind::LetKw:
        case Kind::ConstKw:
        case Kind::VarKw: return variable_declaration();
        default: break;
    }
    bool assigns = at(Kind::Equal) || at(Kind::AsKw);
    if (assigns) error_here(DiagnosticCode::SyntaxError, "write `export default value;` or `export { name };`");
    error_here(DiagnosticCode::SyntaxError,
               "expected a declaration (`function`, `class`, `interface`, `enum`, `type`, `let`, `const`), " + found());
    skip_statement_rest();
    return Kind::Error;
}

// ---- variables ----

Kind Parser::variable_declaration() {
    if (kind(1) == Kind::EnumKw) {
        remove_word("an enumeration is written without `" + std::string(token_text()) + "`");
        return enum_declaration();
    }
    bump();
    declarators();
    semicolon("declaration");
    return Kind::VariableDecl;
}

void Parser::declarators() {
    do {
        declarator();
    } while (accept(Kind::Comma));
}

void Parser::declarator() {
    auto mark = builder_.mark();
    if (at_text("mut") && at_name(1) && !newline_before(1))
        remove_word("variables need no `mut`: `let` can be assigned to");
    if (int order = type_beside_name()) typed_name(order, "a variable");
    else if (at(Kind::LeftParen)) tuple_binding();
    else binding("the name of a variable");
    if (at(Kind::Exclamation) && kind(1) == Kind::Colon) bump();
    type_annotation();
    initializer();
    finish(mark, Kind::Declarator);
}

/// `let (a, b) = …`
void Parser::tuple_binding() {
    TextRange opener{peek().begin, peek().end()};
    uint32_t close = close_of(opener.begin);
    std::vector<TextEdit> edits;
    if (close) edits = {TextEdit{opener, "["}, TextEdit{{close - 1, close}, "]"}};
    hint(opener, "several variables are declared with `let [a, b] = …`", "write `[…]`", std::move(edits));
    auto mark = builder_.mark();
    bump_as(Kind::LeftBracket);
    comma_list({.close = Kind::RightParen,
                .element_name = "name",
                .what = "`(`",
                .starts = &Parser::starts_binding_element,
                .element = &Parser::binding_element},
               opener);
    finish(mark, Kind::ArrayBinding);
}

/// `: T`, if there is one.
void Parser::type_annotation() {
    if (!at(Kind::Colon)) return;
    auto mark = builder_.mark();
    bump();
    type();
    if (at(Kind::Question) && !newline_before()) {
        TextRange question{peek().begin, peek().end()};
        SyntaxError habit{DiagnosticCode::SyntaxError,
                          question,
                          "a type that may be missing is written `T | null` or `T | undefined`",
                          {},
                          {}};
        habit.fix = SyntaxError::Fix{"write `| null`", {TextEdit{question, " | null"}}};
        error(std::move(habit));
        skip_token();
    }
    finish(mark, Kind::TypeAnnotation);
}

/// `= value`, if there is one.
void Parser::initializer() {
    if (!at(Kind::Equal)) return;
    auto mark = builder_.mark();
    bump();
    if (speculating_) ++complaints_;  // types hold no expressions
    else assignment_expression();
    finish(mark, Kind::Initializer);
}

// ---- functions ----

Kind Parser::function_declaration(bool nameless) {
    bump();
    accept(Kind::Star);
    if (!nameless || at_word()) expect_name("the name of a function");
    function_rest("function");
    return Kind::FunctionDecl;
}

/// `<T>(…): R` and the body, or what ends a signature without one (in object literals there are none).
void Parser::function_rest(std::string_view what, Within within) {
    bool colon_begins_body = std::exchange(colon_begins_body_, false);
    type_parameters();
    parameters();
    if (at(Kind::ThinArrow)) {
        TextRange arrow{peek().begin, peek().end()};
        hint(arrow, "the result type is written after `:`", "write `:`", {TextEdit{arrow, ":"}});
        auto mark = builder_.mark();
        bump_as(Kind::Colon);
        type();
        finish(mark, Kind::TypeAnnotation);
    }
    if (!colon_begins_body) type_annotation();
    if (speculating_ && at(Kind::LeftBrace)) {
        ++complaints_;  // types hold no bodies
    } else if (at(Kind::LeftBrace) || (colon_begins_body && at(Kind::Colon))) {
        block(what);
    } else if (at(Kind::FatArrow) || (at(Kind::Equal) && !newline_before())) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "the body of a function is a `{…}` block; `=>` is for arrow functions");
        skip_token();
        if (at(Kind::LeftBrace)) return block(what);
        expression();
        semicolon("expression");
    } else if (within == Within::Object && (at(Kind::Comma) || at(Kind::RightBrace))) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "expected the `{…}` body of this " + std::string(what) + ", " + found());
    } else if (!accept(Kind::Semicolon) && !(only_types(within) && accept(Kind::Comma)) && !at_statement_end()) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "expected the `{…}` body of this " + std::string(what) + ", " + found());
        skip_statement_rest();
    }
}

/// `<T extends U = V>`, if there are any.
void Parser::type_parameters() {
    if (!at(Kind::Less)) return;
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    bump();
    comma_list({Kind::Greater, "type parameter", "`<`", &Parser::starts_type_parameter, &Parser::type_parameter},
               opener);
    finish(mark, Kind::TypeParameterList);
}

void Parser::type_parameter() {
    auto mark = builder_.mark();
    accept(Kind::ConstKw);
    while ((at(Kind::InKw) || at_text("out")) && at_name(1)) remove_word("variance is found out, not written");
    expect_name("the name of a type parameter");
    auto constraint = builder_.mark();
    if (at(Kind::Colon)) {
        TextRange colon{peek().begin, peek().end()};
        hint(colon, "a bound is written with `extends`", "write `extends`",
             {TextEdit{colon, peek().trivia_length ? "extends" : " extends"}});
        bump_as(Kind::ExtendsKw);
        type();
        finish(constraint, Kind::TypeConstraint);
    } else if (accept(Kind::ExtendsKw)) {
        type();
        finish(constraint, Kind::TypeConstraint);
    }
    auto otherwise = builder_.mark();
    if (accept(Kind::Equal)) {
        type();
        finish(otherwise, Kind::TypeDefault);
    }
    finish(mark, Kind::TypeParameter);
}

void Parser::parameters() {
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    if (!expect(Kind::LeftParen, "parameters are written `(name: Type, …)`")) return;
    comma_list({.close = Kind::RightParen,
                .element_name = "parameter",
                .what = "`(`",
                .starts = &Parser::starts_parameter,
                .element = &Parser::parameter,
                .ends_at_line = false},
               opener);
    finish(mark, Kind::ParameterList);
}

bool Parser::starts_parameter() { return starts_binding() || at(Kind::Ellipsis) || at(Kind::At) || at(Kind::ThisKw); }

void Parser::parameter() {
    auto mark = builder_.mark();
    modifiers(&Parser::at_parameter_modifier);
    accept(Kind::Ellipsis);
    if (int order = type_beside_name()) {
        typed_name(order, "a parameter");
    } else if (at(Kind::ThisKw)) {
        auto name = builder_.mark();
        bump();
        finish(name, Kind::NameBinding);
    } else {
        binding("the name of a parameter");
    }
    accept(Kind::Question);
    type_annotation();
    initializer();
    finish(mark, Kind::Parameter);
}

// ---- classes, interfaces, enumerations, aliases ----

/// After `class`: name, heritage and members; of class expressions too.
void Parser::class_rest(bool name_needed) {
    bool named = at_name() && !(at(Kind::ImplementsKw) && kind(1) != Kind::LeftBrace && kind(1) != Kind::Less);
    if (named || name_needed) expect_name("the name of a class");
    type_parameters();
    heritage();
    if (at(Kind::Colon)) {
        Braces colon = open_colon();
        members(colon, Within::Class);
        return close_colon(colon);
    }
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock, "expected the `{…}` body of this class, " + found());
        skip_statement_rest();
        return;
    }
    Braces braces = open_braces("class");
    members(braces, Within::Class);
    close_braces(braces);
}

/// `extends A implements B, C`, in any order and each perhaps missing.
void Parser::heritage() {
    if (at(Kind::LeftParen) && !newline_before()) bases_in_parentheses();
    if (at(Kind::Colon) && !newline_before(1)) {
        TextRange colon{peek().begin, peek().end()};
        hint(colon, "a base class is written with `extends`", "write `extends`",
             {TextEdit{colon, peek().trivia_length ? "extends" : " extends"}});
        auto mark = builder_.mark();
        bump_as(Kind::ExtendsKw);
        named_type();
        finish(mark, Kind::ExtendsClause);
    }
    while (at(Kind::ExtendsKw) || at(Kind::ImplementsKw)) {
        auto mark = builder_.mark();
        Kind clause = at(Kind::ExtendsKw) ? Kind::ExtendsClause : Kind::ImplementsClause;
        bump();
        do {
            if (!at_name()) {
                error_here(DiagnosticCode::ExpectedType, "expected the name of a class or an interface, " + found());
                break;
            }
            named_type();
            if (at(Kind::LeftParen)) {
                error_here(DiagnosticCode::SyntaxError,
                           "a class extends a class by its name; what a call returns cannot be extended");
                skip_arguments();
            }
        } while (accept(Kind::Comma));
        finish(mark, clause);
    }
}

/// `class A(B)`
void Parser::bases_in_parentheses() {
    TextRange opener{peek().begin, peek().end()};
    uint32_t close = close_of(opener.begin);
    if (close == 0) {
        error(DiagnosticCode::UnclosedDelimiter, opener, "this `(` is never closed: remove it");
        auto mark = builder_.mark();
        do {
            bump();
        } while (!newline_before() && !at(Kind::LeftBrace) && !at(Kind::EndOfFile));
        return finish(mark, Kind::Error);
    }
    std::vector<TextEdit> edits;
    if (close > opener.end + 1)
        edits = {TextEdit{opener, peek().trivia_length ? "extends " : " extends "}, TextEdit{{close - 1, close}, ""}};
    else edits = {TextEdit{{opener.begin, close}, ""}};
    hint(opener, "a base class is written with `extends`", "write `extends`", std::move(edits));
    auto mark = builder_.mark();
    skip_token();
    while (at_name()) {
        named_type();
        if (!accept(Kind::Comma)) break;
    }
    if (at(Kind::RightParen)) skip_token();
    else skip_to_close();
    finish(mark, Kind::ExtendsClause);
}

Kind Parser::interface_declaration() {
    bump();
    expect_name("the name of an interface");
    type_parameters();
    heritage();
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock, "expected the `{…}` body of this interface, " + found());
        skip_statement_rest();
        return Kind::InterfaceDecl;
    }
    Braces braces = open_braces("interface");
    members(braces, Within::Interface);
    close_braces(braces);
    return Kind::InterfaceDecl;
}

Kind Parser::enum_declaration() {
    bump();
    expect_name("the name of an enumeration");
    type_parameters();
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "expected the `{…}` with the variants of this enumeration, " + found());
        skip_statement_rest();
        return Kind::EnumDecl;
    }
    Braces braces = open_braces("enumeration");
    comma_list({.close = Kind::RightBrace,
                .element_name = "variant",
                .what = "enumeration",
                .starts = &Parser::starts_variant,
                .element = &Parser::enum_variant,
                .reusable = is_enum_variant,
                .braces = &braces},
               braces.opener);
    return Kind::EnumDecl;
}

void Parser::enum_variant() {
    auto unit = this->unit();
    if (at(Kind::StringLiteral)) bump();
    else bump_as(Kind::Identifier);
    if (at(Kind::LeftParen)) {
        auto payload = builder_.mark();
        TextRange opener{peek().begin, peek().end()};
        bump();
        comma_list({Kind::RightParen, "field", "`(`", &Parser::starts_payload, &Parser::payload_field}, opener);
        finish(payload, Kind::VariantPayload);
    }
    initializer();
    finish_unit(unit, Kind::EnumVariant);
}

void Parser::payload_field() {
    auto mark = builder_.mark();
    bool named = at_name() && (kind(1) == Kind::Colon || (kind(1) == Kind::Question && kind(2) == Kind::Colon));
    if (named) {
        bump_as(Kind::Identifier);
        accept(Kind::Question);
        bump();
    }
    type();
    finish(mark, Kind::PayloadField);
}

Kind Parser::type_alias() {
    bump();
    expect_name("the name of a type");
    type_parameters();
    if (expect(Kind::Equal, "write `type Name = …`")) type();
    semicolon("type");
    return Kind::TypeAliasDecl;
}

}  // namespace braid::velox
