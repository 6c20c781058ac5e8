// A sequence of edits of an Altru file, each six bytes: where, how much goes, which snippet comes. After each the
// re-parse must equal the parse and cover the text.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/dump.h"

using namespace braid;

namespace {

constexpr std::size_t MaxEdits = 16;
constexpr std::string_view snippets[] = {"",           " ",       "\n",          "\n    ",
                                         "\n        ", "(",       ")",           "[",
                                         "]",          "{",       "}",           ",",
                                         ":",          "\"",      "\"\"\"",      "'",
                                         "`",          "#",       "###",         "##",
                                         "//",         "/*",      "*/",          ";",
                                         "fn ",        "if ",     "else:",       "let ",
                                         "match ",     "select:", "case ",       "=>",
                                         "->",         "?",       ":=",          "async ",
                                         "req ",       "${",      "\t",          "\r\n",
                                         "\xff",       "class ",  "\nfn f():\n", "\nstruct S:\n    a: int\n"};

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > 1 << 14) return 0;
    std::size_t edits = data[0] % MaxEdits + 1;
    if (size < 1 + 6 * edits) return 0;
    std::string text(reinterpret_cast<const char*>(data) + 1 + 6 * edits, size - 1 - 6 * edits);
    SyntaxTreePtr tree = altru::parse(text);
    for (std::size_t i = 0; i < edits; ++i) {
        const std::uint8_t* bytes = data + 1 + 6 * i;
        auto begin = std::uint32_t((bytes[0] | bytes[1] << 8) % (text.size() + 1));
        auto removed = std::min<std::uint32_t>(bytes[2] % 64, std::uint32_t(text.size()) - begin);
        std::string inserted(snippets[bytes[3] % std::size(snippets)]);
        if (bytes[4] % 4 == 0) inserted += text.substr(bytes[5] * text.size() / 256, bytes[4] / 4);
        TextEdit edit{{begin, begin + removed}, inserted};
        text.replace(begin, removed, inserted);
        auto shared = std::make_shared<const std::string>(text);
        tree = altru::reparse(*tree, {&edit, 1}, shared);
        require(dump_tree(*tree) == dump_tree(*altru::parse(shared)));
    }
    return 0;
}
