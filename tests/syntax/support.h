#pragma once
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/builder.h"
#include "analyzer/syntax/dump.h"

namespace braid::test {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// All files of a folder of tests/syntax with an ending, sorted.
inline std::vector<std::filesystem::path> files(const std::string& folder, const std::string& ending) {
    std::vector<std::filesystem::path> result;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(BRAID_SOURCE_DIR) + "/tests/syntax/" + folder))
        if (entry.path().extension() == ending) result.push_back(entry.path());
    std::sort(result.begin(), result.end());
    return result;
}

/// Files without a mistake in them.
inline std::vector<std::filesystem::path> sound_files() {
    auto result = files("goldens", ".altru");
    for (const auto& path : files("../seeds/altru", ".altru")) result.push_back(path);
    return result;
}

/// Compares with the golden file beside a source; BRAID_UPDATE=1 writes it.
inline void check_golden(const std::filesystem::path& golden, const std::string& actual) {
    INFO(golden.string());
    if (std::getenv("BRAID_UPDATE")) {
        std::ofstream(golden, std::ios::binary) << actual;
        return;
    }
    CHECK(read_file(golden) == actual);
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
