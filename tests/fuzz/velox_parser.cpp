// The text up to the first zero byte is parsed; each later piece is an edit (three bytes say where and how much), and
// the re-parse must equal a parse from scratch.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analyzer/syntax/velox/velox.h"

using namespace braid;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool same(const SyntaxTree& a, const SyntaxTree& b) {
    Preorder left(a.root()), right(b.root());
    for (; left && right; left.next(), right.next())
        if (left->kind() != right->kind() || !(left->full_range() == right->full_range())) return false;
    return !left && !right && a.errors() == b.errors();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    auto next = [&rest] {
        std::string_view piece = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
        return piece;
    };
    std::string text(next());
    SyntaxTreePtr tree = velox::parse(text);
    require(tree->root().full_text() == text);
    while (!rest.empty()) {
        std::string_view piece = next();
        if (piece.size() < 3) continue;
        auto byte = [&](int i) { return std::uint32_t(static_cast<std::uint8_t>(piece[i])); };
        auto length = std::uint32_t(text.size());
        std::uint32_t begin = (byte(0) * 256 + byte(1)) % (length + 1);
        TextEdit edit{{begin, std::min(begin + byte(2) % 32, length)}, std::string(piece.substr(3))};
        text.replace(begin, edit.range.length(), edit.replacement);
        auto shared = std::make_shared<const std::string>(text);
        tree = velox::reparse(*tree, {&edit, 1}, shared);
        require(tree->root().full_text() == text);
        require(same(*tree, *velox::parse(shared)));
    }
    return 0;
}
