#include <algorithm>

#include "analyzer/syntax/velox/parser.h"

// Whether `(` begins the parameters of an arrow function is seen only behind the `)`: `(a, b) => …`, `(a): T => …`.
namespace braid::velox {

uint32_t Parser::close_of(uint32_t parenthesis) {
    ParenMatches::Match match = parens_.find(parenthesis);
    builder_.looked_at(match.examined);
    return match.close;
}

/// The kind of the token after `offset`, where a token ends.
Kind Parser::kind_at(uint32_t offset, bool* newline, uint32_t* end) {
    LexedToken token;
    lex_token(text_, offset, token);
    uint32_t token_end = offset + token.trivia_length + token.length;
    builder_.looked_at(std::min(token_end + token.lookahead, uint32_t(text_.size()) + 1));
    *newline = token.newline_before;
    if (end) *end = token_end;
    return token.kind;
}

bool Parser::at_arrow_function() {
    auto arrow = [&](uint32_t ahead) {
        return (kind(ahead) == Kind::FatArrow || kind(ahead) == Kind::ThinArrow) && !newline_before(ahead);
    };
    bool async = at(Kind::AsyncKw) && !newline_before(1);
    if (at_name() && !async) return arrow(1);
    if (async && (kind(1) == Kind::FatArrow || (at_name(1) && arrow(2)))) return true;
    if (kind(async) == Kind::LeftParen) return parameters_then_arrow(async);
    return kind(async) == Kind::Less && generic_arrow_ahead();
}

/// Whether what follows the `(` at `ahead` can be parameters; `*typed`: it can be nothing else.
bool Parser::may_begin_parameters(uint32_t ahead, bool* typed) {
    *typed = false;
    switch (kind(ahead + 1)) {
        case Kind::RightParen:
        case Kind::Ellipsis:
        case Kind::At: *typed = true; return true;
        case Kind::LeftBrace:
        case Kind::LeftBracket:
        case Kind::ThisKw: return true;
        default: break;
    }
    if (!at_name(ahead + 1)) return false;
    switch (kind(ahead + 2)) {
        case Kind::Colon: *typed = true; return true;
        case Kind::Comma:
        case Kind::RightParen:
        case Kind::Equal: return true;
        case Kind::Question: {
            Kind third = kind(ahead + 3);
            *typed = third == Kind::Colon || third == Kind::Comma || third == Kind::RightParen;
            return *typed;
        }
        default: return false;
    }
}

bool Parser::parameters_then_arrow(uint32_t ahead) {
    bool typed = false;
    if (!may_begin_parameters(ahead, &typed)) return false;
    if (ahead == 0 && kind(1) == Kind::RightParen) return true;  // `()` is no expression
    return arrow_after(peek(ahead).begin, typed);
}

bool Parser::arrow_after(uint32_t parenthesis, bool typed) {
    uint32_t close = close_of(parenthesis);
    if (close == 0) return false;
    bool newline;
    Kind next = kind_at(close, &newline);
    if (next == Kind::FatArrow || next == Kind::ThinArrow) return !newline;
    if (next == Kind::LeftBrace) return typed && !newline && !speculating_;  // `=>` is forgotten, which is reported
    // `a ? (b) : c => d` asks for `b`.
    if (next != Kind::Colon || (flags_.in_conditional && !typed)) return false;
    return result_then_arrow(close);
}

/// Whether `: T =>` stands at `after_parameters`.
bool Parser::result_then_arrow(uint32_t after_parameters) {
    if (speculating_) return false;
    return speculate(false, [&] {
        builder_.token(raw(Kind::BadToken), 0, after_parameters - builder_.position());
        forget_tokens();
        bump();
        type();
        return at(Kind::FatArrow) && !newline_before();
    });
}

/// `<T>(…) =>`, perhaps after `async`; else `<T>value`.
bool Parser::generic_arrow_ahead() {
    uint32_t parenthesis = 0;
    bool fits = speculate(false, [&] {
        accept(Kind::AsyncKw);
        type_parameters();
        parenthesis = peek().begin;
        return at(Kind::LeftParen);
    });
    return fits && arrow_after(parenthesis, true);
}

/// `async <T>(…): R => body`, or `x => body`
void Parser::arrow_function() {
    auto mark = builder_.mark();
    modifiers(&Parser::at_async_modifier);
    type_parameters();
    if (at(Kind::LeftParen)) {
        parameters();
    } else {
        auto list = builder_.mark();
        binding("the name of a parameter");
        finish(list, Kind::Parameter);
        finish(list, Kind::ParameterList);
    }
    type_annotation();
    if (at(Kind::ThinArrow)) {
        hint_spelling(Kind::FatArrow, "an arrow function is written `(x) => …`");
        read_as(Kind::FatArrow);
    }
    if (!at(Kind::FatArrow) && at(Kind::LeftBrace)) {
        error_here(DiagnosticCode::ExpectedToken, "expected `=>` before the body of this arrow function");
    } else if (!expect(Kind::FatArrow, "an arrow function is written `(x) => …`")) {
        finish(mark, Kind::ArrowExpr);
        return;
    }
    if (at(Kind::LeftBrace)) block("arrow function");
    else assignment_expression();
    finish(mark, Kind::ArrowExpr);
}

}  // namespace braid::velox
