#include <optional>

#include "analyzer/syntax/velox/parser.h"

namespace braid::velox {
namespace {

bool is_statement(SyntaxKind kind) { return group(to_kind(kind)) == Group::Statement; }
bool is_block(SyntaxKind kind) { return kind == raw(Kind::Block); }
bool is_switch_case(SyntaxKind kind) { return kind == raw(Kind::SwitchCase); }

}  // namespace

/// Statements up to what ends the surroundings: the end of the text without `braces`.
void Parser::statement_list(const Braces* braces, bool in_switch) {
    for (;;) {
        if (braces ? at_close(*braces) : at(Kind::EndOfFile)) return;
        if (in_switch && (at(Kind::CaseKw) || at(Kind::DefaultKw))) return;
        if (reuse(is_statement, Within::Statements, !braces || braces->indented, braces == nullptr)) continue;
        uint32_t before = builder_.position();
        if (braces) statement();
        else outermost_statement();
        if (builder_.position() == before) skip_token();
    }
}

void Parser::statement() {
    if (Nested nested(*this); nested) {
        auto unit = this->unit();
        finish_unit(unit, statement_body());
    } else {
        too_deep();
    }
}

/// A statement of the file; its braces are judged apart from those of all others.
void Parser::outermost_statement() {
    region_ = {.begin = peek().begin};
    Nested nested(*this);  // always fits
    auto unit = this->unit();
    Kind made = statement_body();
    if (region_.asked && region_.balanced) {
        builder_.looked_at(region_.examined);
        if (unit.doubts != doubts_) unit.context |= DecidedByItself;
        unit.doubts = doubts_;
    }
    finish_unit(unit, made);
}

/// The statement after a header (`if (…)`, `else`, a label).
void Parser::embedded_statement(std::string_view owner) {
    if (reuse(is_statement, Within::Statements, false)) return;
    if (at(Kind::Colon)) return colon_block();
    if (at_text("then") && foreign_follows(foreign::Name | foreign::Keyword | foreign::Literal | foreign::Block, 0))
        remove_word("a block begins with `{`, without `then`");
    if (at(Kind::RightBrace) || at(Kind::EndOfFile) || !starts_statement()) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "expected a statement or a `{…}` block after " + std::string(owner) + ", " + found());
        return;
    }
    statement();
}

bool Parser::starts_statement() {
    switch (kind()) {
        case Kind::LeftBrace:
        case Kind::Semicolon:
        case Kind::At:
        case Kind::LetKw:
        case Kind::ConstKw:
        case Kind::VarKw:
        case Kind::ClassKw:
        case Kind::EnumKw:
        case Kind::ExportKw:
        case Kind::ImportKw:
        case Kind::IfKw:
        case Kind::ForKw:
        case Kind::WhileKw:
        case Kind::DoKw:
        case Kind::SwitchKw:
        case Kind::TryKw:
        case Kind::ReturnKw:
        case Kind::ThrowKw:
        case Kind::BreakKw:
        case Kind::ContinueKw: return true;
        default: return starts_expression();
    }
}

Kind Parser::statement_body() {
    if (auto made = keyword_statement()) return *made;
    if (at_declaration()) return declaration();
    if (at_name()) {
        if (auto made = named_statement()) return *made;
    }
    if (at_typed_function(0)) return typed_function();
    if (at(Kind::PrivateName) && kind(1) != Kind::InKw) return foreign_directive();
    if (at_match()) {
        match_expression();
        accept(Kind::Semicolon);
        return Kind::ExprStmt;
    }
    return starts_expression() ? expression_statement() : unexpected_in_statements();
}

/// What begins with a name and is no expression.
std::optional<Kind> Parser::named_statement() {
    uint32_t before = builder_.position();
    Kind word = kind();
    if (auto made = foreign_statement()) return made;
    if (builder_.position() != before || kind() != word) {  // read as something else, or what stands behind it
        if (auto made = keyword_statement()) return made;
        if (at_declaration()) return declaration();
        if (!at_name()) return std::nullopt;
    }
    if (at_bare_declaration()) return bare_declaration();
    if (kind(1) == Kind::Colon) return labeled_statement();
    if (int order = type_beside_name()) return typed_declaration(order);
    return std::nullopt;
}

std::optional<Kind> Parser::keyword_statement() {
    switch (kind()) {
        case Kind::Semicolon: bump(); return Kind::EmptyStmt;
        case Kind::LeftBrace: {
            Braces braces = open_braces("block");
            statement_list(&braces, false);
            close_braces(braces);
            return Kind::Block;
        }
        case Kind::IfKw: return if_statement();
        case Kind::ForKw: return for_statement();
        case Kind::WhileKw: return while_statement();
        case Kind::DoKw: return do_statement();
        case Kind::SwitchKw: return switch_statement();
        case Kind::TryKw: return try_statement();
        case Kind::ReturnKw: return return_statement();
        case Kind::ThrowKw: return throw_statement();
        case Kind::BreakKw: return jump_statement(Kind::BreakStmt);
        case Kind::ContinueKw: return jump_statement(Kind::ContinueStmt);
        default: return std::nullopt;
    }
}

Kind Parser::expression_statement() {
    expression();
    semicolon("expression");
    return Kind::ExprStmt;
}

Kind Parser::unexpected_in_statements() {
    TextRange range{peek().begin, peek().end()};
    std::string text(token_text());
    switch (kind()) {
        case Kind::RightBrace:
        case Kind::RightParen:
        case Kind::RightBracket:
            error(DiagnosticCode::UnmatchedDelimiter, range, "this `" + text + "` closes nothing: remove it");
            skip_token();
            return Kind::Error;
        case Kind::ElseKw:
        case Kind::CatchKw:
        case Kind::FinallyKw:
            error(DiagnosticCode::SyntaxError, range,
                  "this `" + text + "` follows no `" + (at(Kind::ElseKw) ? "if" : "try") + "` statement");
            skip_token();
            return Kind::Error;
        case Kind::CaseKw:
        case Kind::DefaultKw:
            error(DiagnosticCode::SyntaxError, range, "`" + text + "` stands only in a `switch` or a `match`");
            break;
        case Kind::ImportKw: error(DiagnosticCode::SyntaxError, range, "Velox has no `import.meta`"); break;
        case Kind::BadToken: break;  // reported as what it is
        default: error(DiagnosticCode::SyntaxError, range, "no statement begins with " + std::string(describe(kind())));
    }
    skip_token();
    skip_statement_rest();
    return Kind::Error;
}

/// The `{…}` of a function, a `try`…; `what` names it.
void Parser::block(std::string_view what) {
    if (reuse(is_block, Within::Statements, false)) return;
    if (at(Kind::Colon)) return colon_block();
    if (at(Kind::FatArrow) && !newline_before()) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "the body of a function is a `{…}` block; `=>` is for arrow functions");
        skip_token();
        if (at(Kind::LeftBrace)) return block(what);
        assignment_expression();
        return;
    }
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock,
                   "expected the `{…}` block of this " + std::string(what) + ", " + found());
        return;
    }
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    FlagScope scope(*this, {});
    auto unit = this->unit();
    Braces braces = open_braces("block");  // not `what`: the block may be taken over into another place
    statement_list(&braces, false);
    close_braces(braces);
    finish_unit(unit, Kind::Block);
}

/// `(expression)` of if, while, do, switch.
void Parser::condition(std::string_view keyword) {
    FlagScope scope(*this, {});
    TextRange opener{peek().begin, peek().end()};
    if (!accept(Kind::LeftParen)) return bare_condition(keyword);
    expression();
    if (!at(Kind::RightParen) && !builder_.just_failed() && !newline_before() && !at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedToken, "expected `)` after the condition, " + found());
        skip_to_close();
    }
    expect_close(Kind::RightParen, opener, "`(`");
}

Kind Parser::if_statement() {
    bump();
    if_rest();
    return Kind::IfStmt;
}

void Parser::if_rest() {
    condition("if");
    embedded_statement("`if (…)`");
    auto mark = builder_.mark();
    if (at_text("elif") || at_text("elsif") || at_text("elseif")) {
        Nested nested(*this);
        if (!nested) {
            too_deep();
            return;
        }
        TextRange word{peek().begin, peek().end()};
        hint(word, "a further condition is written `else if`", "write `else if`", {TextEdit{word, "else if"}});
        bump_as(Kind::ElseKw);
        auto branch = builder_.mark();
        if_rest();
        finish(branch, Kind::IfStmt);
    } else if (accept(Kind::ElseKw)) {
        embedded_statement("`else`");
    } else {
        return;
    }
    finish(mark, Kind::ElseClause);
}

Kind Parser::while_statement() {
    bump();
    condition("while");
    embedded_statement("`while (…)`");
    return Kind::WhileStmt;
}

Kind Parser::do_statement() {
    bump();
    embedded_statement("`do`");
    if (expect(Kind::WhileKw, "write `do {…} while (…);`")) condition("while");
    accept(Kind::Semicolon);  // may always be left off here
    return Kind::DoStmt;
}

Kind Parser::for_statement() {
    Kind made = Kind::ForStmt;
    bump();
    accept(Kind::AwaitKw);
    {
        FlagScope scope(*this, {});
        TextRange opener{peek().begin, peek().end()};
        if (accept(Kind::LeftParen)) {
            for_head(&made);
            expect_close(Kind::RightParen, opener, "`(`");
        } else {
            bare_for_head(&made);
        }
    }
    embedded_statement("`for (…)`");
    return made;
}

/// `for x in xs {`, `for i = 0; i < n; i++ {`, `for {`
void Parser::bare_for_head(Kind* made) {
    TextRange first = here();
    uint32_t begin = peek().begin, errors = builder_.errors_seen();
    bool endless = at(Kind::LeftBrace);
    std::string message =
        "expected `(`, " + found() + "; write `for (let x of xs) {…}` or `for (let i = 0; i < n; i++) {…}`";
    if (endless) message = "a loop without an end is written `while (true) {…}`";
    bool named = at_name();
    if (!endless && !newline_before() && (starts_expression() || is_variable_keyword(kind()))) for_head(made);
    if (builder_.errors_seen() != errors) return;
    SyntaxError bare{DiagnosticCode::ExpectedToken, first, std::move(message), {}, {}};
    uint32_t end = previous_end();
    bool counts = *made == Kind::ForOfStmt;
    if (end > begin && counts)
        bare.fix = SyntaxError::Fix{"put it in parentheses",
                                    {TextEdit{{begin, begin}, named ? "(let " : "("}, TextEdit{{end, end}, ")"}}};
    error(std::move(bare));
}

void Parser::for_head(Kind* made) {
    if (!at(Kind::Semicolon)) {
        FlagScope scope(*this, {.no_in = true});
        auto init = builder_.mark();
        if (is_variable_keyword(kind())) {
            auto declaration = builder_.mark();
            bump();
            declarators();
            finish(declaration, Kind::VariableDecl);
        } else if (at_bare_declaration()) {
            bare_declarator();
            finish(init, Kind::VariableDecl);
        } else if (int order = type_beside_name()) {
            typed_name(order, "a variable", "let ");
            initializer();
            finish(init, Kind::Declarator);
            finish(init, Kind::VariableDecl);
        } else {
            expression();
        }
        if (!builder_.empty_since(init)) finish(init, Kind::ForInit);
    }
    if (!at(Kind::OfKw) && !at(Kind::InKw)) return for_parts();
    *made = Kind::ForOfStmt;
    bump();
    expression();
}

void Parser::for_parts() {
    if (at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedToken, "a loop with a condition is written `while (…) {…}`");
        return;
    }
    if (at(Kind::Colon)) {
        TextRange colon{peek().begin, peek().end()};
        hint(colon, "the elements of a list are visited with `for (let x of xs)`", "write `of`",
             {TextEdit{colon, " of"}});
        skip_token();
        expression();
        return;
    }
    if (!expect(Kind::Semicolon, "write `for (let x of xs)` or `for (let i = 0; i < n; i++)`")) {
        skip_to_close();
        return;
    }
    auto condition = builder_.mark();
    if (!at(Kind::Semicolon) && expression()) finish(condition, Kind::ForCondition);
    if (!expect(Kind::Semicolon, "a `for` has three parts: `for (start; condition; step)`")) {
        skip_to_close();
        return;
    }
    auto update = builder_.mark();
    if (!at(Kind::RightParen) && expression()) finish(update, Kind::ForUpdate);
}

Kind Parser::switch_statement() {
    bump();
    condition("switch");
    if (!at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedBlock, "expected the `{…}` with the cases of this `switch`, " + found());
        return Kind::SwitchStmt;
    }
    Braces braces = open_braces("`switch`");
    while (!at_close(braces)) {
        if (braces.indented && reuse(is_switch_case, Within::Statements, true)) continue;
        if (at(Kind::CaseKw) || at(Kind::DefaultKw)) {
            switch_case(braces);
        } else {
            error_here(DiagnosticCode::ExpectedToken, "expected `case`, `default` or `}` in this `switch`, " + found());
            skip_token();
            skip_statement_rest();
        }
    }
    close_braces(braces);
    return Kind::SwitchStmt;
}

void Parser::switch_case(const Braces& braces) {
    auto unit = this->unit();
    Braces ours = braces;
    ours.least = column_of_line(peek().begin);
    switch_values();
    if (at(Kind::FatArrow)) {
        TextRange arrow{peek().begin, peek().end()};
        hint(arrow, "a `switch` case is written with `->` (or `:`)", "write `->`", {TextEdit{arrow, "->"}});
        bump_as(Kind::ThinArrow);
        embedded_statement("`->`");
    } else if (accept(Kind::ThinArrow)) {
        embedded_statement("`->`");
    } else {
        expect(Kind::Colon, "a case is `case value: …` or `case value -> …`");
        statement_list(&ours, true);
        // Where the case ends then hangs on where the braces of the `switch` stand.
        if (!braces.indented || (at(Kind::RightBrace) && newline_before())) unit.context = NoReuse;
    }
    finish_unit(unit, Kind::SwitchCase);
}

void Parser::switch_values() {
    FlagScope scope(*this, {.no_arrow = true});
    bool is_case = at(Kind::CaseKw);
    bump();
    if (!is_case) return;
    do {
        assignment_expression();
    } while (accept(Kind::Comma));
}

Kind Parser::try_statement() {
    bump();
    block("`try`");
    while (at_text("except") || at_text("rescue")) {
        hint_spelling(Kind::CatchKw, "errors are caught with `catch`");
        read_as(Kind::CatchKw);
        catch_clause();
        if (!at_text("except")) break;
    }
    bool handled = at(Kind::CatchKw) || at(Kind::FinallyKw) || builder_.last_kind() == raw(Kind::CatchClause);
    if (!handled)
        error_here(DiagnosticCode::ExpectedToken,
                   "expected `catch` or `finally` after the block of this `try`, " + found());
    while (at(Kind::CatchKw)) catch_clause();
    if (at(Kind::FinallyKw)) {
        auto mark = builder_.mark();
        bump();
        block("`finally`");
        finish(mark, Kind::FinallyClause);
    }
    return Kind::TryStmt;
}

void Parser::catch_clause() {
    auto mark = builder_.mark();
    bump();
    if (at(Kind::LeftParen)) {
        TextRange opener{peek().begin, peek().end()};
        bump();
        catch_binding();
        expect_close(Kind::RightParen, opener, "`(`");
    } else if (at_name()) {
        bare_catch();
    }
    block("`catch`");
    finish(mark, Kind::CatchClause);
}

/// `catch e {`, and Python's `except E as e:`
void Parser::bare_catch() {
    uint32_t begin = peek().begin;
    SyntaxError bare{DiagnosticCode::ExpectedToken, here(), {}, {}, {}};
    bool typed = kind(1) == Kind::AsKw || at_name(1);
    if (typed) type();
    if (at(Kind::AsKw)) skip_token();
    std::string form(text_.substr(begin, previous_end() - begin));
    if (at_name() || !typed) {
        form = (typed ? std::string(text_.substr(begin, text_.find_first_of(" \t", begin) - begin)) + " " : "") +
               std::string(token_text());
        binding("the variable of a `catch`");
    }
    bare.message = "expected `(`; write `catch (" + form + ")`";
    bare.fix = SyntaxError::Fix{"put it in parentheses", {TextEdit{{begin, previous_end()}, "(" + form + ")"}}};
    error(std::move(bare));
}

/// `e`   `e: E`   `E e`
void Parser::catch_binding() {
    bool plain = !at_name() || kind(1) == Kind::RightParen || kind(1) == Kind::Colon;
    if (!plain) type();
    binding("the variable of a `catch`");
    if (at(Kind::Colon)) type_annotation();
}

Kind Parser::return_statement() {
    bump();
    if (!at_statement_end() && !at(Kind::CaseKw) && !at(Kind::DefaultKw)) expression();
    semicolon("`return`");
    return Kind::ReturnStmt;
}

Kind Parser::throw_statement() {
    bump();
    if (at_statement_end())
        error_here(DiagnosticCode::ExpectedExpression, "expected the error to throw on the same line as `throw`");
    else expression();
    semicolon("`throw`");
    return Kind::ThrowStmt;
}

Kind Parser::jump_statement(Kind made) {
    bump();
    if (at_name() && !newline_before()) bump_as(Kind::Identifier);
    semicolon(made == Kind::BreakStmt ? "`break`" : "`continue`");
    return made;
}

Kind Parser::labeled_statement() {
    bump_as(Kind::Identifier);
    bump();
    embedded_statement("the label");
    return Kind::LabeledStmt;
}

}  // namespace braid::velox
