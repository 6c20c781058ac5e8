#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/semantics_velox/workspace.h"
#include "tests/support/cases.h"
#include "tests/support/golden.h"

// Every fixture of this area in process, where only names and types speak; the fixtures suite runs them again through
// the command line and the server, with all checks.
namespace braid::test {
namespace {

const std::filesystem::path kArea = std::filesystem::path(BRAID_SOURCE_DIR) / "tests/semantics_velox";

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> sources(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> result;
    if (!std::filesystem::exists(folder)) return result;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".velox") result.push_back(entry.path());
    std::sort(result.begin(), result.end());
    return result;
}

void check_fixture(const std::filesystem::path& path) {
    auto fixture = read_fixture(path);
    REQUIRE(fixture);
    if (updating() && fixture->steps.size() == 1 && fixture->steps[0].files.size() == 1) {
        Workspace workspace;
        workspace.set(fixture->steps[0].files[0].name, fixture->steps[0].files[0].text);
        std::ofstream(path) << with_marks(fixture->steps[0].files[0], workspace.diagnostics());
        return;
    }
    Workspace workspace;
    for (const FixtureStep& step : fixture->steps) {
        for (const FixtureFile& file : step.files) workspace.set(file.name, file.text);
        Subject subject;
        subject.diagnostics = workspace.diagnostics();
        for (const std::string& line : mismatches(step, subject)) FAIL_CHECK(line);
    }
}

void check_silent(const std::string& name, const std::string& text) {
    Workspace workspace;
    workspace.set(name, text);
    for (const FoundDiagnostic& d : workspace.diagnostics())
        FAIL_CHECK(name << ":" << d.range.start.line << ": " << d.code << ": " << d.message);
}

/// The ```velox blocks of doc comments, with the line they begin on.
std::vector<std::pair<int, std::string>> examples_in(const std::string& text) {
    std::vector<std::pair<int, std::string>> found;
    std::istringstream lines(text);
    std::string line, block;
    bool inside = false;
    for (int number = 1, first = 0; std::getline(lines, line); ++number) {
        size_t star = line.find_first_not_of(' ');
        bool in_comment = star != std::string::npos && line[star] == '*';
        std::string content = in_comment ? line.substr(std::min(line.size(), star + 2)) : std::string();
        if (in_comment && !inside && content == "```velox") {
            inside = true;
            block.clear();
            first = number + 1;
        } else if (inside && content == "```") {
            inside = false;
            found.emplace_back(first, block);
        } else if (inside) {
            block += content + "\n";
        }
    }
    return found;
}

}  // namespace

REGISTER_CASES(fixtures_of_semantics_velox) {
    for (const auto& path : sources(kArea / "fixtures"))
        register_case("fixture " + path.filename().string(), "[fixture]", [path] { check_fixture(path); });
    for (const auto& path : sources(std::filesystem::path(BRAID_SOURCE_DIR) / "examples/velox"))
        register_case("example " + path.filename().string(), "[silent]",
                      [path] { check_silent(path.filename().string(), read(path)); });
    for (const auto& path : sources(kArea / "silent"))
        register_case("silent " + path.filename().string(), "[silent]",
                      [path] { check_silent(path.filename().string(), read(path)); });
    for (const auto& path : sources(std::filesystem::path(BRAID_SOURCE_DIR) / "stdlib/velox"))
        for (const auto& [line, text] : examples_in(read(path)))
            register_case("example of " + path.filename().string() + ":" + std::to_string(line), "[silent]",
                          [path, text = text] { check_silent(path.filename().string(), text); });
}

TEST_CASE("the standard library checks silently") {
    Workspace workspace;
    for (const FoundDiagnostic& d : workspace.standard_library_diagnostics())
        FAIL_CHECK(d.file << ":" << d.range.start.line << ": " << d.code << ": " << d.message);
}

// The language's own design document, as written; the names it leaves to the program are declared beside it.
TEST_CASE("the design document's program has its two known faults") {
    std::string text = read(kArea / "design_stubs.velox");
    auto parts = sources(std::filesystem::path(BRAID_SOURCE_DIR) / "tests/seeds/velox");
    REQUIRE(parts.size() == 10);
    for (const auto& part : parts) {
        std::string block = read(part);
        // The document shows two results of that name, each in a text of its own.
        if (part.filename().string().starts_with("10_")) {
            size_t at = block.find("let result = await policy");
            if (at != std::string::npos) block.replace(at, 10, "let retried");
        }
        text += "\n" + block;
    }
    Workspace workspace;
    workspace.set("design.velox", text);
    std::vector<std::string> found;
    for (const FoundDiagnostic& d : workspace.diagnostics()) {
        if (d.severity != "error") continue;
        found.push_back(d.code);
        INFO(d.range.start.line << ": " << d.code << ": " << d.message);
        CHECK(d.code == "missing-member");
        bool known =
            d.message.find("recordRead") != std::string::npos || d.message.find("recordWrite") != std::string::npos;
        CHECK(known);
    }
    CHECK(found.size() == 2);
}

TEST_CASE("an edit inside one body types no other body again") {
    Workspace workspace;
    std::string head = "function a(): number { return ", tail = "; }\nfunction b(): number { return a(); }\n";
    workspace.set("edit.velox", head + "1" + tail);
    REQUIRE(workspace.diagnostics().empty());
    workspace.database().reset_statistics();
    workspace.set("edit.velox", head + "1 + 1" + tail);
    REQUIRE(workspace.diagnostics().empty());
    // The body of `a`; the file's own body reads the top level only.
    CHECK(workspace.database().all_statistics()["body"].computed <= 2);
}

}  // namespace braid::test
