#include "analyzer/syntax/velox/lexer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "analyzer/syntax/velox/backquotes.h"
#include "analyzer/syntax/velox/characters.h"

namespace braid::velox {
namespace {

struct KeywordEntry {
    std::string_view text;
    Kind kind;
};

constexpr KeywordEntry keywords[] = {
#define KEYWORD(Name, text) {text, Kind::Name},
#define CONTEXTUAL(Name, text) {text, Kind::Name},
#include "analyzer/syntax/velox/tokens.def"
};

constexpr size_t keyword_slots = 1024;  // sparse: most names end their search at an empty slot

constexpr size_t keyword_hash(std::string_view text) {
    return (text.size() * 713 + uint8_t(text[0]) * 137 + uint8_t(text[1]) * 331 + uint8_t(text.back()) * 57) %
           keyword_slots;
}

// Open addressing, filled at compile time; 0 is an empty slot, else index + 1 into `keywords`.
constexpr auto keyword_table = [] {
    std::array<uint8_t, keyword_slots> table{};
    for (size_t i = 0; i < std::size(keywords); ++i) {
        size_t slot = keyword_hash(keywords[i].text);
        while (table[slot] != 0) slot = (slot + 1) % keyword_slots;
        table[slot] = uint8_t(i + 1);
    }
    return table;
}();

constexpr size_t longest_keyword = [] {
    size_t longest = 0;
    for (const KeywordEntry& entry : keywords) longest = std::max(longest, entry.text.size());
    return longest;
}();

/// The symbols that no other begins with, by their character; List for all other characters.
constexpr auto lone_symbols = [] {
    std::array<Kind, 256> kinds{};
    for (Kind& kind : kinds) kind = Kind::List;
    kinds['{'] = Kind::LeftBrace;
    kinds['}'] = Kind::RightBrace;
    kinds['('] = Kind::LeftParen;
    kinds[')'] = Kind::RightParen;
    kinds['['] = Kind::LeftBracket;
    kinds[']'] = Kind::RightBracket;
    kinds[';'] = Kind::Semicolon;
    kinds[','] = Kind::Comma;
    kinds['@'] = Kind::At;
    kinds['~'] = Kind::Tilde;
    kinds['>'] = Kind::Greater;  // the parser asks for more of them where there may be
    return kinds;
}();

class Scanner {
  public:
    Scanner(std::string_view text, uint32_t begin, Backquotes backquotes, LexedToken& result)
        : text_(text), begin_(begin), at_(begin), backquotes_(backquotes), result_(result) {}

    void token() {
        result_.error = LexError::None;
        result_.newline_before = false;
        skip_trivia();
        result_.trivia_length = at_ - begin_;
        begin_ = at_;
        if (at_ == text_.size()) return finish(Kind::EndOfFile);
        return scan();
    }

    void regex();
    void template_rest(char quote) {
        ++at_;
        return quoted(quote, Kind::TemplateTail, Kind::TemplateMiddle);
    }
    void greater();

  private:
    char peek(uint32_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool accept(char c) {
        if (peek() != c || at_ == text_.size()) return false;
        ++at_;
        return true;
    }
    void finish(Kind kind) {
        result_.kind = kind;
        result_.length = at_ - begin_;
        // One character decides where most tokens end, and it may be four bytes long; `?.` and `1..` need two short
        // ones.
        result_.lookahead = 4;
    }
    void fail(LexError error, uint32_t offset, uint32_t end) {
        if (result_.error != LexError::None) return;
        result_.error = error;
        result_.error_offset = offset;
        result_.error_length = end - offset;
    }

    void skip_trivia();
    void skip_blanks();
    void skip_line_comment();
    void skip_block_comment();
    void scan();
    void punctuation(char first);
    void identifier(Kind plain);
    void number();
    void digits(bool (*is_digit)(char));
    void quoted(char quote, Kind whole, Kind with_hole);
    void read_quoted(char quote, Kind whole, Kind with_hole);
    void judge(uint32_t line_end, Kind whole);
    void escape();
    void triple_quoted(char quote);
    void hash_comment();
    void unknown();

    std::string_view text_;
    uint32_t begin_;
    uint32_t at_;
    Backquotes backquotes_;
    LexedToken& result_;
};

void Scanner::skip_line_comment() {
    while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
}

void Scanner::skip_block_comment() {
    uint32_t begin = at_;
    size_t end = text_.find("*/", at_ + 2);
    at_ = uint32_t(end == std::string_view::npos ? text_.size() : end + 2);
    if (end == std::string_view::npos) fail(LexError::UnterminatedComment, begin, begin + 2);
    std::string_view comment = text_.substr(begin, at_ - begin);
    if (comment.find('\n') != std::string_view::npos || comment.find('\r') != std::string_view::npos)
        result_.newline_before = true;
}

void Scanner::skip_trivia() {
    if (at_ == 0 && text_.substr(0, 2) == "#!") skip_line_comment();
    for (;;) {
        skip_blanks();
        if (at_ == text_.size() || !is_of(text_[at_], TriviaStart)) return;
        char c = text_[at_];
        if (uint8_t(c) >= 0x80) {
            CodePoint point = decode(text_, at_);
            if (!is_unicode_space(point.value)) return;
            if (point.value == 0x2028 || point.value == 0x2029) result_.newline_before = true;
            at_ += point.length;
        } else if (peek(1) == '/') {
            skip_line_comment();
        } else if (peek(1) == '*') {
            skip_block_comment();
        } else {
            return;
        }
    }
}

void Scanner::skip_blanks() {
    const char* const end = text_.data() + text_.size();
    const char* p = text_.data() + at_;
    uint8_t seen = 0;
    for (; p < end && is_of(*p, AnyBlank); ++p) {
        seen |= byte_classes[uint8_t(*p)];
        if (*p == '\n') {  // an indentation may follow
            constexpr uint32_t Spaces = 0x20202020;
            for (uint32_t word; end - p > 4; p += 4) {
                std::memcpy(&word, p + 1, sizeof(word));
                if (word != Spaces) break;
            }
        }
    }
    if (seen & LineEnd) result_.newline_before = true;
    at_ = uint32_t(p - text_.data());
}

void Scanner::scan() {
    char c = text_[at_];
    if (is_name_start(c)) return identifier(Kind::Identifier);
    if (Kind lone = lone_symbols[uint8_t(c)]; lone != Kind::List) {
        ++at_;
        return finish(lone);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    switch (c) {
        case '"':
        case '\'':
            if (peek(1) == c && peek(2) == c) return triple_quoted(c);
            ++at_;
            return quoted(c, Kind::StringLiteral, Kind::TemplateHead);
        case '`': ++at_; return quoted('`', Kind::TemplateWhole, Kind::TemplateHead);
        case '#': {
            if (!is_name_start(peek(1)) && uint8_t(peek(1)) < 0x80) return hash_comment();
            ++at_;
            return identifier(Kind::PrivateName);
        }
        default: break;
    }
    if (uint8_t(c) < 0x80) return punctuation(c);
    CodePoint point = decode(text_, at_);
    return point.valid ? identifier(Kind::Identifier) : unknown();
}

void Scanner::identifier(Kind plain) {
    const char* const end = text_.data() + text_.size();
    const char* p = text_.data() + at_;
    uint8_t common = KeywordPart;
    for (;;) {
        for (uint8_t classes; p < end && ((classes = byte_classes[uint8_t(*p)]) & NamePart); ++p) common &= classes;
        if (p == end || uint8_t(*p) < 0x80) break;
        CodePoint point = decode(text_, uint32_t(p - text_.data()));
        if (!point.valid || is_unicode_space(point.value)) break;
        common = 0;
        p += point.length;
    }
    at_ = uint32_t(p - text_.data());
    if (!common || plain == Kind::PrivateName) return finish(plain);
    finish(keyword_kind(text_.substr(begin_, at_ - begin_)));
}

void Scanner::digits(bool (*belongs)(char)) {
    while (at_ < text_.size() && (belongs(text_[at_]) || text_[at_] == '_')) ++at_;
}

void Scanner::number() {
    bool malformed = false;
    char base = text_[at_] == '0' ? char(peek(1) | 0x20) : '\0';
    if (base == 'x' || base == 'o' || base == 'b') {
        at_ += 2;
        uint32_t first = at_;
        digits(base == 'x' ? is_hex_digit : base == 'o' ? is_octal_digit : is_binary_digit);
        malformed = at_ == first;
    } else {
        digits(is_digit);
        // `1..10` is a range and `1.toFixed()` a call: the point belongs to the number only before what may follow it.
        if (peek() == '.' && peek(1) != '.' && !is_name_start(peek(1)) && at_ < text_.size()) {
            ++at_;
            digits(is_digit);
        }
        if ((peek() | 0x20) == 'e') {
            uint32_t exponent = at_++;
            if (peek() == '+' || peek() == '-') ++at_;
            if (is_digit(peek())) {
                digits(is_digit);
            } else {
                at_ = exponent;  // what follows is reported as a whole below
            }
        }
    }
    // `3px`, `0b12` and `10n` are one wrong number, not a number and a name.
    uint32_t end = at_;
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    if (malformed || at_ != end) fail(LexError::MalformedNumber, begin_, at_);
    return finish(Kind::NumberLiteral);
}

void Scanner::escape() {
    uint32_t begin = at_++;
    if (at_ == text_.size()) return;
    char c = text_[at_++];
    bool good = true;
    if (c == 'x') {
        for (int i = 0; i < 2 && good; ++i) {
            good = is_hex_digit(peek());
            if (good) ++at_;
        }
    } else if (c == 'u' && peek() == '{') {
        ++at_;
        uint32_t value = 0;
        uint32_t first = at_;
        for (; is_hex_digit(peek()) && value <= 0x10ffff; ++at_) value = value * 16 + hex_value(peek());
        good = at_ != first && value <= 0x10ffff && peek() == '}';
        if (good) ++at_;
    } else if (c == 'u') {
        for (int i = 0; i < 4 && good; ++i) {
            good = is_hex_digit(peek());
            if (good) ++at_;
        }
    } else if (c == '\r' && peek() == '\n') {
        ++at_;
    }
    if (!good) fail(LexError::MalformedEscape, begin, at_);
}

/// After the opening quote or the `}` of a hole, up to and with the closing quote or the next `${`.
void Scanner::quoted(char quote, Kind whole, Kind with_hole) {
    uint32_t begin = at_;
    read_quoted(quote, whole, with_hole);
    if (quote != '`' || backquotes_ == Backquotes::Believed) return;
    auto line_end = uint32_t(std::min<size_t>(text_.substr(0, at_).find_first_of("\r\n", begin), at_));
    if (line_end != at_) judge(line_end, whole);
}

/// A template over several lines that is more likely code is given back, up to the end of its first line.
void Scanner::judge(uint32_t line_end, Kind whole) {
    ReadTemplate read{begin_, line_end, at_, result_.kind, result_.error != LexError::UnterminatedTemplate};
    if (!looks_like_code(text_, read)) return;
    BackquoteVerdict verdict = judge_backquote(text_, read);
    if (!verdict.believed) {
        at_ = line_end;
        result_.error = LexError::None;
        fail(LexError::UnterminatedTemplate, begin_, begin_ + 1);
        finish(whole);
    }
    result_.lookahead = std::max(verdict.examined, at_) + 4 - at_;
}

void Scanner::read_quoted(char quote, Kind whole, Kind with_hole) {
    bool many_lines = quote == '`';
    while (at_ < text_.size()) {
        char c = text_[at_];
        if (!is_of(c, QuotedStop)) {
            ++at_;
        } else if (c == quote) {
            ++at_;
            return finish(whole);
        } else if (c == '\\') {
            escape();
        } else if (c == '$' && peek(1) == '{' && quote != '\'') {
            at_ += 2;
            return finish(with_hole);
        } else if (!many_lines && (c == '\n' || c == '\r')) {
            break;
        } else {
            ++at_;
        }
    }
    if (many_lines) {
        fail(LexError::UnterminatedTemplate, begin_, begin_ + 1);
    } else {
        result_.error = LexError::None;  // that it has no end matters more than an escape in it
        fail(LexError::UnterminatedString, begin_, at_);
    }
    return finish(whole);
}

/// Python's text of several lines: one wrong token, not a row of strings.
void Scanner::triple_quoted(char quote) {
    std::string mark(3, quote);
    size_t end = text_.find(mark, at_ + 3);
    at_ = uint32_t(end == std::string_view::npos ? text_.size() : end + 3);
    fail(end == std::string_view::npos ? LexError::UnterminatedTemplate : LexError::TripleQuote, begin_, begin_ + 3);
    return finish(Kind::StringLiteral);
}

void Scanner::hash_comment() {
    skip_line_comment();
    fail(LexError::HashComment, begin_, begin_ + 1);
    return finish(Kind::BadToken);
}

void Scanner::regex() {
    ++at_;
    bool in_class = false;
    while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') {
        char c = text_[at_++];
        if (c == '\\' && at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') {
            ++at_;
        } else if (c == '[') {
            in_class = true;
        } else if (c == ']') {
            in_class = false;
        } else if (c == '/' && !in_class) {
            while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
            return finish(Kind::RegexLiteral);
        }
    }
    fail(LexError::UnterminatedRegex, begin_, at_);
    return finish(Kind::RegexLiteral);
}

void Scanner::greater() {
    ++at_;
    if (accept('=')) return finish(Kind::GreaterEqual);
    if (!accept('>')) return finish(Kind::Greater);
    if (accept('=')) return finish(Kind::GreaterGreaterEqual);
    if (!accept('>')) return finish(Kind::GreaterGreater);
    return finish(accept('=') ? Kind::GreaterGreaterGreaterEqual : Kind::GreaterGreaterGreater);
}

void Scanner::unknown() {
    CodePoint point = decode(text_, at_);
    uint32_t begin = at_;
    at_ += point.length;
    // A run of broken bytes is one mistake.
    while (!point.valid && at_ < text_.size() && uint8_t(text_[at_]) >= 0x80) {
        CodePoint next = decode(text_, at_);
        if (next.valid) break;
        at_ += next.length;
    }
    fail(point.valid ? LexError::UnknownCharacter : LexError::InvalidUtf8, begin, at_);
    return finish(Kind::BadToken);
}

// Longest match, spelled out: `first` is at at_.
void Scanner::punctuation(char first) {
    ++at_;
    switch (first) {
        case ':': return finish(accept(':') ? Kind::ColonColon : Kind::Colon);
        case '/': return finish(accept('=') ? Kind::SlashEqual : Kind::Slash);
        case '%': return finish(accept('=') ? Kind::PercentEqual : Kind::Percent);
        case '^': return finish(accept('=') ? Kind::CaretEqual : Kind::Caret);
        case '+':
            if (accept('+')) return finish(Kind::PlusPlus);
            return finish(accept('=') ? Kind::PlusEqual : Kind::Plus);
        case '-':
            if (accept('-')) return finish(Kind::MinusMinus);
            if (accept('>')) return finish(Kind::ThinArrow);
            return finish(accept('=') ? Kind::MinusEqual : Kind::Minus);
        case '*':
            if (accept('*')) return finish(accept('=') ? Kind::StarStarEqual : Kind::StarStar);
            return finish(accept('=') ? Kind::StarEqual : Kind::Star);
        case '=':
            if (accept('>')) return finish(Kind::FatArrow);
            if (!accept('=')) return finish(Kind::Equal);
            return finish(accept('=') ? Kind::EqualEqualEqual : Kind::EqualEqual);
        case '!':
            if (!accept('=')) return finish(Kind::Exclamation);
            return finish(accept('=') ? Kind::ExclamationEqualEqual : Kind::ExclamationEqual);
        case '<':
            if (accept('=')) return finish(Kind::LessEqual);
            if (!accept('<')) return finish(Kind::Less);
            return finish(accept('=') ? Kind::LessLessEqual : Kind::LessLess);
        case '&':
            if (accept('&')) return finish(accept('=') ? Kind::AmpersandAmpersandEqual : Kind::AmpersandAmpersand);
            return finish(accept('=') ? Kind::AmpersandEqual : Kind::Ampersand);
        case '|':
            if (accept('|')) return finish(accept('=') ? Kind::BarBarEqual : Kind::BarBar);
            return finish(accept('=') ? Kind::BarEqual : Kind::Bar);
        case '?':
            if (accept('?')) return finish(accept('=') ? Kind::QuestionQuestionEqual : Kind::QuestionQuestion);
            // `a?.5:b` is a conditional
            return finish(peek() == '.' && !is_digit(peek(1)) && accept('.') ? Kind::QuestionDot : Kind::Question);
        case '.':
            if (!accept('.')) return finish(Kind::Dot);
            if (accept('=')) return finish(Kind::DotDotEqual);
            return finish(accept('.') ? Kind::Ellipsis : Kind::DotDot);
        default: --at_; return unknown();
    }
}

}  // namespace

uint32_t line_begin(std::string_view text, uint32_t known, uint32_t offset) {
    auto holds = [](uint64_t word, uint64_t byte) {
        constexpr uint64_t Ones = 0x0101010101010101u;
        uint64_t different = word ^ (byte * Ones);
        return (different - Ones) & ~different & (Ones << 7);
    };
    for (uint64_t word; offset - known >= sizeof(word); offset -= sizeof(word)) {
        std::memcpy(&word, text.data() + offset - sizeof(word), sizeof(word));
        if (holds(word, '\n') | holds(word, '\r')) break;
    }
    while (offset > known && !is_of(text[offset - 1], LineEnd)) --offset;
    return offset;
}

uint32_t indentation_of_line(std::string_view text, uint32_t offset) {
    uint32_t begin = offset;
    while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r') {
        if (offset - --begin > FarthestColumn) return 0;
    }
    uint32_t end = begin;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
    return std::min(end - begin, FarthestColumn);
}

Kind keyword_kind(std::string_view text) {
    if (text.size() < 2 || text.size() > longest_keyword) return Kind::Identifier;
    for (size_t slot = keyword_hash(text); keyword_table[slot] != 0; slot = (slot + 1) % keyword_slots) {
        const KeywordEntry& entry = keywords[keyword_table[slot] - 1];
        if (entry.text == text) return entry.kind;
    }
    return Kind::Identifier;
}

void lex_token(std::string_view text, uint32_t offset, LexedToken& token, Backquotes backquotes) {
    Scanner(text, offset, backquotes, token).token();
}
LexedToken lex_regex(std::string_view text, uint32_t begin) {
    LexedToken token;
    Scanner(text, begin, Backquotes::Believed, token).regex();
    return token;
}
LexedToken lex_template_rest(std::string_view text, uint32_t begin, char quote, Backquotes backquotes) {
    LexedToken token;
    Scanner(text, begin, backquotes, token).template_rest(quote);
    return token;
}
LexedToken lex_greater(std::string_view text, uint32_t begin) {
    LexedToken token;
    Scanner(text, begin, Backquotes::Believed, token).greater();
    return token;
}

}  // namespace braid::velox
