// Shell completions and the manual page name every command and option, and the scripts do what their shells expect.
#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

/// What bash offers for the last of these words, sorted, on one line.
std::string offered(const std::string& script, const std::vector<std::string>& words,
                    const std::filesystem::path& directory) {
    std::string line = "COMP_WORDS=(";
    for (const std::string& word : words) line += " '" + word + "'";
    line += "); COMP_CWORD=" + std::to_string(words.size() - 1) + "; _braid; printf '%s\\n' \"${COMPREPLY[@]}\"";
    Command command{.program = "/bin/bash", .arguments = {"--norc", "-c", script + "\n" + line}, .input = {}};
    command.directory = directory;
    ProcessResult result = run_process(command);
    CHECK(result.status == 0);
    std::vector<std::string> all;
    std::istringstream lines(result.output);
    for (std::string each; std::getline(lines, each);)
        if (!each.empty()) all.push_back(each);
    std::sort(all.begin(), all.end());
    std::string out;
    for (const std::string& each : all) out += (out.empty() ? "" : " ") + each;
    return out;
}

bool is_installed(const std::string& program) {
    Command command{.program = "/bin/sh", .arguments = {"-c", "command -v " + program}, .input = {}};
    return run_process(command).status == 0;
}

}  // namespace

TEST_CASE("completions: bash") {
    ProcessResult script = braid({"completions", "bash"});
    REQUIRE(script.status == 0);
    TemporaryFolder folder;
    folder.write("one.altru", "");
    folder.write("two.velox", "");
    auto complete = [&](std::vector<std::string> words) { return offered(script.output, words, folder.path()); };
    CHECK_THAT(complete({"braid", ""}), Contains("check") && Contains("run") && Contains("--version"));
    CHECK(complete({"braid", "exp"}) == "explain");
    CHECK(complete({"braid", "check", "--form"}) == "--format");
    CHECK(complete({"braid", "check", "--format", ""}) == "github json sarif text");
    CHECK(complete({"braid", "check", "--format", "=", "s"}) == "sarif");
    CHECK(complete({"braid", "check", "--format", "="}) == "github json sarif text");
    CHECK(complete({"braid", "check", ""}) == "one.altru two.velox");
    CHECK(complete({"braid", "run", "tw"}) == "two.velox");
    CHECK(complete({"braid", "run", "--seed", ""}).empty());
    CHECK(complete({"braid", "dump", "hi"}) == "hir");
    CHECK(complete({"braid", "dump", "hir", "o"}) == "one.altru");
    CHECK(complete({"braid", "explain", "use-after-m"}) == "use-after-move");
    CHECK(complete({"braid", "completions", ""}) == "bash fish zsh");
}

TEST_CASE("completions: the other shells read their scripts") {
    TemporaryFolder folder;
    for (std::string shell : {"zsh", "fish"}) {
        ProcessResult script = braid({"completions", shell});
        CHECK(script.status == 0);
        for (const char* word : {"check", "format", "sarif", "explain", "use-after-move", "workers"})
            CHECK_THAT(script.output, Contains(word));
        folder.write(shell, script.output);
        if (!is_installed(shell)) continue;
        Command command{.program = "/usr/bin/env", .arguments = {shell, "-n", shell}, .input = {}};
        command.directory = folder.path();
        CHECK(run_process(command).status == 0);
    }
    CHECK(braid({"completions", "tcsh"}).status == 2);
    CHECK(braid({"completions"}).status == 2);
}

TEST_CASE("the manual page has every command and option") {
    ProcessResult page = braid({"manual"});
    REQUIRE(page.status == 0);
    for (const char* part : {".TH BRAID 1", ".SH NAME", ".SS braid check", "\\-\\-update\\-baseline",
                             ".SS braid explain", ".SH EXIT STATUS", "NO_COLOR"})
        CHECK_THAT(page.output, Contains(part));
    if (!is_installed("groff")) return;
    Command command{.program = "/usr/bin/env", .arguments = {"groff", "-man", "-ww", "-Tascii", "-P-cbou"}, .input = page.output};
    ProcessResult shown = run_process(command);
    CHECK(shown.status == 0);
    CHECK(shown.errors.empty());
    CHECK_THAT(shown.output, Contains("update-baseline"));
}

}  // namespace braid::test
