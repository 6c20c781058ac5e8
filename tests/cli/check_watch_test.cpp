// `braid check --watch`: each way a file can change leads to a new round, and to no more work than it needs.
#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

const std::string good = "pub fn two() -> int:\n    2\n";
const std::string bad = "pub fn two() -> int:\n    tow\n";

class Watch {
  public:
    Watch(const TemporaryFolder& folder, std::vector<std::string> arguments) : child_(start(folder, arguments)) {}

    /// The line that ends the next round; what the round printed is in `output`.
    std::string round() {
        REQUIRE(child_->wait_until([&](const ChildProcess& c) { return end_of_round(c) != std::string::npos; }, 120s));
        size_t end = end_of_round(*child_), begin = child_->errors().rfind('\n', end);
        begin = begin == std::string::npos ? 0 : begin + 1;
        seen_ = child_->errors().find('\n', end);
        output = child_->output();
        child_->consume_output(output.size());
        return child_->errors().substr(begin, seen_ - begin);
    }
    ProcessResult end(int signal) {
        child_->signal(signal);
        return child_->finish(120s);
    }

    std::string output;

  private:
    static tl::expected<ChildProcess, std::string> start(const TemporaryFolder& folder,
                                                         std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"check", "--watch"});
        auto child = ChildProcess::start(
            {.program = braid_program(), .arguments = arguments, .input = {}, .directory = folder.path()});
        REQUIRE(child);
        return child;
    }
    size_t end_of_round(const ChildProcess& child) const {
        size_t at = child.errors().find("watching for changes\n", seen_);
        return at;
    }

    tl::expected<ChildProcess, std::string> child_;
    size_t seen_ = 0;
};

/// As editors save: a new file beside it, moved over it.
void save(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    fs::path next = folder.write(name + ".swp", text);
    fs::rename(next, folder.path() / name);
}

TEST_CASE("a round for each change, and only what changed is looked at") {
    TemporaryFolder folder;
    for (int i = 0; i < 9; ++i) folder.write("f" + std::to_string(i) + ".altru", good);
    Watch watch(folder, {});
    CHECK_THAT(watch.round(), Contains("checked 9 files (9 anew)") && Contains("nothing wrong"));
    CHECK(watch.output.empty());

    folder.write("f3.altru", bad);
    CHECK_THAT(watch.round(), Contains("checked 9 files (1 anew)") && Contains("1 error"));
    CHECK_THAT(watch.output, Contains("f3.altru:2:5"));

    save(folder, "f3.altru", good);
    CHECK_THAT(watch.round(), Contains("(1 anew)") && Contains("nothing wrong"));

    fs::remove(folder.path() / "f8.altru");
    CHECK_THAT(watch.round(), Contains("checked 8 files"));
    fs::rename(folder.path() / "f7.altru", folder.path() / "g.altru");
    CHECK_THAT(watch.round(), Contains("checked 8 files"));
    folder.write("g.altru", bad);
    CHECK_THAT(watch.round(), Contains("1 error"));
    CHECK(watch.end(SIGINT).status == 130);
}

TEST_CASE("folders come, move and go") {
    TemporaryFolder folder;
    folder.write("a.altru", good);
    Watch watch(folder, {"--format", "json", "."});
    watch.round();
    fs::path outside = folder.write(".hidden/deep/b.altru", bad).parent_path();
    fs::rename(outside, folder.path() / "deep");
    CHECK_THAT(watch.round(), Contains("checked 2 files") && Contains("1 error"));
    CHECK_THAT(watch.output, Catch::StartsWith("{\"file\":\"deep/b.altru\""));
    fs::rename(folder.path() / "deep", folder.path() / "deeper");
    CHECK_THAT(watch.round(), Contains("checked 2 files") && Contains("1 error"));
    folder.write("deeper/b.altru", good);
    CHECK_THAT(watch.round(), Contains("nothing wrong"));
    fs::remove_all(folder.path() / "deeper");
    CHECK_THAT(watch.round(), Contains("checked 1 file ("));
    CHECK(watch.end(SIGTERM).status == 143);
}

TEST_CASE("a file that goes is said to be gone, and is checked again when it is back") {
    TemporaryFolder folder;
    folder.write("a.altru", good);
    Watch watch(folder, {"a.altru"});
    CHECK_THAT(watch.round(), Contains("nothing wrong"));
    fs::remove(folder.path() / "a.altru");
    CHECK_THAT(watch.round(), Contains("checked 0 files"));
    folder.write("a.altru", bad);
    CHECK_THAT(watch.round(), Contains("1 error"));
    CHECK_THAT(watch.end(SIGINT).errors, Contains("a.altru: no such file"));
}

TEST_CASE("an import that changes, goes and comes is noticed, though it was not asked for") {
    TemporaryFolder folder;
    folder.write("src/main.altru", "mod helper\nprintln(helper::two())\n");
    folder.write("src/helper.altru", good);
    Watch watch(folder, {"src/main.altru"});
    CHECK_THAT(watch.round(), Contains("nothing wrong"));
    save(folder, "src/helper.altru", "pub fn three() -> int:\n    3\n");
    CHECK_THAT(watch.round(), Contains("checked 1 file (1 anew)") && Contains("1 error"));
    save(folder, "src/helper.altru", good);
    CHECK_THAT(watch.round(), Contains("nothing wrong"));
    fs::remove(folder.path() / "src/helper.altru");
    CHECK_THAT(watch.round(), Contains("error"));
    folder.write("src/helper.altru", good);
    CHECK_THAT(watch.round(), Contains("nothing wrong"));
    CHECK(watch.end(SIGINT).status == 130);
}

TEST_CASE("what changes nothing is no round") {
    TemporaryFolder folder;
    folder.write("a.altru", good);
    Watch watch(folder, {});
    watch.round();
    folder.write("notes.txt", "not a source");
    save(folder, "a.altru", good);
    folder.write("b.altru", bad);
    // The first round after all of it is the one that b makes.
    CHECK_THAT(watch.round(), Contains("checked 2 files") && Contains("1 error"));
    CHECK(watch.end(SIGINT).status == 130);
}

}  // namespace
}  // namespace braid::test
