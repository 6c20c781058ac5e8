#include "analyzer/syntax/velox/foreign.h"
#include "analyzer/syntax/velox/parser.h"

// What people write by habit from other languages (foreign.def) and what cannot be told by one word: understood where
// it is clear what was meant, and always answered once, with the form to use.
namespace braid::velox {

/// Whether the tokens after the word `ahead` are such that it cannot be a name.
bool Parser::foreign_follows(uint16_t next, uint32_t ahead) {
    uint32_t after = ahead + 1;
    Kind first = kind(after);
    bool ends =
        newline_before(after) || first == Kind::Semicolon || first == Kind::RightBrace || first == Kind::EndOfFile;
    if (ends) return next & foreign::Alone;
    if (first == Kind::LeftBrace) return next & foreign::Block;
    if (is_reserved(first)) return next & foreign::Keyword;
    if (is_literal(first) || first == Kind::TemplateHead) return next & foreign::Literal;
    if (first == Kind::LeftParen && (next & foreign::Head)) {
        uint32_t close = close_of(peek(after).begin);
        bool newline;
        return close != 0 && kind_at(close, &newline) == Kind::LeftBrace && !newline;
    }
    if (!is_name(first)) return false;
    if (next & foreign::Name) return true;
    Kind second = kind(after + 1);
    bool line_ends = newline_before(after + 1) || second == Kind::EndOfFile || second == Kind::Semicolon;
    if ((next & foreign::Function) && (second == Kind::LeftParen || second == Kind::Less)) return true;
    if ((next & foreign::Variable) && (line_ends || second == Kind::Equal || second == Kind::Colon)) return true;
    return (next & foreign::Type) && (second == Kind::LeftBrace || second == Kind::Less || second == Kind::Colon ||
                                      second == Kind::ExtendsKw || second == Kind::ImplementsKw);
}

/// The entry of foreign.def that the word `ahead` is.
const foreign::Word* Parser::foreign_word(uint32_t ahead) {
    Kind next = kind(ahead + 1);
    bool candidate = newline_before(ahead + 1) || is_name(next) || is_reserved(next) || is_literal(next) ||
                     next == Kind::LeftParen || next == Kind::LeftBrace || next == Kind::TemplateHead ||
                     next == Kind::Semicolon || next == Kind::RightBrace || next == Kind::EndOfFile;
    if (!candidate || !at_name(ahead)) return nullptr;
    for (const foreign::Word& word : foreign::words(token_text(ahead)))
        if (foreign_follows(word.next, ahead)) return &word;
    return nullptr;
}

bool Parser::at_foreign_keyword(Kind as, uint32_t ahead) {
    const foreign::Word* word = kind(ahead) == Kind::Identifier ? foreign_word(ahead) : nullptr;
    return word && word->reading == foreign::Reading::AsKeyword && (as == Kind::List || as == word->kind);
}

/// Reads the current word as the keyword it stands for, and hints at that.
void Parser::read_foreign_keyword() {
    const foreign::Word* word = foreign_word();
    bool python = token_text() == "def";
    hint_spelling(word->kind, std::string(word->message));
    read_as(word->kind);
    colon_begins_body_ = python;
}

/// A hint that the current token is written as `kind`.
void Parser::hint_spelling(Kind kind, std::string message) {
    std::string name(describe(kind));
    TextRange range{peek().begin, peek().end()};
    hint(range, std::move(message), "write " + name, {TextEdit{range, name.substr(1, name.size() - 2)}});
}

/// Words of foreign.def before or instead of a statement; nothing when the statement is yet to come.
std::optional<Kind> Parser::foreign_statement() {
    for (const foreign::Word* word = foreign_word(); word; word = foreign_word()) {
        TextRange range{peek().begin, peek().end()};
        std::string text(word->text);
        if (word->reading == foreign::Reading::AsKeyword) {
            read_foreign_keyword();
            return std::nullopt;
        }
        SyntaxError habit{DiagnosticCode::SyntaxError, range, std::string(word->message), {}, {}};
        bool needless = word->reading == foreign::Reading::Needless;
        if (needless)
            habit.fix = SyntaxError::Fix{"remove `" + text + "`", {TextEdit{{range.begin, peek(1).begin}, ""}}};
        error(std::move(habit));
        if (!needless) return skip_foreign_statement();
        skip_token();
    }
    return std::nullopt;
}

/// The rest of the line; a block at its end is parsed, so that what is in it keeps its tree.
Kind Parser::skip_foreign_statement() {
    auto mark = builder_.mark();
    Skipped skipped;
    do {
        skip_balanced(skipped);
        bool ends = at(Kind::Semicolon) || at(Kind::RightBrace) || at(Kind::LeftBrace) || newline_before();
        if (at(Kind::EndOfFile) || (skipped.open.empty() && ends)) break;
    } while (!(newline_before() && starts_statement() && is_reserved(kind())));
    finish(mark, Kind::Error);
    if (at(Kind::LeftBrace) && !newline_before()) block("block");
    accept(Kind::Semicolon);
    return Kind::Error;
}

/// `#include <x>`, `#comment`
Kind Parser::foreign_directive() {
    TextRange word{peek().begin, peek().end()};
    bool includes = token_text() == "#include" || token_text() == "#import";
    SyntaxError habit{DiagnosticCode::SyntaxError, word, {}, {}, {}};
    habit.message =
        includes ? "names are imported with `import { name } from \"./file.velox\"`" : "comments begin with `//`";
    if (!includes) habit.fix = SyntaxError::Fix{"write `//`", {TextEdit{{word.begin, word.begin + 1}, "// "}}};
    error(std::move(habit));
    auto mark = builder_.mark();
    do {
        bump();
    } while (!newline_before() && !at(Kind::EndOfFile));
    finish(mark, Kind::Error);
    return Kind::Error;
}

/// `name := value` and `name: Type = value`, declarations without `let`.
bool Parser::at_bare_declaration() {
    if (!at_name() || kind(1) != Kind::Colon) return false;
    if (kind(2) == Kind::Equal) return peek(2).trivia_length == 0;
    return at_name(2) && kind(3) == Kind::Equal && !newline_before(2) && !newline_before(3);
}

void Parser::bare_declarator() {
    auto mark = builder_.mark();
    uint32_t begin = peek().begin;
    bool walrus = kind(2) == Kind::Equal;
    std::vector<TextEdit> edits{TextEdit{{begin, begin}, "let "}};
    if (walrus) edits.push_back(TextEdit{{peek(1).begin, peek(2).end()}, "="});
    hint({begin, peek(walrus ? 2 : 1).end()}, "variables are declared with `let`", "write `let`", std::move(edits));
    binding("the name of a variable");
    if (walrus) skip_token();
    else type_annotation();
    initializer();
    finish(mark, Kind::Declarator);
}

/// `int x` and `x int`: a name with its type beside it. Tells how they stand: 0, it is none.
int Parser::type_beside_name() {
    if (!at(Kind::Identifier) || !at_name(1) || newline_before(1)) return 0;
    Kind after = kind(2);
    bool ends = after == Kind::Comma || after == Kind::RightParen || after == Kind::Equal || after == Kind::Semicolon ||
                after == Kind::RightBrace || newline_before(2);
    if (!ends) return 0;
    static constexpr std::string_view known[] = {"int",  "number", "string", "bool", "boolean", "float", "double",
                                                 "char", "long",   "any",    "void", "String",  "object"};
    auto is_known = [](std::string_view text) {
        for (std::string_view word : known)
            if (word == text) return true;
        return false;
    };
    auto is_upper = [](std::string_view text) { return text[0] >= 'A' && text[0] <= 'Z'; };
    if (is_known(token_text())) return 1;
    if (is_known(token_text(1))) return 2;
    if (is_upper(token_text()) != is_upper(token_text(1))) return is_upper(token_text()) ? 1 : 2;
    return 0;
}

/// The tree holds type and name in the order in which they stand.
void Parser::typed_name(int order, std::string_view what, std::string_view before, bool member) {
    std::string type_name(token_text(order == 1 ? 0 : 1)), name(token_text(order == 1 ? 1 : 0));
    std::string form = std::string(before) + name + ": " + type_name;
    TextRange range{peek().begin, peek(1).end()};
    // Which of the two is the name is a guess: no program runs on it.
    SyntaxError error{DiagnosticCode::SyntaxError,
                      range,
                      "the type of " + std::string(what) + " follows its name: `" + form + "`",
                      {},
                      {}};
    error.fix = SyntaxError::Fix{"write `" + form + "`", {TextEdit{range, form}}};
    builder_.error(std::move(error));
    for (int i = 1; i <= 2; ++i) {
        auto mark = builder_.mark();
        if (i == order) {
            named_type();
            finish(mark, Kind::TypeAnnotation);
        } else if (member) {
            property_name();
        } else {
            binding("a name");
        }
    }
}

Kind Parser::bare_declaration() {
    bare_declarator();
    while (accept(Kind::Comma)) declarator();
    semicolon("declaration");
    return Kind::VariableDecl;
}

/// `int x = 5;`
Kind Parser::typed_declaration(int order) {
    auto mark = builder_.mark();
    typed_name(order, "a variable", "let ");
    initializer();
    finish(mark, Kind::Declarator);
    while (accept(Kind::Comma)) declarator();
    semicolon("declaration");
    return Kind::VariableDecl;
}

/// `int f(…) {`, also as a member.
bool Parser::at_typed_function(uint32_t ahead) {
    if ((kind(ahead) != Kind::Identifier && kind(ahead) != Kind::VoidKw) || !at_name(ahead + 1) ||
        kind(ahead + 2) != Kind::LeftParen)
        return false;
    if (newline_before(ahead + 1) || newline_before(ahead + 2)) return false;
    uint32_t close = close_of(peek(ahead + 2).begin);
    bool newline;
    return close != 0 && kind_at(close, &newline) == Kind::LeftBrace && !newline;
}

void Parser::skip_result_type() {
    TextRange type{peek().begin, peek().end()};
    uint32_t close = close_of(peek(2).begin);
    hint(type, "a function is written `function name(…): Type {…}`", "write `function`",
         {TextEdit{type, "function"}, TextEdit{{close, close}, ": " + std::string(token_text())}});
    skip_token();
}

Kind Parser::typed_function() {
    skip_result_type();
    expect_name("the name of a function");
    function_rest("function");
    return Kind::FunctionDecl;
}

/// The condition of a header without its parentheses.
void Parser::bare_condition(std::string_view keyword) {
    TextRange first = here();
    uint32_t begin = peek().begin, errors = builder_.errors_seen();
    if (!starts_expression() || newline_before()) {
        expect(Kind::LeftParen, "write `" + std::string(keyword) + " (…)`");
        return;
    }
    std::string message = "expected `(`, " + found() + "; write `" + std::string(keyword) + " (…)`";
    expression();
    if (builder_.errors_seen() != errors) return;
    SyntaxError bare{DiagnosticCode::ExpectedToken, first, std::move(message), {}, {}};
    uint32_t end = previous_end();
    bare.fix = SyntaxError::Fix{"put it in parentheses", {TextEdit{{begin, begin}, "("}, TextEdit{{end, end}, ")"}}};
    error(std::move(bare));
}

/// `:` and what is indented below it, where a block should stand.
void Parser::colon_block() {
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    FlagScope scope(*this, {});
    auto mark = builder_.mark();
    Braces braces = open_colon();
    if (newline_before()) statement_list(&braces, false);
    else if (starts_statement()) statement();
    close_colon(braces);
    finish(mark, Kind::Block);
}

Parser::Braces Parser::open_colon() {
    Braces braces;
    braces.opener = {peek().begin, peek().end()};
    braces.column = column_of_line(peek().begin);
    braces.colon = builder_.just_failed() ? Braces::Silent : Braces::Reported;
    skip_token();
    return braces;
}

void Parser::close_colon(const Braces& braces) {
    if (braces.colon == Braces::Silent) return;
    uint32_t end = previous_end();
    SyntaxError error{DiagnosticCode::ExpectedBlock,
                      braces.opener,
                      "a block stands in braces, `{…}`; a colon and indentation make none",
                      {},
                      {}};
    error.fix = SyntaxError::Fix{
        "put it in braces",
        {TextEdit{braces.opener, " {"}, TextEdit{{end, end}, "\n" + std::string(braces.column, ' ') + "}"}}};
    this->error(std::move(error));
}

/// `lambda x: …`, and functions without a name written with another word.
bool Parser::foreign_operand() {
    if (kind(1) == Kind::LeftParen) {
        if (!at_text("func") && !at_text("fn") && !at_text("fun")) return false;
        uint32_t close = close_of(peek(1).begin);
        bool newline;
        if (close == 0 || kind_at(close, &newline) != Kind::LeftBrace || newline) return false;
        hint_spelling(Kind::FunctionKw, "functions are written with `function`");
        read_as(Kind::FunctionKw);
        function_expression();
        return true;
    }
    bool lambda = (kind(1) == Kind::Colon || at_name(1)) && !newline_before(1) && at_text("lambda");
    if (lambda) foreign_closure();
    return lambda;
}

/// `|a, b| body` and `lambda a, b: body`
void Parser::foreign_closure() {
    Nested nested(*this);
    if (!nested) {
        too_deep();
        return;
    }
    auto mark = builder_.mark();
    bool lambda = at(Kind::Identifier);
    TextRange opener{peek().begin, peek().end()};
    hint(opener, "an arrow function is written `(x) => …`", {}, {});
    auto list = builder_.mark();
    bool empty = at(Kind::BarBar);
    Kind end = lambda ? Kind::Colon : Kind::Bar;
    skip_token();
    while (!empty && at_name()) {
        auto parameter = builder_.mark();
        binding("the name of a parameter");
        if (!lambda) type_annotation();
        finish(parameter, Kind::Parameter);
        if (!accept(Kind::Comma)) break;
    }
    finish(list, Kind::ParameterList);
    if (!empty && at(end)) bump_as(Kind::FatArrow);
    else if (!empty) expect(end, "an arrow function is written `(x) => …`");
    if (at(Kind::LeftBrace)) block("arrow function");
    else assignment_expression();
    finish(mark, Kind::ArrowExpr);
}

/// `a <> b`, `a ?: b`: two tokens that are one operator elsewhere.
bool Parser::join_foreign(Kind second, Kind as) {
    if (kind(1) != second || peek(1).trivia_length != 0) return false;
    std::string text(text_.substr(peek().begin, 2));
    LexedToken joined;
    joined.kind = as;
    joined.length = 2;
    joined.lookahead = 4;
    rescan(joined);
    hint_spelling(as, "`" + text + "` is written " + std::string(describe(as)));
    return true;
}

/// `&x`, `*x`
bool Parser::foreign_pointer(Kind* made) {
    Nested nested(*this);
    if (!nested) return too_deep();
    TextRange sign{peek().begin, peek().end()};
    SyntaxError habit{
        DiagnosticCode::SyntaxError, sign, "Velox has no pointers: objects are passed by reference", {}, {}};
    habit.fix = SyntaxError::Fix{"remove `" + std::string(token_text()) + "`", {TextEdit{sign, ""}}};
    error(std::move(habit));
    skip_token();
    return unary_expression(made);
}

/// `<-ch`
void Parser::foreign_receive() {
    TextRange arrow{peek().begin, peek(1).end()};
    skip_token();
    skip_token();
    Kind made;
    unary_expression(&made);
    uint32_t end = previous_end();
    SyntaxError habit{
        DiagnosticCode::SyntaxError, arrow, "a channel is received from with `await ch.receive()`", {}, {}};
    habit.fix =
        SyntaxError::Fix{"write `await ….receive()`", {TextEdit{arrow, "await "}, TextEdit{{end, end}, ".receive()"}}};
    error(std::move(habit));
}

/// `not x`, which binds more loosely than `!`.
bool Parser::foreign_not() {
    Nested nested(*this);
    if (!nested) return too_deep();
    auto mark = builder_.mark();
    TextRange word{peek().begin, peek().end()};
    TextRange written{word.begin, peek(1).begin};
    bump_as(Kind::Exclamation);
    binary_expression(binary_precedence(Kind::Bar));
    bool compound = builder_.last_kind() == raw(Kind::BinaryExpr);
    uint32_t end = previous_end();
    finish(mark, Kind::PrefixExpr);
    std::vector<TextEdit> edits{TextEdit{written, compound ? "!(" : "!"}};
    if (compound) edits.push_back(TextEdit{{end, end}, ")"});
    hint(word, "`not` is written `!`", "write `!`", std::move(edits));
    return true;
}

/// After a name: `println!(…)`, f"…". True when the current token was one of them.
void Parser::foreign_after_name(std::string_view name) {
    if (at(Kind::Exclamation) && (kind(1) == Kind::LeftParen || kind(1) == Kind::LeftBracket) &&
        peek().trivia_length + peek(1).trivia_length == 0 && foreign::is_macro_elsewhere(name)) {
        bool call = kind(1) == Kind::LeftParen;
        TextRange habit{peek().begin - (call ? 0 : uint32_t(name.size())), peek().end()};
        hint(habit, call ? "functions are called without `!`" : "a list is written `[a, b]`",
             "remove `" + std::string(call ? "" : name) + "!`", {TextEdit{habit, ""}});
        skip_token();
        return;
    }
    bool quoted = (at(Kind::StringLiteral) || at(Kind::TemplateHead)) && !at_backtick() && peek().trivia_length == 0;
    if (!quoted) return;
    std::string_view message = foreign::string_prefix(name);
    if (message.empty()) return;
    TextRange prefix{peek().begin - uint32_t(name.size()), peek().begin};
    SyntaxError habit{DiagnosticCode::SyntaxError, prefix, std::string(message), {}, {}};
    habit.fix = SyntaxError::Fix{"remove `" + std::string(name) + "`", {TextEdit{prefix, ""}}};
    error(std::move(habit));
    if (at(Kind::StringLiteral)) literal();
    else template_expression();
}

/// `import("m").Name` as a type.
bool Parser::foreign_module_type() {
    error_here(DiagnosticCode::ExpectedType, "import the module with `import * as m from …` and write `m.Name`");
    auto mark = builder_.mark();
    bump();
    if (at(Kind::LeftParen)) arguments();
    while (at(Kind::Dot) && at_word(1)) {
        bump();
        bump();
    }
    if (at(Kind::Less) && !newline_before()) type_arguments();
    finish(mark, Kind::Error);
    return true;
}

/// What ends a statement too early and is known from elsewhere; the message, else empty.
std::string_view Parser::foreign_end() {
    if (at(Kind::IfKw)) return "a choice between two values is written `condition ? a : b`";
    if (at(Kind::ForKw)) return "what is made of every element is written `xs.map(x => …)`";
    if (at(Kind::Colon) && kind(1) == Kind::Equal) return "several variables are declared with `let [a, b] = …`";
    return {};
}

}  // namespace braid::velox
