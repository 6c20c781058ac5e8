#include "analyzer/syntax/velox/foreign.h"

#include <algorithm>
#include <array>

namespace braid::velox::foreign {
namespace {

constexpr auto table = [] {
    std::array entries = {
#define KEYWORD_ELSEWHERE(text, next, kind, message) Word{text, next, Reading::AsKeyword, Kind::kind, message},
#define NEEDLESS(text, next, message) Word{text, next, Reading::Needless, Kind::List, message},
#define STATEMENT_ELSEWHERE(text, next, message) Word{text, next, Reading::Statement, Kind::List, message},
#include "analyzer/syntax/velox/foreign.def"
    };
    std::sort(entries.begin(), entries.end(), [](const Word& a, const Word& b) { return a.text < b.text; });
    return entries;
}();

}  // namespace

std::span<const Word> words(std::string_view text) {
    auto [first, last] = std::equal_range(table.begin(), table.end(), Word{text, 0, {}, {}, {}},
                                          [](const Word& a, const Word& b) { return a.text < b.text; });
    return {first, last};
}

Kind operator_elsewhere(std::string_view text) {
#define OPERATOR_ELSEWHERE(word, kind) \
    if (text == word) return Kind::kind;
#include "analyzer/syntax/velox/foreign.def"
    return Kind::List;
}

bool is_macro_elsewhere(std::string_view text) {
#define MACRO_ELSEWHERE(word) \
    if (text == word) return true;
#include "analyzer/syntax/velox/foreign.def"
    return false;
}

std::string_view string_prefix(std::string_view text) {
#define STRING_PREFIX(prefix, message) \
    if (text == prefix) return message;
#include "analyzer/syntax/velox/foreign.def"
    return {};
}

}  // namespace braid::velox::foreign
