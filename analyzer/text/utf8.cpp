#include "analyzer/text/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace braid::utf8 {

namespace {

struct LeadByte {
    uint32_t length;          // 0: cannot begin a sequence
    unsigned char low, high;  // what the second byte may be: excludes overlong forms and surrogates
};

LeadByte classify(unsigned char lead) {
    if (lead < 0x80) return {1, 0, 0};
    if (lead < 0xC2) return {0, 0, 0};
    if (lead < 0xE0) return {2, 0x80, 0xBF};
    if (lead == 0xE0) return {3, 0xA0, 0xBF};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead < 0xF0) return {3, 0x80, 0xBF};
    if (lead == 0xF0) return {4, 0x90, 0xBF};
    if (lead < 0xF4) return {4, 0x80, 0xBF};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

struct Interval {
    char32_t first, last;
};

// Derived from EastAsianWidth.txt (W, F) and emoji-data.txt (Emoji_Presentation), neighbouring ranges joined.
constexpr std::array wide_ranges{
    Interval{0x1100, 0x115F},   Interval{0x231A, 0x231B},   Interval{0x2329, 0x232A},   Interval{0x23E9, 0x23EC},
    Interval{0x23F0, 0x23F0},   Interval{0x23F3, 0x23F3},   Interval{0x25FD, 0x25FE},   Interval{0x2614, 0x2615},
    Interval{0x2648, 0x2653},   Interval{0x267F, 0x267F},   Interval{0x2693, 0x2693},   Interval{0x26A1, 0x26A1},
    Interval{0x26AA, 0x26AB},   Interval{0x26BD, 0x26BE},   Interval{0x26C4, 0x26C5},   Interval{0x26CE, 0x26CE},
    Interval{0x26D4, 0x26D4},   Interval{0x26EA, 0x26EA},   Interval{0x26F2, 0x26F3},   Interval{0x26F5, 0x26F5},
    Interval{0x26FA, 0x26FA},   Interval{0x26FD, 0x26FD},   Interval{0x2705, 0x2705},   Interval{0x270A, 0x270B},
    Interval{0x2728, 0x2728},   Interval{0x274C, 0x274C},   Interval{0x274E, 0x274E},   Interval{0x2753, 0x2755},
    Interval{0x2757, 0x2757},   Interval{0x2795, 0x2797},   Interval{0x27B0, 0x27B0},   Interval{0x27BF, 0x27BF},
    Interval{0x2B1B, 0x2B1C},   Interval{0x2B50, 0x2B50},   Interval{0x2B55, 0x2B55},   Interval{0x2E80, 0x303E},
    Interval{0x3041, 0x33FF},   Interval{0x3400, 0x4DBF},   Interval{0x4E00, 0xA4CF},   Interval{0xA960, 0xA97F},
    Interval{0xAC00, 0xD7A3},   Interval{0xF900, 0xFAFF},   Interval{0xFE10, 0xFE19},   Interval{0xFE30, 0xFE6F},
    Interval{0xFF00, 0xFF60},   Interval{0xFFE0, 0xFFE6},   Interval{0x16FE0, 0x18DFF}, Interval{0x1AFF0, 0x1B2FF},
    Interval{0x1F004, 0x1F004}, Interval{0x1F0CF, 0x1F0CF}, Interval{0x1F18E, 0x1F18E}, Interval{0x1F191, 0x1F19A},
    Interval{0x1F200, 0x1F320}, Interval{0x1F32D, 0x1F335}, Interval{0x1F337, 0x1F37C}, Interval{0x1F37E, 0x1F393},
    Interval{0x1F3A0, 0x1F3CA}, Interval{0x1F3CF, 0x1F3D3}, Interval{0x1F3E0, 0x1F3F0}, Interval{0x1F3F4, 0x1F3F4},
    Interval{0x1F3F8, 0x1F43E}, Interval{0x1F440, 0x1F440}, Interval{0x1F442, 0x1F4FC}, Interval{0x1F4FF, 0x1F53D},
    Interval{0x1F54B, 0x1F567}, Interval{0x1F57A, 0x1F57A}, Interval{0x1F595, 0x1F596}, Interval{0x1F5A4, 0x1F5A4},
    Interval{0x1F5FB, 0x1F64F}, Interval{0x1F680, 0x1F6C5}, Interval{0x1F6CC, 0x1F6CC}, Interval{0x1F6D0, 0x1F6D2},
    Interval{0x1F6D5, 0x1F6DF}, Interval{0x1F6EB, 0x1F6EC}, Interval{0x1F6F4, 0x1F6FC}, Interval{0x1F7E0, 0x1F7F0},
    Interval{0x1F90C, 0x1F93A}, Interval{0x1F93C, 0x1F945}, Interval{0x1F947, 0x1F9FF}, Interval{0x1FA70, 0x1FAFF},
    Interval{0x20000, 0x3FFFD},
};

// Combining marks and format characters that common texts contain.
constexpr std::array zero_width_ranges{
    Interval{0x0300, 0x036F},   Interval{0x0483, 0x0489},   Interval{0x0591, 0x05BD}, Interval{0x05BF, 0x05BF},
    Interval{0x05C1, 0x05C2},   Interval{0x05C4, 0x05C5},   Interval{0x0610, 0x061A}, Interval{0x064B, 0x065F},
    Interval{0x06D6, 0x06DC},   Interval{0x06DF, 0x06E4},   Interval{0x06E7, 0x06E8}, Interval{0x06EA, 0x06ED},
    Interval{0x0900, 0x0902},   Interval{0x093A, 0x093A},   Interval{0x093C, 0x093C}, Interval{0x0941, 0x0948},
    Interval{0x094D, 0x094D},   Interval{0x0E31, 0x0E31},   Interval{0x0E34, 0x0E3A}, Interval{0x0E47, 0x0E4E},
    Interval{0x1160, 0x11FF},   Interval{0x1AB0, 0x1AFF},   Interval{0x1DC0, 0x1DFF}, Interval{0x200B, 0x200F},
    Interval{0x202A, 0x202E},   Interval{0x2060, 0x2064},   Interval{0x20D0, 0x20FF}, Interval{0x3099, 0x309A},
    Interval{0xFE00, 0xFE0F},   Interval{0xFE20, 0xFE2F},   Interval{0xFEFF, 0xFEFF}, Interval{0x1F3FB, 0x1F3FF},
    Interval{0xE0001, 0xE007F}, Interval{0xE0100, 0xE01EF},
};

template <size_t N>
bool contains(const std::array<Interval, N>& ranges, char32_t value) {
    auto after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                  [](char32_t wanted, const Interval& range) { return wanted < range.first; });
    return after != ranges.begin() && value <= std::prev(after)->last;
}

}  // namespace

Decoded decode(std::string_view text, size_t offset) {
    if (offset >= text.size()) return {};
    auto byte = [&](size_t index) { return static_cast<unsigned char>(text[offset + index]); };
    LeadByte lead = classify(byte(0));
    if (lead.length == 1) return {byte(0), 1, true};
    if (lead.length == 0 || text.size() - offset < lead.length || byte(1) < lead.low || byte(1) > lead.high) {
        return {replacement, 1, false};
    }
    char32_t value = byte(0) & (0xFFu >> (lead.length + 1));
    for (uint32_t i = 1; i < lead.length; ++i) {
        if (!is_continuation(text[offset + i])) return {replacement, 1, false};
        value = (value << 6) | (byte(i) & 0x3F);
    }
    return {value, lead.length, true};
}

void append(std::string& out, char32_t value) {
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) value = replacement;
    auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (value < 0x80) {
        put(value);
    } else if (value < 0x800) {
        put(0xC0 | (value >> 6));
        put(0x80 | (value & 0x3F));
    } else if (value < 0x10000) {
        put(0xE0 | (value >> 12));
        put(0x80 | ((value >> 6) & 0x3F));
        put(0x80 | (value & 0x3F));
    } else {
        put(0xF0 | (value >> 18));
        put(0x80 | ((value >> 12) & 0x3F));
        put(0x80 | ((value >> 6) & 0x3F));
        put(0x80 | (value & 0x3F));
    }
}

std::string encode(char32_t value) {
    std::string out;
    append(out, value);
    return out;
}

bool is_valid(std::string_view text) {
    for (size_t offset = 0; offset < text.size();) {
        // Most text is ASCII: eight bytes at a time.
        uint64_t word;
        while (text.size() - offset >= sizeof(word)) {
            std::memcpy(&word, text.data() + offset, sizeof(word));
            if (word & 0x8080808080808080u) break;
            offset += sizeof(word);
        }
        Decoded character = decode(text, offset);
        if (offset < text.size() && !character.valid) return false;
        offset += character.length;
    }
    return true;
}

std::string sanitize(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (size_t offset = 0; offset < text.size();) {
        Decoded character = decode(text, offset);
        if (character.valid) {
            out.append(text.substr(offset, character.length));
        } else {
            append(out, replacement);
        }
        offset += character.length;
    }
    return out;
}

size_t floor_boundary(std::string_view text, size_t offset) {
    if (offset >= text.size()) return text.size();
    // A character has at most four bytes: its start, if `offset` is inside one, is at most three before.
    for (size_t back = 1; back <= 3 && back <= offset && is_continuation(text[offset - back + 1]); ++back) {
        size_t start = offset - back;
        if (is_continuation(text[start])) continue;
        return start + decode(text, start).length > offset ? start : offset;
    }
    return offset;
}

uint32_t count_code_points(std::string_view text) {
    uint32_t count = 0;
    for (size_t offset = 0; offset < text.size(); ++count) offset += decode(text, offset).length;
    return count;
}

uint32_t count_utf16(std::string_view text) {
    uint32_t count = 0;
    for (size_t offset = 0; offset < text.size();) {
        Decoded character = decode(text, offset);
        count += utf16_length(character.value);
        offset += character.length;
    }
    return count;
}

int display_width(char32_t value) {
    if (value < 0x300) return 1;
    if (contains(zero_width_ranges, value)) return 0;
    return contains(wide_ranges, value) ? 2 : 1;
}

int display_width(std::string_view text) {
    int width = 0;
    for (size_t offset = 0; offset < text.size();) {
        Decoded character = decode(text, offset);
        width += display_width(character.value);
        offset += character.length;
    }
    return width;
}

}  // namespace braid::utf8
