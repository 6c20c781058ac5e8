#include <catch2/catch.hpp>

#include <set>

#include <fmt/format.h>

#include "analyzer/diagnostics/catalogue.h"

using namespace braid;

TEST_CASE("codes are found by name") {
    CHECK(find_code("use-after-move") == DiagnosticCode::UseAfterMove);
    CHECK(find_code("use_after_move") == DiagnosticCode::UseAfterMove);
    CHECK_FALSE(find_code("use-after-moves"));
    CHECK_FALSE(find_code(""));
    CHECK(find_code("Use After Move") == DiagnosticCode::UseAfterMove);
    CHECK(nearest_codes("use-after-moev").at(0) == DiagnosticCode::UseAfterMove);
    CHECK(nearest_codes("datarace").at(0) == DiagnosticCode::DataRace);
    CHECK(nearest_codes("race") == std::vector{DiagnosticCode::DataRace, DiagnosticCode::AwaitRace});
    CHECK(nearest_codes("quite-something-else-altogether").empty());
    CHECK(code_name(DiagnosticCode::Count).empty());
    CHECK(find_severity("information") == Severity::Information);
    CHECK_FALSE(find_severity("fatal"));
}

TEST_CASE("every code has a well-formed name and one line of summary") {
    std::set<std::string_view> names;
    for (DiagnosticCode code : all_codes()) {
        const std::string_view name = code_name(code);
        INFO(name);
        CHECK(names.insert(name).second);
        CHECK(find_code(name) == code);
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
        const std::string_view summary = code_summary(code);
        CHECK(summary.size() > 10);
        CHECK(summary.size() < 90);
        CHECK(summary.find('\n') == std::string_view::npos);
        CHECK(summary.back() != '.');
    }
}

TEST_CASE("severities follow the rule of the catalogue") {
    CHECK(default_severity(DiagnosticCode::UseAfterMove) == Severity::Error);
    CHECK(default_severity(DiagnosticCode::NotSend) == Severity::Error);
    CHECK(default_severity(DiagnosticCode::DataRace) == Severity::Error);
    CHECK(default_severity(DiagnosticCode::UnusedVariable) == Severity::Warning);
    CHECK(default_severity(DiagnosticCode::FloatingPromise) == Severity::Warning);
    CHECK(default_severity(DiagnosticCode::AwaitRace) == Severity::Warning);
    CHECK(default_severity(DiagnosticCode::AwaitInLoop) == Severity::Hint);
    CHECK(default_severity(DiagnosticCode::ForeignSpelling) == Severity::Hint);
}

TEST_CASE("every code has a page with its name, its meaning and two examples") {
    std::string without;
    for (DiagnosticCode code : all_codes()) {
        const std::string_view page = explain_page(code);
        if (page.empty()) {
            without += fmt::format(" {}", code_name(code));
            continue;
        }
        INFO(code_name(code));
        CHECK(page.substr(0, page.find('\n')) == fmt::format("# {}", code_name(code)));
        CHECK(page.find("## Wrong\n") != std::string_view::npos);
        CHECK(page.find("## Right\n") != std::string_view::npos);
        size_t fences = 0;
        for (size_t at = page.find("\n```"); at != std::string_view::npos; at = page.find("\n```", at + 1)) ++fences;
        CHECK(fences >= 4);
        CHECK(fences % 2 == 0);
        CHECK(page.back() == '\n');
    }
    INFO("codes without a page (docs/diagnostics/CODE.md):" << without);
    CHECK(without.empty());
    CHECK(explain_page(DiagnosticCode::Count).empty());
}
