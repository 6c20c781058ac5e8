// The first byte chooses the language and the width; the rest is a file. What is formatted must be stable and mean the
// same; what is refused must have a syntax error (a refusal for another reason is a fault of the formatter). The second
// and third byte choose a range and a place that is typed at: those edits must lie in the text, in order.
#include <cstdint>
#include <string>

#include "analyzer/format/altru/rules.h"
#include "analyzer/format/velox/rules.h"
#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/velox/velox.h"
#include "tests/fuzz/laws.h"

using namespace braid;
using braid::fuzz::require;

namespace {

void check_edits(const std::vector<TextEdit>& edits, size_t size) {
    uint32_t from = 0;
    for (const TextEdit& edit : edits) {
        require(edit.range.begin >= from && edit.range.begin <= edit.range.end && edit.range.end <= size);
        from = edit.range.end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3 || size > 1 << 14) return 0;
    const Grammar& grammar = data[0] & 1 ? altru::grammar() : velox::grammar();
    const format::Rules& rules = data[0] & 1 ? altru::format_rules() : velox::format_rules();
    format::Options options;
    options.width = 20 + data[0] / 2;
    auto parse = [&](std::string text) { return grammar.parse(std::make_shared<const std::string>(std::move(text))); };
    SyntaxTreePtr tree = parse(std::string(reinterpret_cast<const char*>(data) + 3, size - 3));

    auto once = format::format(*tree, rules, options);
    if (once) {
        auto twice = format::format(*parse(*once), rules, options);
        require(twice && *twice == *once);
    } else {
        require(once.error().code.has_value());
    }
    auto begin = uint32_t(data[1] * (size - 3) / 256);
    auto end = uint32_t(begin + data[2] * (size - 3 - begin) / 256);
    if (auto edits = format::format_range(*tree, rules, options, {begin, end})) check_edits(*edits, size - 3);
    for (char typed : {'\n', '}', ':'})
        check_edits(format::format_on_type(*tree, rules, options, begin, typed), size - 3);
    return 0;
}
