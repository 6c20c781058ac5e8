#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "analyzer/syntax/dump.h"
#include "analyzer/syntax/velox/velox.h"

using namespace braid;

TEST_CASE("every code block of the language's design parses without an error") {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(BRAID_SOURCE_DIR "/tests/seeds/velox")) {
        if (entry.path().extension() != ".velox") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::stringstream text;
        text << file.rdbuf();
        auto tree = velox::parse(text.str());
        INFO(entry.path().filename().string() << "\n" << dump_tree(*tree));
        CHECK(tree->errors().empty());
        CHECK(tree->root().full_text() == text.str());
        ++count;
    }
    CHECK(count >= 10);
}
