// Before and after: cases/NAME.altru|velox is formatted to cases/NAME.EXTENSION.formatted, and that to itself.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/format/support.h"
#include "tests/support/cases.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace braid::test {
namespace fs = std::filesystem;

std::vector<fs::path> all_sources() {
    std::vector<fs::path> found;
    for (const char* folder : {"examples", "stdlib", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(BRAID_SOURCE_DIR) / folder))
            if (entry.path().extension() == ".altru" || entry.path().extension() == ".velox")
                found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

REGISTER_CASES(before_and_after) {
    for (const auto& entry : fs::directory_iterator(fs::path(BRAID_SOURCE_DIR) / "tests/format/cases")) {
        fs::path path = entry.path();
        if (path.extension() == ".formatted") continue;
        register_case("format " + path.filename().string(), "[format]", [path] {
            Formatted language = language_of_file(path);
            auto once = language.format(*read_file(path));
            INFO((once ? std::string() : once.error().message));
            REQUIRE(once);
            CHECK(golden_difference(path.string() + ".formatted", *once) == "");
            auto twice = language.format(*once);
            REQUIRE(twice);
            CHECK(difference(*once, *twice) == "");
        });
    }
}

// Kinds that keep the spacing of their source because no table says how they are laid out. A new kind of node shows up
// here until it has a row in the language's layouts.def.
TEST_CASE("every kind of node has a layout", "[format]") {
    for (const Formatted& language : {altru_language(), velox_language()}) {
        std::string unknown;
        for (size_t kind = language.grammar.first_node; kind < language.grammar.kind_names.size(); ++kind)
            if (!language.rules.is_known(SyntaxKind(kind)))
                unknown += std::string(language.grammar.kind_names[kind]) + " ";
        CHECK(unknown == std::string(language.grammar.kind_names[language.grammar.first_node]) + " ");
    }
}

}  // namespace braid::test
