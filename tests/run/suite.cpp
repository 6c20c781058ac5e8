// Programs with pinned output: tests/run/** and examples/**, each under two workers, under one seed, and as a debugger
// runs it; some of them with a collection at every safepoint (`./dev test --gc-stress` does that to all).
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/cases.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

/// What the comments at the top of a program say about its run; tests/README.md lists the keys.
struct RunHeader {
    int exit = 0;
    std::vector<std::string> flags;      // of `braid run`
    std::vector<std::string> arguments;  // of the program
    std::vector<std::string> errors;     // each must appear in standard error
    std::string input;
    bool unordered = false;  // the lines may come in any order
};

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> result;
    for (std::string word; stream >> word;) result.push_back(word);
    return result;
}

void read_key(const std::string& key, const std::string& value, RunHeader& header) {
    if (key == "exit") {
        header.exit = std::stoi(value);
    } else if (key == "flags") {
        header.flags = words(value);
    } else if (key == "args") {
        header.arguments = words(value);
    } else if (key == "stderr") {
        header.errors.push_back(value);
    } else if (key == "stdin") {
        header.input += value + "\n";
    } else if (key == "unordered") {
        header.unordered = value == "yes";
    } else {
        FAIL("unknown key `" << key << "` (known: exit, flags, args, stderr, stdin, unordered)");
    }
}

/// A line `# key: value` in the comments that open the file; prose there does not begin with one word and a colon.
RunHeader read_header(const fs::path& path, const std::string& text) {
    RunHeader header;
    std::string mark = std::string(comment_mark(path)) + " ";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.compare(0, mark.size(), mark) == 0;) {
        std::string content = line.substr(mark.size());
        size_t colon = content.find(": ");
        std::string key = content.substr(0, colon);
        bool one_word = std::all_of(key.begin(), key.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
        if (colon != std::string::npos && one_word) read_key(key, content.substr(colon + 2), header);
    }
    return header;
}

std::string sorted_lines(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    std::string result;
    for (const std::string& line : lines) result += line + "\n";
    return result;
}

void check_program(const fs::path& program, const fs::path& golden, const std::vector<std::string>& mode,
                   bool stress = false) {
    auto text = read_file(program);
    REQUIRE(text);
    RunHeader header = read_header(program, *text);

    Command command{.program = braid_program(), .arguments = {"run"}, .input = header.input};
    command.directory = program.parent_path();
    command.arguments.insert(command.arguments.end(), mode.begin(), mode.end());
    command.arguments.insert(command.arguments.end(), header.flags.begin(), header.flags.end());
    command.arguments.push_back(program.filename().string());
    command.arguments.insert(command.arguments.end(), header.arguments.begin(), header.arguments.end());
    if (stress) command.environment.emplace_back("BRAID_GC_STRESS", "1");
    ProcessResult result = run_process(command);

    INFO("standard output:\n" << result.output << "standard error:\n" << result.errors);
    CHECK_FALSE(result.timed_out);
    CHECK(result.status == header.exit);
    for (const std::string& part : header.errors) CHECK_THAT(result.errors, Catch::Contains(part));
    CHECK(golden_difference(golden, header.unordered ? sorted_lines(result.output) : result.output) == "");
}

void register_program(const fs::path& program, const fs::path& golden, const std::string& name) {
    static const std::vector<std::vector<std::string>> modes{{"--workers", "2"}, {"--seed", "1"}, {"--plain"}};
    for (const auto& mode : modes) {
        register_case(fmt::format("{} {}", name, fmt::join(mode, " ")), "[run]",
                      [=] { check_program(program, golden, mode); });
    }
}

// Few lines, many kinds of objects.
constexpr const char* kStressed[] = {
    "altru/programs/actors_advanced.altru",
    "altru/programs/async_and_streams.altru",
    "altru/programs/channels_of_everything.altru",
    "altru/programs/closures_and_iterators.altru",
    "altru/programs/strings.altru",
    "altru/programs/synchronization.altru",
    "altru/programs/trait_objects.altru",
    "altru/drops.altru",
};

REGISTER_CASES(stressed) {
    for (const char* name : kStressed) {
        fs::path program = fs::path(BRAID_SOURCE_DIR) / "tests/run" / name;
        register_case(fmt::format("{} collects at every safepoint", name), "[run]", [=] {
            check_program(program, fs::path(program).replace_extension(".out"), {"--workers", "2"}, true);
        });
    }
}

// Programs that check what their primitive promises: more workers than processors, and schedules that preempt and
// choose at other places each. BRAID_SCHEDULES says how many; a hundred take some minutes.
REGISTER_CASES(stress) {
    const char* wanted = std::getenv("BRAID_SCHEDULES");
    const int schedules = wanted ? std::atoi(wanted) : 10;
    fs::path folder = fs::path(BRAID_SOURCE_DIR) / "tests/run/stress";
    for (const fs::path& program : files_below(folder, {".altru", ".velox"})) {
        fs::path golden = fs::path(program).replace_extension(".out");
        register_case(fmt::format("stress {} on 1, 2 and 8 workers", program.filename().string()), "[run]", [=] {
            for (const char* workers : {"1", "2", "8"}) check_program(program, golden, {"--workers", workers});
        });
        register_case(fmt::format("stress {} under {} schedules", program.filename().string(), schedules), "[run]",
                      [=] {
                          for (int seed = 1; seed <= schedules; ++seed)
                              check_program(program, golden, {"--seed", std::to_string(seed)});
                      });
    }
}

REGISTER_CASES(programs) {
    fs::path root = BRAID_SOURCE_DIR;
    for (const fs::path& program : files_below(root / "examples", {".altru", ".velox"})) {
        fs::path name = fs::relative(program, root / "examples");
        fs::path golden = (root / "tests/run/expected" / name).replace_extension(".out");
        register_program(program, golden, "example " + name.string());
    }
    for (const fs::path& program : files_below(root / "tests/run", {".altru", ".velox"})) {
        register_program(program, fs::path(program).replace_extension(".out"),
                         fs::relative(program, root / "tests/run").string());
    }
}

}  // namespace
}  // namespace braid::test
