#include <algorithm>

#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {
namespace {

bool is_object(SyntaxKind kind) { return kind == raw(Kind::ObjectExpr); }
bool is_array(SyntaxKind kind) { return kind == raw(Kind::ArrayExpr); }
bool is_member(SyntaxKind kind) { return group(to_kind(kind)) == Group::Member; }

}  // namespace

bool Parser::primary_expression(Kind* made) {
    if (at(Kind::BadToken)) {
        while (at(Kind::BadToken)) skip_token();
        if (newline_before() || !starts_expression()) return false;
    }
    switch (kind()) {
        case Kind::Identifier: return foreign_operand() || name_expression();
        case Kind::LeftParen: paren_expression(); return true;
        case Kind::LeftBracket: array_expression(); return true;
        case Kind::LeftBrace: object_expression(); return true;
        case Kind::TemplateWhole:
        case Kind::TemplateHead: template_expression(); return true;
        case Kind::FunctionKw: function_expression(); return true;
        case Kind::ClassKw: class_expression(); return true;
        case Kind::NewKw: new_expression(); return true;
        case Kind::ImportKw:
            if (kind(1) != Kind::LeftParen) return expected_expression();
            import_expression();
            return true;
        case Kind::ThisKw:
        case Kind::SuperKw: {
            auto mark = builder_.mark();
            Kind word = kind();
            bump();
            finish(mark, word == Kind::ThisKw ? Kind::ThisExpr : Kind::SuperExpr);
            return true;
        }
        case Kind::Bar:
        case Kind::BarBar: foreign_closure(); return true;
        case Kind::Ampersand:
        case Kind::Star: return foreign_pointer(made);
        default: break;
    }
    if (literal()) return true;
    if (at(Kind::AsyncKw) && kind(1) == Kind::FunctionKw && !newline_before(1)) {
        function_expression();
        return true;
    }
    if (at_match()) {
        *made = Kind::MatchExpr;
        match_expression();
        return true;
    }
    return name_expression() || expected_expression();
}

bool Parser::expected_expression() {
    if (at(Kind::SwitchKw))
        error_here(DiagnosticCode::ExpectedExpression,
                   "`switch` is a statement; as a value write `match (…) { case … => … }`");
    else if (at(Kind::IfKw))
        error_here(DiagnosticCode::ExpectedExpression, "`if` is a statement; as a value write `condition ? a : b`");
    else error_here(DiagnosticCode::ExpectedExpression, "expected an expression, " + found());
    return false;
}

bool Parser::literal() {
    if (at(Kind::Slash) || at(Kind::SlashEqual)) rescan(lex_regex(text_, peek().begin));
    if (!is_literal(kind())) return false;
    auto mark = builder_.mark();
    bump();
    finish(mark, Kind::LiteralExpr);
    return true;
}

bool Parser::name_expression() {
    if (!at_name() && !at(Kind::PrivateName)) return false;
    auto mark = builder_.mark();
    TextRange name{peek().begin, peek().end()};
    bump_as(at(Kind::PrivateName) ? Kind::PrivateName : Kind::Identifier);
    finish(mark, Kind::NameExpr);
    if (at(Kind::Exclamation) || at(Kind::StringLiteral) || at(Kind::TemplateHead))
        foreign_after_name(text_.substr(name.begin, name.length()));
    return true;
}

/// `a${x}b`, "a${x}b"
void Parser::template_expression() {
    auto mark = builder_.mark();
    if (accept(Kind::TemplateWhole)) return finish(mark, Kind::TemplateExpr);
    FlagScope scope(*this, {});
    char quote = text_[peek().begin];
    TextRange hole{peek().end() - 2, peek().end()};
    bump();
    for (;;) {
        expression();
        auto ends = [&] {
            if (at(Kind::RightBrace) || at(Kind::EndOfFile) || (quote == '"' && newline_before())) return true;
            // What cannot stand in a hole is behind one that lacks its `}`, unless that comes on the same line.
            bool behind = at(Kind::Semicolon) || at(Kind::RightParen) || at(Kind::RightBracket);
            return behind && !brace_on_line();
        };
        if (!ends()) {
            error_here(DiagnosticCode::ExpectedToken, "expected `}` after the expression in `${…}`, " + found());
            while (!ends()) skip_token();
        }
        if (!at(Kind::RightBrace)) {
            error(DiagnosticCode::UnclosedDelimiter, hole, "this `${` is never closed: `}` is missing");
            break;
        }
        rescan(lex_template_rest(text_, peek().begin, quote));
        bool last = at(Kind::TemplateTail);
        if (!last) hole = {peek().end() - 2, peek().end()};
        bump();
        if (last) break;
    }
    finish(mark, Kind::TemplateExpr);
}

/// Whether there is a `}` behind the current token in its line.
bool Parser::brace_on_line() {
    uint32_t end = std::min(uint32_t(text_.find_first_of("}\r\n", peek().begin)), uint32_t(text_.size()));
    builder_.looked_at(end + 1);
    return end < text_.size() && text_[end] == '}';
}

void Parser::paren_expression() {
    FlagScope scope(*this, {});
    auto mark = builder_.mark();
    TextRange opener{peek().begin, peek().end()};
    bump();
    expression();
    if (!at(Kind::RightParen) && !builder_.just_failed() && !at_statement_end()) {
        error_here(DiagnosticCode::ExpectedToken, "expected `)`, " + found());
        skip_to_close();
    }
    expect_close(Kind::RightParen, opener, "`(`");
    finish(mark, Kind::ParenExpr);
}

void Parser::array_expression() {
    if (reuse(is_array, Within::Statements, false)) return;
    auto unit = this->unit();
    TextRange opener{peek().begin, peek().end()};
    bump();
    comma_list({.close = Kind::RightBracket,
                .element_name = "element",
                .what = "`[`",
                .starts = &Parser::starts_array_element,
                .element = &Parser::array_element},
               opener);
    finish_unit(unit, Kind::ArrayExpr);
}

void Parser::array_element() {
    if (!at(Kind::Comma)) return element();
    auto mark = builder_.mark();
    finish(mark, Kind::HoleExpr);
}

void Parser::object_expression() {
    if (reuse(is_object, Within::Statements, false)) return;
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    auto unit = this->unit();
    Braces braces = open_braces("object");
    comma_list({.close = Kind::RightBrace,
                .element_name = "property",
                .what = "object",
                .starts = &Parser::starts_object_member,
                .element = &Parser::object_member,
                .reusable = is_member,
                .braces = &braces,
                .within = Within::Object},
               braces.opener);
    finish_unit(unit, Kind::ObjectExpr);
}

void Parser::function_expression() {
    auto mark = builder_.mark();
    modifiers(&Parser::at_async_modifier);
    bump();
    accept(Kind::Star);
    if (at_name()) bump_as(Kind::Identifier);
    type_parameters();
    parameters();
    type_annotation();
    block("function");
    finish(mark, Kind::FunctionExpr);
}

void Parser::class_expression() {
    auto mark = builder_.mark();
    bump();
    class_rest(false);
    finish(mark, Kind::ClassExpr);
}

/// `new a.b.C<T>(…)`; the callee is read up to its first call.
void Parser::new_expression() {
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    auto mark = builder_.mark();
    bump();
    if (at(Kind::Dot)) {
        error_here(DiagnosticCode::SyntaxError, "Velox has no `new.target`");
        skip_token();
        if (at_word()) skip_token();
        return finish(mark, Kind::NewExpr);
    }
    auto callee = builder_.mark();
    Kind made;
    GreenBuilder::Chain chain(builder_);
    bool whole = primary_expression(&made);
    while (whole && (at(Kind::Dot) || at(Kind::LeftBracket))) {
        postfix_part(callee, &made);
        if (!chain.wrap()) whole = too_deep();
    }
    if (whole && at(Kind::Less)) try_type_arguments();
    if (whole && at(Kind::LeftParen)) arguments();
    finish(mark, Kind::NewExpr);
}

void Parser::import_expression() {
    auto mark = builder_.mark();
    bump();
    arguments();
    finish(mark, Kind::ImportExpr);
}

}  // namespace braid::velox
