// What stands in the bodies of structs, enums, actors, traits, impls and modules; contract clauses.
#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

/// A declaration, a field or an invariant.
void Parser::member(Unit& unit) {
    if (at_contract_clause(Contracts::Loop)) return contract_clause(unit);
    bool attributes = at(Kind::LeftBracket);
    if (attributes) attribute_lists();
    if (foreign_word(unit)) return;
    bool field_follows = at(Kind::Identifier) || (at(Kind::PubKw) && peek().kind == Kind::Identifier);
    if (at(Kind::Identifier) && peek().kind == Kind::LeftParen) return function_without_fn(unit);
    if (field_follows) return field(unit);
    if (at(Kind::PubKw) || at(Kind::FnKw) || at_declaration()) return declaration(unit);
    expected(DiagnosticCode::SyntaxError,
             attributes ? "a declaration below the attribute" : "a field, a function or another member");
    if (!at_statement_end()) skip_line();
    finish(unit, Kind::Error);
}

/// [pub] name : type [= default]
void Parser::field(Unit& unit) {
    eat(Kind::PubKw);
    if (Token second = peek(); second.kind == Kind::Identifier) {  // `x int`
        TextRange range{token_.text_begin(), second.end()};
        std::string written = fmt::format("{}: {}", token_text(), text_.substr(second.text_begin(), second.length));
        habit(range, fmt::format("the type follows the name after a `:`: `{}`", written),
              fmt::format("write `{}`", written), {{{token_.end(), second.text_begin()}, ": "}});
        bump();
        type();
    } else {
        bump();
        if (expect(Kind::Colon, "and the type of the field after its name")) type();
    }
    if (eat(Kind::Equal)) {
        continue_line(false);
        expression();
    }
    eat(Kind::Comma);
    finish(unit, Kind::FieldDecl);
}

/// Name, Name(types), Name{fields}, Name = number
void Parser::variant(Unit& unit) {
    attribute_lists();
    if (!at(Kind::Identifier)) {
        if (at_declaration()) return declaration(unit);
        expected(DiagnosticCode::ExpectedName, "the name of a variant");
        if (!at_statement_end()) skip_line();
        return finish(unit, Kind::Error);
    }
    bump();
    payload();
    if (eat(Kind::Equal)) expression();
    eat(Kind::Comma);
    finish(unit, Kind::VariantDecl);
}

void Parser::payload() {
    if (!at(Kind::LeftParen) && !at(Kind::LeftBrace)) return;
    Mark mark = builder_.mark();
    bool braces = at(Kind::LeftBrace);
    bracketed(visible_, braces ? Kind::RightBrace : Kind::RightParen, {"a type", &Parser::payload_field});
    builder_.finish(mark, raw(Kind::VariantPayload));
}

void Parser::payload_field() {
    Mark mark = builder_.mark();
    if (at(Kind::Identifier) && peek().kind == Kind::Colon) {
        bump();
        bump();
    }
    type();
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::PayloadField));
}

/// `req`, `ens` or `inv`, first on its line, before white space and an expression.
bool Parser::at_contract_clause(Contracts contracts) {
    if (token_.kind != Kind::Identifier || token_.length != 3 || contracts == Contracts::None) return false;
    std::string_view word = token_text();
    bool clause = word == "inv" || (contracts == Contracts::Function && (word == "req" || word == "ens"));
    if (!clause) return false;
    Token next = peek();
    return next.trivia > 0 && !next.first_on_line && begins_expression(next.kind);
}

void Parser::contract_clause(Unit& unit) {
    std::string_view word = token_text();
    bump_as(word == "req" ? Kind::ReqKw : word == "ens" ? Kind::EnsKw : Kind::InvKw);
    {
        LayoutScope scope(*this, {layout_.lines, layout_.brackets, true});
        expression();
        if (at(Kind::Question)) bump();
    }
    finish(unit, Kind::ContractClause);
}

/// The clauses that open a body.
void Parser::contract_list(const Column& header, const Column& block, Contracts contracts) {
    Mark mark = builder_.mark();
    Column tolerated = block;
    while (begins_line_of_block(&header) && at_contract_clause(contracts)) {
        if (reuse_lines(block, clauses_)) {
            tolerated = block;
        } else {
            Unit unit = start_whole_line(block, Role::Clause, tolerated);
            contract_clause(unit);
        }
    }
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::ContractList));
}

}  // namespace braid::altru
