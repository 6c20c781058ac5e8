#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/semantics_altru/workspace.h"
#include "tests/support/cases.h"
#include "tests/support/golden.h"

// Every fixture of this area in process, where only names and types speak; the fixtures suite runs them again through
// the command line and the server, with all checks.
namespace braid::test {
namespace {

const std::filesystem::path kArea = std::filesystem::path(BRAID_SOURCE_DIR) / "tests/semantics_altru";

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
        if (entry.path().extension() == ".altru") result.push_back(entry.path());
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

/// The programs in the documentation of a module: its `##` lines that are indented by four more columns.
std::vector<std::string> documented_examples(const std::string& source) {
    std::vector<std::string> examples;
    std::string current;
    std::istringstream lines(source);
    for (std::string line; std::getline(lines, line);) {
        size_t begin = line.find_first_not_of(' ');
        std::string text = begin == std::string::npos ? "" : line.substr(begin);
        if (text.rfind("##     ", 0) == 0) {
            current += text.substr(7) + "\n";
        } else if (text == "##" && !current.empty()) {
            current += "\n";
        } else if (!current.empty()) {
            examples.push_back(std::move(current));
            current.clear();
        }
    }
    return examples;
}

}  // namespace

REGISTER_CASES(fixtures_of_semantics_altru) {
    for (const auto& path : sources(kArea / "fixtures"))
        register_case("fixture " + path.filename().string(), "[fixture]", [path] { check_fixture(path); });
    for (const auto& path : sources(std::filesystem::path(BRAID_SOURCE_DIR) / "examples/altru"))
        register_case("example " + path.filename().string(), "[silent]",
                      [path] { check_silent(path.filename().string(), read(path)); });
    for (const auto& path : sources(std::filesystem::path(BRAID_SOURCE_DIR) / "stdlib/altru"))
        register_case("documentation of " + path.filename().string(), "[silent]", [path] {
            for (const std::string& example : documented_examples(read(path))) check_silent("example.altru", example);
        });
    for (const auto& path : sources(kArea / "silent"))
        register_case("silent " + path.filename().string(), "[silent]",
                      [path] { check_silent(path.filename().string(), read(path)); });
    for (const auto& path : sources(kArea / "hir"))
        register_case("hir " + path.filename().string(), "[golden]", [path] {
            Workspace workspace;
            workspace.set(path.filename().string(), read(path));
            std::string difference = golden_difference(std::filesystem::path(path).replace_extension(".hir"),
                                                       workspace.dump(path.filename().string()));
            if (!difference.empty()) FAIL_CHECK(difference);
        });
}

TEST_CASE("the standard library checks silently") {
    Workspace workspace;
    for (const FoundDiagnostic& d : workspace.standard_library_diagnostics())
        FAIL_CHECK(d.file << ":" << d.range.start.line << ": " << d.code << ": " << d.message);
}

TEST_CASE("an edit inside one body infers no other body again") {
    Workspace workspace;
    std::string before =
        "fn a() -> int:\n    return 1\n\nfn b() -> int:\n    return a()\n\nfn c() -> int:\n    return b()\n";
    workspace.set("edit.altru", before);
    REQUIRE(workspace.diagnostics().empty());
    workspace.database().reset_statistics();
    workspace.set(
        "edit.altru",
        "fn a() -> int:\n    return 1 + 1\n\nfn b() -> int:\n    return a()\n\nfn c() -> int:\n    return b()\n");
    REQUIRE(workspace.diagnostics().empty());
    CHECK(workspace.database().all_statistics()["altru_draft"].computed == 1);
}

}  // namespace braid::test
