// Habits of other languages in expressions: operators, strings and closures as they are written elsewhere.
#include <fmt/format.h>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

/// Two tokens without space between them that are one operator elsewhere.
struct Sequence {
    Kind first;
    Kind second;
    std::string_view altru;
    std::string_view message;
};
constexpr Sequence sequences[] = {
    {Kind::EqualEqual, Kind::Equal, "==", "Altru compares with `==`; nothing is converted"},
    {Kind::NotEqual, Kind::Equal, "!=", "Altru compares with `!=`; nothing is converted"},
    {Kind::Less, Kind::Greater, "!=", "`<>` is written `!=`"},
    {Kind::ShiftRight, Kind::Greater, ">>", "the shift of an unsigned integer is logical; write `>>`"},
    {Kind::DotDot, Kind::Dot, "..", "a range is `a..b`, or `a..=b` with its end"},
    {Kind::DotDot, Kind::Less, "..", "a range without its end is `a..b`"},
};

struct WordOperator {
    std::string_view word;
    Kind kind;
    std::string_view altru;
};
constexpr WordOperator word_operators[] = {
    {"is", Kind::EqualEqual, "=="}, {"eq", Kind::EqualEqual, "=="}, {"ne", Kind::NotEqual, "!="},
    {"xor", Kind::Caret, "^"},      {"div", Kind::Slash, "/"},      {"AND", Kind::AndKw, "and"},
    {"OR", Kind::OrKw, "or"},       {"mod", Kind::Percent, "%"},
};

constexpr std::string_view string_prefixes[] = {"f", "F", "b", "B", "u", "U", "rb", "br", "fr", "rf", "c", "s", "R"};

/// Begins an operand and is no operator, so that `?` before it was not Altru's.
bool begins_plain_operand(Kind kind) {
    return is_literal(kind) || kind == Kind::Identifier || kind == Kind::StringStart || kind == Kind::SelfKw ||
           kind == Kind::NotKw;
}

}  // namespace

/// After an operator was taken: the rest of a longer one. True when it was `**`.
bool Parser::rest_of_operator(const Token& first) {
    if (token_.trivia > 0 || at(LineEnd)) return false;
    for (const Sequence& each : sequences) {
        if (each.first != first.kind || each.second != token_.kind) continue;
        TextRange range{first.text_begin(), token_.end()};
        habit(range, std::string(each.message), fmt::format("write `{}`", each.altru),
              {{range, std::string(each.altru)}});
        skip_token();
        return false;
    }
    if (first.kind != Kind::Star || !at(Kind::Star)) return false;
    // `a * *b` multiplies by what `b` refers to; `a ** b` and `a**b` mean a power.
    Token right = peek();
    bool literal = right.kind == Kind::IntLiteral || right.kind == Kind::FloatLiteral;
    if (!literal && (right.trivia > 0) != (first.trivia > 0)) return false;
    skip_token();
    return true;
}

/// `is`, `not in`, `??` after an operand. True when one was read.
bool Parser::foreign_binary(const Mark& mark, uint32_t begin, int comparison, int minimum, Chain& chain) {
    if (token_.first_on_line || comparison < minimum) return false;
    if (at(Kind::Question)) return foreign_default(mark);
    if (at(Kind::NotKw)) {
        Token in = peek();
        if (in.kind != Kind::InKw || !chain.wrap()) return false;
        habit({token_.text_begin(), in.end()}, "`a not in b` is written `not (a in b)`", "write `not … in`",
              {{{begin, begin}, "not "}, {{token_.text_begin(), in.text_begin()}, ""}});
        skip_token();
        bump();
        binary(comparison + 1);
        builder_.finish(mark, raw(Kind::BinaryExpr));
        return true;
    }
    for (const WordOperator& each : word_operators) {
        if (token_text() != each.word) continue;
        Token next = peek();
        bool negated = next.kind == Kind::NotKw && each.word == "is";
        if (negated) next = peek_after(next);
        if (next.first_on_line || !begins_plain_operand(next.kind) || !chain.wrap()) return false;
        TextRange range = token_.range();
        if (negated) range.end = peek().end();
        std::string_view altru = negated ? "!=" : each.altru;
        habit(range, fmt::format("`{}` is written `{}`", text_.substr(range.begin, range.length()), altru),
              fmt::format("write `{}`", altru), {{range, std::string(altru)}});
        bump_as(negated ? Kind::NotEqual : each.kind);
        if (negated) skip_token();
        binary(comparison + 1);
        builder_.finish(mark, raw(Kind::BinaryExpr));
        return true;
    }
    return false;
}

/// `a ?? b`
bool Parser::foreign_default(const Mark& mark) {
    if (!at_default_operator()) return false;
    TextRange range{token_.begin, 0};
    TextRange shown = token_.range();
    bump();
    shown.end = token_.end();
    skip_token();
    range.end = token_.text_begin();
    binary(0);
    habit(shown, "`a ?? b` is written `a.unwrap_or(b)`", "write `unwrap_or`",
          {{range, ".unwrap_or("}, {{position(), position()}, ")"}});
    builder_.finish(mark, raw(Kind::BinaryExpr));
    return true;
}

bool Parser::at_default_operator() {
    if (!at(Kind::Question) || text_.substr(token_.end(), 1) != "?") return false;
    Token second = peek();
    Token next = peek_after(second);
    return !next.first_on_line && begins_plain_operand(next.kind);
}

/// `?` that is no `?` of Altru: an operand and a `:` follow on the line.
bool Parser::at_ternary() {
    if (!at(Kind::Question)) return false;
    Token next = peek();
    if (next.first_on_line) return false;
    bool spaced = token_.trivia > 0 && next.trivia > 0 && begins_expression(next.kind);
    if (!begins_plain_operand(next.kind) && !spaced) return false;
    int open = 0;
    for (int i = 0; i < 128 && !next.first_on_line && next.kind != Kind::EndOfFile; ++i, next = peek_after(next)) {
        if (next.kind == Kind::StringStart) next = after_string(next);
        if (next.kind == Kind::LeftParen || next.kind == Kind::LeftBracket || next.kind == Kind::LeftBrace) ++open;
        if (next.kind == Kind::RightParen || next.kind == Kind::RightBracket || next.kind == Kind::RightBrace)
            if (--open < 0) return false;
        if (open == 0 && next.kind == Kind::Colon) return true;
    }
    return false;
}

/// An expression in a block that began at the mark, as `if c: a else: b` has it.
void Parser::value_block(const Mark& block) {
    Mark value = builder_.mark();
    Nesting nesting(*this);
    if (nesting) expression();
    if (builder_.empty_since(value)) return;
    builder_.finish(value, raw(Kind::ExprStmt));
    builder_.finish(block, raw(Kind::Block));
}

/// `c ? a : b`
void Parser::ternary(const Mark& mark, uint32_t begin) {
    std::vector<TextEdit> edits{{{begin, begin}, "if "}, {{token_.begin, token_.end()}, ":"}};
    TextRange shown = token_.range();
    Mark then = builder_.mark();
    skip_token();
    value_block(then);
    if (at(Kind::Colon)) {
        edits.push_back({{token_.begin, token_.end()}, " else:"});
        Mark clause = builder_.mark();
        skip_token();
        value_block(builder_.mark());
        builder_.finish(clause, raw(Kind::ElseClause));
    } else {
        edits.clear();
    }
    builder_.finish(mark, raw(Kind::IfExpr));
    habit(shown, "`c ? a : b` is written `if c: a else: b`", "write `if … else`", std::move(edits));
}

/// `a if c else b`
void Parser::python_ternary(const Mark& mark, uint32_t begin) {
    if (!line_has(Kind::ElseKw) || line_has(Kind::Colon)) return;
    TextRange shown = token_.range();
    uint32_t value_end = position();
    builder_.finish(mark, raw(Kind::ExprStmt));
    builder_.finish(mark, raw(Kind::Block));
    skip_token();
    uint32_t condition = token_.text_begin();
    binary(0);
    std::string text(text_.substr(condition, position() - condition));
    uint32_t else_end = token_.end();
    if (at(Kind::ElseKw)) {
        Mark clause = builder_.mark();
        bump();
        value_block(builder_.mark());
        builder_.finish(clause, raw(Kind::ElseClause));
    }
    builder_.finish(mark, raw(Kind::IfExpr));
    habit(shown, "`a if c else b` is written `if c: a else: b`", "write `if` first",
          {{{begin, begin}, fmt::format("if {}: ", text)}, {{value_end, else_end}, " else:"}});
}

/// `[f(x) for x in xs if c]`
void Parser::comprehension(const Mark& mark, uint32_t begin) {
    TextRange shown = token_.range();
    std::string element(text_.substr(begin, position() - begin));
    skip_token();
    auto text_of = [&](auto parse) {
        uint32_t from = token_.text_begin();
        parse();
        return std::string(text_.substr(from, std::max(from, position()) - from));
    };
    std::string name = text_of([&] { pattern(); });
    if (eat(Kind::Comma)) name = fmt::format("({}, {})", name, text_of([&] { pattern(); }));
    if (!at(Kind::InKw)) return;
    bump();
    std::string list = text_of([&] { binary(0); });
    if (to_kind(builder_.last_kind()) == Kind::RangeExpr) list = fmt::format("({})", list);
    if (at(Kind::IfKw)) {
        bump();
        list += fmt::format(".filter(|{}| {})", name, text_of([&] { binary(0); }));
    }
    if (name != element) list += fmt::format(".map(|{}| {})", name, element);
    builder_.finish(mark, raw(Kind::Error));
    bool whole = begin > 0 && text_[begin - 1] == '[' && at(Kind::RightBracket);
    habit(shown, "Altru has no comprehensions; write `xs.filter(|x| …).map(|x| …)`", "write `map`",
          whole ? std::vector<TextEdit>{{{begin - 1, token_.end()}, list}} : std::vector<TextEdit>{});
}

/// `x => e`, `(x, y) => e` where a value is wanted
void Parser::arrow_function(const Mark& mark, uint32_t begin) {
    Kind kind = to_kind(builder_.last_kind());
    if (kind != Kind::PathExpr && kind != Kind::ParenExpr && kind != Kind::TupleExpr) return;
    size_t before = begin == 0 ? std::string_view::npos : text_.find_last_not_of(" \t", begin - 1);
    if (before == std::string_view::npos || std::string_view("(,=[{:").find(text_[before]) == std::string_view::npos)
        return;
    std::string names(text_.substr(begin, position() - begin));
    if (kind != Kind::PathExpr) names = names.substr(1, names.size() - 2);
    TextRange range{begin, token_.end()};
    habit(token_.range(), "a closure is written `|x| value`", "write a closure", {{range, fmt::format("|{}|", names)}});
    builder_.finish(mark, raw(Kind::Error));
    skip_token();
    Mark body = builder_.mark();
    closure_body(line_);
    if (builder_.empty_since(body)) return;
    builder_.finish(mark, raw(Kind::ClosureExpr));
}

/// `f(…)!`, `name!(…)`, `x++`, `a->b`, `Name<T>(…)` after an operand; true when the operand goes on.
bool Parser::foreign_postfix(const Mark& mark, Chain& chain) {
    if (token_.trivia > 0 && !at(Kind::Plus) && !at(Kind::Minus)) return false;
    switch (visible_) {
        case Kind::Bang: return foreign_bang();
        case Kind::Arrow: {
            if (peek().kind != Kind::Identifier || peek().trivia > 0 || !chain.wrap()) return false;
            habit(token_.range(), "members are reached with `.`", "write `.`", {{token_.range(), "."}});
            skip_token();
            bump();
            builder_.finish(mark, raw(Kind::FieldExpr));
            return true;
        }
        case Kind::Less: return angle_call(mark, chain);
        case Kind::Plus:
        case Kind::Minus: {
            Token second = peek();
            if (second.kind != visible_ || second.trivia > 0) return false;
            Token next = peek_after(second);
            bool ends = next.first_on_line || next.kind == Kind::EndOfFile || next.kind == Kind::Semicolon;
            if (!ends && begins_expression(next.kind)) return false;
            char sign = at(Kind::Plus) ? '+' : '-';
            habit({token_.text_begin(), second.end()},
                  fmt::format("Altru has no `{0}{0}`; write `x {0}= 1` on a line of its own", sign),
                  fmt::format("write `{}= 1`", sign),
                  ends ? std::vector<TextEdit>{{{token_.begin, second.end()}, fmt::format(" {}= 1", sign)}}
                       : std::vector<TextEdit>{});
            skip_token();
            skip_token();
            return false;
        }
        default: return false;
    }
}

/// `name!(…)`, `value!`
bool Parser::foreign_bang() {
    Token next = peek();
    bool macro = next.trivia == 0 && (next.kind == Kind::LeftParen || next.kind == Kind::LeftBracket) &&
                 to_kind(builder_.last_kind()) == Kind::PathExpr;
    if (macro) {
        habit(token_.range(), "Altru has no macros; `println`, `assert` and `vec` are called without a `!`",
              "remove the `!`", {{token_.range(), ""}});
    } else {
        if (!next.first_on_line && next.kind != Kind::Dot && next.kind != Kind::RightParen &&
            next.kind != Kind::Comma && next.kind != Kind::Semicolon && next.kind != Kind::EndOfFile)
            return false;
        habit(token_.range(), "a value that must be there is taken with `.unwrap()`", "write `.unwrap()`",
              {{token_.range(), ".unwrap()"}});
    }
    skip_token();
    return true;
}

/// `Name<A, B>(…)`, `Name<T>::f`: type arguments of an expression. Comparisons do not chain, so nothing else is meant.
bool Parser::angle_call(const Mark& mark, Chain& chain) {
    if (to_kind(builder_.last_kind()) != Kind::PathExpr) return false;
    int depth = 0;
    Token token = token_;
    for (int i = 0;; ++i, token = peek_after(token)) {
        if (i == 32 || token.first_on_line) return false;
        if (token.kind == Kind::Less) ++depth;
        else if (token.kind == Kind::Greater) --depth;
        else if (token.kind == Kind::ShiftRight) depth -= 2;
        else if (token.kind != Kind::Identifier && token.kind != Kind::Comma && token.kind != Kind::ColonColon &&
                 token.kind != Kind::LeftBracket && token.kind != Kind::RightBracket && token.kind != Kind::Amp)
            return false;
        if (depth <= 0) break;
    }
    Token next = peek_after(token);
    if (depth < 0 || next.trivia > 0 || (next.kind != Kind::LeftParen && next.kind != Kind::ColonColon) ||
        !chain.wrap())
        return false;
    angle_indices(mark, token_.text_begin());
    return true;
}

/// `<A, B>` read as `[A, B]`; what the fix replaces begins at `begin`.
void Parser::angle_indices(const Mark& mark, uint32_t begin) {
    Mark list = builder_.mark();
    TextRange open{begin, token_.end()};
    skip_token();
    while (at_type()) {
        Mark argument = builder_.mark();
        type();
        builder_.finish(argument, raw(Kind::TypeExpr));
        if (!eat(Kind::Comma)) break;
    }
    SyntaxError hint{
        DiagnosticCode::ForeignSpelling, open, "type arguments stand in square brackets: `name[T]`", {}, {}};
    if (at(Kind::Greater)) hint.fix = SyntaxError::Fix{"write square brackets", {{open, "["}, {token_.range(), "]"}}};
    builder_.error(std::move(hint));
    if (at(Kind::Greater)) skip_token();
    builder_.finish(list, raw(Kind::IndexArgumentList));
    builder_.finish(mark, raw(Kind::IndexExpr));
}

/// What stands where an operand must begin and is read as one; true when something was.
bool Parser::foreign_operand() {
    switch (visible_) {
        case Kind::Identifier: return foreign_name();
        case Kind::CharLiteral: {
            if (!lexical_ || lexical_->code != DiagnosticCode::InvalidLiteral || token_text().back() != '\'')
                return false;
            if (token_.length == 3 || token_text().find('\\') != std::string_view::npos) return false;
            return quoted_string('\'');
        }
        case Kind::Lifetime: {
            size_t end = text_.find_first_of("'\n", token_.end());
            builder_.looked_at(uint32_t(std::min(end, text_.size())) + 1);
            return end != std::string_view::npos && text_[end] == '\'' && quoted_string('\'');
        }
        case Kind::BadToken: {
            if (token_text() != "`") return false;
            size_t end = text_.substr(0, token_.end() + 4096).find('`', token_.end());
            builder_.looked_at(std::min(token_.end() + 4096, uint32_t(text_.size()) + 1));
            return end != std::string_view::npos && quoted_string('`');
        }
        case Kind::Plus: {
            habit(token_.range(), "Altru has no sign `+`; remove it", "remove the `+`", {{token_.range(), ""}});
            while (at(Kind::Plus)) skip_token();
            Nesting nesting(*this);
            if (nesting && begins_expression(visible_)) prefix(true);
            return true;
        }
        default: return false;
    }
}

/// `'text'` and `` `text` ``, read as `"text"`.
bool Parser::quoted_string(char quote) {
    TextRange open{token_.text_begin(), token_.text_begin() + 1};
    lexical_.reset();
    token_.kind = Kind::StringStart;
    token_.length = 1;
    string_expression(quote);
    TextRange close{position() - 1, position()};
    std::string_view text = text_.substr(open.end, close.begin - open.end);
    bool lines = text.find('\n') != std::string_view::npos;
    bool fits = text_[close.begin] == quote && close.begin > open.begin && text.find('"') == std::string_view::npos;
    std::string with = lines ? "\"\"\"" : "\"";
    habit({open.begin, close.end}, "text stands in double quotes", "write double quotes",
          fits ? std::vector<TextEdit>{{open, with}, {close, with}} : std::vector<TextEdit>{});
    return true;
}

/// `f"…"`, `lambda x: e`, `new Name(…)`, `function(x) { … }`
bool Parser::foreign_name() {
    std::string_view word = token_text();
    std::string_view after = text_.substr(token_.end(), 1);
    if (after == "\"" && word.size() <= 2) {
        for (std::string_view prefix : string_prefixes)
            if (prefix == word) return prefixed_string();
        return false;
    }
    if (word == "lambda") return lambda();
    if (word == "new" && after == " " && peek().kind == Kind::Identifier) {
        TextRange range{token_.text_begin(), peek().text_begin()};
        TextRange shown = token_.range();
        Mark made = builder_.mark();
        skip_token();
        path_expression();
        habit(shown, "a value is made by a function of its type: `Name::new(…)`", "write `::new`",
              {{range, ""}, {{position(), position()}, "::new"}});
        if (at(Kind::LeftParen)) argument_list();
        builder_.finish(made, raw(Kind::Error));
        return true;
    }
    if ((word == "func" || word == "function") && after == "(" && line_opens_block()) {
        HeaderHabits* outer = std::exchange(header_, &before_header_);
        habit(token_.range(), "a closure with a block is written `fn(x):`", "write `fn`", {{token_.range(), "fn"}});
        header_ = outer;
        token_.kind = Kind::FnKw;
        show();
        closure();
        return true;
    }
    return false;
}

bool Parser::prefixed_string() {
    TextRange prefix = token_.range();
    bool format = token_text().find_first_of("fF") != std::string_view::npos;
    skip_token();
    uint32_t begin = token_.end();
    string_expression();
    std::vector<TextEdit> edits{{prefix, ""}};
    for (uint32_t at = begin; format && at + 1 < position(); ++at) {
        if (text_[at] != '{' || text_[at - 1] == '$') continue;
        if (text_[at + 1] == '{') ++at;
        else edits.push_back({{at, at}, "$"});
    }
    habit(prefix,
          format ? "every string may hold `${…}`; it needs no `f`" : "a string has no prefix but `r`, for raw text",
          "write a plain string", std::move(edits));
    return true;
}

/// `lambda x, y: e`
bool Parser::lambda() {
    Token next = peek();
    if (next.first_on_line || (next.kind != Kind::Identifier && next.kind != Kind::Colon)) return false;
    TextRange range = token_.range();
    TextRange shown = range;
    Mark mark = builder_.mark();
    skip_token();
    Mark list = builder_.mark();
    uint32_t names = token_.text_begin();
    while (at_pattern()) {
        Mark parameter = builder_.mark();
        pattern_operand();
        builder_.finish(parameter, raw(Kind::Parameter));
        if (!eat(Kind::Comma)) break;
    }
    std::string text(text_.substr(names, std::max(position(), names) - names));
    builder_.finish(list, raw(Kind::ParameterList));
    range.end = token_.end();
    bool colon = at(Kind::Colon);
    if (colon) skip_token();
    expression();
    habit(shown, "a closure is written `|x| value`", "write a closure",
          colon ? std::vector<TextEdit>{{range, fmt::format("|{}|", text)}} : std::vector<TextEdit>{});
    builder_.finish(mark, raw(Kind::ClosureExpr));
    return true;
}

}  // namespace braid::altru
