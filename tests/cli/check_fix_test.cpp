// `braid check --fix`: what it changes, what it leaves to a person, what it says.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

std::string content(const std::filesystem::path& path) { return read_file(path).value_or("unreadable"); }

TEST_CASE("fixes are made in all files, and what is left is reported") {
    TemporaryFolder folder;
    auto one = folder.write("one.altru",
                            "fn main():\n"
                            "    let counter = 1\n"
                            "    println(conter, cuonter)\n");
    auto two = folder.write("sub/two.altru", "fn main():\n    let unused = 2\n    println(nowhere)\n");
    auto fine = folder.write("fine.altru", "println(1)\n");
    ProcessResult result = braid({"check", "--fix"}, folder.path());
    INFO(result.output << result.errors);
    CHECK(content(one) == "fn main():\n    let counter = 1\n    println(counter, counter)\n");
    CHECK(content(two) == "fn main():\n    let _unused = 2\n    println(nowhere)\n");
    CHECK(content(fine) == "println(1)\n");
    CHECK(result.status == 1);
    CHECK_THAT(result.errors, Contains("fixed 3 problems in 2 files"));
    CHECK_THAT(result.output, Contains("nowhere") && !Contains("conter"));

    ProcessResult again = braid({"check", "--fix"}, folder.path());
    CHECK_THAT(again.errors, Contains("nothing to fix"));
    CHECK(content(two) == "fn main():\n    let _unused = 2\n    println(nowhere)\n");
}

TEST_CASE("a file keeps its mode, and one that may not be written is said to be") {
    TemporaryFolder folder;
    auto file = folder.write("a.altru", "fn main():\n    let unused = 2\n");
    REQUIRE(chmod(file.c_str(), 0750) == 0);
    CHECK(braid({"check", "--fix", "a.altru"}, folder.path()).status == 0);
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0750);
    CHECK(content(file) == "fn main():\n    let _unused = 2\n");
    size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
    CHECK(files == 1);
}

TEST_CASE("only files that were asked for are changed") {
    TemporaryFolder folder;
    folder.write("main.altru", "mod helper\nprintln(helper::two())\n");
    const std::string text = "pub fn two() -> int:\n    let unused = 2\n    2\n";
    auto helper = folder.write("helper.altru", text);
    braid({"check", "--fix", "main.altru"}, folder.path());
    CHECK(content(helper) == text);
}

TEST_CASE("what stands in a baseline is left alone") {
    TemporaryFolder folder;
    const std::string text = "fn main():\n    let unused = 2\n";
    auto file = folder.write("a.altru", text);
    CHECK(braid({"check", "--baseline", "b.json", "--update-baseline"}, folder.path()).status == 0);
    CHECK_THAT(braid({"check", "--baseline", "b.json", "--fix"}, folder.path()).errors, Contains("nothing to fix"));
    CHECK(content(file) == text);
}

TEST_CASE("line ends stay as they are") {
    TemporaryFolder folder;
    auto file = folder.write("a.altru", "fn main():\r\n    let unused = 2\r\n");
    braid({"check", "--fix"}, folder.path());
    CHECK(content(file) == "fn main():\r\n    let _unused = 2\r\n");
}

}  // namespace
}  // namespace braid::test
