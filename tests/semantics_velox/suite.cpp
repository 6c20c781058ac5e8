#include <catch2/catch.hpp>
#include <sstream>

#include "analyzer/semantics/velox/language.h"
#include "tests/support/cases.h"
#include "tests/support/semantics_suite.h"

// Every fixture of this area in process, where only names and types speak; the fixtures suite runs them again through
// the command line and the server, with all checks.
namespace braid::test {
namespace {

const Language& kLanguage = velox_semantics::language;

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
    for (const auto& path : sources({"tests/semantics_velox/fixtures"}, ".velox"))
        register_case("fixture " + path.filename().string(), "[fixture]", [path] { check_fixture(kLanguage, path); });
    for (const auto& path : sources({"examples/velox"}, ".velox"))
        register_case("example " + path.filename().string(), "[silent]",
                      [path] { check_silent(kLanguage, path.filename().string(), text_of(path)); });
    for (const auto& path : sources({"tests/semantics_velox/silent"}, ".velox"))
        register_case("silent " + path.filename().string(), "[silent]",
                      [path] { check_silent(kLanguage, path.filename().string(), text_of(path)); });
    for (const auto& path : sources({"stdlib/velox"}, ".velox"))
        for (const auto& [line, text] : examples_in(text_of(path)))
            register_case("example of " + path.filename().string() + ":" + std::to_string(line), "[silent]",
                          [path, text = text] { check_silent(kLanguage, path.filename().string(), text); });
}

TEST_CASE("the standard library checks silently") {
    Workspace workspace(kLanguage);
    check_silent(workspace.standard_library_diagnostics());
}

// The language's own design document, as written; the names it leaves to the program are declared beside it.
TEST_CASE("the design document's program has its two known faults") {
    std::string text = text_of(BRAID_SOURCE_DIR "/tests/semantics_velox/design_stubs.velox");
    auto parts = sources({"tests/seeds/velox"}, ".velox");
    REQUIRE(parts.size() == 10);
    for (const auto& part : parts) {
        std::string block = text_of(part);
        // The document shows two results of that name, each in a text of its own.
        if (part.filename().string().starts_with("10_")) {
            size_t at = block.find("let result = await policy");
            if (at != std::string::npos) block.replace(at, 10, "let retried");
        }
        text += "\n" + block;
    }
    Workspace workspace(kLanguage);
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
    Workspace workspace(kLanguage);
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
