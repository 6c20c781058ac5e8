#include <algorithm>

#include "analyzer/syntax/velox/parser.h"

// Errors, and how the parser finds its feet again. One cause, one error: the builder drops what is reported where
// something was just reported, and a rule that gives up leaves its rest to skip_statement_rest or skip_to_close.
namespace braid::velox {

TextRange Parser::here() {
    const Token& token = peek();
    if (token.kind == Kind::EndOfFile || token.newline_before) return {previous_end(), previous_end()};
    return {token.begin, token.end()};
}

bool Parser::error(SyntaxError error) {
    ++complaints_;
    return builder_.error(std::move(error));
}

bool Parser::error(DiagnosticCode code, TextRange range, std::string message) {
    return error(SyntaxError{code, range, std::move(message), {}, {}});
}

bool Parser::error_here(DiagnosticCode code, std::string message) {
    if (at(Kind::BadToken) && !builder_.just_failed()) {
        ++complaints_;
        report_lex_error(peek());
        return true;
    }
    return error(code, here(), std::move(message));
}

void Parser::hint(TextRange range, std::string message, std::string title, std::vector<TextEdit> edits) {
    SyntaxError hint{DiagnosticCode::ForeignSpelling, range, std::move(message), {}, {}};
    if (!edits.empty()) hint.fix = SyntaxError::Fix{std::move(title), std::move(edits)};
    builder_.error(std::move(hint));
}

std::string Parser::found() {
    if (at(Kind::EndOfFile)) return "but the file ends here";
    if (newline_before()) return "but the line ends here";
    std::string_view text = token_text();
    bool plain = text.size() <= 30 &&
                 std::none_of(text.begin(), text.end(), [](char c) { return uint8_t(c) < ' ' || c == '`'; });
    if (at(Kind::BadToken) || !plain) return "found " + std::string(describe(kind()));
    return "found `" + std::string(text) + "`";
}

bool Parser::expect(Kind k, std::string_view remedy) {
    if (accept(k)) return true;
    std::string message = "expected " + std::string(describe(k)) + ", " + found();
    if (!remedy.empty()) message += "; " + std::string(remedy);
    error_here(DiagnosticCode::ExpectedToken, std::move(message));
    return false;
}

bool Parser::expect_close(Kind k, TextRange opener, std::string_view what) {
    if (accept(k)) return true;
    std::string name(describe(k));
    std::string_view spelling = std::string_view(name).substr(1, name.size() - 2);
    TextRange end{previous_end(), previous_end()};
    SyntaxError missing{DiagnosticCode::UnclosedDelimiter, opener, {}, {}, {}};
    missing.message = "this " + std::string(what) + " is never closed: " + name + " is missing";
    missing.related.push_back({end, name + " could stand here"});
    missing.fix = SyntaxError::Fix{"insert " + name, {TextEdit{end, std::string(spelling)}}};
    error(std::move(missing));
    return false;
}

bool Parser::expect_name(std::string_view what) {
    if (at_name()) {
        bump_as(Kind::Identifier);
        return true;
    }
    if (is_reserved(kind()) && !newline_before()) {
        error_here(DiagnosticCode::ExpectedName,
                   "`" + std::string(token_text()) + "` is a word of the language and cannot be " + std::string(what));
        skip_token();
        return false;
    }
    error_here(DiagnosticCode::ExpectedName, "expected " + std::string(what) + ", " + found());
    return false;
}

bool Parser::too_deep() {
    error_here(DiagnosticCode::NestingTooDeep, "this is nested too deeply (more than " +
                                                   std::to_string(GreenBuilder::MaxDepth) +
                                                   " levels); give the inner parts names of their own");
    skip_to_close();
    return false;
}

void Parser::skip_token() {
    auto mark = builder_.mark();
    bump();
    finish(mark, Kind::Error);
}

void Parser::skip_arguments() {
    auto mark = builder_.mark();
    arguments();
    finish(mark, Kind::Error);
}

void Parser::remove_word(std::string message) {
    TextRange word{peek().begin, peek().end()};
    uint32_t next = newline_before(1) ? word.end : peek(1).begin;
    hint(word, std::move(message), "remove `" + std::string(token_text()) + "`", {TextEdit{{word.begin, next}, ""}});
    skip_token();
}

/// One token, which may open or close a bracket. A `}` closes what was opened after its `{`, too.
void Parser::skip_balanced(Skipped& skipped) {
    std::vector<char>& open = skipped.open;
    auto opens = [&](char close) {
        open.push_back(close);
        skipped.braces += close != ')' && close != ']';
    };
    switch (kind()) {
        case Kind::LeftParen: opens(')'); break;
        case Kind::LeftBracket: opens(']'); break;
        case Kind::LeftBrace: opens('}'); break;
        case Kind::TemplateHead: opens(text_[peek().begin]); break;
        case Kind::RightBrace:
            if (skipped.braces == 0) break;
            while (open.back() == ')' || open.back() == ']') open.pop_back();
            if (open.back() != '}') rescan(lex_template_rest(text_, peek().begin, open.back()));
            if (at(Kind::TemplateMiddle)) break;
            open.pop_back();
            --skipped.braces;
            break;
        case Kind::RightParen:
        case Kind::RightBracket:
            if (!open.empty() && open.back() == text_[peek().begin]) open.pop_back();
            break;
        default: break;
    }
    bump();
}

/// Whether the current token begins a line and a declaration in it, no further in than `column`: brackets that are open
/// there, but for braces, lack their partner.
bool Parser::at_outer_declaration(uint32_t column) {
    return begins_line(peek()) && column_of_line(peek().begin) <= column && at_declaration();
}

/// Whether a bracket that is skipped from a line of that column on lacks its partner: the current token closes what is
/// outside, or begins a declaration no further in, or stands where it cannot.
bool Parser::leaves_skipped(const Skipped& skipped, uint32_t column) {
    if (skipped.braces == 0 && (at(Kind::RightBrace) || at_outer_declaration(column))) return true;
    return misplaced_in_skipped(column);
}

void Parser::skip_to_close() {
    if (speculating_) return;
    auto mark = builder_.mark();
    Skipped skipped;
    uint32_t column = column_of_line(peek().begin);
    while (!at(Kind::EndOfFile)) {
        bool inside = !skipped.open.empty();
        bool closing = at(Kind::RightParen) || at(Kind::RightBracket) || at(Kind::RightBrace);
        if (!inside && (closing || at(Kind::Comma) || at(Kind::Semicolon))) break;
        if (!inside && newline_before() && is_reserved(kind()) && starts_statement() && !starts_expression()) break;
        if (!inside && at_outer_declaration(column)) break;
        if (inside && leaves_skipped(skipped, column)) break;
        skip_balanced(skipped);
    }
    if (!builder_.empty_since(mark)) finish(mark, Kind::Error);
}

void Parser::skip_statement_rest() {
    if (speculating_) return;
    auto mark = builder_.mark();
    Skipped skipped;
    uint32_t column = column_of_line(peek().begin);
    while (!at(Kind::EndOfFile)) {
        if (skipped.open.empty()) {
            if (at(Kind::RightBrace)) break;
            bool continues = at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::Plus) || at(Kind::Minus) ||
                             at(Kind::Slash) || at(Kind::LeftBrace);
            if (newline_before() && !continues && (starts_statement() || at(Kind::CaseKw) || at(Kind::DefaultKw)))
                break;
            if (at(Kind::Semicolon)) {
                bump();
                break;
            }
        } else if (leaves_skipped(skipped, column)) {
            break;
        }
        skip_balanced(skipped);
    }
    if (!builder_.empty_since(mark)) finish(mark, Kind::Error);
}

bool Parser::at_statement_end() {
    return at(Kind::Semicolon) || at(Kind::RightBrace) || at(Kind::EndOfFile) || newline_before();
}

/// Ends a statement: `;`, or nothing where JavaScript would insert one.
void Parser::semicolon(std::string_view after) {
    if (accept(Kind::Semicolon) || at_statement_end()) return;
    if (at(Kind::CaseKw) || at(Kind::DefaultKw)) return;  // the last statement of a one-line arm
    std::string_view habit = foreign_end();
    error_here(DiagnosticCode::ExpectedToken,
               habit.empty() ? "expected `;` or a new line after this " + std::string(after) + ", " + found()
                             : std::string(habit));
    skip_statement_rest();
}

// ---- braces ----

uint32_t Parser::column_of_line(uint32_t offset) const {
    // Nearly every question is about the line of the one before, or about a line after it.
    if (offset < line_.begin || offset > line_.asked) {
        uint32_t known = offset > line_.asked ? line_.asked : 0;
        uint32_t begin = line_begin(text_, known, offset);
        if (begin > known || known == 0) {
            line_.begin = begin;
            while (begin < text_.size() && (text_[begin] == ' ' || text_[begin] == '\t')) ++begin;
            line_.column = std::min(begin - line_.begin, FarthestColumn);
        }
        line_.asked = offset;
    }
    return offset - line_.begin > FarthestColumn ? 0 : line_.column;
}

bool Parser::begins_line(const Token& token) const {
    return token.newline_before || token.begin == token.trivia_length;
}

Parser::Braces Parser::open_braces(std::string_view what) {
    Braces braces;
    braces.opener = {peek().begin, peek().end()};
    braces.what = what;
    braces.column = column_of_line(braces.opener.begin);
    bump();
    braces.indented = newline_before() && column_of_line(peek().begin) > braces.column;
    return braces;
}

/// The braces rule wherever they match. Only where the statement of the file that all this belongs to lacks a brace, or
/// has one too many, its indentation does.
bool Parser::indentation_decides() {
    ++doubts_;
    if (!region_.asked) region_ = brace_region(text_, region_.begin, column_of_line(region_.begin));
    return !region_.balanced;
}

/// Whether the current token, inside of brackets that are skipped from a line of that column on, stands so far out that
/// one of them lacks its partner.
bool Parser::misplaced_in_skipped(uint32_t column) {
    return begins_line(peek()) && !at(Kind::RightBrace) && column_of_line(peek().begin) <= column &&
           indentation_decides();
}

/// Whether what is in the braces ends here. Where indentation decides, a line that stands further out than the contents
/// should ends them, and a `}` that stands further in than it should closes nothing.
bool Parser::at_close(const Braces& braces, bool holds_declarations) {
    for (;;) {
        if (at(Kind::EndOfFile)) return true;
        bool closing = at(Kind::RightBrace);
        if (braces.colon) return closing || (newline_before() && column_of_line(peek().begin) <= braces.column);
        if (!newline_before()) return closing;
        uint32_t column = column_of_line(peek().begin);
        if (!braces.indented) {  // then only a declaration that stands further out tells anything
            bool outside = holds_declarations && !closing && column <= braces.column && at_declaration();
            return closing || (outside && indentation_decides());
        }
        if (column < braces.least && !closing) ++doubts_;
        if (closing ? column == braces.column : column > braces.column) return closing;
        if (!indentation_decides()) return closing;
        if (!closing || column < braces.column) return true;
        error(DiagnosticCode::UnmatchedDelimiter, {peek().begin, peek().end()}, "this `}` closes nothing: remove it");
        skip_token();
    }
}

void Parser::close_braces(const Braces& braces) {
    bool outside = braces.indented && newline_before() && column_of_line(peek().begin) < braces.column;
    if (at(Kind::RightBrace) && !(outside && indentation_decides())) {
        bump();
        return;
    }
    TextRange end{previous_end(), previous_end()};
    SyntaxError missing{DiagnosticCode::UnclosedDelimiter, braces.opener, {}, {}, {}};
    missing.message = "the `{` of this " + std::string(braces.what) + " is never closed: `}` is missing";
    missing.related.push_back({end, "`}` could stand after this"});
    missing.fix = SyntaxError::Fix{"insert `}`", {TextEdit{end, "\n" + std::string(braces.column, ' ') + "}"}}};
    error(std::move(missing));
}

}  // namespace braid::velox
