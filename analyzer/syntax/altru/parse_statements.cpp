#include <fmt/format.h>

#include <cctype>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

void Parser::statement(Unit& unit) {
    if (foreign_word(unit) || foreign_attribute(unit)) return;
    if (at(Kind::UnsafeKw)) {
        Kind next = peek().kind;
        if (next == Kind::Colon || next == Kind::LeftBrace)
            return foreign_line(unit, "unsafe", "`unsafe` is a reserved word without a meaning in Altru; remove it",
                                false);
        habit(token_.range(), "`unsafe` is a reserved word without a meaning in Altru; remove it", "remove `unsafe`",
              {{{token_.text_begin(), peek().text_begin()}, ""}});
        skip_token();
    }
    if (at_declaration()) return declaration(unit);
    if (at_stray_clause()) return stray_clause(unit);
    if (at_nameless_type()) return nameless_type(unit);
    if (unit.whole_line && at_function_without_fn()) return function_without_fn(unit);
    if (foreign_binding(unit)) return;
    uint32_t before = position();
    if (at(Kind::ElseKw))
        return stray_block(unit, "this `else` belongs to no `if`; it stands in the column of its `if`");
    if (at(Kind::CaseKw)) return stray_block(unit, "`case` begins an arm of a `select`; there is none here");
    if (at(Kind::Lifetime) && peek().kind == Kind::Colon) {
        habit(token_.range(), "loops have no labels; use a variable, or put the loops into a function and `return`");
        skip_token();
        skip_token();
    }
    if (at_closer())
        error_here(DiagnosticCode::UnmatchedDelimiter, fmt::format("{} has no opening bracket; remove it", found()));
    Kind kind = at_closer() ? Kind::Error : statement_body();
    if (position() == before) {
        // Nothing that begins a statement; what stopped us must not stop us again.
        if (!at_statement_end()) bump();
        if (!at_statement_end()) skip_line();
        return finish(unit, Kind::Error);
    }
    finish(unit, kind);
}

void Parser::stray_block(Unit& unit, std::string message) {
    error_here(DiagnosticCode::SyntaxError, std::move(message));
    bump();
    if (!at_statement_end()) skip_line();
    finish(unit, Kind::Error);
}

/// `Name:` and a block below: a declaration whose keyword is missing.
bool Parser::at_nameless_type() {
    if (!at(Kind::Identifier) || !std::isupper(static_cast<unsigned char>(token_text()[0]))) return false;
    Token colon = peek();
    return colon.kind == Kind::Colon && peek_after(colon).first_on_line;
}

void Parser::nameless_type(Unit& unit) {
    Column header = unit.begin;
    error_here(DiagnosticCode::ExpectedToken,
               fmt::format("`{}:` lacks the word that says what it is: `struct`, `enum`, `actor`, `trait` or `impl`",
                           token_text()));
    bump();
    Token first = peek();
    Kind second = peek_after(first).kind;
    bool variants = first.kind == Kind::Identifier && second != Kind::Colon;
    list_block(header, "the name", variants ? variants_ : members_, Kind::MemberList);
    finish(unit, variants ? Kind::EnumDecl : Kind::StructDecl);
}

/// A contract clause after the first statement: words that look like one and like nothing else.
bool Parser::at_stray_clause() {
    if (!at(Kind::Identifier) || !token_.first_on_line || !at_contract_clause(Contracts::Function)) return false;
    Kind next = peek().kind;
    return next == Kind::Identifier || next == Kind::SelfKw || next == Kind::NotKw || next == Kind::IntLiteral ||
           next == Kind::TrueKw || next == Kind::FalseKw;
}

void Parser::stray_clause(Unit& unit) {
    error_here(DiagnosticCode::SyntaxError,
               fmt::format("contract clauses come first: `{}` stands before the first statement of a function{}",
                           token_text(), token_text() == "inv" ? " or loop" : ""));
    contract_clause(unit);
}

/// One statement; returns what it is.
Kind Parser::statement_body() {
    switch (visible_) {
        case Kind::LetKw: return let_statement();
        case Kind::MutKw:
            habit(token_.range(), "a variable that changes is declared with `let mut`", "write `let mut`",
                  {{{token_.text_begin(), token_.text_begin()}, "let "}});
            pattern();
            return let_rest(line_);
        case Kind::ReturnKw:
        case Kind::BreakKw:
        case Kind::ContinueKw: return jump_statement();
        case Kind::WhileKw: return while_statement();
        case Kind::ForKw: return for_statement();
        case Kind::LoopKw: return loop_statement();
        case Kind::SelectKw: return select_statement();
        case Kind::GoKw: return go_statement();
        default: return expression_statement();
    }
}

/// let pattern [: type] [= value [else: block]]
Kind Parser::let_statement() {
    Column header = line_;
    bump();
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    pattern();
    names_without_parentheses(mark, begin);
    return let_rest(header);
}

/// What follows the pattern of a `let`.
Kind Parser::let_rest(const Column& header) {
    if (eat(Kind::Colon)) type();
    if (at(Kind::Equal)) {
        bump();
        continue_line(false);
        tuple_value();
        if (at_else(header)) else_block(header);
    }
    return Kind::LetStmt;
}

/// `else` belongs to what began on the line `header`: it stands on the same line or below it in the same column.
bool Parser::at_else(const Column& header) const {
    if (at(Kind::ElseKw)) return true;
    return at(LineEnd) && token_.kind == Kind::ElseKw && token_.column == header;
}

/// else: block
void Parser::else_block(const Column& header) {
    Mark mark = builder_.mark();
    accept_line();
    bump();
    block(header, "`else`");
    builder_.finish(mark, raw(Kind::ElseClause));
}

Kind Parser::jump_statement() {
    Kind keyword = visible_;
    bump();
    if (keyword == Kind::ReturnKw && begins_expression(visible_)) {
        tuple_value();
    } else if (keyword != Kind::ReturnKw && (begins_expression(visible_) || at(Kind::Lifetime))) {
        habit(token_.range(),
              "`break` and `continue` take neither a value nor a label; use a variable, or put the loops into a "
              "function and `return`");
        skip_line();
    }
    return keyword == Kind::ReturnKw  ? Kind::ReturnStmt
           : keyword == Kind::BreakKw ? Kind::BreakStmt
                                      : Kind::ContinueStmt;
}

/// An assignment operator or `<-` and its right side, after an expression; Error when there is none.
Kind Parser::assignment_rest() {
    switch (visible_) {
        case Kind::Equal:
        case Kind::PlusEqual:
        case Kind::MinusEqual:
        case Kind::StarEqual:
        case Kind::SlashEqual:
        case Kind::PercentEqual:
        case Kind::AmpEqual:
        case Kind::PipeEqual:
        case Kind::CaretEqual:
        case Kind::ShiftLeftEqual:
        case Kind::ShiftRightEqual:
            bump();
            continue_line(false);
            tuple_value();
            return Kind::AssignStmt;
        case Kind::LeftArrow:
            bump();
            continue_line(false);
            expression();
            return Kind::SendStmt;
        default: return Kind::Error;
    }
}

Kind Parser::expression_statement() {
    tuple_value();
    Kind kind = assignment_rest();
    return kind == Kind::Error ? Kind::ExprStmt : kind;
}

/// while condition: block
Kind Parser::while_statement() {
    Column header = line_;
    bump();
    condition();
    block(header, "the condition", Contracts::Loop);
    return Kind::WhileStmt;
}

/// for pattern in [move] iterable: block
Kind Parser::for_statement() {
    Column header = line_;
    bump();
    if (at(Kind::LeftBrace) || at(Kind::Colon)) {
        habit(token_.range(), "a loop without a condition is `loop:`");
        block(header, "`for`", Contracts::Loop);
        return Kind::LoopStmt;
    }
    if (HeaderScope scope(*this); foreign_for()) {
        scope.ends(at_braces(header));
        block(header, "the `for` header", Contracts::Loop);
        return Kind::ForStmt;
    }
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    pattern();
    names_without_parentheses(mark, begin);
    if (expect(Kind::InKw, "between the pattern and what it runs over")) {
        if (at(Kind::MoveKw) && peek().kind != Kind::Pipe && peek().kind != Kind::FnKw) bump();
        head_expression();
    }
    block(header, "the `for` header", Contracts::Loop);
    return Kind::ForStmt;
}

Kind Parser::loop_statement() {
    Column header = line_;
    bump();
    block(header, "`loop`", Contracts::Loop);
    return Kind::LoopStmt;
}

/// select: arms
Kind Parser::select_statement() {
    Column header = line_;
    bump();
    list_block(header, "`select`", select_arms_, Kind::SelectArmList);
    return Kind::SelectStmt;
}

/// go call, go closure
Kind Parser::go_statement() {
    bump();
    expression();
    return Kind::GoStmt;
}

/// case [pattern =] operation: block, case channel <- value: block, case timeout(ms): block, default: block
void Parser::select_arm(Unit& unit) {
    Column header = line_;
    if (at_word("default") && (peek().kind == Kind::Colon || peek().first_on_line || peek().kind == Kind::EndOfFile)) {
        bump_as(Kind::DefaultKw);
        block(header, "`default`");
        return finish(unit, Kind::SelectDefaultArm);
    }
    if (!expect(Kind::CaseKw, "or `default` to begin an arm of `select`")) {
        if (!at_statement_end()) skip_line();
        if (token_.first_on_line) skip_lines(header);
        return finish(unit, Kind::Error);
    }
    if (at_word("timeout") && peek().kind == Kind::LeftParen) {
        bump_as(Kind::TimeoutKw);
        argument_list();
        block(header, "the arm", Contracts::None);
        return finish(unit, Kind::SelectTimeoutArm);
    }
    // `pattern = operation` or an operation alone: a pattern is one only if `=` follows.
    bool binds = false;
    int open = 0;
    for (Token token = token_; token.kind != Kind::EndOfFile; token = peek_after(token)) {
        if (token.first_on_line && token.begin != token_.begin && open == 0) break;
        if (token.kind == Kind::LeftParen || token.kind == Kind::LeftBracket || token.kind == Kind::LeftBrace) ++open;
        if (token.kind == Kind::RightParen || token.kind == Kind::RightBracket || token.kind == Kind::RightBrace)
            --open;
        if (open > 0) continue;
        binds = token.kind == Kind::Equal;
        bool walrus = token.kind == Kind::Colon && text_.substr(token.end(), 1) == "=";
        if (binds || open < 0 || (token.kind == Kind::Colon && !walrus) || token.kind == Kind::LeftArrow ||
            token.kind == Kind::Dot)
            break;
    }
    if (binds) {
        Mark mark = builder_.mark();
        uint32_t begin = token_.text_begin();
        pattern();
        names_without_parentheses(mark, begin);
        if (at(Kind::Colon)) {
            Token equal = peek();
            habit({token_.text_begin(), equal.end()}, "an arm of a `select` binds with `=`; `:=` is no operator",
                  "write `=`", {{{token_.text_begin(), equal.end()}, "="}});
            skip_token();
        }
        expect(Kind::Equal, "after the pattern");
    }
    expression();
    if (!binds && eat(Kind::LeftArrow)) expression();
    block(header, "the arm");
    finish(unit, Kind::SelectArm);
}

/// pattern [if guard] => (expression | simple statement | block)
void Parser::match_arm(Unit& unit) {
    Column header = line_;
    uint32_t before = position();
    bool foreign_case = at(Kind::CaseKw) || (at_word("default") && peek().kind == Kind::Colon);
    TextRange word = token_.range();
    bool is_default = at(Kind::Identifier);
    if (foreign_case && at(Kind::CaseKw)) {
        word.end = peek().text_begin();
        skip_token();
    }
    pattern();
    if (at(Kind::IfKw)) {
        Mark guard = builder_.mark();
        bump();
        binary(0);
        builder_.finish(guard, raw(Kind::MatchGuard));
    }
    if (foreign_case && at(Kind::Colon)) {
        habit(word, "an arm of a `match` is `pattern => value`", "write `=>`",
              {{word, is_default ? "_" : ""}, {token_.range(), " =>"}});
        skip_token();
    } else if (at(Kind::Arrow)) {
        habit(token_.range(), "an arm of a `match` is `pattern => value`", "write `=>`", {{token_.range(), "=>"}});
        skip_token();
    } else if (!expect(Kind::FatArrow, "after the pattern")) {
        if (!at_statement_end()) skip_line();
        if (token_.first_on_line && position() > before) skip_lines(header);
        return finish(unit, position() > before ? Kind::MatchArm : Kind::Error);
    }
    LayoutScope scope(*this, {true, layout_.brackets, false});
    if (on_new_line()) {
        if (begins_line_of_block(&header)) arrow_block(header);
        else expected(DiagnosticCode::ExpectedExpression, "the value or the block of the arm");
    } else {
        Mark mark = builder_.mark();
        if (braces_are_block()) {
            Nesting nesting(*this);
            if (nesting)
                braced_lines(header, "the block of an arm is indented below its `=>`, without braces", statements_,
                             Contracts::None, "");
            builder_.finish(mark, raw(Kind::Block));
        } else if (at_jump()) {
            Kind kind = jump_statement();
            builder_.finish(mark, raw(kind));
        } else if (at(Kind::LetKw) || at(Kind::ForKw) || at(Kind::WhileKw) || at(Kind::LoopKw) || at(Kind::SelectKw) ||
                   at(Kind::GoKw)) {
            Kind kind = statement_body();
            builder_.finish(mark, raw(kind));
        } else {
            expression();
            Kind kind = assignment_rest();
            if (kind != Kind::Error) builder_.finish(mark, raw(kind));
        }
    }
    if (at(Kind::Comma)) bump();
    finish(unit, Kind::MatchArm);
}

}  // namespace braid::altru
