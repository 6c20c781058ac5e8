// Layout: blocks of lines and lists in brackets, and the reuse of their elements.
#include <fmt/format.h>

#include <cstring>

#include "analyzer/syntax/altru/parser.h"

namespace braid::altru {

namespace {

enum ContextFlag : uint16_t { InBrackets = 1, InContract = 2, OnLine = 4, Tabs = 8 };
constexpr int RoleShift = 4;
constexpr int ColumnShift = 6;
constexpr uint32_t MaxColumn = 1000;

/// NoReuse when the column has no place in a context.
uint16_t column_context(const Column& column) {
    if (column.wide > MaxColumn) return NoReuse;
    if (column.narrow == column.wide) return uint16_t(column.wide << ColumnShift);
    if (column.narrow * 8 == column.wide) return uint16_t(column.wide << ColumnShift | Tabs);
    return NoReuse;
}

/// Two lines whose order depends on the width of a tab.
bool ambiguous(const Column& a, const Column& b) { return (a.wide <=> b.wide) != (a.narrow <=> b.narrow); }

template <Kind... Kinds>
bool is_one_of(SyntaxKind kind) {
    return ((kind == raw(Kinds)) || ...);
}

bool is_expression(SyntaxKind kind) { return group(to_kind(kind)) == Group::Expression; }
bool is_entry(SyntaxKind kind) { return kind == raw(Kind::MapEntry) || is_expression(kind); }
bool is_declaration(SyntaxKind kind) {
    return group(to_kind(kind)) == Group::Declaration && !is_one_of<Kind::FieldDecl, Kind::VariantDecl>(kind);
}
bool is_statement(SyntaxKind kind) { return group(to_kind(kind)) == Group::Statement || is_declaration(kind); }
bool is_member(SyntaxKind kind) {
    return is_declaration(kind) || is_one_of<Kind::FieldDecl, Kind::ContractClause>(kind);
}
bool is_variant(SyntaxKind kind) { return is_declaration(kind) || kind == raw(Kind::VariantDecl); }

}  // namespace

const Parser::List Parser::values_{"an expression", &Parser::element_expression, is_expression, ElementRole::Value};
const Parser::List Parser::arguments_{"an argument", &Parser::argument, is_one_of<Kind::Argument>,
                                      ElementRole::Argument};
const Parser::List Parser::fields_{"a field", &Parser::struct_field, is_one_of<Kind::StructFieldInit>,
                                   ElementRole::Field};
const Parser::List Parser::indices_{"an index or a type", &Parser::index_argument, is_expression, ElementRole::Index};
const Parser::List Parser::entries_{"an element", &Parser::brace_element, is_entry, ElementRole::Entry};
const Parser::Lines Parser::statements_{Role::Statement, is_statement, &Parser::statement};
const Parser::Lines Parser::members_{Role::Member, is_member, &Parser::member};
const Parser::Lines Parser::variants_{Role::Variant, is_variant, &Parser::variant};
const Parser::Lines Parser::match_arms_{Role::Clause, is_one_of<Kind::MatchArm>, &Parser::match_arm};
const Parser::Lines Parser::select_arms_{
    Role::Clause, is_one_of<Kind::SelectArm, Kind::SelectTimeoutArm, Kind::SelectDefaultArm>, &Parser::select_arm};
const Parser::Lines Parser::clauses_{Role::Clause, is_one_of<Kind::ContractClause>, &Parser::contract_clause};

// ---- units ----

uint16_t Parser::flags_context() const {
    return uint16_t((layout_.brackets ? InBrackets : 0) | (layout_.contract ? InContract : 0));
}

/// Elements always stand in brackets, so that flag is free to hold the third bit of their role.
uint16_t Parser::element_context(ElementRole element) const {
    auto role = uint16_t(element);
    return uint16_t((flags_context() & ~InBrackets) | (role >> 2) | (role & 3) << RoleShift);
}

/// A unit that is a line of a block.
Parser::Unit Parser::start_line(const Column& block, Role role) {
    Unit unit{builder_.unit(NoReuse), blocks_, true, true, block, line_};
    if (token_.first_on_line && token_.column == block) {
        uint16_t column = column_context(block);
        if (column != NoReuse) unit.mark.context = uint16_t(column | flags_context() | uint16_t(role) << RoleShift);
    }
    return unit;
}

/// A unit that is an element of a comma list.
Parser::Unit Parser::start_element(const List& list) {
    return {builder_.unit(element_context(list.role)), blocks_, false, token_.first_on_line, line_, line_};
}

/// Only a block inside makes an element depend on the column of the line it stands on.
uint16_t Parser::context(const Unit& unit) const {
    if (unit.own_line || unit.blocks == blocks_ || unit.mark.context == NoReuse) return unit.mark.context;
    uint16_t column = column_context(unit.line);
    return column == NoReuse ? NoReuse : uint16_t(unit.mark.context | column | OnLine);
}

void Parser::finish(Unit& unit, Kind kind) {
    if (unit.is_line && at(Kind::Semicolon)) {
        Token next = peek_after(token_);
        bool ends = next.first_on_line || next.kind == Kind::EndOfFile;
        TextRange removed{token_.text_begin(), ends ? token_.end() : next.text_begin()};
        std::string line = "\n" + std::string(unit.begin.narrow == unit.begin.wide ? unit.begin.wide : 0, ' ');
        builder_.error({DiagnosticCode::ForeignSpelling,
                        token_.range(),
                        "statements end with their line in Altru, without `;`",
                        {},
                        SyntaxError::Fix{ends ? "remove the `;`" : "begin a new line", {{removed, ends ? "" : line}}}});
        bump();
    }
    if (unit.whole_line && !more_on_line()) {
        finish_line(unit);
        orphan_lines(unit);
    }
    unit.mark.context = context(unit);
    builder_.finish_unit(unit.mark, raw(kind));
}

void Parser::finish(Unit& unit) {
    unit.mark.context = context(unit);
    builder_.finish_unit(unit.mark);
}

bool Parser::reuse_lines(const Column& block, const Lines& lines) {
    if (!builder_.reusing() || !token_.first_on_line || !(token_.column == block)) return false;
    uint16_t column = column_context(block);
    if (column == NoReuse) return false;
    ReuseCursor::Request request{lines.kinds};
    request.context = uint16_t(column | flags_context() | uint16_t(lines.role) << RoleShift);
    const GreenNode* node = builder_.reuse(request);
    if (node) after_reuse(node);
    return node;
}

const GreenNode* Parser::reuse_elements(const List& list, bool& separator) {
    if (!builder_.reusing() || !list.kinds) return nullptr;
    ReuseCursor::Request request{list.kinds};
    request.separator = raw(Kind::Comma);
    request.at_separator = separator;
    request.context = element_context(list.role);
    // Elements that begin lines depend on no other line; a chunk's later elements may stand on lines of their own.
    uint16_t column = column_context(line_);
    if (column != NoReuse && !token_.first_on_line) request.other_context = uint16_t(request.context | column | OnLine);
    bool ended_with_separator = false;
    const GreenNode* node = builder_.reuse(request, &ended_with_separator);
    if (!node) return nullptr;
    separator = !ended_with_separator;
    if (node->context() & OnLine) ++blocks_;  // what contains it depends on the line, too
    after_reuse(node);
    return node;
}

/// Lexes on after a node that was taken over, and finds out on what line that is.
void Parser::after_reuse(const GreenNode* node) {
    token_.kind = Kind::BadToken;
    lex();
    if (token_.first_on_line) return;
    // The line began with the last token below `node` that stands first on one.
    uint32_t begin = position() - node->length();
    if (text_.substr(begin, node->length()).find('\n') == std::string_view::npos) return;
    std::vector<std::pair<GreenSlot, uint32_t>> pending{{GreenSlot(node), begin}};
    while (!pending.empty()) {
        auto [slot, offset] = pending.back();
        pending.pop_back();
        if (slot.is_token()) {
            if (std::memchr(text_.data() + offset, '\n', slot.trivia_length()) == nullptr) continue;
            Token token = lexer_.lex(offset);
            if (!token.first_on_line) continue;
            line_ = token.column;
            return;
        }
        for (GreenSlot child : *slot.heap()) {
            pending.emplace_back(child, offset);
            offset += child.length();
        }
    }
}

// ---- blocks ----

bool Parser::begins_line_of_block(const Column* header) const {
    if (token_.kind == Kind::EndOfFile) return false;
    if (!header) return true;
    if (!token_.first_on_line || accepted_ || !deeper(token_.column, *header)) return false;
    bool closer = token_.kind == Kind::RightParen || token_.kind == Kind::RightBracket ||
                  token_.kind == Kind::RightBrace || token_.kind == Kind::Comma;
    return !(layout_.brackets && closer);
}

/// A line that stands between a header and its block is no line of either; the nearer one has it.
bool Parser::falls_back(const Column* header, const Column& block) const {
    return header && token_.first_on_line && deeper(block, token_.column) && deeper(token_.column, *header) &&
           token_.column.wide - header->wide < block.wide - token_.column.wide;
}

/// Says that a line fits no block; lines that make the same mistake one after the other are reported once.
bool Parser::report_indentation(const Column& block, Column& tolerated) {
    if (!token_.first_on_line || token_.column == tolerated) return false;
    tolerated = token_.column;
    if (token_.column == block) return false;
    TextRange space{token_.text_begin() - std::min(token_.column.narrow, token_.trivia), token_.text_begin()};
    if (ambiguous(token_.column, block) || token_.column.wide == block.wide)
        error_at(DiagnosticCode::InconsistentIndentation, space,
                 "tabs and spaces are mixed so that the column depends on the width of a tab; indent with spaces only");
    else
        error_at(
            DiagnosticCode::InconsistentIndentation, space,
            deeper(token_.column, block)
                ? fmt::format(
                      "this line is indented to column {}, but its block stands at {}; only a `:` opens a deeper block",
                      token_.column.wide, block.wide)
                : fmt::format("this line is indented to column {}, which is no open block's; its block stands at {}",
                              token_.column.wide, block.wide));
    return true;
}

Parser::Unit Parser::start_whole_line(const Column& block, Role role, Column& tolerated) {
    Unit unit = start_line(block, role);
    unit.whole_line = true;
    unit.misindented = report_indentation(block, tolerated);
    accept_line();
    return unit;
}

void Parser::block_lines(const Column* header, const Column& block, const Lines& lines) {
    Column tolerated = block;
    while (begins_line_of_block(header) && !falls_back(header, block)) {
        uint32_t before = position();
        if (reuse_lines(block, lines)) {
            tolerated = block;
        } else {
            Unit unit = start_whole_line(block, lines.role, tolerated);
            (this->*lines.element)(unit);
        }
        while (more_on_line()) {
            Unit unit = start_line(block, lines.role);
            unit.whole_line = true;
            (this->*lines.element)(unit);
        }
        if (position() == before) skip_token();
    }
}

/// After a `;` or `,` more may stand on the line.
bool Parser::more_on_line() const {
    if (at_statement_end() || position() == 0) return false;
    char last = text_[position() - 1];
    return last == ';' || last == ',';
}

/// After a statement: nothing else stands on its line.
void Parser::finish_line(const Unit& unit) {
    if (at_statement_end()) return;
    if (at(Kind::BadToken) || unit.misindented) return skip_line();  // it was said why
    if (at_closer())
        error_here(DiagnosticCode::UnmatchedDelimiter, fmt::format("{} has no opening bracket; remove it", found()));
    else
        error_here(
            DiagnosticCode::ExpectedToken,
            fmt::format("expected the end of the line, found {}; each statement stands on a line of its own", found()));
    skip_line();
}

/// Whether a token stands on the line that begins here, outside of brackets.
bool Parser::line_has(Kind kind) {
    int open = 0;
    int tokens = 0;
    for (Token token = token_;
         open >= 0 && ++tokens < 256 && token.kind != Kind::EndOfFile && token.kind != Kind::StringStart;
         token = peek_after(token)) {
        if (token.first_on_line && token.begin != token_.begin && open == 0) return false;
        if (token.kind == Kind::LeftParen || token.kind == Kind::LeftBracket || token.kind == Kind::LeftBrace) ++open;
        if (token.kind == Kind::RightParen || token.kind == Kind::RightBracket || token.kind == Kind::RightBrace)
            --open;
        if (open == 0 && token.kind == kind) return true;
    }
    return false;
}

/// The lines below a header that was not understood: they are its block all the same.
void Parser::orphan_lines(const Unit& unit) {
    if (!token_.first_on_line || position() == 0 || text_[position() - 1] != ':' || !begins_line_of_block(&unit.begin))
        return;
    // A `:` of a header within the unit has its block, though it may be empty.
    if (Group last = group(to_kind(builder_.last_kind())); last != Group::Token && last != Group::Error) return;
    Nesting nesting(*this);
    if (!nesting) return skip_lines(unit.begin);
    Mark mark = builder_.mark();
    const Lines* arms = token_.kind == Kind::CaseKw ? &select_arms_ : line_has(Kind::FatArrow) ? &match_arms_ : nullptr;
    if (arms) {
        LayoutScope scope(*this, {true, layout_.brackets, false});
        ++blocks_;
        block_lines(&unit.begin, Column(token_.column), *arms);
        builder_.finish(mark, raw(arms == &match_arms_ ? Kind::MatchArmList : Kind::SelectArmList));
        return;
    }
    statement_lines(unit.begin, Contracts::Function);
    builder_.finish(mark, raw(Kind::Block));
    if (at(LineEnd) && token_.kind == Kind::ElseKw && (token_.column == unit.line || token_.column == unit.begin))
        else_block(token_.column);
}

/// The `:` of a header. When it is missing the lines below it are still its block; false when there are none.
bool Parser::block_colon(const Column& header, std::string_view owner) {
    if (eat(Kind::Colon)) return true;
    error_here(DiagnosticCode::ExpectedBlock,
               fmt::format("expected `:` and a block after {}, found {}", owner, found()));
    if (!at_statement_end() && !at(Kind::ElseKw)) skip_line();
    return token_.first_on_line && begins_line_of_block(&header);
}

void Parser::block(const Column& header, std::string_view owner, Contracts contracts) {
    Nesting nesting(*this);
    if (!nesting) return skip_lines(header);
    Mark mark = builder_.mark();
    if (at_braces(header)) braced_lines(header, owner, statements_, contracts);
    else if (!block_colon(header, owner)) {
    } else if (on_new_line()) statement_lines(header, contracts);
    else one_line_block();
    builder_.finish(mark, raw(Kind::Block));
}

/// The block that is nested too deeply to be parsed.
void Parser::skip_lines(const Column& header) {
    LayoutScope scope(*this, {true, layout_.brackets, false});
    Mark mark = builder_.mark();
    while (begins_line_of_block(&header)) {
        accept_line();
        skip_line();
    }
    if (!builder_.empty_since(mark)) builder_.finish(mark, raw(Kind::Error));
}

void Parser::one_line_block() {
    LayoutScope scope(*this, {true, layout_.brackets, false});
    ++blocks_;
    Unit unit = start_line(line_, Role::Statement);
    statement(unit);
}

/// The block of a match arm, after its `=>`.
void Parser::arrow_block(const Column& header) {
    Nesting nesting(*this);
    if (!nesting) return skip_lines(header);
    Mark mark = builder_.mark();
    statement_lines(header, Contracts::None);
    builder_.finish(mark, raw(Kind::Block));
}

void Parser::statement_lines(const Column& header, Contracts contracts) { lines_below(header, statements_, contracts); }

/// The lines that are indented deeper than the one the header began on.
void Parser::lines_below(const Column& header, const Lines& lines, Contracts contracts) {
    LayoutScope scope(*this, {true, layout_.brackets, false});
    ++blocks_;
    if (!begins_line_of_block(&header)) return;
    Column block = token_.column;
    if (contracts != Contracts::None) contract_list(header, block, contracts);
    block_lines(&header, block, lines);
}

void Parser::list_block(const Column& header, std::string_view owner, const Lines& lines, Kind node) {
    Nesting nesting(*this);
    if (!nesting) return skip_lines(header);
    Mark mark = builder_.mark();
    if (at_braces(header)) {
        braced_lines(header, owner, lines, Contracts::None);
    } else if (block_colon(header, owner)) {
        if (on_new_line()) {
            lines_below(header, lines, Contracts::None);
        } else {
            LayoutScope scope(*this, {true, layout_.brackets, false});
            ++blocks_;
            do {
                Unit unit = start_line(header, lines.role);
                (this->*lines.element)(unit);
            } while (more_on_line());
        }
    }
    builder_.finish(mark, raw(node));
}

// ---- lists in brackets ----

Parser::Elements Parser::bracketed(Kind open, Kind close, const List& list) {
    Token opening = token_;
    Elements elements;
    bool closed;
    {
        LayoutScope scope(*this, {false, true, layout_.contract});
        bump_as(open);
        elements = comma_elements(close, list);
        closed = at(close);
    }
    close_bracket(closed, close, opening);
    elements.closed = closed;
    return elements;
}

/// The closing bracket, after the layout around the brackets is in force again.
void Parser::close_bracket(bool closed, Kind close, const Token& open) {
    if (closed) {
        accept_line();
        bump_as(close);
        return;
    }
    std::string_view opener = text_.substr(open.text_begin(), open.length);
    SyntaxError error{DiagnosticCode::UnclosedDelimiter, open.range(), {}, {}, {}};
    error.message = fmt::format("this `{}` is never closed; expected {}, found {}", opener, describe(close), found());
    error.related.push_back({here(), fmt::format("expected {} here", describe(close))});
    builder_.error(std::move(error));
}

Parser::Elements Parser::comma_elements(Kind close, const List& list) {
    Elements elements;
    Column line = last_line_;  // of the opening bracket
    bool separator = false;
    for (;;) {
        if (const GreenNode* node = reuse_elements(list, separator)) {
            GreenSlot slot(node);
            while (slot.is_list()) slot = slot.heap()->slot(0);
            elements.many |= elements.first != Kind::List || node->is_list();
            if (elements.first == Kind::List) elements.first = to_kind(slot.kind());
            continue;
        }
        if (at(close) || at(Kind::EndOfFile) || begins_statement(line)) break;
        if (separator) {
            if (at(Kind::Comma)) {
                bump();
                separator = false;
                elements.many = true;
            } else if (at(Kind::Semicolon) && close == Kind::RightBracket) {
                break;
            } else if (!recover_in_list(close, list.what, line)) {
                break;
            }
            continue;
        }
        uint32_t before = position();
        if (at(Kind::Comma)) expected(DiagnosticCode::SyntaxError, list.what);
        else (this->*list.element)();
        if (position() > before) {
            if (elements.first == Kind::List) elements.first = to_kind(builder_.last_kind());
        } else if (!at(Kind::Comma) && !recover_in_list(close, list.what, line)) {
            break;
        }
        separator = true;
    }
    return elements;
}

/// A line that can only be a statement: brackets around it were left open.
bool Parser::begins_statement(const Column& line) {
    if (!token_.first_on_line) return false;
    if (at(Kind::LeftBracket)) {
        if (!at_attributes()) return false;
        ++blocks_;  // judged by columns
        return !deeper(token_.column, line);
    }
    switch (visible_) {
        case Kind::LetKw:
        case Kind::ReturnKw:
        case Kind::WhileKw:
        case Kind::ForKw:
        case Kind::LoopKw:
        case Kind::SelectKw:
        case Kind::GoKw:
        case Kind::CaseKw:
        case Kind::BreakKw:
        case Kind::ContinueKw: return true;
        default: return at_declaration();
    }
}

/// At something that is neither separator nor closing bracket. Skips it, unless the list was probably left open: the
/// next statement begins or another bracket closes. Then `close_bracket` has the word.
bool Parser::recover_in_list(Kind close, std::string_view what, const Column& line) {
    if (at_closer() || at(Kind::EndOfFile) || at(LineEnd) || at(Kind::FatArrow) || at(Kind::Arrow)) return false;
    if (at(Kind::Colon)) {  // of the header around the brackets
        Token next = peek_after(token_);
        if (next.first_on_line || next.kind == Kind::EndOfFile) return false;
    }
    ++blocks_;  // what was left open is judged by columns
    auto left_open = [&] { return begins_statement(line) || (token_.first_on_line && !deeper(token_.column, line)); };
    if (left_open()) return false;
    if (!at(Kind::BadToken))
        error_here(DiagnosticCode::ExpectedToken,
                   fmt::format("expected `,` or {} after {}, found {}", describe(close), what, found()));
    Mark mark = builder_.mark();
    int64_t open = 0;
    do {
        if (at(Kind::LeftParen) || at(Kind::LeftBracket) || at(Kind::LeftBrace)) ++open;
        if (at_closer()) --open;
        skip_into_error(mark);
    } while (!at(Kind::EndOfFile) && !at(LineEnd) && !left_open() && !(open == 0 && at(Kind::Comma)) &&
             !(open <= 0 && at_closer()));
    builder_.finish(mark, raw(Kind::Error));
    return true;
}

}  // namespace braid::altru
