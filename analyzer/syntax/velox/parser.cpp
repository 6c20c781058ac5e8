#include "analyzer/syntax/velox/parser.h"

#include <algorithm>

#include "analyzer/syntax/velox/velox.h"

namespace braid::velox {

Parser::Parser(std::string_view text, ReuseCursor* reuse) : text_(text), builder_(reuse), parens_(text) {}

GreenRef Parser::source_file() {
    auto mark = builder_.mark();
    statement_list(nullptr, false);
    bump();
    return builder_.finish_root(mark, raw(Kind::SourceFile));
}

// ---- tokens ----

void Parser::fetch(uint32_t ahead) {
    uint32_t from = token_count_ == 0 ? builder_.position() : peek(token_count_ - 1).end();
    do {
        Token& token = tokens_[(first_token_ + token_count_++) % MaxPeek];
        lex_token(text_, from, token);
        token.begin = from + token.trivia_length;
        from = token.end();
        // The end of the text counts as one byte.
        builder_.looked_at(std::min(from + token.lookahead, uint32_t(text_.size()) + 1));
    } while (token_count_ <= ahead);
    kind_ = tokens_[first_token_].kind;
}

std::string_view Parser::token_text(uint32_t ahead) {
    const Token& token = peek(ahead);
    return text_.substr(token.begin, token.length);
}

bool Parser::at_backtick() { return (at(Kind::TemplateWhole) || at(Kind::TemplateHead)) && text_[peek().begin] == '`'; }

void Parser::bump_as(Kind kind) {
    const Token& token = tokens_[first_token_];
    if (kind_ == NotRead || token.error != LexError::None) return bump_slowly(kind);
    uint32_t trivia = token.trivia_length, length = token.length;
    next_token();
    builder_.token(raw(kind), trivia, length);
}

/// The rare cases of `bump_as`: nobody has asked for the token yet, or it is wrong in itself.
void Parser::bump_slowly(Kind kind) {
    const Token& token = peek();
    if (token.error != LexError::None) report_lex_error(token);
    builder_.token(raw(kind), token.trivia_length, token.length);
    next_token();
}

void Parser::rescan(LexedToken read) {
    Token& token = tokens_[first_token_];
    read.trivia_length = token.trivia_length;
    read.newline_before = token.newline_before;
    static_cast<LexedToken&>(token) = read;
    kind_ = read.kind;
    token_count_ = 1;
    builder_.looked_at(std::min(token.end() + token.lookahead, uint32_t(text_.size()) + 1));
}

void Parser::report_lex_error(const Token& token) {
    struct Wording {
        LexError error;
        DiagnosticCode code;
        std::string_view message;
    };
    static constexpr Wording wordings[] = {
        {LexError::UnterminatedString, DiagnosticCode::UnterminatedString,
         "this string has no closing quote on its line; use `…` for text of several lines"},
        {LexError::UnterminatedTemplate, DiagnosticCode::UnterminatedString,
         "this template is never closed: a ` is missing"},
        {LexError::UnterminatedRegex, DiagnosticCode::UnterminatedString,
         "this regular expression has no closing `/` on its line"},
        {LexError::UnterminatedComment, DiagnosticCode::UnterminatedComment,
         "this comment is never closed: `*/` is missing"},
        {LexError::MalformedNumber, DiagnosticCode::InvalidLiteral, "this is not a number"},
        {LexError::MalformedEscape, DiagnosticCode::InvalidLiteral,
         "this escape is malformed; write \\xHH, \\uHHHH or \\u{H…} up to \\u{10FFFF}"},
        {LexError::TripleQuote, DiagnosticCode::InvalidLiteral, "text of several lines stands between backquotes: `…`"},
        {LexError::HashComment, DiagnosticCode::InvalidCharacter, "comments begin with `//`"},
        {LexError::UnknownCharacter, DiagnosticCode::InvalidCharacter, "this character cannot stand in a program"},
        {LexError::InvalidUtf8, DiagnosticCode::InvalidCharacter, "these bytes are not UTF-8 text"},
    };
    for (const Wording& wording : wordings) {
        if (wording.error != token.error) continue;
        TextRange range{token.error_offset, token.error_offset + token.error_length};
        std::string message(wording.message);
        std::string_view text = text_.substr(token.begin, token.length);
        if (token.error == LexError::MalformedNumber && text.ends_with('n'))
            message = "numbers need no `n`: write `" + std::string(text.substr(0, text.size() - 1)) +
                      "`, which is an `int` where one is expected";
        SyntaxError wrong{wording.code, range, std::move(message), {}, {}};
        if (token.error == LexError::HashComment) {
            wrong.fix = SyntaxError::Fix{"write `//`", {TextEdit{range, "//"}}};
        } else if (token.error == LexError::TripleQuote) {
            wrong.fix = SyntaxError::Fix{"write backquotes",
                                         {TextEdit{range, "`"}, TextEdit{{token.end() - 3, token.end()}, "`"}}};
        } else if (token.error == LexError::MalformedNumber && text.ends_with('n')) {
            wrong.fix = SyntaxError::Fix{"remove `n`", {TextEdit{{token.end() - 1, token.end()}, ""}}};
        }
        error(std::move(wrong));
    }
}

// ---- units ----

/// What decides about a unit beside its text: where it stands, and how far the line it begins in is indented, since
/// that may tell where its blocks end.
uint16_t Parser::context(Within within) {
    if (builder_.position() == 0 && text_.starts_with("#!")) return NoReuse;  // that line is trivia only there
    uint32_t column = column_of_line(peek().begin);
    return uint16_t(column << 4 | uint32_t(begins_line(peek())) << 3 | uint32_t(within));
}

void Parser::finish_unit(Unit unit, Kind kind) {
    // What is wrong here may be right elsewhere: a `}` ends a block, a `case` the one before.
    if (doubts_ != unit.doubts || kind == Kind::Error) unit.context = NoReuse;
    builder_.finish_unit(unit, raw(kind));
}

bool Parser::reuse(KindPredicate elements, Within within, bool whole_chunks, bool outermost) {
    if (!builder_.reusing()) return false;
    ReuseCursor::Request request{.elements = elements, .context = context(within), .whole_chunks = whole_chunks};
    if (outermost) request.other_context = request.context | DecidedByItself;
    request.without_errors = speculating_;  // they are no complaints of this attempt
    if (!builder_.reuse(request)) return false;
    forget_tokens();
    return true;
}

// ---- lists ----

/// Takes elements and chunks of the old tree while there are any; whether a separator must come next.
bool Parser::reuse_elements(const List& list, bool* expect_comma) {
    if (!list.reusable || !builder_.reusing()) return false;
    ReuseCursor::Request request{.elements = list.reusable,
                                 .context = context(list.within),
                                 .separator = raw(Kind::Comma),
                                 .at_separator = *expect_comma,
                                 .without_errors = speculating_};  // they are no complaints of this attempt
    bool ended_with_comma = false;
    if (!builder_.reuse(request, &ended_with_comma)) return false;
    forget_tokens();
    *expect_comma = !ended_with_comma;
    return true;
}

void Parser::comma_list(const List& list, TextRange opener) {
    FlagScope scope(*this, {});
    bool expect_comma = false, reported = false;
    auto closed = [&] { return list.braces ? at_close(*list.braces, false) : at(list.close) || at(Kind::EndOfFile); };
    while (!closed() && !hopeless()) {
        if (reuse_elements(list, &expect_comma)) continue;
        if (expect_comma && accept(Kind::Comma)) {
            expect_comma = false;
        } else if (expect_comma) {
            bool starts_next = (this->*list.starts)() && !(list.ends_at_line && newline_before()) &&
                               !(list.close == Kind::Greater && (at(Kind::LeftBrace) || at(Kind::LeftParen)));
            if (starts_next && newline_before() && at_outer_declaration(column_of_line(opener.begin))) break;
            if (!starts_next && !recover_in_list(list, &reported)) break;
            if (starts_next) {
                SyntaxError missing{DiagnosticCode::ExpectedToken, {previous_end(), previous_end()}, {}, {}, {}};
                missing.message = "expected `,` before the next " + std::string(list.element_name);
                missing.fix = SyntaxError::Fix{"insert `,`", {TextEdit{missing.range, ","}}};
                error(std::move(missing));
                // Marks the place: an error between elements belongs to no unit, so none may be taken over across it.
                finish(builder_.mark(), Kind::Error);
            }
            expect_comma = false;
        } else if ((this->*list.starts)()) {
            uint32_t before = builder_.position();
            (this->*list.element)();
            if (builder_.position() == before && !at(Kind::Comma)) break;  // reported, too deep
            expect_comma = true;
        } else if (!recover_in_list(list, &reported)) {
            break;
        }
    }
    if (list.braces) close_braces(*list.braces);
    else if (!accept(list.close) && !reported) expect_close(list.close, opener, list.what);
}

/// At something that is neither an element nor a separator; false when the list must be given up.
bool Parser::recover_in_list(const List& list, bool* reported) {
    if (list.braces && at(Kind::Semicolon)) {
        TextRange semicolon{peek().begin, peek().end()};
        SyntaxError habit{DiagnosticCode::ExpectedToken, here(), {}, {}, {}};
        habit.message =
            "what stands in the braces of this " + std::string(list.what) + " is separated by `,`, not by `;`";
        habit.fix = SyntaxError::Fix{"write `,`", {TextEdit{semicolon, ","}}};
        error(std::move(habit));
        skip_token();
        return true;
    }
    if (at(Kind::Comma)) {
        error_here(DiagnosticCode::SyntaxError, "expected " + std::string(describe(list.close)) + " or another " +
                                                    std::string(list.element_name) + ", " + found());
        skip_token();
        return true;
    }
    if (list.close == Kind::Greater) return recover_in_types(list, reported);
    if (at(Kind::ForKw) && list.close == Kind::RightBracket && !newline_before()) {
        error_here(DiagnosticCode::SyntaxError, std::string(foreign_end()));
        *reported = true;
        skip_to_close();
        return at(list.close);
    }
    bool closing = at(Kind::RightParen) || at(Kind::RightBracket) || at(Kind::RightBrace) || at(Kind::Semicolon);
    // The `)` before a result type or a body is missing.
    if (list.element == &Parser::parameter)
        closing |= at(Kind::Colon) || at(Kind::LeftBrace) || at(Kind::FatArrow) || at(Kind::ThinArrow);
    bool from = at(Kind::FromKw) && kind(1) == Kind::StringLiteral;  // of an import whose `}` is missing
    if (closing || from || at(Kind::EndOfFile) || (newline_before() && starts_statement())) return false;
    error_here(DiagnosticCode::ExpectedToken, "expected `,` or " + std::string(describe(list.close)) + " in this " +
                                                  std::string(list.what) + ", " + found());
    *reported = true;
    skip_to_close();
    return at(Kind::Comma) || at(list.close);
}

/// Between `<` and `>`: what follows the list is parameters, a body or a value, and must not be lost with it.
bool Parser::recover_in_types(const List& list, bool* reported) {
    auto ends = [this] {
        return newline_before() || at(Kind::LeftBrace) || at(Kind::LeftParen) || at(Kind::RightParen) ||
               at(Kind::RightBracket) || at(Kind::RightBrace) || at(Kind::Semicolon) || at(Kind::Equal) ||
               at(Kind::EndOfFile);
    };
    if (ends()) return false;
    error_here(DiagnosticCode::ExpectedToken, "expected `,` or `>` in this " + std::string(list.what) + ", " + found());
    *reported = true;
    if (speculating_) return false;
    auto mark = builder_.mark();
    while (!ends() && !at(Kind::Comma) && !at(Kind::Greater)) bump();
    if (!builder_.empty_since(mark)) finish(mark, Kind::Error);
    return at(Kind::Comma) || at(Kind::Greater);
}

// ---- entry points ----

namespace {

SyntaxTreePtr tree_of(SharedText text, ReuseCursor* reuse) {
    GreenRef root = Parser(*text, reuse).source_file();
    return std::make_shared<const SyntaxTree>(grammar(), std::move(text), std::move(root));
}

}  // namespace

SyntaxTreePtr parse(SharedText text) { return tree_of(std::move(text), nullptr); }
SyntaxTreePtr parse(std::string_view text) { return parse(std::make_shared<const std::string>(text)); }

SyntaxTreePtr reparse(const SyntaxTree& old, std::span<const TextEdit> edits, SharedText text) {
    ReuseCursor cursor(old.green_root().get(), edits);
    return tree_of(std::move(text), &cursor);
}

}  // namespace braid::velox
