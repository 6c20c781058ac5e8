#include "analyzer/syntax/altru/kinds.h"

#include <array>
#include <cstring>

namespace braid::altru {

namespace {

constexpr size_t KindCount = static_cast<size_t>(Kind::Count);

constexpr std::array<Group, KindCount> groups = [] {
    std::array<Group, KindCount> table{};
    table[raw(Kind::Error)] = Group::Error;
#define NODE(Name, G) table[raw(Kind::Name)] = Group::G;
#include "analyzer/syntax/altru/nodes.def"
#undef NODE
    return table;
}();

constexpr std::array<std::string_view, KindCount> descriptions = [] {
    std::array<std::string_view, KindCount> table{};
    for (auto& description : table) description = "text";
    table[raw(Kind::EndOfFile)] = "end of file";
    table[raw(Kind::BadToken)] = "unreadable text";
#define TOKEN(Name, description) table[raw(Kind::Name)] = description;
#define KEYWORD(Name, spelling) table[raw(Kind::Name)] = "`" spelling "`";
#define CONTEXTUAL(Name, spelling) table[raw(Kind::Name)] = "`" spelling "`";
#define SYMBOL(Name, spelling) table[raw(Kind::Name)] = "`" spelling "`";
#include "analyzer/syntax/altru/tokens.def"
#undef TOKEN
#undef KEYWORD
#undef CONTEXTUAL
#undef SYMBOL
    return table;
}();

struct Keyword {
    std::string_view spelling;
    Kind kind;
};
constexpr Keyword keywords[] = {
#define TOKEN(Name, description)
#define KEYWORD(Name, spelling) {spelling, Kind::Name},
#define CONTEXTUAL(Name, spelling)
#define SYMBOL(Name, spelling)
#include "analyzer/syntax/altru/tokens.def"
#undef TOKEN
#undef KEYWORD
#undef CONTEXTUAL
#undef SYMBOL
};

// Open addressing over a hash of length, first and last letter; filled at compile time.
constexpr size_t TableSize = 256;
constexpr size_t hash(std::string_view word) {
    return (size_t(uint8_t(word.front())) * 31 + size_t(uint8_t(word.back())) * 7 + word.size() * 3) % TableSize;
}
constexpr std::array<uint8_t, TableSize> keyword_table = [] {
    std::array<uint8_t, TableSize> table{};
    uint8_t number = 1;
    for (const Keyword& keyword : keywords) {
        size_t at = hash(keyword.spelling);
        while (table[at]) at = (at + 1) % TableSize;
        table[at] = number++;
    }
    return table;
}();

}  // namespace

Group group(Kind kind) { return groups[raw(kind)]; }

std::string_view describe(Kind kind) { return descriptions[raw(kind)]; }

bool is_keyword(Kind kind) { return kind >= Kind::FnKw && kind <= Kind::DynKw; }

Kind keyword_kind(std::string_view word) {
    if (word.size() < 2 || word.size() > 8) return Kind::Identifier;
    for (size_t at = hash(word); keyword_table[at]; at = (at + 1) % TableSize) {
        const Keyword& keyword = keywords[keyword_table[at] - 1];
        if (keyword.spelling == word) return keyword.kind;
    }
    return Kind::Identifier;
}

}  // namespace braid::altru
