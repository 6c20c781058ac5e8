#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {
namespace {

bool is_match_arm(SyntaxKind kind) { return kind == raw(Kind::MatchArm); }

}  // namespace

/// `match (v) {`: the keyword, not a function of that name. A brace on the next line must hold arms.
bool Parser::at_match() {
    if (!at(Kind::MatchKw)) return false;
    if (kind(1) != Kind::LeftParen) {
        // `match v {`, which is reported
        return (kind(1) == Kind::Identifier || kind(1) == Kind::ThisKw || kind(1) == Kind::AwaitKw) &&
               !newline_before(1);
    }
    uint32_t close = close_of(peek(1).begin);
    if (close == 0) return false;
    bool newline, ignored;
    uint32_t after = 0;
    if (kind_at(close, &newline, &after) != Kind::LeftBrace) return false;
    if (!newline) return true;
    Kind first = kind_at(after, &ignored);
    return first == Kind::CaseKw || first == Kind::DefaultKw;
}

void Parser::match_expression() {
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    FlagScope scope(*this, {});
    auto mark = builder_.mark();
    bump();
    condition("match");
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock, "expected the `{…}` with the arms of this `match`, " + found());
        return finish(mark, Kind::MatchExpr);
    }
    Braces braces = open_braces("`match`");
    while (!at_close(braces)) {
        if (reuse(is_match_arm, Within::Statements, braces.indented)) continue;
        if (at(Kind::CaseKw) || at(Kind::DefaultKw) || starts_pattern()) {
            uint32_t before = builder_.position();
            match_arm();
            if (builder_.position() == before) skip_token();
        } else {
            error_here(DiagnosticCode::ExpectedToken, "expected `case` or `}` in this `match`, " + found());
            skip_token();
            skip_statement_rest();
        }
    }
    close_braces(braces);
    finish(mark, Kind::MatchExpr);
}

/// `case P if g => body`
void Parser::match_arm() {
    auto unit = this->unit();
    TextRange range{peek().begin, peek().end()};
    bool without_case = false;
    if (at(Kind::DefaultKw)) {
        hint(range, "the arm for everything else is `case _`", "write `case _`", {TextEdit{range, "case _"}});
        auto mark = builder_.mark();
        bump();
        finish(mark, Kind::WildcardPattern);
    } else {
        if (!accept(Kind::CaseKw)) {
            without_case = true;
            SyntaxError missing{DiagnosticCode::ExpectedToken, range, {}, {}, {}};
            missing.message = "an arm of a `match` is written `case pattern => …`, and ends with `;` or a new line";
            missing.fix = SyntaxError::Fix{"insert `case`", {TextEdit{{range.begin, range.begin}, "case "}}};
            error(std::move(missing));
        }
        arm_pattern();
    }
    auto guard = builder_.mark();
    if (at(Kind::IfKw) || at_text("when")) {
        if (!at(Kind::IfKw)) {
            TextRange word{peek().begin, peek().end()};
            hint(word, "a guard is written with `if`", "write `if`", {TextEdit{word, "if"}});
        }
        bump_as(Kind::IfKw);
        FlagScope scope(*this, {.no_arrow = true});
        expression();
        finish(guard, Kind::MatchGuard);
    }
    if (at(Kind::ThinArrow) || at(Kind::Colon)) {
        TextRange arrow{peek().begin, peek().end()};
        hint(arrow, "an arm of a `match` is written with `=>`", "write `=>`", {TextEdit{arrow, "=>"}});
        bump_as(Kind::FatArrow);
        match_arm_body(without_case);
    } else if (expect(Kind::FatArrow, "an arm of a `match` is written `case pattern => …`")) {
        match_arm_body(without_case);
    } else {
        skip_statement_rest();
    }
    finish_unit(unit, Kind::MatchArm);
}

/// A block, a statement, or an expression, each perhaps with `;`.
void Parser::match_arm_body(bool commas) {
    FlagScope scope(*this, {});
    if (at(Kind::LeftBrace)) {
        block("`match` arm");
    } else if (!starts_expression() || is_variable_keyword(kind())) {
        embedded_statement("`=>`");
        return;
    } else {
        assignment_expression();
    }
    if (at(Kind::Comma) && commas) {
        bump_as(Kind::Semicolon);  // was said with the missing `case`
    } else if (at(Kind::Comma)) {
        TextRange comma{peek().begin, peek().end()};
        hint(comma, "arms of a `match` end with `;` or a new line", "write `;`", {TextEdit{comma, ";"}});
        bump_as(Kind::Semicolon);
    } else if (!accept(Kind::Semicolon) && !at_statement_end() && !at(Kind::CaseKw) && !at(Kind::DefaultKw)) {
        error_here(DiagnosticCode::ExpectedToken, "expected `;` or a new line after this arm, " + found());
        skip_statement_rest();
    }
}

}  // namespace braid::velox
