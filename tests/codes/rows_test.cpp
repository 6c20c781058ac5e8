// The row "names, types" of the catalogue: each code has, in each language that knows it, a fixture that speaks in
// three ways or more, one that stays silent, and a page whose wrong program has this code and whose right one has none.
// What offers a fix offers one that works. The codes of ownership have a page and fixes like these; their fixtures
// stand in tests/checks.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "analyzer/diagnostics/catalogue.h"
#include "tests/codes/pages.h"
#include "tests/codes/program.h"
#include "tests/support/cases.h"
#include "tests/support/fixture.h"

namespace braid::test {
namespace {

using Code = DiagnosticCode;

struct Language {
    std::string_view name;
    std::set<Code> unknown;  ///< what cannot happen in it
    std::set<Code> fixed;    ///< what has a mechanical fix
};

const Language kLanguages[] = {
    {"altru",
     {Code::PossiblyNull},
     {Code::UnresolvedName, Code::UnresolvedImport, Code::TypeMismatch, Code::MissingMember, Code::UnusedVariable,
      Code::UnusedImport, Code::UnusedResult, Code::AwaitOutsideAsync, Code::PrivateAccess, Code::InvalidOverride,
      Code::UnknownAttribute, Code::UnusedAllow, Code::ForeignSpelling}},
    {"velox",
     {Code::UnusedResult, Code::MutableGlobal, Code::ConflictingImpl, Code::UnknownAttribute},
     {Code::UnresolvedName, Code::UnresolvedImport, Code::TypeMismatch, Code::MissingMember, Code::UnusedVariable,
      Code::UnusedImport, Code::PossiblyNull, Code::AwaitOutsideAsync, Code::UnusedAllow, Code::ForeignSpelling}},
};

std::vector<Code> row() {
    std::vector<Code> codes;
    for (Code code : all_codes())
        if (code >= Code::UnresolvedName && code <= Code::ForeignSpelling) codes.push_back(code);
    return codes;
}

std::filesystem::path fixture_path(Code code, const Language& language, std::string_view kind) {
    return std::filesystem::path(BRAID_SOURCE_DIR) / "tests/codes/fixtures" /
           fmt::format("{}{}.{}", code_name(code), kind, language.name);
}

void check_page(Code code, const Language& language) {
    bool has_wrong = false, has_right = false;
    for (const auto& [right, texts] : programs_of(code, language.name)) {
        const auto found = Program(texts).diagnostics();
        INFO((right ? "right:\n" : "wrong:\n") << texts.back().second << listed(found));
        (right ? has_right : has_wrong) = true;
        if (right) CHECK(found.empty());
        else CHECK(!found.empty());
        CHECK(std::all_of(found.begin(), found.end(), [&](const Diagnostic& d) { return d.code == code; }));
    }
    CHECK(has_wrong);
    CHECK(has_right);
}

void check_speaking(Code code, const Language& language) {
    auto fixture = read_fixture(fixture_path(code, language, ""));
    REQUIRE(fixture);
    size_t marks = 0;
    for (const FixtureFile& file : fixture->steps[0].files)
        for (const Expectation& e : file.expectations)
            if (e.kind == ExpectationKind::Diagnostic) {
                CHECK(e.code == code_name(code));
                ++marks;
            }
    CHECK(marks >= 3);
}

void check_silent(Code code, const Language& language) {
    auto fixture = read_fixture(fixture_path(code, language, ".silent"));
    REQUIRE(fixture);
    for (const FixtureFile& file : fixture->steps[0].files) CHECK(file.expectations.empty());
}

size_t errors_in(const std::vector<Diagnostic>& diagnostics) {
    return std::count_if(diagnostics.begin(), diagnostics.end(),
                         [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

/// Each fix on its own: its diagnostic goes, and no more errors come. How many leave nothing of the kind.
size_t clean_fixes(const std::filesystem::path& path) {
    auto fixture = read_fixture(path);
    REQUIRE(fixture);
    std::map<std::string, Texts> programs;  // by folder: files of one folder see each other
    for (const FixtureFile& file : fixture->steps[0].files) {
        const bool in_folder = file.name.find('/') != std::string::npos;
        programs[in_folder ? file.name.substr(0, file.name.find('/')) : file.name].emplace_back(file.name, file.text);
    }
    size_t fixes = 0, clean = 0;
    for (const auto& [name, texts] : programs) {
        const Program program(texts);
        const auto before = program.diagnostics();
        for (const Diagnostic& d : before) {
            for (const Diagnostic::Fix& fix : d.fixes) {
                ++fixes;
                const Texts fixed = program.fixed(fix);
                const auto after = Program(fixed).diagnostics();
                INFO(name << ": " << fix.title << listed(after) << "\n" << fixed.back().second);
                CHECK(errors_in(after) <= errors_in(before));
                CHECK(std::none_of(after.begin(), after.end(), [&](const Diagnostic& left) {
                    return left.code == d.code && left.message == d.message &&
                           left.location.range.begin == d.location.range.begin;
                }));
                clean +=
                    errors_in(after) == 0 && after.size() <= before.size() &&
                    std::none_of(after.begin(), after.end(), [&](const auto& left) { return left.code == d.code; });
            }
        }
    }
    return clean;
}

void check_fixes(Code code, const Language& language) {
    size_t clean = clean_fixes(fixture_path(code, language, ""));
    if (language.fixed.count(code)) CHECK(clean > 0);
}

// ---- the row "ownership", and what may cross to another task ----

struct Owned {
    Code code;
    std::vector<std::string_view> fixtures;  ///< in tests/checks/fixtures
};

const Owned kOwned[] = {
    {Code::UseAfterMove, {"use_after_move", "use_after_move_more"}},
    {Code::MoveOutOfBorrow, {"move_out_of_borrow"}},
    {Code::ConflictingBorrow, {"conflicting_borrow"}},
    {Code::AssignWhileBorrowed, {"assign_while_borrowed"}},
    {Code::BorrowOutlivesValue, {"borrow_outlives_value"}},
    {Code::AssignToImmutable, {"assign_to_immutable"}},
    {Code::BorrowEscapesTask, {"borrow_escapes_task"}},
    {Code::NotSend, {"not_send", "not_send_more"}},
    {Code::NotSync, {"not_sync"}},
};

void check_owned(const Owned& row) {
    for (std::string_view name : row.fixtures)
        clean_fixes(std::filesystem::path(BRAID_SOURCE_DIR) / "tests/checks/fixtures" / fmt::format("{}.altru", name));
}

}  // namespace

REGISTER_CASES(rows) {
    for (const Language& language : kLanguages) {
        for (Code code : row()) {
            if (language.unknown.count(code)) continue;
            auto add = [&](const char* what, void (*check)(Code, const Language&)) {
                register_case(fmt::format("{} {} {}", what, language.name, code_name(code)), "[row]",
                              [=, &language] { check(code, language); });
            };
            add("page", check_page);
            add("speaks", check_speaking);
            add("silent", check_silent);
            add("fixes", check_fixes);
        }
    }
}

REGISTER_CASES(owned) {
    for (const Owned& row : kOwned) {
        register_case(fmt::format("page altru {}", code_name(row.code)), "[row]",
                      [&row] { check_page(row.code, kLanguages[0]); });
        register_case(fmt::format("fixes altru {}", code_name(row.code)), "[row]", [&row] { check_owned(row); });
    }
}

TEST_CASE("a code that a language does not know has no fixture in it") {
    for (const Language& language : kLanguages)
        for (Code code : language.unknown) CHECK_FALSE(std::filesystem::exists(fixture_path(code, language, "")));
}

}  // namespace braid::test
