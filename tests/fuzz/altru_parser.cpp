// The first four bytes choose an edit (where, how much goes, how much of the text's end comes there); the rest is an
// Altru file. The tree must cover the text before and after, and the re-parse must equal the parse.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/dump.h"

using namespace braid;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_covers(const SyntaxTree& tree) {
    uint32_t end = 0;
    for (Preorder walk(tree.root()); walk; walk.next()) {
        if (!walk->is_token()) continue;
        require(walk->full_begin() == end);
        end = walk->full_range().end;
    }
    require(end == tree.text().size());
    for (const SyntaxError& error : tree.errors())
        require(error.range.begin <= error.range.end && error.range.end <= tree.text().size() &&
                !error.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4 || size > 1 << 16) return 0;
    std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
    SyntaxTreePtr tree = altru::parse(text);
    check_covers(*tree);

    auto begin = uint32_t((data[0] | data[1] << 8) % (text.size() + 1));
    auto removed = std::min<uint32_t>(data[2], uint32_t(text.size()) - begin);
    std::string inserted = text.substr(text.size() - std::min<size_t>(data[3] % 16, text.size()));
    TextEdit edit{{begin, begin + removed}, inserted};
    auto changed = std::make_shared<const std::string>(std::string(text).replace(begin, removed, inserted));
    SyntaxTreePtr incremental = altru::reparse(*tree, {&edit, 1}, changed);
    check_covers(*incremental);
    require(dump_tree(*incremental) == dump_tree(*altru::parse(changed)));
    return 0;
}
