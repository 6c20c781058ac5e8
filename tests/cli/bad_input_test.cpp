// Whatever Braid is given, it answers with a message and a status: it never crashes and never hangs.
#include <catch2/catch.hpp>

#include <csignal>
#include <random>

#include "tests/cli/braid.h"
#include "tests/support/lsp_client.h"

namespace braid::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;

/// A shell's answer; `$BRAID` is the program.
ProcessResult shell(const TemporaryFolder& folder, const std::string& script) {
    return run_process({.program = "/bin/sh",
                        .arguments = {"-c", script},
                        .input = {},
                        .directory = folder.path(),
                        .environment = {{"BRAID", braid_program().string()}}});
}

TEST_CASE("a file that is not there") {
    for (const char* command : {"run", "check"}) {
        ProcessResult result = braid({command, "nowhere.altru"});
        CHECK(result.status == 2);
        CHECK_THAT(result.errors, Contains("nowhere.altru"));
    }
}

TEST_CASE("a folder, a device, a file of another kind") {
    TemporaryFolder folder;
    folder.write("sub.altru/inner.altru", "");
    folder.write("notes.txt", "hello");
    for (const char* file : {"sub.altru", "/dev/null", "notes.txt"}) {
        ProcessResult result = braid({"run", file}, folder.path());
        INFO(file << ": " << result.errors);
        CHECK(result.status == 2);
        CHECK_THAT(result.errors, Contains(file));
    }
}

TEST_CASE("empty files and files of comments are programs") {
    TemporaryFolder folder;
    folder.write("empty.altru", "");
    folder.write("comment.velox", "// nothing");
    CHECK(braid({"run", "empty.altru"}, folder.path()).status == 0);
    CHECK(braid({"run", "comment.velox"}, folder.path()).status == 0);
}

TEST_CASE("binary data") {
    std::mt19937 random(7);
    std::string bytes(100'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    TemporaryFolder folder;
    for (const char* name : {"binary.altru", "binary.velox"}) {
        folder.write(name, bytes);
        for (const char* command : {"check", "run"}) {
            ProcessResult result = braid({command, name}, folder.path());
            CHECK(ended_well(result));
            CHECK((result.status == 1 || result.status == 2));
            CHECK_THAT(result.output + result.errors, Contains(name));
        }
    }
}

TEST_CASE("a file of fifty megabytes") {
    std::string line = "let x = 1 # some text to make the line a little longer than it would have to be\n";
    std::string text;
    while (text.size() < 50'000'000) text += line;
    TemporaryFolder folder;
    folder.write("huge.altru", text);
    ProcessResult result = braid({"check", "huge.altru"}, folder.path());
    CHECK(ended_well(result));
    CHECK(result.errors.size() < 1'000'000);
}

TEST_CASE("a hundred thousand nested brackets, blocks and operators") {
    auto times = [](const char* text, int count) {
        std::string result;
        for (int i = 0; i < count; ++i) result += text;
        return result;
    };
    constexpr int deep = 100'000;
    std::string indented;
    for (int i = 0; i < 2'000; ++i) indented += std::string(static_cast<size_t>(i), ' ') + "if true:\n";
    const std::vector<std::pair<const char*, std::string>> programs{
        {"parentheses.altru", "let x = " + times("(", deep) + "1" + times(")", deep) + "\n"},
        {"open.altru", "let x = " + times("[", deep)},
        {"minus.altru", "let x = " + times("-", deep) + "1\n"},
        {"plus.altru", "let x = 1" + times(" + 1", deep) + "\n"},
        {"blocks.altru", indented},
        {"types.altru", "fn f(x: " + times("[", deep) + "int" + times("]", deep) + "):\n    return\n"},
        {"parentheses.velox", "let x = " + times("(", deep) + "1" + times(")", deep) + ";\n"},
        {"blocks.velox", times("{", deep) + times("}", deep)},
        {"arrows.velox", "let x = " + times("() => ", deep) + "1;\n"},
        {"calls.velox", "f" + times("()", deep) + ";\n"}};
    TemporaryFolder folder;
    for (const auto& [name, text] : programs) {
        folder.write(name, text);
        ProcessResult result = braid({"check", name}, folder.path());
        INFO(name << " status " << result.status << "\n" << result.errors.substr(0, 500));
        CHECK(ended_well(result));
        CHECK_THAT(result.output + result.errors, Contains("nesting-too-deep"));
    }
}

TEST_CASE("a program that loops for ever can be interrupted") {
    TemporaryFolder folder;
    folder.write("spin.altru", "println(\"spinning\")\nlet mut n = 0\nloop:\n    n = 1 - n\n");
    folder.write("wait.altru", "println(\"waiting\")\nloop:\n    time::sleep(1_000)\n");
    folder.write("spin.velox", "println(\"spinning\");\nlet n = 0;\nwhile (true) { n = 1 - n; }\n");
    for (const char* name : {"spin.altru", "wait.altru", "spin.velox"}) {
        auto child = ChildProcess::start(
            {.program = braid_program(), .arguments = {"run", name}, .input = {}, .directory = folder.path()});
        REQUIRE(child);
        CHECK(child->wait_until([](const ChildProcess& each) { return each.output().find("ing") != std::string::npos; },
                                120s));
        const bool interrupt = std::string(name) != "wait.altru";
        child->signal(interrupt ? SIGINT : SIGTERM);
        ProcessResult result = child->finish(120s);
        INFO(name << "\n" << result.errors);
        CHECK_FALSE(result.timed_out);
        CHECK(result.status == (interrupt ? 130 : 143));
    }
}

TEST_CASE("a program is asked to end while nobody takes its output") {
    TemporaryFolder folder;
    folder.write("talk.altru", "loop:\n    println(\"and another thing\")\n");
    ProcessResult result = shell(folder,
                                 "mkfifo pipe; $BRAID run talk.altru > pipe & exec 3< pipe; read line <&3\n"
                                 "kill -TERM $!; wait $!; echo status $?");
    CHECK(result.output == "status 143\n");
    CHECK_FALSE(result.timed_out);
}

TEST_CASE("a reader that goes away, a full disk, closed streams") {
    TemporaryFolder folder;
    std::string wrong;
    for (int i = 0; i < 1'000; ++i) wrong += "let a" + std::to_string(i) + " = missing\n";
    folder.write("wrong.altru", wrong);
    folder.write("hello.altru", "println(\"hello\")\n");
    folder.write("dropped.velox", "async function work(): Promise<void> { println(\"worked\"); }\nwork();\n");
    CHECK(shell(folder, "$BRAID check wrong.altru | head -n 1").errors.empty());
    for (const char* command :
         {"check wrong.altru", "dump tokens wrong.altru", "explain use-after-move", "run hello.altru"}) {
        ProcessResult full = shell(folder, std::string("$BRAID ") + command + " > /dev/full");
        INFO(command << "\n" << full.errors);
        CHECK(full.status == 2);
        CHECK_THAT(full.errors, Contains("No space left on device"));
    }
    ProcessResult unheard = shell(folder, "$BRAID run dropped.velox 2>&-");
    CHECK(unheard.status == 0);
    CHECK(unheard.output == "worked\n");
    CHECK(shell(folder, "$BRAID check nowhere.altru 2>&-").status == 2);
}

TEST_CASE("a reader that goes away ends the program that writes to it") {
    TemporaryFolder folder;
    folder.write("talk.altru", "loop:\n    println(\"and another thing\")\n");
    ProcessResult result = shell(folder, "$BRAID run talk.altru | head -n 1");
    CHECK(result.output == "and another thing\n");
    CHECK_FALSE(result.timed_out);
}

TEST_CASE("a stack without end is a panic, and so is an allocation without end") {
    TemporaryFolder folder;
    folder.write("deep.altru", "fn down(n: int) -> int:\n    return down(n + 1) + 1\n\nprintln(down(0))\n");
    ProcessResult result = braid({"run", "deep.altru"}, folder.path());
    CHECK(result.status == 101);
    CHECK_THAT(result.errors, Contains("down"));
    folder.write("deep.velox", "function down(n: number): number { return down(n + 1) + 1; }\nprintln(down(0));\n");
    CHECK(ended_well(braid({"run", "deep.velox"}, folder.path())));
    folder.write("large.altru", "let mut all = [\"\"]\nloop:\n    all.push(\"more and more \".to_string())\n");
    CHECK(braid({"run", "--max-memory", "64M", "large.altru"}, folder.path()).status == 101);
}

TEST_CASE("clients that send garbage or go away") {
    const std::vector<std::string> inputs{"",
                                          "garbage",
                                          "Content-Length: x\r\n\r\n{}",
                                          "Content-Length: 99999999999999\r\n\r\n{}",
                                          "Content-Length: 5\r\n\r\n{\"a\"",
                                          "Content-Length: 2\r\n\r\n[]Content-Length: 2\r\n\r\n{}",
                                          "Content-Length: 4\r\n\r\nnull",
                                          "Content-Length: 37\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}"};
    for (const char* server : {"lsp", "dap"}) {
        for (const std::string& input : inputs) {
            ProcessResult result = braid({server}, {}, input);
            INFO(server << " given: " << input << "\n" << result.errors);
            CHECK(ended_well(result));
        }
    }
}

TEST_CASE("a language server that was not shut down ends with 1, one that was with 0") {
    const nlohmann::json hello{
        {"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", nlohmann::json::object()}};
    for (bool polite : {false, true}) {
        auto client = FramedClient::start({.program = braid_program(), .arguments = {"lsp"}});
        REQUIRE(client);
        CHECK(client->request("initialize", hello));
        if (polite) CHECK(client->request("shutdown", nullptr));
        client->notify("exit", nullptr);
        CHECK(client->finish(120s).status == (polite ? 0 : 1));
    }
}

}  // namespace
}  // namespace braid::test
