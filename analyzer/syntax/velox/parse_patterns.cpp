#include "analyzer/syntax/velox/parser.h"

// What introduces names: the bindings of `let` and parameters, and the patterns of `match`.
namespace braid::velox {

bool Parser::starts_binding() { return at_name() || at(Kind::LeftBrace) || at(Kind::LeftBracket); }

bool Parser::binding(std::string_view what) {
    auto mark = builder_.mark();
    if (!at(Kind::LeftBrace) && !at(Kind::LeftBracket)) {
        if (!expect_name(what)) return false;
        finish(mark, Kind::NameBinding);
        return true;
    }
    Nested nested(*this);
    if (!nested) return too_deep();
    if (at(Kind::LeftBrace)) {
        Braces braces = open_braces("pattern");
        comma_list({.close = Kind::RightBrace,
                    .element_name = "name",
                    .what = "pattern",
                    .starts = &Parser::starts_binding_property,
                    .element = &Parser::binding_property,
                    .braces = &braces},
                   braces.opener);
        finish(mark, Kind::ObjectBinding);
        return true;
    }
    TextRange opener{peek().begin, peek().end()};
    bump();
    comma_list({.close = Kind::RightBracket,
                .element_name = "name",
                .what = "`[`",
                .starts = &Parser::starts_binding_element,
                .element = &Parser::binding_element},
               opener);
    finish(mark, Kind::ArrayBinding);
    return true;
}

/// `name`   `name = v`   `key: binding = v`   `...rest`
void Parser::binding_property() {
    auto mark = builder_.mark();
    if (accept(Kind::Ellipsis)) {
        binding("the name of the rest");
    } else {
        bool keyed = kind(1) == Kind::Colon || !at_name();
        if (keyed) {
            property_name();
            if (expect(Kind::Colon, "write `key: name`")) binding("a name");
        } else {
            binding("a name");
        }
        initializer();
    }
    finish(mark, Kind::BindingProperty);
}

/// `binding = v`   `...rest`   nothing
void Parser::binding_element() {
    auto mark = builder_.mark();
    if (!at(Kind::Comma)) {
        accept(Kind::Ellipsis);
        binding("a name");
        initializer();
    }
    finish(mark, Kind::BindingElement);
}

// ---- patterns ----

bool Parser::starts_pattern() {
    switch (kind()) {
        case Kind::Minus:
        case Kind::DotDot:
        case Kind::DotDotEqual:
        case Kind::LeftBrace:
        case Kind::LeftBracket:
        case Kind::LeftParen:
        case Kind::Bar: return true;
        default: return at_name() || is_literal(kind());
    }
}

/// `A | B`, also with a `|` in front.
bool Parser::pattern() {
    Nested nested(*this);
    if (!nested) return too_deep();
    auto mark = builder_.mark();
    bool several = accept(Kind::Bar);
    if (!primary_pattern() && !several) return false;
    while (accept(Kind::Bar)) {
        several = true;
        primary_pattern();
    }
    if (several) finish(mark, Kind::OrPattern);
    return true;
}

/// The pattern of an arm, where `A, B` means the same as `A | B`.
bool Parser::arm_pattern() {
    auto mark = builder_.mark();
    if (!pattern()) return false;
    bool several = false;
    while (at(Kind::Comma)) {
        several = true;
        bump();
        pattern();
    }
    if (several) finish(mark, Kind::OrPattern);
    return true;
}

bool Parser::primary_pattern() {
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    switch (kind()) {
        case Kind::LeftBrace:
        case Kind::LeftBracket:
        case Kind::LeftParen: break;
        case Kind::Minus:
        case Kind::DotDot:
        case Kind::DotDotEqual: return literal_pattern();
        default:
            if (is_literal(kind())) return literal_pattern();
            if (at_name()) {
                named_pattern();
                return true;
            }
            error_here(DiagnosticCode::ExpectedPattern,
                       "expected a pattern (a value, a name, `Variant(x)`, `{ key }`, `[a, b]` or `_`), " + found());
            if (at(Kind::BadToken)) skip_token();
            return false;
    }
    if (at(Kind::LeftBrace)) {
        object_pattern(mark);
        return true;
    }
    Kind made = at(Kind::LeftParen) ? Kind::ParenPattern : Kind::ArrayPattern;
    bump();
    if (made == Kind::ParenPattern) {
        pattern();
        expect_close(Kind::RightParen, opener, "`(`");
    } else {
        comma_list({.close = Kind::RightBracket,
                    .element_name = "pattern",
                    .what = "`[`",
                    .starts = &Parser::starts_array_pattern_element,
                    .element = &Parser::array_pattern_element},
                   opener);
    }
    finish(mark, made);
    return true;
}

/// `1`   `-1`   `"a"`   `1..10`   `..=9`   `0..`
bool Parser::literal_pattern() {
    auto mark = builder_.mark();
    bool open = at(Kind::DotDot) || at(Kind::DotDotEqual);
    bool range = open || kind(1) == Kind::DotDot || kind(1) == Kind::DotDotEqual ||
                 (at(Kind::Minus) && (kind(2) == Kind::DotDot || kind(2) == Kind::DotDotEqual));
    if (range) {
        range_bound();
        bump();
        range_bound();
        finish(mark, Kind::RangePattern);
        return true;
    }
    accept(Kind::Minus);
    if (is_literal(kind())) bump();
    else error_here(DiagnosticCode::ExpectedPattern, "expected a number after `-`, " + found());
    finish(mark, Kind::LiteralPattern);
    return true;
}

void Parser::range_bound() {
    auto mark = builder_.mark();
    if (at(Kind::Minus) && kind(1) == Kind::NumberLiteral) bump();
    if (is_literal(kind())) bump();
    finish(mark, Kind::RangeBound);
}

/// What begins with a name: `_`, `name`, `a.Variant(x)`, `C { key }`, `string s`, `Map<K, V> m`, `T[] xs`
void Parser::named_pattern() {
    auto mark = builder_.mark();
    bool type_follows = at_name(1) && !newline_before(1) && kind(1) != Kind::AsKw;
    if (at_text("_") && !type_follows && kind(1) != Kind::Dot && kind(1) != Kind::LeftParen) {
        bump();
        return finish(mark, Kind::WildcardPattern);
    }
    path("a name");
    if (at(Kind::LeftParen)) {
        TextRange opener{peek().begin, peek().end()};
        bump();
        comma_list({Kind::RightParen, "pattern", "`(`", &Parser::starts_pattern, &Parser::pattern_element}, opener);
        return finish(mark, Kind::VariantPattern);
    }
    if (at(Kind::LeftBrace)) return object_pattern(mark);
    bool typed = at(Kind::Less) || (at(Kind::LeftBracket) && kind(1) == Kind::RightBracket) ||
                 (at_name() && !newline_before() && !at_text("when"));
    if (!typed) return finish(mark, Kind::NamePattern);
    if (at(Kind::Less)) type_arguments();
    finish(mark, Kind::NamedType);
    while (at(Kind::LeftBracket) && type_suffix(mark)) {
    }
    if (at(Kind::AsKw) && at_name(1)) {
        TextRange word{peek().begin, peek().end()};
        hint(word, "a pattern with a type is written `Type name`", "remove `as`", {TextEdit{word, ""}});
        skip_token();
    }
    if (at_name() && !newline_before()) bump_as(Kind::Identifier);
    finish(mark, Kind::TypePattern);
}

void Parser::object_pattern(const GreenBuilder::Mark& mark) {
    Braces braces = open_braces("pattern");
    comma_list({.close = Kind::RightBrace,
                .element_name = "key",
                .what = "pattern",
                .starts = &Parser::starts_pattern_property,
                .element = &Parser::pattern_property,
                .braces = &braces},
               braces.opener);
    finish(mark, Kind::ObjectPattern);
}

/// `key`   `key: pattern`   `...rest`
void Parser::pattern_property() {
    auto mark = builder_.mark();
    bool rest = accept(Kind::Ellipsis);
    if (at_property_name()) {
        bool needs_pattern = !at_name() && !rest;
        property_name();
        if (accept(Kind::Colon)) pattern();
        else if (needs_pattern) expect(Kind::Colon, "write `key: pattern`");
    }
    finish(mark, Kind::PatternProperty);
}

void Parser::array_pattern_element() {
    if (!at(Kind::Ellipsis)) {
        pattern();
        return;
    }
    auto mark = builder_.mark();
    bump();
    if (at_name()) bump_as(Kind::Identifier);
    finish(mark, Kind::RestPattern);
}

}  // namespace braid::velox
