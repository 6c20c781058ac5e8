#include "interpreter/natives/collation.h"

#include <utf8proc.h>

#include <cstdint>
#include <vector>

#include "interpreter/natives/unicode.h"

namespace braid::natives {

namespace {

/// Weights of the three levels of one letter.
struct Element {
    uint64_t base = 0;
    std::vector<uint32_t> accents;
    bool is_capital = false;
};

/// Signs before digits before letters, in the order of the root collation; what lies beyond ASCII follows by its
/// number.
uint64_t base_weight(uint32_t c) {
    constexpr std::string_view kSigns = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    constexpr uint64_t kDigits = 100, kLetters = 200;
    if (c >= '0' && c <= '9') return kDigits + (c - '0');
    if (c >= 'a' && c <= 'z') return kLetters + (c - 'a');
    size_t sign = c < 0x80 ? kSigns.find(static_cast<char>(c)) : kSigns.npos;
    return sign != kSigns.npos ? sign + 1 : kLetters + 26 + c;
}

bool is_mark(uint32_t c) {
    auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

/// The number at `at`, which is moved behind it; two levels above all digits' weights, so that numbers compare as such.
uint64_t number_at(std::string_view text, size_t& at) {
    constexpr uint64_t kNumbers = 110, kMost = uint64_t{1} << 53;
    uint64_t value = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
        value = value < kMost ? value * 10 + static_cast<uint64_t>(text[at++] - '0') : (++at, value);
    return (kNumbers << 56) + value;
}

std::vector<Element> elements_of(std::string_view text, bool numeric) {
    std::vector<Element> out;
    for (size_t at = 0; at < text.size();) {
        if (numeric && text[at] >= '0' && text[at] <= '9') {
            out.push_back({number_at(text, at), {}, false});
            continue;
        }
        utf8proc_int32_t parts[8];
        uint32_t c = next_character(text, at);
        int boundary = 0;
        auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts, 8, UTF8PROC_DECOMPOSE, &boundary);
        for (int i = 0; i < count && i < 8; ++i) {
            auto part = static_cast<uint32_t>(parts[i]);
            if (is_mark(part) && !out.empty()) {
                out.back().accents.push_back(part);
                continue;
            }
            uint32_t small = lower(part);
            uint64_t weight = base_weight(small);
            out.push_back({numeric && weight >= 200 ? weight + (uint64_t{120} << 56) : weight, {}, small != part});
        }
    }
    return out;
}

}  // namespace

int collated(std::string_view a, std::string_view b, bool numeric, Strength strength) {
    std::vector<Element> left = elements_of(a, numeric), right = elements_of(b, numeric);
    int accents = 0, capitals = 0;
    for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
        if (left[i].base != right[i].base) return left[i].base < right[i].base ? -1 : 1;
        if (!accents && left[i].accents != right[i].accents) accents = left[i].accents < right[i].accents ? -1 : 1;
        if (!capitals && left[i].is_capital != right[i].is_capital) capitals = right[i].is_capital ? -1 : 1;
    }
    if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    if (accents && strength != Strength::Base && strength != Strength::Case) return accents;
    return strength == Strength::Case || strength == Strength::Variant ? capitals : 0;
}

}  // namespace braid::natives
