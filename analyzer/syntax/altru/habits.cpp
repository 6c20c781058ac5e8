// Habits of other languages at the begin of statements: one message with the form to use, and a tree as if it had been
// used. Operators and operands are in habits_expressions.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

enum Follow : uint16_t {
    Name = 1,       ///< a name
    Word = 2,       ///< a word that begins a declaration
    Value = 4,      ///< a literal, `self`
    Text = 8,       ///< a string
    Paren = 16,     ///< `(…)` and a block
    Brace = 32,     ///< `{`
    Header = 64,    ///< `:` at the end of the line, or `{`
    End = 128,      ///< the end of the line, or `;`
    Mut = 256,      ///< `mut`
    NotSign = 512,  ///< `not`, `!`
    StarSign = 1024,
    Dots = 2048
};
enum class Action : uint8_t { As, Drop, Line, Wrap };

struct Habit {
    std::string_view word;
    uint16_t follow;
    Action action;
    Kind kind;
    std::string_view replacement;
    std::string_view message;
};
constexpr Habit habits[] = {
#define HABIT(word, follow, action, kind, replacement, message) \
    {word, follow, Action::action, Kind::kind, replacement, message},
#include "analyzer/syntax/altru/habits.def"
#undef HABIT
};

// Open addressing, as for keywords: nearly every name that begins a statement is no habit.
constexpr size_t TableSize = 512;
constexpr size_t hash(std::string_view word) {
    return (size_t(uint8_t(word.front())) * 31 + size_t(uint8_t(word.back())) * 7 + word.size() * 3) % TableSize;
}
constexpr std::array<uint8_t, TableSize> table = [] {
    std::array<uint8_t, TableSize> slots{};
    uint8_t number = 1;
    for (const Habit& habit : habits) {
        size_t at = hash(habit.word);
        while (slots[at]) at = (at + 1) % TableSize;
        slots[at] = number++;
    }
    return slots;
}();

const Habit* find_habit(std::string_view word) {
    for (size_t at = hash(word); table[at]; at = (at + 1) % TableSize)
        if (habits[table[at] - 1].word == word) return &habits[table[at] - 1];
    return nullptr;
}

std::string as_path(std::string_view text) {
    std::string path;
    for (char c : text)
        if (c == '.' || c == '/') path += path.empty() || path.back() == ':' ? "" : "::";
        else if (c != '@') path += c == '-' ? '_' : c;
    return path;
}

/// `use …` for the words after `import` or `from`; empty when they make no sense.
std::string use_for(std::string_view first, const std::vector<std::string_view>& words) {
    std::string path, names, alias;
    std::string* into = first == "from" ? &path : &names;
    int count = 0;
    for (std::string_view word : words) {
        if (word == "import") into = &names;
        else if (word == "from") into = &path;
        else if (word == "as") *into += " as ";
        else if (word == ",") names += ", ", ++count;
        else if (word != "(" && word != ")" && word != "{" && word != "}" && word != ";") *into += word;
    }
    if (names.empty()) return {};
    if (path.empty()) return count ? std::string() : fmt::format("use {}", as_path(names));
    return count ? fmt::format("use {}::{{{}}}", as_path(path), names)
                 : fmt::format("use {}::{}", as_path(path), names);
}

}  // namespace

void Parser::habit(TextRange range, std::string message, std::string title, std::vector<TextEdit> edits) {
    SyntaxError error{DiagnosticCode::SyntaxError, range, std::move(message), {}, {}};
    if (!edits.empty()) error.fix = SyntaxError::Fix{std::move(title), std::move(edits)};
    if (header_ && error.fix) gather(*header_, std::move(error));
    else builder_.error(std::move(error));
}

/// Whether the line of the current token ends in `:` or `{`.
bool Parser::line_opens_block() {
    constexpr size_t MaxHeader = 400;
    size_t end = std::min(
        {text_.substr(0, token_.end() + MaxHeader).find('\n', token_.end()), text_.size(), token_.end() + MaxHeader});
    builder_.looked_at(uint32_t(end) + 1);
    std::string_view line = text_.substr(token_.text_begin(), end - token_.text_begin());
    size_t last = line.find_last_not_of(" \t\r");
    return last != std::string_view::npos && (line[last] == ':' || line[last] == '{');
}

bool Parser::habit_follows(uint16_t follow) {
    Token next = peek_after(token_);
    if (next.first_on_line || next.kind == Kind::EndOfFile || next.kind == Kind::Semicolon) return follow & End;
    if (is_literal(next.kind)) return follow & Value;
    switch (next.kind) {
        case Kind::Identifier: return follow & Name;
        case Kind::FnKw:
        case Kind::AsyncKw:
        case Kind::StructKw:
        case Kind::EnumKw:
        case Kind::TraitKw:
        case Kind::TypeKw:
        case Kind::ConstKw:
        case Kind::StaticKw:
        case Kind::LetKw: return follow & Word;
        case Kind::StringStart: return follow & (Text | Value);
        case Kind::SelfKw: return follow & Value;
        case Kind::NotKw:
        case Kind::Bang: return follow & NotSign;
        case Kind::MutKw: return follow & Mut;
        case Kind::Star: return follow & StarSign;
        case Kind::Dot:
        case Kind::DotDot: return (follow & Dots) && next.trivia > 0;
        case Kind::LeftParen: return (follow & Paren) && line_opens_block();
        case Kind::LeftBrace: return follow & (Brace | Header);
        case Kind::Colon: return (follow & Header) && peek_after(next).first_on_line;
        default: return false;
    }
}

/// True when the statement or member is done.
bool Parser::foreign_word(Unit& unit) {
    while (at(Kind::Identifier) && token_.length <= 11) {
        const Habit* found = find_habit(token_text());
        if (!found || !habit_follows(found->follow)) return false;
        TextRange word = token_.range();
        std::string message(found->message);
        auto after_word = peek_after(token_).text_begin();
        switch (found->action) {
            case Action::Drop:
                habit(word, std::move(message), fmt::format("remove `{}`", found->word),
                      {{{word.begin, habit_follows(End) ? word.end : after_word}, ""}});
                skip_token();
                if (!at_statement_end() && !at(Kind::Semicolon)) continue;
                finish(unit, Kind::Error);
                return true;
            case Action::Line:
                if (found->kind != Kind::UseKw || !import_is_use()) {
                    foreign_line(unit, found->word, std::move(message), found->kind == Kind::UseKw);
                    return true;
                }
                [[fallthrough]];
            case Action::As:
                if (found->kind == Kind::FnKw || found->kind == Kind::StructKw || found->kind == Kind::TraitKw)
                    header_ = &before_header_;
                habit(word, std::move(message), fmt::format("write `{}`", found->replacement),
                      {{word, std::string(found->replacement)}});
                header_ = nullptr;
                token_.kind = found->kind;
                show();
                // `var mut`, `public class`
                if (found->kind != Kind::PubKw) return false;
                bump();
                continue;
            case Action::Wrap: {
                skip_token();
                expression();
                habit(word, std::move(message), fmt::format("write `{}(…)`", found->replacement),
                      {{{word.begin, after_word}, fmt::format("{}(", found->replacement)},
                       {{position(), position()}, ")"}});
                bool leaves = found->word == "raise" || found->word == "throw";
                finish(unit, leaves ? Kind::Error : Kind::ExprStmt);
                return true;
            }
        }
    }
    return false;
}

/// `import a::b`, `import a as b`: everything but the word is right.
bool Parser::import_is_use() {
    Token name = peek_after(token_);
    Token next = peek_after(name);
    return name.kind == Kind::Identifier && token_text() != "from" &&
           (next.kind == Kind::ColonColon || next.kind == Kind::AsKw || next.first_on_line ||
            next.kind == Kind::Semicolon || next.kind == Kind::EndOfFile);
}

/// A line that has no counterpart; the lines below it, and the clauses that go on with it (`except`), belong to it.
void Parser::foreign_line(Unit& unit, std::string_view word, std::string message, bool import) {
    TextRange range = token_.range();
    std::vector<std::string_view> words;
    Mark mark = builder_.mark();
    std::string first(token_text());
    bump();
    while (!at(LineEnd) && !at(Kind::EndOfFile) && !(layout_.brackets && at_closer())) {
        uint32_t begin = token_.text_begin();
        bool string = at(Kind::StringStart);
        skip_into_error(mark);
        uint32_t end = position();
        if (string && end > begin + 1) ++begin, --end;
        if (words.size() < 64) words.push_back(text_.substr(begin, end - begin));
    }
    builder_.finish(mark, raw(Kind::Error));
    std::vector<TextEdit> edits;
    if (std::string use = import ? use_for(first, words) : std::string(); !use.empty())
        edits.push_back({{range.begin, position()}, std::move(use)});
    habit(range, std::move(message), "write it as `use`", std::move(edits));
    auto lines = [&] {
        if (text_[position() - 1] != '{') return orphan_lines(unit);
        if (!token_.first_on_line) return;
        Nesting nesting(*this);
        if (!nesting) return skip_lines(unit.begin);
        Mark block = builder_.mark();
        lines_below(unit.begin, statements_, Contracts::None);
        if (token_.kind == Kind::RightBrace && token_.first_on_line) {
            accept_line();
            skip_token();
        }
        if (!builder_.empty_since(block)) builder_.finish(block, raw(Kind::Block));
    };
    auto clause = [&] {
        bool below = at(LineEnd) && token_.column == unit.begin;
        if (word != "try" || !(below || at(Kind::Identifier) || at(Kind::ElseKw))) return false;
        std::string_view text = token_text();
        return text == "except" || text == "catch" || text == "finally" || text == "else" || text == "rescue";
    };
    while (lines(), clause()) {
        accept_line();
        skip_line();
    }
    finish(unit, Kind::Error);
}

namespace {
constexpr std::string_view scalars[] = {"i8",    "i16", "i32", "i64", "u8",    "u16",  "u32",  "u64",    "isize",
                                        "usize", "f32", "f64", "int", "float", "bool", "char", "string", "error"};
bool is_scalar(std::string_view name) {
    return std::find(std::begin(scalars), std::end(scalars), name) != std::end(scalars);
}

/// Of a name that is known to be one.
bool is_name_byte(char c) {
    return c == '_' || static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c));
}
}  // namespace

/// `x := e`, `a, b := e`, `x: T = e`, `T x = e`: declarations without `let`. True when one was read.
bool Parser::foreign_binding(Unit& unit) {
    if (!at(Kind::Identifier)) return false;
    // Most statements go on with one of these; what is looked at here is within every token's lookahead.
    std::string_view after = text_.substr(token_.end(), 2);
    if (after.empty() || std::string_view(".([\n").find(after[0]) != std::string_view::npos || after == " =" ||
        after == "::")
        return false;
    Token next = peek();
    if (next.kind == Kind::Colon) return foreign_colon(unit, next);
    if (next.kind == Kind::Comma && !layout_.brackets) return foreign_names(unit);
    if (next.kind != Kind::Identifier || peek_after(next).kind != Kind::Equal) return false;
    std::string type(token_text()), name(text_.substr(next.text_begin(), next.length));
    std::string right = fmt::format("let {}: {}", name, type);
    habit({token_.text_begin(), next.end()}, fmt::format("a variable is declared as `{}`", right),
          fmt::format("write `{}`", right), {{{token_.text_begin(), next.end()}, right}});
    type_operand(false);
    pattern_of_kind();
    finish(unit, let_rest(unit.begin));
    return true;
}

bool Parser::foreign_colon(Unit& unit, const Token& colon) {
    uint32_t begin = token_.text_begin();
    Token equal = peek_after(colon);
    if (equal.kind == Kind::Equal && equal.trivia == 0) {
        habit({colon.text_begin(), equal.end()}, "a variable is declared with `let name = value`; `:=` is no operator",
              "declare it with `let`", {{{begin, begin}, "let "}, {{colon.text_begin(), equal.end()}, "="}});
        pattern_of_kind();
        skip_token();
        finish(unit, let_rest(unit.begin));
        return true;
    }
    bool named_type = equal.kind == Kind::Identifier && !equal.first_on_line && peek_after(equal).first_on_line;
    if (equal.first_on_line || !(named_type || line_has(Kind::Equal))) return false;
    habit({begin, token_.end()}, "a variable is declared with `let`", "write `let`", {{{begin, begin}, "let "}});
    pattern_of_kind();
    bump();
    type();
    finish(unit, let_rest(unit.begin));
    return true;
}

/// `a, b := e`
bool Parser::foreign_names(Unit& unit) {
    Token token = token_;
    uint32_t end = token.end();
    while (token.kind == Kind::Identifier) {
        end = token.end();
        token = peek_after(token);
        if (token.kind != Kind::Comma || token.first_on_line) break;
        token = peek_after(token);
        if (token.first_on_line) break;
    }
    Token equal = peek_after(token);
    if (token.kind != Kind::Colon || equal.kind != Kind::Equal || equal.trivia > 0) return false;
    uint32_t begin = token_.text_begin();
    habit({token.text_begin(), equal.end()}, "several names are bound as `let (a, b) = value`; `:=` is no operator",
          "declare them with `let`", {{{begin, begin}, "let ("}, {{end, equal.end()}, ") ="}});
    bare_pattern();
    skip_token();
    finish(unit, let_rest(unit.begin));
    return true;
}

/// `a, b` without parentheses, as a tuple pattern.
void Parser::bare_pattern() {
    Mark mark = builder_.mark();
    do pattern();
    while (eat(Kind::Comma));
    builder_.finish(mark, raw(Kind::TuplePattern));
}

/// `let a, b = …`, `for a, b in …`: the pattern before the mark's end and what follows a comma.
void Parser::names_without_parentheses(const Mark& mark, uint32_t begin) {
    if (!at(Kind::Comma) || layout_.brackets) return;
    TextRange comma = token_.range();
    while (eat(Kind::Comma) && at_pattern()) pattern();
    builder_.finish(mark, raw(Kind::TuplePattern));
    habit(comma, "several names stand in parentheses: `(a, b)`", "write parentheses",
          {{{begin, begin}, "("}, {{position(), position()}, ")"}});
}

/// An expression; `a, b` is read as the tuple it would be elsewhere.
void Parser::tuple_value() {
    Mark mark = builder_.mark();
    uint32_t begin = token_.text_begin();
    expression();
    if (!at(Kind::Comma) || layout_.brackets || builder_.empty_since(mark)) return;
    TextRange comma = token_.range();
    while (eat(Kind::Comma) && begins_expression(visible_)) expression();
    builder_.finish(mark, raw(Kind::TupleExpr));
    habit(comma, "a tuple stands in parentheses: `(a, b)`", "write parentheses",
          {{{begin, begin}, "("}, {{position(), position()}, ")"}});
}

/// `pub`; `pub(crate)`, `static fn`
void Parser::visibility() {
    if (eat(Kind::PubKw) && at(Kind::LeftParen) && token_.trivia == 0) {
        TextRange range = token_.range();
        Mark mark = builder_.mark();
        while (!at(Kind::RightParen) && !at_statement_end()) bump();
        range.end = token_.end();
        if (at(Kind::RightParen)) bump();
        builder_.finish(mark, raw(Kind::Error));
        habit(range, "`pub` has no degrees; what is `pub` may be used everywhere", "write `pub`", {{range, ""}});
    }
    if (!at(Kind::StaticKw)) return;
    Token next = peek();
    if (next.kind != Kind::FnKw && next.kind != Kind::AsyncKw) return;
    habit(token_.range(), "a `fn` without `self` belongs to its type; remove `static`", "remove `static`",
          {{{token_.text_begin(), next.text_begin()}, ""}});
    skip_token();
}

/// `class A(B):`, `class A extends B {`
void Parser::inheritance() {
    bool word = at_word("extends") || at_word("implements");
    if (!word && !at(Kind::LeftParen)) return;
    habit(token_.range(),
          word && token_text() == "implements"
              ? "a struct has the methods of a trait by `impl Trait for T:`"
              : "Altru has no inheritance; what types share is a field, or a `trait` with `impl Trait for T:`");
    Mark mark = builder_.mark();
    while (!at_statement_end() && !at(Kind::Colon) && !at(Kind::LeftBrace)) skip_into_error(mark);
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::Error));
}

/// Go's `type Name struct {`
bool Parser::foreign_type_declaration(Unit& unit) {
    if (!at(Kind::TypeKw)) return false;
    Token name = peek();
    Token word = peek_after(name);
    if (name.kind != Kind::Identifier || word.first_on_line) return false;
    std::string_view text = text_.substr(word.text_begin(), word.length);
    bool trait = text == "interface";
    if (word.kind != Kind::StructKw && !trait) return false;
    std::string_view altru = trait ? "trait" : "struct";
    {
        HeaderScope scope(*this);
        habit({token_.text_begin(), word.end()},
              fmt::format("this is declared as `{} {}:`", altru, text_.substr(name.text_begin(), name.length)),
              fmt::format("write `{}`", altru), {{token_.range(), std::string(altru)}, {{name.end(), word.end()}, ""}});
        Column header = unit.begin;
        skip_token();
        declared_name("a type");
        skip_token();
        scope.ends(at_braces(header));
        list_block(header, "the type's name", members_, Kind::MemberList);
    }
    finish(unit, trait ? Kind::TraitDecl : Kind::StructDecl);
    return true;
}

/// `@name(…)` on the line above a declaration.
bool Parser::foreign_attribute(Unit& unit) {
    if (!at(Kind::BadToken) || token_text() != "@") return false;
    lexical_.reset();
    TextRange range = token_.range();
    Mark mark = builder_.mark();
    bump();
    bool name = at(Kind::Identifier);
    while (!at(LineEnd) && !at(Kind::EndOfFile)) skip_into_error(mark);
    builder_.finish(mark, raw(Kind::Error));
    habit(range, "attributes stand in brackets: `[name]`", "write an attribute",
          name ? std::vector<TextEdit>{{range, "["}, {{position(), position()}, "]"}} : std::vector<TextEdit>{});
    finish(unit, Kind::Error);
    return true;
}

/// `*T`, `?T` where a type begins.
bool Parser::foreign_type() {
    if (at(Kind::Star)) {
        habit(token_.range(), "a borrow is written `&T`; Altru has no pointers", "write `&`", {{token_.range(), "&"}});
        bump_as(Kind::Amp);
        return true;
    }
    return false;
}

/// `T?`, `T[]`, `map[K]V`, `(A) -> R` after a type that began at `begin`.
void Parser::foreign_type_suffix(const Mark& mark, uint32_t begin) {
    if (at(LineEnd) || builder_.empty_since(mark)) return;
    Kind last = to_kind(builder_.last_kind());
    while (at(Kind::Question) && token_.trivia == 0) {
        habit(token_.range(), "what may be missing is an `Option[T]`", "write `Option[…]`",
              {{{begin, begin}, "Option["}, {token_.range(), "]"}});
        skip_token();
    }
    if (last == Kind::PathType && at(Kind::Identifier) && token_.trivia == 0 && text_[position() - 1] == ']') {
        uint32_t bracket = position() - 1;
        TextRange shown = token_.range();
        path_type(true);
        builder_.finish(mark, raw(Kind::TupleType));
        habit(shown, "the types of keys and values stand together: `map[K, V]`", "write `map[K, V]`",
              {{{bracket, bracket + 1}, ", "}, {{position(), position()}, "]"}});
    }
    if ((last == Kind::ParenType || last == Kind::TupleType) && (at(Kind::Arrow) || at(Kind::FatArrow))) {
        std::vector<TextEdit> edits{{{begin, begin}, "fn"}};
        if (at(Kind::FatArrow)) edits.push_back({token_.range(), "->"});
        habit(token_.range(), "the type of a function is `fn(A) -> R`", "write `fn`", std::move(edits));
        bump_as(Kind::Arrow);
        union_type();
        builder_.finish(mark, raw(Kind::FunctionType));
    }
}

/// `constructor(private readonly x: int)`, `f(const x: int)`
void Parser::foreign_modifiers() {
    static constexpr std::string_view words[] = {"public", "private", "protected", "readonly", "final", "var", "val"};
    while (at(Kind::LetKw) || at(Kind::ConstKw) ||
           (at(Kind::Identifier) && std::find(std::begin(words), std::end(words), token_text()) != std::end(words))) {
        Token next = peek();
        bool modifies = next.kind == Kind::Identifier || next.kind == Kind::ConstKw || next.kind == Kind::LetKw;
        if (!modifies || next.first_on_line) return;
        habit(token_.range(), fmt::format("a parameter has a name and a type: `x: T`; remove `{}`", token_text()),
              fmt::format("remove `{}`", token_text()), {{{token_.text_begin(), next.text_begin()}, ""}});
        skip_token();
    }
}

/// `a int`, `xs []string`: a name, and a type that is no name of a variable.
bool Parser::name_before_type() {
    if (!at(Kind::Identifier) || is_scalar(token_text())) return false;
    Token next = peek();
    if (next.first_on_line || next.trivia == 0) return false;
    switch (next.kind) {
        case Kind::Identifier: {
            std::string_view second = text_.substr(next.text_begin(), next.length);
            bool first_is_type = std::isupper(static_cast<unsigned char>(token_text()[0])) != 0;
            return is_scalar(second) || !first_is_type || std::isupper(static_cast<unsigned char>(second[0])) != 0;
        }
        case Kind::LeftBracket:
        case Kind::Amp:
        case Kind::Star:
        case Kind::FnKw:
        case Kind::ChanKw: return true;
        default: return false;
    }
}

/// `a int` or `int a` as a parameter: what to write.
void Parser::typed_name(TextRange range) {
    std::string_view text = text_.substr(range.begin, range.length());
    size_t end = text.find_first_of(" \t\n"), name = text.size();
    while (name > 0 && is_name_byte(text[name - 1])) --name;
    if (end == std::string_view::npos || name == text.size()) return;  // there is no name, which was said
    std::string_view left = text.substr(0, end), right = text.substr(name);
    bool type_first = is_scalar(left) || !std::all_of(left.begin(), left.end(), is_name_byte) ||
                      (std::isupper(static_cast<unsigned char>(left[0])) && !is_scalar(right) &&
                       !std::isupper(static_cast<unsigned char>(right[0])));
    if (type_first) left = text.substr(0, text.find_last_not_of(" \t\r\n", name - 1) + 1);
    else right = text.substr(text.find_first_not_of(" \t\r\n", end));
    // With a comment or a line end inside there is no text to propose.
    if (text.find_first_of("#\n") != std::string_view::npos)
        return habit(range, "the type follows the name after a `:`");
    std::string written = type_first ? fmt::format("{}: {}", right, left) : fmt::format("{}: {}", left, right);
    std::vector<TextEdit> edits{{range, written}};
    if (!type_first)  // what the type has of other habits is said of it alone
        edits = {{{range.begin + uint32_t(end), range.end - uint32_t(right.size())}, ": "}};
    habit(range, fmt::format("the type follows the name after a `:`: `{}`", written),
          fmt::format("write `{}`", written), std::move(edits));
}

}  // namespace braid::altru
