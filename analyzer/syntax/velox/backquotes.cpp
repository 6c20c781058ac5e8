#include "analyzer/syntax/velox/backquotes.h"

#include <algorithm>
#include <utility>

#include "analyzer/syntax/velox/characters.h"
#include "analyzer/syntax/velox/token_scan.h"

namespace braid::velox {
namespace {

/// How far behind a template its backquotes are judged. In proportion to the template, so that reading stays linear
/// whatever the text; and not far, so that what was decided holds when something far away changes.
uint32_t judged_length(const ReadTemplate& read) { return std::min(4096u, 256 * (read.end - read.begin)); }

bool is_plain_operand(Kind kind) {
    return kind == Kind::Identifier || kind == Kind::StringLiteral || kind == Kind::NumberLiteral;
}

bool ends_plain_operand(Kind kind) {
    return is_plain_operand(kind) || kind == Kind::TemplateWhole || kind == Kind::TemplateTail;
}

bool opens_hole(const ReadTemplate& read) {
    return read.kind == Kind::TemplateHead || read.kind == Kind::TemplateMiddle;
}

/// Reads what follows a template and tells at once when it is no code: a token that is wrong in itself, two operands
/// side by side in a line (but `catch (Type name)`), the `${` of a template.
class CodeReader {
  public:
    CodeReader(std::string_view text, const ReadTemplate& read)
        : scan_(text, read.end, Backquotes::Believed, opens_hole(read) ? '`' : '\0'), text_(text), last_(read.kind) {}

    Kind next() {
        uint32_t before = scan_.end();
        Kind kind = scan_.next();
        bool names = kind == Kind::Identifier && last_ == Kind::Identifier && before_last_ == Kind::LeftParen;
        bool beside = is_plain_operand(kind) && ends_plain_operand(last_) && !scan_.newline_before() && !names;
        bool hole = kind == Kind::LeftBrace && scan_.begin() == before && text_[before - 1] == '$';
        is_code_ = scan_.error() == LexError::None && !beside && !hole;
        before_last_ = std::exchange(last_, kind);
        return kind;
    }
    bool is_code() const { return is_code_; }
    const TokenScan& scan() const { return scan_; }

  private:
    TokenScan scan_;
    std::string_view text_;
    Kind last_;
    Kind before_last_ = Kind::List;
    bool is_code_ = true;
};

/// Whether the backquote at `begin` would open a template that ends in `text` and does not look like code.
bool would_open(std::string_view text, uint32_t begin) {
    LexedToken token = lex_template_rest(text, begin, '`', Backquotes::Believed);
    if (token.error == LexError::UnterminatedTemplate) return false;
    uint32_t end = begin + token.length;
    auto line_end = uint32_t(std::min<size_t>(text.substr(0, end).find_first_of("\r\n", begin), end));
    return line_end == end || !looks_like_code(text, {begin, line_end, end, token.kind, true});
}

}  // namespace

bool looks_like_code(std::string_view text, const ReadTemplate& read) {
    uint32_t column = indentation_of_line(text, read.begin);
    text = text.substr(0, read.end);
    for (size_t at = read.line_end; at < text.size(); at = text.find_first_of("\r\n", at)) {
        at = text.find_first_not_of(" \t\r\n", at);
        if (at == std::string_view::npos) return false;
        if (indentation_of_line(text, uint32_t(at)) > column) continue;
        size_t word = at;
        while (word < text.size() && is_name_part(text[word])) ++word;
        Kind kind = keyword_kind(text.substr(at, word - at));
        if (text[at] == '}' || is_reserved(kind) || kind == Kind::AsyncKw) return true;
    }
    return false;
}

BackquoteVerdict judge_backquote(std::string_view text, const ReadTemplate& read) {
    if (!read.terminated) return {false, read.end};
    bool whole = text.size() - read.end <= judged_length(read);
    auto near = text.substr(0, whole ? text.size() : read.end + judged_length(read));
    CodeReader reader(near, read);
    for (;;) {
        Kind kind = reader.next();
        uint32_t examined = reader.scan().end();
        if (kind == Kind::EndOfFile || (!whole && examined == near.size())) return {true, uint32_t(near.size())};
        if (reader.scan().error() == LexError::UnterminatedTemplate) return {false, examined};
        if (!reader.is_code() && !opens_hole(read)) return {!would_open(near, read.end - 1), uint32_t(near.size())};
        if (reader.scan().newline_before() && is_reserved(kind)) return {true, examined};
    }
}

}  // namespace braid::velox
