#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "tests/diagnostics/sources.h"

using namespace braid;
using namespace braid::test;
using nlohmann::json;

namespace {

struct Example {
    Sources sources;
    FileId file = sources.add("src/größe.velox", "let 😀 = old;\nlet b = 😀 + 1;\nuse(old);\n");
    FileId other = sources.add("/abs/a b.velox", "\n  elsewhere\n");
    Diagnostic diagnostic{DiagnosticCode::AwaitRace, Severity::Warning, sources.find(file, "+ 1"),
                          "stale \"b\",\n100%: done"};

    Example() {
        diagnostic.related.push_back({sources.find(other, "elsewhere"), "written here"});
        diagnostic.fixes.push_back({"lock it",
                                    {{sources.find(file, "old", 1), Diagnostic::FixEdit::InsertAfter, ".x"},
                                     {sources.find(file, "old"), Diagnostic::FixEdit::Replace, "new"}}});
    }
};

json range(int line, int column, int end_line, int end_column) {
    return {{"start", {{"line", line}, {"column", column}}}, {"end", {{"line", end_line}, {"column", end_column}}}};
}

}  // namespace

TEST_CASE("the JSON form is the one that is promised") {
    Example e;
    const std::string line = render_json(e.diagnostic, e.sources);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.rfind("{\"file\":\"src/größe.velox\",\"severity\":\"warning\",\"code\":\"await-race\",\"message\":",
                     0) == 0);
    const json expected{
        {"file", "src/größe.velox"},
        {"severity", "warning"},
        {"code", "await-race"},
        {"message", "stale \"b\",\n100%: done"},
        {"range", range(2, 11, 2, 14)},
        {"related",
         json::array({{{"file", "/abs/a b.velox"}, {"range", range(2, 3, 2, 12)}, {"message", "written here"}}})},
        {"fixes",
         json::array({{{"title", "lock it"},
                       {"edits",
                        json::array({{{"file", "src/größe.velox"}, {"range", range(1, 9, 1, 12)}, {"text", "new"}},
                                     {{"file", "src/größe.velox"}, {"range", range(3, 8, 3, 8)}, {"text", ".x"}}})}}})},
    };
    CHECK(json::parse(line) == expected);
    e.diagnostic.related.clear();
    e.diagnostic.fixes.clear();
    const json bare = json::parse(render_json(e.diagnostic, e.sources));
    CHECK(bare["related"] == json::array());
    CHECK(bare["fixes"] == json::array());
}

TEST_CASE("malformed bytes and missing texts do not break the JSON") {
    Sources sources;
    const FileId file = sources.add_unreadable("bad\xff.altru");
    Diagnostic d{DiagnosticCode::SyntaxError, Severity::Error, {file, {3, 4}}, "odd \xC3("};
    const json parsed = json::parse(render_json(d, sources));
    CHECK(parsed["file"] == "bad\uFFFD.altru");
    CHECK(parsed["range"] == range(1, 1, 1, 1));
}

TEST_CASE("GitHub's command escapes what means something") {
    Example e;
    CHECK(render_github(e.diagnostic, e.sources) ==
          "::warning file=src/größe.velox,line=2,endLine=2,col=11,endColumn=14,title=await-race::stale "
          "\"b\",%0A100%25: done"
          "%0A/abs/a b.velox:2: written here");
    Diagnostic spread{DiagnosticCode::SyntaxError, Severity::Hint, {e.file, {0, 30}}, "m"};
    CHECK(render_github(spread, e.sources) == "::notice file=src/größe.velox,line=1,endLine=2,title=syntax-error::m");
}

TEST_CASE("SARIF has rules, results, related places and fixes") {
    Example e;
    Diagnostic second{DiagnosticCode::UseAfterMove, Severity::Error, e.sources.find(e.file, "b"), "moved"};
    const json log = json::parse(
        render_sarif(std::vector{e.diagnostic, second, e.diagnostic}, e.sources, {"1.2.3", "https://example.org"}));
    CHECK(log["version"] == "2.1.0");
    const json& run = log["runs"][0];
    CHECK(run["columnKind"] == "unicodeCodePoints");
    const json& driver = run["tool"]["driver"];
    CHECK(driver["name"] == "Braid");
    CHECK(driver["version"] == "1.2.3");
    REQUIRE(driver["rules"].size() == 2);
    REQUIRE(run["results"].size() == 3);
    for (const json& result : run["results"]) {
        CHECK(driver["rules"][result["ruleIndex"].get<size_t>()]["id"] == result["ruleId"]);
    }
    const json& first = run["results"][0];
    CHECK(first["level"] == "warning");
    CHECK(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/gr%C3%B6%C3%9Fe.velox");
    CHECK(first["locations"][0]["physicalLocation"]["region"] ==
          json{{"startLine", 2}, {"startColumn", 11}, {"endLine", 2}, {"endColumn", 14}});
    CHECK(first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///abs/a%20b.velox");
    CHECK(first["relatedLocations"][0]["message"]["text"] == "written here");
    CHECK(first["fixes"][0]["artifactChanges"][0]["replacements"].size() == 2);
    const json nothing = json::parse(render_sarif({}, e.sources, {"1", ""}));
    CHECK(nothing["runs"][0]["results"] == json::array());
    CHECK_FALSE(nothing["runs"][0]["tool"]["driver"].contains("informationUri"));
}

TEST_CASE("counting and sorting") {
    Sources sources;
    const FileId b = sources.add("b", "text"), a = sources.add("a", "text");
    std::vector<Diagnostic> list{
        {DiagnosticCode::UnusedVariable, Severity::Warning, {b, {0, 1}}, "1"},
        {DiagnosticCode::UnusedVariable, Severity::Warning, {a, {2, 3}}, "2"},
        {DiagnosticCode::AwaitInLoop, Severity::Hint, {a, {1, 3}}, "3"},
        {DiagnosticCode::SyntaxError, Severity::Error, {a, {2, 3}}, "4"},
    };
    CHECK(count_summary(list) == "1 error, 2 warnings");
    CHECK(count_summary(std::vector{list[2]}).empty());
    CHECK(count_summary(std::vector{list[0]}) == "1 warning");
    sort_for_output(list, sources);
    std::string order;
    for (const auto& d : list) order += d.message;
    CHECK(order == "3421");
}
