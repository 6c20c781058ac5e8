#pragma once
#include <array>
#include <cstdint>
#include <string_view>

/// Character classes of the lexer. Every code point from U+0080 on that is no blank may stand in a name.
namespace braid::velox {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_octal_digit(char c) { return c >= '0' && c <= '7'; }
constexpr bool is_binary_digit(char c) { return c == '0' || c == '1'; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
constexpr uint32_t hex_value(char c) { return is_digit(c) ? uint32_t(c - '0') : uint32_t((c | 0x20) - 'a' + 10); }

/// What the lexer's inner loops ask of a byte, as one table.
enum ByteClass : uint8_t {
    NameStart = 1,
    NamePart = 2,
    AnyBlank = 4,      ///< space, tab, vertical tab, form feed, line ends
    QuotedStop = 8,    ///< where reading a string or template must look closer
    KeywordPart = 16,  ///< what keywords are made of
    LineEnd = 32,
    TriviaStart = 64,  ///< what may begin trivia and is no blank
};
inline constexpr auto byte_classes = [] {
    std::array<uint8_t, 256> classes{};
    for (int c = 0; c < 128; ++c) {
        bool start = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$';
        if (start) classes[c] |= NameStart;
        if (start || is_digit(char(c))) classes[c] |= NamePart;
        if (c >= 'a' && c <= 'z') classes[c] |= KeywordPart;
    }
    for (char c : {' ', '\t', '\v', '\f', '\n', '\r'}) classes[uint8_t(c)] |= AnyBlank;
    for (int c = 128; c < 256; ++c) classes[c] |= TriviaStart;
    classes['/'] |= TriviaStart;
    classes['\n'] |= LineEnd;
    classes['\r'] |= LineEnd;
    for (char c : {'"', '\'', '`', '\\', '$', '\n', '\r'}) classes[uint8_t(c)] |= QuotedStop;
    return classes;
}();
constexpr bool is_of(char c, ByteClass of) { return byte_classes[uint8_t(c)] & of; }
constexpr bool is_name_start(char c) { return is_of(c, NameStart); }
constexpr bool is_name_part(char c) { return is_of(c, NamePart); }

constexpr bool is_unicode_space(uint32_t point) {
    return point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
           point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000 || point == 0xfeff;
}

struct CodePoint {
    uint32_t value = 0;
    uint32_t length = 1;  // 1 where the bytes are no UTF-8
    bool valid = false;
};

/// The code point at `at`, which is inside `text`.
inline CodePoint decode(std::string_view text, uint32_t at) {
    auto byte = [&](uint32_t i) { return at + i < text.size() ? uint32_t(uint8_t(text[at + i])) : 0u; };
    auto rest = [&](uint32_t i) { return (byte(i) & 0xc0) == 0x80; };
    uint32_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    if (first >= 0xc2 && first <= 0xdf && rest(1)) return {(first & 0x1f) << 6 | (byte(1) & 0x3f), 2, true};
    if ((first & 0xf0) == 0xe0 && rest(1) && rest(2)) {
        uint32_t value = (first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
        if (value >= 0x800 && (value < 0xd800 || value > 0xdfff)) return {value, 3, true};
    }
    if (first >= 0xf0 && first <= 0xf4 && rest(1) && rest(2) && rest(3)) {
        uint32_t value = (first & 7) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
        if (value >= 0x10000 && value <= 0x10ffff) return {value, 4, true};
    }
    return {0, 1, false};
}

}  // namespace braid::velox
