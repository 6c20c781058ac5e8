#include "analyzer/syntax/velox/parser.h"

// Members of classes, interfaces and object types, and of object literals.
namespace braid::velox {
namespace {

bool is_member(SyntaxKind kind) { return group(to_kind(kind)) == Group::Member; }

}  // namespace

void Parser::members(Braces& braces, Within within) {
    FlagScope scope(*this, {});
    while (!at_close(braces) && !hopeless()) {
        if (reuse(is_member, within, braces.indented)) continue;
        if (at(Kind::Semicolon) || (only_types(within) && at(Kind::Comma))) bump();
        else member(within);  // never without taking a token
    }
}

void Parser::member(Within within) {
    auto unit = this->unit(within);
    finish_unit(unit, member_body(within));
}

bool Parser::at_property_name(uint32_t ahead) {
    switch (kind(ahead)) {
        case Kind::StringLiteral:
        case Kind::NumberLiteral:
        case Kind::PrivateName:
        case Kind::LeftBracket: return true;
        default: return at_word(ahead);
    }
}

/// A modifier word, unless it is the member's name.
bool Parser::at_member_modifier() {
    if (!is_contextual(kind()) || !is_modifier(kind()) || newline_before(1)) return false;
    return at_property_name(1) || kind(1) == Kind::Star || (at(Kind::StaticKw) && kind(1) == Kind::LeftBrace);
}

bool Parser::at_accessor() { return (at(Kind::GetKw) || at(Kind::SetKw)) && at_property_name(1) && !newline_before(1); }

/// One token as a name, or `[expression]`.
void Parser::property_name() {
    auto mark = builder_.mark();
    if (at(Kind::LeftBracket)) {
        FlagScope scope(*this, {});
        TextRange opener{peek().begin, peek().end()};
        bump();
        if (speculating_) ++complaints_;  // types hold no expressions
        else assignment_expression();
        expect_close(Kind::RightBracket, opener, "`[`");
    } else {
        bump_as(at_word() ? Kind::Identifier : kind());
    }
    finish(mark, Kind::PropertyName);
}

Kind Parser::member_body(Within within) {
    if (only_types(within) && (at(Kind::Plus) || at(Kind::Minus)) && kind(1) == Kind::ReadonlyKw) bump();
    bool is_static = at(Kind::StaticKw);
    if (modifiers(&Parser::at_member_modifier) && at(Kind::LeftBrace) && is_static) {
        block("`static` block");
        return Kind::StaticBlock;
    }
    if (at(Kind::Identifier) && at_name(1)) {
        const foreign::Word* word = foreign_word();
        if (word && word->reading == foreign::Reading::Needless) remove_word(std::string(word->message));
        if (at_foreign_keyword(Kind::FunctionKw)) read_foreign_keyword();
    }
    bool has_function = at(Kind::FunctionKw) && (at_property_name(1) || kind(1) == Kind::Star);
    if (has_function) {
        bump();
    } else if (int order = type_beside_name()) {
        typed_name(order, "a field", {}, true);
        initializer();
        member_end(within, "field");
        return Kind::FieldDecl;
    } else if (within == Within::Class && at_typed_function(0)) {
        skip_result_type();
        return method(within, true);
    } else if (is_variable_keyword(kind()) && at_property_name(1) && !newline_before(1)) {
        TextRange word{peek().begin, peek().end()};
        hint(word, "a field is written without `" + std::string(token_text()) + "`", "remove it", {TextEdit{word, ""}});
        skip_token();
    }
    if (at(Kind::ConstructorKw) && kind(1) == Kind::LeftParen && within == Within::Class) return constructor();
    if (at_accessor()) return accessor(at(Kind::GetKw) ? Kind::GetterDecl : Kind::SetterDecl, within);
    if (at(Kind::Star)) return method(within, has_function);
    if (at(Kind::LeftBracket) && at_name(1) && kind(2) == Kind::Colon) return index_signature();
    if (at(Kind::LeftBracket) && at_name(1) && kind(2) == Kind::InKw) return mapped_member();
    if (only_types(within) && (at(Kind::LeftParen) || at(Kind::Less))) {
        type_parameters();
        parameters();
        type_annotation();
        member_end(within, "signature");
        return Kind::CallSignature;
    }
    if (only_types(within) && at(Kind::NewKw) && (kind(1) == Kind::LeftParen || kind(1) == Kind::Less)) {
        bump();
        type_parameters();
        parameters();
        type_annotation();
        member_end(within, "signature");
        return Kind::ConstructSignature;
    }
    if (!at_property_name()) return unexpected_member(within);
    uint32_t after = kind(1) == Kind::Question ? 2 : 1;
    bool called = kind(after) == Kind::LeftParen || kind(after) == Kind::Less;
    return has_function || (called && !at(Kind::LeftBracket)) ? method(within, has_function) : field(within);
}

Kind Parser::unexpected_member(Within within) {
    error_here(DiagnosticCode::SyntaxError,
               std::string(within == Within::Class
                               ? "expected a field (`name: Type;`) or a method (`function name() {…}`), "
                               : "expected a field (`name: Type;`) or a method (`function name(): Type;`), ") +
                   found());
    skip_token();
    skip_statement_rest();
    return Kind::Error;
}

Kind Parser::method(Within within, bool has_function) {
    bool generator = at(Kind::Star);
    if (!has_function) {
        // Object types and literals are written as in TypeScript; classes and interfaces with `function`.
        if (within == Within::Class || within == Within::Interface)
            hint_at_method({peek(generator).begin, peek(generator).end()}, peek().begin);
    }
    accept(Kind::Star);
    if (at_property_name()) property_name();
    else error_here(DiagnosticCode::ExpectedName, "expected the name of a method, " + found());
    accept(Kind::Question);
    function_rest("method", within);
    return Kind::MethodDecl;
}

/// `get name(): T {…}`, also `function get name()` and `get function name()`.
Kind Parser::accessor(Kind made, Within within) {
    bump();
    if (at(Kind::FunctionKw) && at_property_name(1)) bump();
    property_name();
    function_rest(made == Kind::GetterDecl ? "getter" : "setter", within);
    return made;
}

Kind Parser::constructor() {
    bump();
    function_rest("constructor");
    return Kind::ConstructorDecl;
}

Kind Parser::field(Within within) {
    TextRange name{peek().begin, peek().end()};
    property_name();
    if (at(Kind::LeftParen) || at(Kind::Less)) {  // [key](…) {…}
        if (within == Within::Class || within == Within::Interface) hint_at_method(name, name.begin);
        function_rest("method", within);
        return Kind::MethodDecl;
    }
    if (!accept(Kind::Question)) accept(Kind::Exclamation);
    type_annotation();
    initializer();
    member_end(within, "field");
    return Kind::FieldDecl;
}

/// `[key: string]: T`
Kind Parser::index_signature() {
    TextRange opener{peek().begin, peek().end()};
    bump();
    bump_as(Kind::Identifier);
    type_annotation();
    expect_close(Kind::RightBracket, opener, "`[`");
    type_annotation();
    member_end(Within::Interface, "signature");
    return Kind::IndexSignature;
}

void Parser::hint_at_method(TextRange name, uint32_t begin) {
    hint(name, "methods are written with `function`", "insert `function`", {TextEdit{{begin, begin}, "function "}});
}

/// `[K in T as N]?: U`, with `+` or `-` before `readonly` and `?`
Kind Parser::mapped_member() {
    TextRange opener{peek().begin, peek().end()};
    bump();
    bump_as(Kind::Identifier);
    bump();
    type();
    if (accept(Kind::AsKw)) type();
    expect_close(Kind::RightBracket, opener, "`[`");
    if ((at(Kind::Plus) || at(Kind::Minus)) && kind(1) == Kind::Question) bump();
    accept(Kind::Question);
    type_annotation();
    member_end(Within::Interface, "type");
    return Kind::MappedMember;
}

void Parser::member_end(Within within, std::string_view after) {
    if (only_types(within) && accept(Kind::Comma)) return;
    if (within == Within::Class && at(Kind::Comma)) {
        TextRange comma{peek().begin, peek().end()};
        hint(comma, "members of a class end with `;` or a new line", "write `;`", {TextEdit{comma, ";"}});
        bump_as(Kind::Semicolon);
        return;
    }
    if (accept(Kind::Semicolon) || at_statement_end()) return;
    error_here(DiagnosticCode::ExpectedToken,
               "expected `;` or a new line after this " + std::string(after) + ", " + found());
    skip_statement_rest();
}

// ---- object literals ----

bool Parser::starts_object_member() { return at_property_name() || at(Kind::Ellipsis) || at(Kind::Star); }

void Parser::object_member() {
    auto unit = this->unit(Within::Object);
    Kind made = object_member_body();
    finish_unit(unit, made);
}

Kind Parser::object_member_body() {
    if (accept(Kind::Ellipsis)) {
        assignment_expression();
        return Kind::SpreadProperty;
    }
    if (at(Kind::AsyncKw)) modifiers(&Parser::at_member_modifier);
    bool has_function = at(Kind::FunctionKw) && (at_property_name(1) || kind(1) == Kind::Star);
    if (has_function) bump();
    if (at_accessor()) return accessor(at(Kind::GetKw) ? Kind::GetterDecl : Kind::SetterDecl, Within::Object);
    if (at(Kind::Star) || has_function || kind(1) == Kind::LeftParen || kind(1) == Kind::Less)
        return method(Within::Object, has_function);
    bool keyed = at(Kind::LeftBracket) || kind(1) == Kind::Colon || !at_name();
    if (!keyed) {
        auto name = builder_.mark();
        bump_as(Kind::Identifier);
        finish(name, Kind::NameExpr);
        initializer();
        return Kind::ShorthandProperty;
    }
    property_name();
    if (at(Kind::LeftParen) || at(Kind::Less)) {  // [key](…) {…}
        function_rest("method", Within::Object);
        return Kind::MethodDecl;
    }
    if (at(Kind::Equal)) {
        TextRange equal{peek().begin, peek().end()};
        hint(equal, "the value of a property is written after `:`", "write `:`", {TextEdit{equal, ":"}});
        bump_as(Kind::Colon);
        assignment_expression();
    } else if (expect(Kind::Colon, "a property is written `name: value`")) {
        assignment_expression();
    }
    return Kind::Property;
}

}  // namespace braid::velox
