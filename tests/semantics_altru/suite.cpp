#include <catch2/catch.hpp>
#include <sstream>

#include "analyzer/semantics/altru/language.h"
#include "tests/support/cases.h"
#include "tests/support/semantics_suite.h"

// Every fixture of this area in process, where only names and types speak; the fixtures suite runs them again through
// the command line and the server, with all checks.
namespace braid::test {
namespace {

const Language& kLanguage = altru_language;

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
    for (const auto& path : sources({"tests/semantics_altru/fixtures"}, ".altru"))
        register_case("fixture " + path.filename().string(), "[fixture]", [path] { check_fixture(kLanguage, path); });
    for (const auto& path : sources({"examples/altru"}, ".altru"))
        register_case("example " + path.filename().string(), "[silent]",
                      [path] { check_silent(kLanguage, path.filename().string(), text_of(path)); });
    for (const auto& path : sources({"stdlib/altru"}, ".altru"))
        register_case("documentation of " + path.filename().string(), "[silent]", [path] {
            for (const std::string& example : documented_examples(text_of(path)))
                check_silent(kLanguage, "example.altru", example);
        });
    for (const auto& path : sources({"tests/semantics_altru/silent"}, ".altru"))
        register_case("silent " + path.filename().string(), "[silent]",
                      [path] { check_silent(kLanguage, path.filename().string(), text_of(path)); });
    for (const auto& path : sources({"tests/semantics_altru/hir"}, ".altru"))
        register_case("hir " + path.filename().string(), "[golden]", [path] {
            Workspace workspace(kLanguage);
            workspace.set(path.filename().string(), text_of(path));
            std::string difference = golden_difference(std::filesystem::path(path).replace_extension(".hir"),
                                                       workspace.dump(path.filename().string()));
            if (!difference.empty()) FAIL_CHECK(difference);
        });
}

TEST_CASE("the standard library checks silently") {
    Workspace workspace(kLanguage);
    check_silent(workspace.standard_library_diagnostics());
}

TEST_CASE("an edit inside one body infers no other body again") {
    Workspace workspace(kLanguage);
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
