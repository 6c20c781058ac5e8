#include "interpreter/natives/unicode.h"

#include <clocale>
#include <cwctype>

#include "analyzer/text/utf8.h"
#include "interpreter/vm/structural.h"

namespace braid::natives {

namespace {

/// The tables of the C library for all of Unicode, whatever the user's locale is.
locale_t unicode() {
    static locale_t locale = [] {
        locale_t found = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return found ? found : newlocale(LC_CTYPE_MASK, "C", nullptr);
    }();
    return locale;
}

}  // namespace

uint32_t next_character(std::string_view text, size_t& at) {
    auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    uint32_t first = byte(at);
    if (first < 0x80) return ++at, first;
    if (first < 0xe0) {
        uint32_t c = (first & 0x1f) << 6 | (byte(at + 1) & 0x3f);
        return at += 2, c;
    }
    if (first < 0xf0) {
        uint32_t c = (first & 0x0f) << 12 | (byte(at + 1) & 0x3f) << 6 | (byte(at + 2) & 0x3f);
        return at += 3, c;
    }
    uint32_t c =
        (first & 0x07) << 18 | (byte(at + 1) & 0x3f) << 12 | (byte(at + 2) & 0x3f) << 6 | (byte(at + 3) & 0x3f);
    return at += 4, c;
}

int64_t count_characters(std::string_view text) {
    int64_t count = 0;
    for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

bool is_letter(uint32_t c) { return iswalpha_l(static_cast<wint_t>(c), unicode()) != 0 && !is_numeric(c); }
bool is_numeric(uint32_t c) {
    if (c < 0x80) return c >= '0' && c <= '9';
    return iswalnum_l(static_cast<wint_t>(c), unicode()) && iswdigit_l(static_cast<wint_t>(c), unicode());
}
bool is_white(uint32_t c) {
    return c == 0x85 || c == 0xa0 || c == 0x2007 || c == 0x202f || iswspace_l(static_cast<wint_t>(c), unicode()) != 0;
}
bool is_upper(uint32_t c) { return iswupper_l(static_cast<wint_t>(c), unicode()) != 0; }
bool is_lower(uint32_t c) { return iswlower_l(static_cast<wint_t>(c), unicode()) != 0; }
uint32_t upper(uint32_t c) { return static_cast<uint32_t>(towupper_l(static_cast<wint_t>(c), unicode())); }
uint32_t lower(uint32_t c) { return static_cast<uint32_t>(towlower_l(static_cast<wint_t>(c), unicode())); }

/// Capitals that are more than one letter (Unicode's SpecialCasing).
static std::string_view several_capitals(uint32_t c) {
    constexpr std::string_view kLigatures[] = {"FF", "FI", "FL", "FFI", "FFL", "ST", "ST"};
    if (c >= 0xfb00 && c <= 0xfb06) return kLigatures[c - 0xfb00];
    switch (c) {
        case 0xdf: return "SS";
        case 0x149: return "\u02bcN";
        case 0x1f0: return "J\u030c";
        case 0x587: return "\u0535\u0552";
        default: return {};
    }
}

/// Whether a letter stands before what begins at `start` and none behind its end: a sigma there has a form of its own.
static bool ends_word(std::string_view text, size_t start, size_t end) {
    size_t before = start;
    while (before > 0 && (static_cast<unsigned char>(text[before - 1]) & 0xc0) == 0x80) --before;
    if (before == 0) return false;
    size_t at = before - 1;
    if (!is_letter(next_character(text, at))) return false;
    return end >= text.size() || !is_letter(next_character(text, end));
}

std::string with_case(std::string_view text, bool to_upper) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        size_t start = at;
        uint32_t c = next_character(text, at);
        if (std::string_view several = to_upper ? several_capitals(c) : ""; !several.empty()) out += several;
        else if (!to_upper && c == 0x130) out += "i\u0307";
        else if (!to_upper && c == 0x3a3 && ends_word(text, start, at)) out += "\u03c2";
        else utf8::append(out, char32_t(to_upper ? upper(c) : lower(c)));
    }
    return out;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to, bool all) {
    std::string out;
    size_t at = 0;
    for (;;) {
        size_t found = text.find(from, at);
        if (found == std::string_view::npos) break;
        out += text.substr(at, found - at);
        out += to;
        at = found + from.size();
        if (!all) break;
        if (from.empty()) {  // between all characters
            if (at >= text.size()) return out;
            size_t begin = at;
            next_character(text, at);
            out += text.substr(begin, at - begin);
        }
    }
    out += text.substr(at);
    return out;
}

std::string filler(int64_t length, int64_t width, std::string_view fill) {
    std::string out;
    if (fill.empty() || width > static_cast<int64_t>(kLongestText)) return out;
    for (size_t at = 0; length < width; ++length) {
        if (at >= fill.size()) at = 0;
        size_t begin = at;
        next_character(fill, at);
        out += fill.substr(begin, at - begin);
    }
    return out;
}

}  // namespace braid::natives
