// Commands as scripts see them: exit status, what goes to which stream, the stages' dumps.
#include <catch2/catch.hpp>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

const std::string moved =
    "fn main():\n"
    "    let names = [\"a\"]\n"
    "    let other = names\n"
    "    println(names.len())\n"
    "    println(other.len())\n";

const std::string dropped =
    "async function work(): Promise<void> {\n"
    "    await Async.sleep(1);\n"
    "    println(\"worked\");\n"
    "}\n"
    "work();\n";

TEST_CASE("help and version") {
    ProcessResult help = braid({"--help"});
    CHECK(help.status == 0);
    for (const char* command : {"run", "check", "lsp", "dap", "explain", "dump"}) {
        CHECK_THAT(help.output, Contains(command));
        ProcessResult more = braid({command, "--help"});
        CHECK(more.status == 0);
        CHECK_THAT(more.output, Contains(command));
    }
    ProcessResult version = braid({"--version"});
    CHECK(version.status == 0);
    CHECK_THAT(version.output, Contains("0.1"));
}

TEST_CASE("wrong usage is status 2 and a message") {
    const std::vector<std::vector<std::string>> usages{{"frobnicate"},
                                                       {"run"},
                                                       {"run", "--no-such-flag", "x.altru"},
                                                       {"run", "--workers", "none", "x.altru"},
                                                       {"run", "--contracts=sometimes", "x.altru"},
                                                       {"check", "--format", "xml", "x.altru"},
                                                       {"explain", "no-such-code"},
                                                       {"dump", "smoke", "x.altru"}};
    for (const auto& arguments : usages) {
        ProcessResult result = braid(arguments);
        INFO(arguments.front() << " " << (arguments.size() > 1 ? arguments[1] : "") << "\n" << result.errors);
        CHECK(result.status == 2);
        CHECK(!result.errors.empty());
        CHECK(result.output.empty());
    }
}

TEST_CASE("a program with errors does not run") {
    TemporaryFolder folder;
    folder.write("moved.altru", "println(\"side effect\")\n" + moved);
    ProcessResult result = braid({"run", "moved.altru"}, folder.path());
    CHECK(result.status == 1);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Contains("use-after-move") && Contains("moved.altru:5"));
}

TEST_CASE("a program with warnings runs, and they go to standard error") {
    TemporaryFolder folder;
    folder.write("dropped.velox", dropped);
    ProcessResult result = braid({"run", "dropped.velox"}, folder.path());
    CHECK(result.status == 0);
    CHECK(result.output == "worked\n");
    CHECK_THAT(result.errors, Contains("floating-promise"));
}

TEST_CASE("the status of check is that of its errors") {
    TemporaryFolder folder;
    folder.write("moved.altru", moved);
    folder.write("dropped.velox", dropped);
    CHECK(braid({"check", "moved.altru"}, folder.path()).status == 1);
    CHECK(braid({"check", "dropped.velox"}, folder.path()).status == 0);
    CHECK(braid({"check", "--deny", "warnings", "dropped.velox"}, folder.path()).status == 1);
    ProcessResult both = braid({"check", "."}, folder.path());
    CHECK(both.status == 1);
    CHECK_THAT(both.output + both.errors, Contains("use-after-move") && Contains("floating-promise"));
}

TEST_CASE("no colours where there is no terminal") {
    TemporaryFolder folder;
    folder.write("moved.altru", moved);
    ProcessResult result = braid({"check", "moved.altru"}, folder.path());
    CHECK((result.output + result.errors).find('\x1b') == std::string::npos);
}

TEST_CASE("codes are explained") {
    ProcessResult result = braid({"explain", "use-after-move"});
    CHECK(result.status == 0);
    CHECK_THAT(result.output, Contains("use-after-move"));
}

TEST_CASE("every stage of every example can be dumped") {
    auto examples = files_below(std::filesystem::path(BRAID_SOURCE_DIR) / "examples", {".altru", ".velox"});
    REQUIRE(examples.size() >= 13);
    for (const auto& example : examples) {
        for (const char* stage : {"tokens", "tree", "hir", "mir", "bytecode"}) {
            ProcessResult result = braid({"dump", stage, example.string()});
            INFO(example.filename() << " " << stage << "\n" << result.errors);
            CHECK(result.status == 0);
            CHECK(!result.output.empty());
        }
    }
}

TEST_CASE("the same seed gives the same run") {
    TemporaryFolder folder;
    folder.write("shuffle.altru",
                 "fn say(n: int):\n"
                 "    for round in 0..3:\n"
                 "        println(\"${n} ${round}\")\n"
                 "\n"
                 "fn main():\n"
                 "    for n in 0..5:\n"
                 "        go say(n)\n");
    for (const char* seed : {"1", "2", "3"}) {
        ProcessResult first = braid({"run", "--seed", seed, "shuffle.altru"}, folder.path());
        CHECK(first.status == 0);
        for (int again = 0; again < 3; ++again) {
            CHECK(braid({"run", "--seed", seed, "shuffle.altru"}, folder.path()).output == first.output);
        }
    }
}

}  // namespace
}  // namespace braid::test
