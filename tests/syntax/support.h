#pragma once
#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/builder.h"
#include "analyzer/syntax/dump.h"
#include "tests/support/golden.h"
#include "tests/support/sources.h"

namespace braid::test {

/// Files without a mistake in them.
inline std::vector<std::filesystem::path> sound_files() {
    return sources({"tests/syntax/goldens", "tests/seeds/altru"}, ".altru");
}

/// Compares with the golden file beside a source; BRAID_UPDATE=1 writes it.
inline void check_golden(const std::filesystem::path& golden, const std::string& actual) {
    CHECK(golden_difference(golden, actual) == "");
}

/// The bytes the tree's tokens cover, in order.
inline std::string covered_text(const SyntaxTree& tree) {
    std::string text;
    for (Preorder walk(tree.root()); walk; walk.next())
        if (walk->is_token()) text += walk->full_text();
    return text;
}

inline std::string apply_edits(std::string text, const std::vector<TextEdit>& edits) {
    for (auto it = edits.rbegin(); it != edits.rend(); ++it)
        text.replace(it->range.begin, it->range.length(), it->replacement);
    return text;
}

}  // namespace braid::test
