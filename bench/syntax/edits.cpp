#include "bench/syntax/edits.h"

#include <algorithm>
#include <string>

#include "bench/syntax/random.h"

namespace braid::bench {

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

struct Spelling {
    std::string ours;
    std::string theirs;
};

Spelling same(const char* text) { return {text, text}; }

/// What opens or closes something.
Spelling damage(Random& random, const Side& ours) {
    switch (random.below(3)) {
        case 0: return same(random.pick({"(", "[", "{", ")", "]", "}"}));
        case 1:
            if (!random.one_in(3)) return same("\"");
            return same(ours.velox ? "`" : "\"\"\"");
        default:
            if (ours.velox) return same(random.pick({"//", "/*", "*/"}));
            return random.one_in(2) ? same("#") : Spelling{"###", "\"\"\""};
    }
}

/// What people type and remove all day; `word` tells whether the place is in a word.
enum class Typing { Letter, Delete, Space, Line, Rename };
Typing typing(Random& random) {
    uint32_t chance = random.below(100);
    if (chance < 45) return Typing::Letter;
    if (chance < 70) return Typing::Delete;
    if (chance < 80) return Typing::Space;
    return chance < 90 ? Typing::Line : Typing::Rename;
}

TextEdit apply(Typing typing, std::string_view text, uint32_t at) {
    switch (typing) {
        case Typing::Letter: return {{at, at}, "x"};
        case Typing::Space: return {{at, at}, " "};
        case Typing::Line: return {{at, at}, "\n"};
        default: break;
    }
    // The next letter, or the next word.
    while (at < text.size() && !is_word(text[at])) ++at;
    auto end = std::min(at + 1, uint32_t(text.size()));
    if (typing == Typing::Delete) return {{at, end}, ""};
    while (at > 0 && is_word(text[at - 1])) --at;
    while (end < text.size() && is_word(text[end])) ++end;
    return {{at, end}, "renamed"};
}

/// The place `at` of one text in the other, by the number of its token.
uint32_t corresponding(const Side& from, const Side& to, uint32_t at) {
    auto next = std::upper_bound(from.tokens.begin(), from.tokens.end(), at,
                                 [](uint32_t offset, TextRange token) { return offset < token.begin; });
    if (next == from.tokens.begin()) return 0;
    size_t index = std::min<size_t>(next - from.tokens.begin() - 1, to.tokens.size() - 1);
    TextRange token = to.tokens[index];
    return std::min(token.begin + (at - from.tokens[index].begin), token.end);
}

}  // namespace

std::vector<EditPair> random_edits(const Side& ours, const Side& theirs, bool same_text, uint32_t count) {
    Random random(0xed17);
    std::vector<EditPair> edits;
    while (edits.size() < count) {
        uint32_t at = random.below(uint32_t(ours.text.size()) + 1);
        uint32_t other = same_text ? at : corresponding(ours, theirs, at);
        EditPair edit;
        edit.damaging = edits.size() % 5 == 4;
        if (edit.damaging) {
            Spelling inserted = damage(random, ours);
            edit.ours = {{at, at}, inserted.ours};
            edit.theirs = {{other, other}, inserted.theirs};
        } else {
            Typing what = typing(random);
            edit.ours = apply(what, ours.text, at);
            edit.theirs = apply(what, theirs.text, other);
        }
        edits.push_back(std::move(edit));
    }
    return edits;
}

}  // namespace braid::bench
