// `braid fmt` as scripts see it.
#include <sys/stat.h>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
std::string get(const fs::path& path) { return read_file(path).value_or("unreadable"); }

}  // namespace

TEST_CASE("fmt rewrites files in place and keeps their mode", "[fmt]") {
    TemporaryFolder folder;
    fs::path altru = folder.path() / "a.altru", velox = folder.path() / "b.velox";
    put(altru, "fn f( ):\n  a( )\n");
    put(velox, "let a=1\n");
    chmod(altru.c_str(), 0750);
    CHECK(braid({"fmt"}, folder.path()).status == 0);
    CHECK(get(altru) == "fn f():\n    a()\n");
    CHECK(get(velox) == "let a = 1;\n");
    struct stat status {};
    REQUIRE(stat(altru.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0750);
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("fmt --check lists what would change and changes nothing", "[fmt]") {
    TemporaryFolder folder;
    put(folder.path() / "a.velox", "let a=1\n");
    put(folder.path() / "b.velox", "let b = 1;\n");
    ProcessResult result = braid({"fmt", "--check", "a.velox", "b.velox"}, folder.path());
    CHECK(result.status == 1);
    CHECK(result.output == "a.velox\n");
    CHECK(get(folder.path() / "a.velox") == "let a=1\n");
    CHECK(braid({"fmt", "--check", "b.velox"}, folder.path()).status == 0);
}

TEST_CASE("fmt refuses a file with a syntax error, shows the place, and goes on", "[fmt]") {
    TemporaryFolder folder;
    put(folder.path() / "a.velox", "let a = (;\n");
    put(folder.path() / "b.velox", "let b=1\n");
    ProcessResult result = braid({"fmt", "a.velox", "b.velox"}, folder.path());
    CHECK(result.status == 1);
    CHECK_THAT(result.errors, Contains("a.velox:1:") && Contains("not formatted"));
    CHECK(get(folder.path() / "a.velox") == "let a = (;\n");
    CHECK(get(folder.path() / "b.velox") == "let b = 1;\n");
}

TEST_CASE("fmt reads standard input and the .editorconfig files around its name", "[fmt]") {
    TemporaryFolder folder;
    fs::create_directories(folder.path() / "src");
    put(folder.path() / ".editorconfig", "root = true\n[*.{altru,velox}]\nindent_size = 2\n");
    put(folder.path() / "src/.editorconfig", "[*.altru]\nindent_style = tab\n");
    auto formatted = [&](const std::string& name, const std::string& text) {
        return braid({"fmt", "-", "--stdin-filepath", name}, folder.path(), text).output;
    };
    CHECK(formatted("a.velox", "if(a){b()}\n") == "if (a) {\n  b();\n}\n");
    CHECK(formatted("src/a.velox", "if(a){b()}\n") == "if (a) {\n  b();\n}\n");
    CHECK(formatted("src/a.altru", "fn f():\n      a()\n") == "fn f():\n\ta()\n");
}

TEST_CASE("fmt: what cannot be read or told is wrong usage", "[fmt]") {
    TemporaryFolder folder;
    put(folder.path() / "a.txt", "let a=1\n");
    for (std::vector<std::string> arguments :
         {std::vector<std::string>{"fmt", "nowhere.altru"}, {"fmt", "a.txt"}, {"fmt", "-"}}) {
        ProcessResult result = braid(arguments, folder.path());
        CHECK(result.status == 2);
        CHECK_THAT(result.errors, Contains("error: "));
    }
}

}  // namespace braid::test
