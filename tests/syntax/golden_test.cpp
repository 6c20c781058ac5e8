// The trees of the snippets of Altru's concurrency document (tests/seeds/altru, byte for byte), of a file with every
// construct, and of broken files: dumps beside the sources.
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;

TEST_CASE("trees of sound files") {
    REQUIRE(sources({"tests/seeds/altru"}, ".altru").size() == 11);
    for (auto path : sound_files()) {
        SyntaxTreePtr tree = altru::parse(text_of(path));
        INFO(path.string());
        CHECK(tree->errors().empty());
        check_golden(path.replace_extension(".tree"), dump_tree(*tree));
    }
}

TEST_CASE("trees and messages of broken files") {
    for (auto path : sources({"tests/syntax/recovery"}, ".altru"))
        check_golden(path.replace_extension(".tree"), dump_tree(*altru::parse(text_of(path))));
}

TEST_CASE("tokens and comments") {
    auto path = std::filesystem::path(BRAID_SOURCE_DIR) / "tests/syntax/goldens/lexical.altru";
    check_golden(path.replace_extension(".tokens"),
                 dump_tokens(*altru::parse(text_of(path.replace_extension(".altru")))));
}
