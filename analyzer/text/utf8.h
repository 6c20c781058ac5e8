#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 for texts that may be anything. A byte that is not part of a well-formed sequence (Unicode 15, table 3-7) is a
// character of its own, of length 1, shown as U+FFFD; so every text is a sequence of characters and no function fails.
namespace braid::utf8 {

constexpr char32_t replacement = 0xFFFD;

struct Decoded {
    char32_t value = replacement;
    uint32_t length = 0;  ///< bytes; 0 only at the end of the text
    bool valid = false;
};

/// The character that starts at `offset`, which must not be inside a character. At the end: length 0.
Decoded decode(std::string_view text, size_t offset);

/// Appends the encoding of `value` (U+FFFD for surrogates and values past U+10FFFF).
void append(std::string& out, char32_t value);
std::string encode(char32_t value);

inline bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
inline uint32_t utf16_length(char32_t value) { return value >= 0x10000 ? 2 : 1; }

bool is_valid(std::string_view text);
/// `text` with every malformed byte replaced by U+FFFD: safe to put into JSON.
std::string sanitize(std::string_view text);

/// The last start of a character that is not after `offset` (clamped to the text).
size_t floor_boundary(std::string_view text, size_t offset);

uint32_t count_code_points(std::string_view text);
uint32_t count_utf16(std::string_view text);

/// Columns a character takes on a terminal: 0 (combining, zero-width), 1 or 2 (East Asian wide, emoji). Control
/// characters count as 1, since renderers replace them.
int display_width(char32_t value);
int display_width(std::string_view text);

}  // namespace braid::utf8
