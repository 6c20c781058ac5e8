#include <cctype>

#include "analyzer/ide/completion.h"

namespace braid {

std::optional<int> fuzzy_score(std::string_view typed, std::string_view text) {
    auto lower = [](char c) { return char(tolower(uint8_t(c))); };
    int score = 0;
    size_t at = 0;
    bool in_a_row = true;
    for (char c : typed) {
        size_t found = at;
        auto begins_word = [&](size_t i) {
            return i == 0 || !isalnum(uint8_t(text[i - 1])) ||
                   (isupper(uint8_t(text[i])) && islower(uint8_t(text[i - 1])));
        };
        while (found < text.size() && lower(text[found]) != lower(c)) ++found;
        // The begin of a later word is better than the middle of this one.
        if (found < text.size() && found != at && !begins_word(found))
            for (size_t i = found + 1; i < text.size(); ++i)
                if (lower(text[i]) == lower(c) && begins_word(i)) {
                    found = i;
                    break;
                }
        if (found >= text.size()) return std::nullopt;
        if (found != at) {
            score += begins_word(found) ? 4 : 12;
            in_a_row = false;
        }
        if (text[found] != c) score += 1;
        at = found + 1;
    }
    if (!in_a_row) score += 8;
    return score + int(text.size() - typed.size() > 20 ? 20 : text.size() - typed.size()) / 4;
}

}  // namespace braid
