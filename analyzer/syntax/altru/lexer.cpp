#include "analyzer/syntax/altru/lexer.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstring>
#include <utility>

namespace braid::altru {

namespace {

enum class Class : uint8_t {
    Bad,
    End,
    Space,
    NewLine,
    Name,
    Digit,
    High,
    Quote,
    Apostrophe,
    Hash,
    Slash,
    Backslash,
    Symbol
};

constexpr std::array<Class, 256> classes = [] {
    std::array<Class, 256> table{};
    table[0] = Class::End;
    for (char c : {' ', '\t', '\r', '\f', '\v'}) table[uint8_t(c)] = Class::Space;
    table['\n'] = Class::NewLine;
    for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = Class::Name;
    table['_'] = Class::Name;
    for (int c = '0'; c <= '9'; ++c) table[c] = Class::Digit;
    for (int c = 0x80; c < 0x100; ++c) table[c] = Class::High;
    table['"'] = Class::Quote;
    table['\''] = Class::Apostrophe;
    table['#'] = Class::Hash;
    table['/'] = Class::Slash;
    table['\\'] = Class::Backslash;
    for (char c : std::string_view("()[]{},:;.?-+*%&|^=<>!")) table[uint8_t(c)] = Class::Symbol;
    return table;
}();

Class class_of(const char* p) { return classes[uint8_t(*p)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(const char* p) { return class_of(p) == Class::Name || class_of(p) == Class::Digit; }

/// Code points that look like nothing or like space are not part of names.
bool is_name_code_point(const char* p, uint32_t length) {
    auto byte = [p](int i) { return uint8_t(p[i]); };
    if (length == 2 && byte(0) == 0xc2 && byte(1) < 0xaa)
        return false;  // C1 controls, no-break space, Latin punctuation
    if (length == 3 && byte(0) == 0xe2 && byte(1) == 0x80)
        return false;  // general punctuation: spaces, joiners, quotes
    if (length == 3 && byte(0) == 0xe3 && byte(1) == 0x80 && byte(2) <= 0x82)
        return false;  // ideographic space and stops
    if (length == 3 && byte(0) == 0xef && (byte(1) == 0xbb || byte(1) == 0xbf))
        return false;  // BOM, replacement character
    return true;
}

Column indentation(const char* line, const char* end) {
    Column column;
    for (; line < end; ++line) {
        if (*line == ' ') ++column.wide, ++column.narrow;
        else if (*line == '\t') column.wide = (column.wide / 8 + 1) * 8, ++column.narrow;
        else if (*line != '\r' && *line != '\f' && *line != '\v') break;
    }
    return column;
}

/// The symbol at `p`, longest first.
uint32_t symbol(const char* p, Kind& kind) {
    auto pick = [&kind](Kind k, uint32_t length) {
        kind = k;
        return length;
    };
    switch (*p) {
        case '(': return pick(Kind::LeftParen, 1);
        case ')': return pick(Kind::RightParen, 1);
        case '[': return pick(Kind::LeftBracket, 1);
        case ']': return pick(Kind::RightBracket, 1);
        case '{': return pick(Kind::LeftBrace, 1);
        case '}': return pick(Kind::RightBrace, 1);
        case ',': return pick(Kind::Comma, 1);
        case ';': return pick(Kind::Semicolon, 1);
        case '?': return pick(Kind::Question, 1);
        case ':': return p[1] == ':' ? pick(Kind::ColonColon, 2) : pick(Kind::Colon, 1);
        case '.':
            if (p[1] != '.') return pick(Kind::Dot, 1);
            return p[2] == '=' ? pick(Kind::DotDotEqual, 3) : pick(Kind::DotDot, 2);
        case '-':
            if (p[1] == '>') return pick(Kind::Arrow, 2);
            return p[1] == '=' ? pick(Kind::MinusEqual, 2) : pick(Kind::Minus, 1);
        case '+': return p[1] == '=' ? pick(Kind::PlusEqual, 2) : pick(Kind::Plus, 1);
        case '*': return p[1] == '=' ? pick(Kind::StarEqual, 2) : pick(Kind::Star, 1);
        case '/': return p[1] == '=' ? pick(Kind::SlashEqual, 2) : pick(Kind::Slash, 1);
        case '%': return p[1] == '=' ? pick(Kind::PercentEqual, 2) : pick(Kind::Percent, 1);
        case '^': return p[1] == '=' ? pick(Kind::CaretEqual, 2) : pick(Kind::Caret, 1);
        case '&':
            if (p[1] == '&') return pick(Kind::AmpAmp, 2);
            return p[1] == '=' ? pick(Kind::AmpEqual, 2) : pick(Kind::Amp, 1);
        case '|':
            if (p[1] == '|') return pick(Kind::PipePipe, 2);
            return p[1] == '=' ? pick(Kind::PipeEqual, 2) : pick(Kind::Pipe, 1);
        case '=':
            if (p[1] == '>') return pick(Kind::FatArrow, 2);
            return p[1] == '=' ? pick(Kind::EqualEqual, 2) : pick(Kind::Equal, 1);
        case '!': return p[1] == '=' ? pick(Kind::NotEqual, 2) : pick(Kind::Bang, 1);
        case '<':
            if (p[1] == '-') return pick(Kind::LeftArrow, 2);
            if (p[1] == '<') return p[2] == '=' ? pick(Kind::ShiftLeftEqual, 3) : pick(Kind::ShiftLeft, 2);
            return p[1] == '=' ? pick(Kind::LessEqual, 2) : pick(Kind::Less, 1);
        default:  // '>'
            if (p[1] == '>') return p[2] == '=' ? pick(Kind::ShiftRightEqual, 3) : pick(Kind::ShiftRight, 2);
            return p[1] == '=' ? pick(Kind::GreaterEqual, 2) : pick(Kind::Greater, 1);
    }
}

constexpr std::string_view suffixes[] = {"i8",  "i16", "i32",   "i64",   "u8",  "u16",
                                         "u32", "u64", "isize", "usize", "f32", "f64"};

/// How many `#` stand at `p`.
uint32_t hashes(const char* p, const char* end) {
    uint32_t count = 0;
    while (p + count < end && p[count] == '#') ++count;
    return count;
}

}  // namespace

uint32_t utf8_length(const char* p, const char* end) {
    auto byte = [p](int i) { return uint8_t(p[i]); };
    auto follows = [&](int i, uint8_t low = 0x80, uint8_t high = 0xbf) {
        return p + i < end && byte(i) >= low && byte(i) <= high;
    };
    uint8_t lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        uint8_t low = lead == 0xe0 ? 0xa0 : 0x80, high = lead == 0xed ? 0x9f : 0xbf;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        uint8_t low = lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xf4 ? 0x8f : 0xbf;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

void Lexer::problem(DiagnosticCode code, const char* begin, const char* end, std::string message) {
    if (problem_) return;
    problem_ = SyntaxError{code, {offset(begin), offset(end)}, std::move(message), {}, {}};
}

/// How the problem just noted is mended.
void Lexer::fix(std::string title, const char* begin, const char* end, std::string replacement) {
    if (problem_->range.begin <= offset(begin) && offset(end) <= problem_->range.end && !problem_->fix)
        problem_->fix = SyntaxError::Fix{std::move(title), {{{offset(begin), offset(end)}, std::move(replacement)}}};
}

std::optional<SyntaxError> Lexer::take_problem() { return std::exchange(problem_, std::nullopt); }

const char* Lexer::skip_block_comment(const char* p) {
    const char* open = p;
    for (p += 3; p < end_;) {
        p = static_cast<const char*>(std::memchr(p, '#', size_t(end_ - p)));
        if (!p) break;
        uint32_t count = hashes(p, end_);
        p += count;
        if (count == 3) return p;
    }
    problem(DiagnosticCode::UnterminatedComment, open, open + 3, "this comment is never closed; end it with `###`");
    return end_;
}

const char* Lexer::skip_trivia(const char* p, Token& token) {
    const char* line = nullptr;  // begin of the line the token stands first on
    if (p == text_.data()) {
        if (text_.substr(0, 3) == "\xef\xbb\xbf") p += 3;
        line = p;
    }
    auto skip_line = [&] {
        p = static_cast<const char*>(std::memchr(p, '\n', size_t(end_ - p)));
        if (!p) p = end_;
    };
    for (;;) {
        switch (class_of(p)) {
            case Class::Space: ++p; continue;
            case Class::NewLine: line = ++p; continue;
            case Class::Hash:
                if (p[1] == '[') foreign_attribute(p);
                if (hashes(p, end_) == 3) p = skip_block_comment(p);
                else skip_line();
                continue;
            case Class::Slash:
                if (p[1] == '*')
                    if (const char* end = foreign_block_comment(p)) {
                        p = end;
                        continue;
                    }
                if (p[1] != '/') break;
                foreign_comment(p);
                skip_line();
                continue;
            case Class::Backslash: {
                const char* q = p + 1;
                if (*q == '\r') ++q;
                if (*q != '\n') break;
                p = q + 1;
                continue;
            }
            default: break;
        }
        break;
    }
    token.first_on_line = line != nullptr;
    if (line) token.column = indentation(line, p);
    return p;
}

void Lexer::lex(uint32_t begin, Token& token) {
    if (problem_) problem_.reset();
    looked_at_ = 0;
    token.begin = begin;
    const char* start = skip_trivia(text_.data() + begin, token);
    token.trivia = offset(start) - begin;
    const char* p = start;
    switch (class_of(p)) {
        case Class::End:
            token.kind = Kind::EndOfFile;
            if (p < end_) {
                token.kind = Kind::BadToken;
                p = bad(p);
            }
            break;
        case Class::Name: p = name(p, token); break;
        case Class::High:
            if (uint32_t length = utf8_length(p, end_); length && is_name_code_point(p, length)) {
                p = name(p, token);
            } else {
                token.kind = Kind::BadToken;
                p = bad(p);
            }
            break;
        case Class::Digit: p = number(p, token); break;
        case Class::Quote:
            token.kind = Kind::StringStart;
            p += p[1] == '"' && p[2] == '"' ? 3 : 1;
            break;
        case Class::Apostrophe: p = quote(p, token); break;
        case Class::Symbol:
        case Class::Slash: p += symbol(p, token.kind); break;
        default:
            token.kind = Kind::BadToken;
            p = bad(p);
            break;
    }
    token.length = uint32_t(p - start);
    token.has_problem = problem_.has_value();
    ends_at(token.end());
}

const char* Lexer::name(const char* p, Token& token) {
    const char* start = p;
    token.kind = Kind::Identifier;
    bool ascii = true;
    for (;;) {
        while (is_name_char(p)) ++p;
        if (class_of(p) != Class::High) break;
        uint32_t length = utf8_length(p, end_);
        if (!length || !is_name_code_point(p, length)) break;
        p += length;
        ascii = false;
    }
    if (!ascii) return p;
    size_t length = size_t(p - start);
    if (length == 1 && *start == 'r' && *p == '"') {
        token.kind = Kind::RawStringLiteral;
        return raw_string(p);
    }
    token.kind = keyword_kind({start, length});
    return p;
}

const char* Lexer::raw_string(const char* p) {
    const char* open = p;
    bool multi_line = p[1] == '"' && p[2] == '"';
    for (p += multi_line ? 3 : 1; p < end_; ++p) {
        if (*p == '"' && (!multi_line || (p[1] == '"' && p[2] == '"'))) return p + (multi_line ? 3 : 1);
        if (*p == '\n' && !multi_line) break;
    }
    problem(DiagnosticCode::UnterminatedString, open - 1, open + 1,
            multi_line ? "this string is never closed; end it with `\"\"\"`"
                       : "this string is not closed on its line; end it with `\"`");
    return p;
}

const char* Lexer::number(const char* p, Token& token) {
    const char* start = p;
    token.kind = Kind::IntLiteral;
    auto digits = [&p](auto accept) {
        const char* begin = p;
        while (accept(*p) || *p == '_') ++p;
        return p > begin;
    };
    uint8_t marker = uint8_t(p[1]) | 0x20;
    if (*p == '0' && (marker == 'x' || marker == 'b' || marker == 'o')) {
        p += 2;
        bool any = digits([marker](char c) {
            if (marker == 'x') return is_digit(c) || (uint8_t(c | 0x20) >= 'a' && uint8_t(c | 0x20) <= 'f');
            return marker == 'b' ? c == '0' || c == '1' : c >= '0' && c <= '7';
        });
        const char* tail = p;
        while (is_name_char(p)) ++p;
        std::string_view suffix(tail, size_t(p - tail));
        bool known = suffix.empty();
        for (std::string_view each : suffixes) known |= each == suffix && each[0] != 'f';
        if (!any || !known)
            problem(DiagnosticCode::InvalidLiteral, start, p,
                    fmt::format("`{}` is no number; after `{}` stand {} digits and an optional type like `u8`",
                                std::string_view(start, size_t(p - start)), std::string_view(start, 2),
                                marker == 'x'   ? "hexadecimal"
                                : marker == 'b' ? "binary"
                                                : "octal"));
        return p;
    }
    digits(is_digit);
    if (*p == '.' && is_digit(p[1])) {
        token.kind = Kind::FloatLiteral;
        ++p;
        digits(is_digit);
    }
    if ((*p | 0x20) == 'e' && (is_digit(p[1]) || ((p[1] == '-' || p[1] == '+') && is_digit(p[2])))) {
        token.kind = Kind::FloatLiteral;
        p += 2;
        digits(is_digit);
    }
    const char* tail = p;
    while (is_name_char(p)) ++p;
    std::string_view suffix(tail, size_t(p - tail));
    if (suffix.empty()) return p;
    bool known = false;
    for (std::string_view each : suffixes) known |= each == suffix;
    if (known && suffix[0] == 'f') token.kind = Kind::FloatLiteral;
    if (!known) {
        problem(DiagnosticCode::InvalidLiteral, tail, p,
                fmt::format(
                    "`{}` is no type of a number; a suffix is one of i8 i16 i32 i64 u8 u16 u32 u64 isize usize f32 f64",
                    suffix));
        foreign_suffix(tail, p);
    }
    if (known && token.kind == Kind::FloatLiteral && suffix[0] != 'f')
        problem(DiagnosticCode::InvalidLiteral, tail, p,
                fmt::format("a number with a fraction or an exponent cannot be `{}`; write `f32` or `f64`", suffix));
    return p;
}

const char* Lexer::escape(const char* p) {
    static constexpr std::string_view simple = "ntr\\\"$0'";
    if (p[1] == 'u') {
        const char* q = p + 2;
        uint32_t value = 0;
        int count = 0;
        if (*q == '{') {
            for (++q; std::isxdigit(uint8_t(*q)) && count < 7; ++q, ++count)
                value = value * 16 + uint32_t(is_digit(*q) ? *q - '0' : (*q | 0x20) - 'a' + 10);
            if (*q == '}' && count > 0 && count < 7 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff))
                return q + 1;
        }
        if (count == 0) {
            while (q - p < 6 && std::isxdigit(uint8_t(*q))) ++q;
            count = q - p == 6 ? 4 : 0;
            value = count && (p[2] | 0x20) == 'd' && uint8_t(p[3] | 0x20) >= '8' && !(p[3] >= '0' && p[3] <= '7')
                        ? 0xd800
                        : 0;
        } else {
            count = 0;
        }
        problem(DiagnosticCode::InvalidLiteral, p, q,
                "write a code point as `\\u{1F600}`: one to six hexadecimal digits, at most 10FFFF and no surrogate");
        if (count && value != 0xd800) fix("write braces", p, q, fmt::format("\\u{{{}}}", std::string_view(p + 2, 4)));
        return q;
    }
    if (p[1] == 'x' && std::isxdigit(uint8_t(p[2])) && std::isxdigit(uint8_t(p[3]))) {
        problem(DiagnosticCode::InvalidLiteral, p, p + 4,
                "a code point is written `\\u{…}`; a string holds text, not bytes");
        fix("write `\\u{…}`", p, p + 4, fmt::format("\\u{{{}}}", std::string_view(p + 2, 2)));
        return p + 4;
    }
    if (p[1] != '\0' && simple.find(p[1]) != std::string_view::npos) return p + 2;
    const char* end = p + 1;
    if (end < end_ && *end != '\n') end += std::max<uint32_t>(1, utf8_length(end, end_));
    problem(
        DiagnosticCode::InvalidLiteral, p, end,
        fmt::format(
            "`{}` is no escape; known are \\n \\t \\r \\\\ \\\" \\$ \\0 \\u{{…}}; a backslash is written `\\\\`",
            utf8_length(p + 1, end_) && p + 1 < end_ ? std::string_view(p, size_t(end - p)) : std::string_view("\\")));
    return end;
}

const char* Lexer::quote(const char* p, Token& token) {
    const char* start = p++;
    token.kind = Kind::CharLiteral;
    if (*p == '\\') {
        p = escape(p);
    } else if (p < end_ && *p != '\n' && *p != '\'') {
        uint32_t length = std::max<uint32_t>(1, utf8_length(p, end_));
        bool name = class_of(p) == Class::Name || class_of(p) == Class::High;
        if (p[length] != '\'' && name) {
            token.kind = Kind::Lifetime;
            while (is_name_char(p)) ++p;
            ends_at(offset(p));
            if (p > start + 1 && *p != '\'') return p;
            token.kind = Kind::CharLiteral;
            p = start + 1;
        }
        p += length;
    }
    if (*p == '\'') {
        if (p == start + 1)
            problem(DiagnosticCode::InvalidLiteral, start, p + 1,
                    "a character literal holds one character, like `'c'`");
        return p + 1;
    }
    // `'abc'`: take it as one mistaken literal when it closes soon on this line.
    const char* q = p;
    while (q < end_ && *q != '\n' && *q != '\'' && q - p < 64) ++q;
    bool closes = *q == '\'' && q < end_;
    ends_at(offset(q));
    problem(closes ? DiagnosticCode::InvalidLiteral : DiagnosticCode::UnterminatedString, start, closes ? q + 1 : p,
            closes ? "a character literal holds one character; text stands in double quotes"
                   : "this character literal is not closed; end it with `'`");
    return closes ? q + 1 : p;
}

const char* Lexer::bad(const char* p) {
    const char* start = p;
    if (uint32_t length = utf8_length(p, end_); length && *p != '\0') {
        p += length;
        std::string_view character(start, length);
        if (look_alike(start, p)) return p;
        problem(DiagnosticCode::InvalidCharacter, start, p,
                *start == '~'    ? std::string("Altru has no `~`; the bits of `x` are turned around by `x ^ -1`")
                : *start == '$'  ? std::string("`${…}` stands in a string; is the quote before it missing?")
                : *start == '\\' ? "a `\\` continues a line only when nothing follows it on that line"
                : uint8_t(*start) < 0x20 || *start == 0x7f
                    ? fmt::format("the control character U+{:04X} cannot stand here; remove it", uint8_t(*start))
                    : fmt::format("`{}` is no part of Altru; remove it", character));
        return p;
    }
    // A run of NULs or of bytes that are no UTF-8 is one mistake.
    while (p < end_ && (*p == '\0' || (class_of(p) == Class::High && !utf8_length(p, end_)))) ++p;
    problem(DiagnosticCode::InvalidCharacter, start, p,
            fmt::format("{} byte{} here {} not text; an Altru file is UTF-8", p - start, p - start == 1 ? "" : "s",
                        p - start == 1 ? "is" : "are"));
    return p;
}

Token Lexer::lex_field(uint32_t begin) {
    Token token = lex(begin);
    if (token.first_on_line || (token.kind != Kind::IntLiteral && token.kind != Kind::FloatLiteral)) return token;
    problem_.reset();
    const char* p = text_.data() + token.text_begin();
    token.length = 0;
    while (is_digit(p[token.length])) ++token.length;
    token.kind = Kind::IntLiteral;
    token.has_problem = false;
    return token;
}

Token Lexer::lex_string_part(uint32_t begin, bool multi_line, char quote) {
    problem_.reset();
    Token token;
    token.begin = begin;
    const char* start = text_.data() + begin;
    const char* p = start;
    bool triple = multi_line && quote == '"';
    auto closes = [&] { return *p == quote && (!triple || (p[1] == quote && p[2] == quote)); };
    while (p < end_ && !closes() && !(*p == '$' && p[1] == '{') && (multi_line || *p != '\n')) {
        if (*p == '\\') p = escape(p);
        else ++p;
    }
    token.length = uint32_t(p - start);
    token.has_problem = problem_.has_value();
    if (p > start) {
        // A carriage return before the end of the line belongs to the line end.
        if (*p == '\n' && p[-1] == '\r' && token.length > 1) --token.length;
        token.kind = Kind::StringText;
    } else if (p < end_ && closes()) {
        token.kind = Kind::StringEnd;
        token.length = triple ? 3 : 1;
    } else if (p < end_ && *p == '$') {
        token.kind = Kind::InterpolationStart;
        token.length = 2;
    } else {
        token.kind = Kind::BadToken;
    }
    looked_at_ = offset(p) + MaxLookahead;
    return token;
}

Token Lexer::lex_format(uint32_t begin) {
    problem_.reset();
    Token token;
    token.begin = begin;
    token.kind = Kind::FormatSpec;
    const char* start = text_.data() + begin;
    const char* p = start;
    while (p < end_ && *p != '}' && *p != '\n' && *p != '"') ++p;
    token.length = uint32_t(p - start);
    looked_at_ = offset(p) + MaxLookahead;
    return token;
}

TriviaPiece Lexer::next_trivia(std::string_view text) {
    auto line = [&] {
        size_t end = text.find('\n');
        if (end == std::string_view::npos) end = text.size();
        if (end > 0 && end < text.size() && text[end - 1] == '\r') --end;
        return uint32_t(end);
    };
    char first = text[0];
    if (first == '\n') return {TriviaKind::NewLine, 1};
    if (first == '\r' && text.size() > 1 && text[1] == '\n') return {TriviaKind::NewLine, 2};
    if (first == '#') {
        uint32_t count = hashes(text.data(), text.data() + text.size());
        if (count == 2) return {TriviaKind::DocComment, line()};
        if (count != 3) return {TriviaKind::LineComment, line()};
        for (size_t at = 3; (at = text.find('#', at)) != std::string_view::npos;) {
            uint32_t run = hashes(text.data() + at, text.data() + text.size());
            at += run;
            if (run == 3) return {TriviaKind::BlockComment, uint32_t(at)};
        }
        return {TriviaKind::BlockComment, uint32_t(text.size())};
    }
    if (first == '/' && text.size() > 1 && text[1] == '*')
        return {TriviaKind::BlockComment, uint32_t(std::min(text.find("*/", 2), text.size() - 2) + 2)};
    if (first == '/') return {TriviaKind::LineComment, line()};
    if (first == '\\') {
        size_t end = text.find('\n');
        return {TriviaKind::Mark, uint32_t(end == std::string_view::npos ? text.size() : end + 1)};
    }
    if (uint8_t(first) == 0xef) return {TriviaKind::Mark, uint32_t(std::min<size_t>(3, text.size()))};
    size_t end = 1;
    while (end < text.size() && classes[uint8_t(text[end])] == Class::Space &&
           !(text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n'))
        ++end;
    return {TriviaKind::Space, uint32_t(end)};
}

}  // namespace braid::altru
