// What `braid check` prints for whom, and what it takes a file, a folder and a project to be.
#include <catch2/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string_view>
#include <tuple>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;
using nlohmann::json;

// Behind two columns of two UTF-16 units each, so that a column tells what it counts.
const std::string misspelt =
    "fn main():\n"
    "    let counter = 1\n"
    "    println(\"😀😀\", conter)\n";
const std::string fine = "println(\"fine\")\n";
const std::string dropped =
    "async function work(): Promise<void> {\n"
    "    await Async.sleep(1);\n"
    "}\n"
    "work();\n";
const std::string moved =
    "fn main():\n"
    "    let names = [\"a\"]\n"
    "    let other = names\n"
    "    println(names.len(), other.len())\n";

std::vector<json> objects(const std::string& lines) {
    std::vector<json> all;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
    return all;
}

std::string codes(const std::vector<json>& diagnostics) {
    std::string all;
    for (const json& each : diagnostics) all += each["code"].get<std::string>() + " ";
    return all;
}

TEST_CASE("JSON: an object a line, columns in code points, the fix with its edits") {
    TemporaryFolder folder;
    folder.write("größe.altru", misspelt);
    ProcessResult result = braid({"check", "--format", "json", "größe.altru"}, folder.path());
    CHECK(result.status == 1);
    CHECK(result.errors.empty());
    auto all = objects(result.output);
    auto found = std::find_if(all.begin(), all.end(), [](const json& d) { return d["code"] == "unresolved-name"; });
    REQUIRE(found != all.end());
    CHECK((*found)["file"] == "größe.altru");
    CHECK((*found)["severity"] == "error");
    const json range{{"start", {{"line", 3}, {"column", 19}}}, {"end", {{"line", 3}, {"column", 25}}}};
    CHECK((*found)["range"] == range);
    CHECK((*found)["related"].is_array());
    REQUIRE((*found)["fixes"].size() == 1);
    const json edit{{"file", "größe.altru"}, {"range", range}, {"text", "counter"}};
    CHECK((*found)["fixes"][0]["edits"] == json::array({edit}));
}

TEST_CASE("JSON of what is fine is nothing at all") {
    TemporaryFolder folder;
    folder.write("fine.altru", fine);
    for (const char* format : {"json", "text", "github"}) {
        ProcessResult result = braid({"check", "--format", format, "."}, folder.path());
        CHECK(result.status == 0);
        CHECK(result.output.empty());
        CHECK(result.errors.empty());
    }
}

/// What the schema of SARIF 2.1.0 requires of the objects we write, and of the numbers in them.
/// Its objects have no properties of their own: `additionalProperties` is false everywhere but in property bags.
void check_properties(const json& object, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object.items()) {
        INFO(name);
        CHECK(std::find(known.begin(), known.end(), name) != known.end());
    }
}
void check_region(const json& region) {
    check_properties(region, {"startLine", "startColumn", "endLine", "endColumn"});
    CHECK(std::tuple(region.at("startLine"), region.at("startColumn")) <=
          std::tuple(region.at("endLine"), region.at("endColumn")));
    for (const char* name : {"startLine", "startColumn", "endLine", "endColumn"}) CHECK(region.at(name) >= 1);
}
void check_location(const json& location) {
    check_properties(location, {"id", "message", "physicalLocation"});
    check_properties(location.at("physicalLocation"), {"artifactLocation", "region"});
    check_properties(location["physicalLocation"].at("artifactLocation"), {"uri"});
    CHECK(location.at("physicalLocation").at("artifactLocation").at("uri").is_string());
    check_region(location["physicalLocation"].at("region"));
}

TEST_CASE("SARIF is a whole log that holds to the schema") {
    TemporaryFolder folder;
    folder.write("misspelt.altru", misspelt);
    folder.write("moved.altru", moved);
    folder.write("dropped.velox", dropped);
    ProcessResult result = braid({"check", "--format", "sarif"}, folder.path());
    CHECK(result.status == 1);
    CHECK_THAT(result.output, !Catch::EndsWith("\n\n"));
    const json log = json::parse(result.output);
    CHECK(log.at("version") == "2.1.0");
    check_properties(log, {"$schema", "version", "runs"});
    CHECK_THAT(log.at("$schema").get<std::string>(), Contains("sarif") && Contains("2.1.0"));
    REQUIRE(log.at("runs").size() == 1);
    const json& run = log["runs"][0];
    check_properties(run, {"tool", "columnKind", "results"});
    CHECK(run.at("columnKind") == "unicodeCodePoints");
    check_properties(run.at("tool"), {"driver"});
    const json& driver = run.at("tool").at("driver");
    check_properties(driver, {"name", "version", "informationUri", "rules"});
    CHECK(driver.at("name") == "Braid");
    std::set<std::string> ids;  // no two rules are equal
    for (const json& rule : driver.at("rules")) {
        INFO(rule.at("id"));
        CHECK(ids.insert(rule["id"]).second);
        check_properties(rule, {"id", "name", "shortDescription", "defaultConfiguration", "help", "helpUri"});
        check_properties(rule["help"], {"text", "markdown"});
        CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
        CHECK_THAT(rule.at("help").at("markdown").get<std::string>(), Contains(rule["id"].get<std::string>()));
        CHECK_FALSE(rule["help"].at("text").get<std::string>().empty());
        const std::string level = rule.at("defaultConfiguration").at("level");
        CHECK((level == "error" || level == "warning" || level == "note"));
    }
    size_t related = 0, fixes = 0;
    REQUIRE(run.at("results").size() >= 3);
    for (const json& each : run["results"]) {
        CHECK(driver["rules"].at(each.at("ruleIndex").get<size_t>())["id"] == each.at("ruleId"));
        check_properties(each, {"ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "fixes",
                                "partialFingerprints"});
        const std::string level = each.at("level");
        CHECK((level == "error" || level == "warning" || level == "note"));
        const json prints = each.value("partialFingerprints", json::object());
        for (const json& print : prints) CHECK(print.is_string());
        CHECK(each.at("message").at("text").is_string());
        for (const json& location : each.at("locations")) check_location(location);
        for (const json& location : each.value("relatedLocations", json::array())) {
            check_location(location);
            CHECK(location.at("message").at("text").is_string());
            ++related;
        }
        for (const json& fix : each.value("fixes", json::array()))
            for (const json& change : fix.at("artifactChanges")) {
                check_properties(fix, {"description", "artifactChanges"});
                check_properties(change, {"artifactLocation", "replacements"});
                CHECK(change.at("artifactLocation").at("uri").is_string());
                REQUIRE_FALSE(change.at("replacements").empty());
                for (const json& replacement : change["replacements"]) {
                    check_properties(replacement, {"deletedRegion", "insertedContent"});
                    check_region(replacement.at("deletedRegion"));
                }
                ++fixes;
            }
    }
    CHECK(related > 0);
    CHECK(fixes > 0);
}

TEST_CASE("GitHub's annotations name the file, the line and the code") {
    TemporaryFolder folder;
    folder.write("dropped.velox", dropped);
    ProcessResult result = braid({"check", "--format", "github", "dropped.velox"}, folder.path());
    CHECK(result.status == 0);
    CHECK_THAT(result.output, Catch::StartsWith("::warning file=dropped.velox,line=4,endLine=4,col=1,") &&
                                  Contains("title=floating-promise::"));
}

TEST_CASE("a file that is named twice is reported once") {
    TemporaryFolder folder;
    folder.write("src/moved.altru", moved);
    auto once = braid({"check", "--format", "json", "src"}, folder.path());
    auto twice = braid({"check", "--format", "json", "src", "src/moved.altru", "./src/../src"}, folder.path());
    CHECK(codes(objects(once.output)) == codes(objects(twice.output)));
}

TEST_CASE("one thread and many say the same, in the order of places") {
    TemporaryFolder folder;
    for (int i = 0; i < 30; ++i) {
        folder.write("m" + std::to_string(i) + ".altru", i % 2 ? moved : misspelt);
        folder.write("v" + std::to_string(i) + ".velox", dropped);
    }
    auto one = braid({"check", "--jobs", "1", "--format", "json"}, folder.path());
    CHECK(objects(one.output).size() >= 60);
    for (const char* jobs : {"2", "8"})
        CHECK(braid({"check", "--jobs", jobs, "--format", "json"}, folder.path()).output == one.output);
}

TEST_CASE("a manifest stands for its project") {
    TemporaryFolder folder;
    folder.write("app/Altru.toml", "");
    folder.write("app/src/main.altru", moved);
    folder.write("other.altru", moved);
    for (const char* path : {"app/Altru.toml", "app"}) {
        auto all = objects(braid({"check", "--format", "json", path}, folder.path()).output);
        REQUIRE(all.size() == 1);
        CHECK(all[0]["file"] == "app/src/main.altru");
    }
    ProcessResult inside = braid({"check", "--format", "json", "Altru.toml"}, folder.path() / "app");
    REQUIRE(objects(inside.output).size() == 1);
}

TEST_CASE("files that cannot be read do not hide what is wrong with the others") {
    TemporaryFolder folder;
    folder.write("moved.altru", moved);
    ProcessResult result = braid({"check", "nowhere.altru", "moved.altru"}, folder.path());
    CHECK(result.status == 2);
    CHECK_THAT(result.errors, Contains("nowhere.altru: no such file"));
    CHECK_THAT(result.output, Contains("use-after-move"));
}

TEST_CASE("a baseline: only what is new is reported, wherever lines have moved") {
    TemporaryFolder folder;
    folder.write("a.altru", moved);
    ProcessResult missing = braid({"check", "--baseline", "known.json"}, folder.path());
    CHECK(missing.status == 2);
    CHECK_THAT(missing.errors, Contains("known.json") && Contains("--update-baseline"));
    CHECK(missing.output.empty());

    ProcessResult written = braid({"check", "--baseline", "known.json", "--update-baseline"}, folder.path());
    CHECK(written.status == 0);
    CHECK_THAT(written.errors, Contains("1 known diagnostic written"));

    folder.write("a.altru", "# a line above\n" + moved);
    ProcessResult known = braid({"check", "--baseline", "known.json"}, folder.path());
    CHECK(known.status == 0);
    CHECK(known.output.empty());
    // From another folder, and by another path.
    CHECK(braid({"check", "--baseline", "../known.json", ".."}, folder.write("sub/x", "").parent_path()).status == 0);

    // The same a second time is new, and so is the same elsewhere.
    folder.write("a.altru", moved + moved.substr(0, 3) + "again" + moved.substr(7));
    folder.write("b.altru", moved);
    ProcessResult fresh = braid({"check", "--format", "json", "--baseline", "known.json"}, folder.path());
    CHECK(fresh.status == 1);
    CHECK(objects(fresh.output).size() == 2);
}

TEST_CASE("what is no baseline is refused with its name") {
    TemporaryFolder folder;
    folder.write("a.altru", moved);
    for (const char* text :
         {"", "[]", "{\"diagnostics\": 1}", "{\"diagnostics\": [1]}", "{\"diagnostics\": [{\"file\": 1}]}",
          "{\"diagnostics\": [{\"file\": \"a\", \"code\": \"b\", \"message\": \"c\", \"count\": -1}]}"}) {
        folder.write("known.json", text);
        ProcessResult result = braid({"check", "--baseline", "known.json"}, folder.path());
        INFO(text);
        CHECK(result.status == 2);
        CHECK_THAT(result.errors, Contains("known.json: is no baseline"));
    }
}

TEST_CASE("options that exclude each other") {
    for (const std::vector<std::string>& options : {std::vector<std::string>{"--watch", "--fix"},
                                                    {"--watch", "--format", "sarif"},
                                                    {"--update-baseline"},
                                                    {"--jobs", "0"},
                                                    {"--deny", "everything"}}) {
        std::vector<std::string> arguments{"check"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        ProcessResult result = braid(arguments);
        INFO(options[0]);
        CHECK(result.status == 2);
        CHECK(!result.errors.empty());
        CHECK(result.output.empty());
    }
}

TEST_CASE("explain names what is near, and lists all") {
    ProcessResult unknown = braid({"explain", "use-after-moev"});
    CHECK(unknown.status == 2);
    CHECK_THAT(unknown.errors, Contains("`use-after-move`"));
    CHECK_THAT(braid({"explain", "race"}).errors, Contains("`data-race`") && Contains("`await-race`"));
    CHECK_THAT(braid({"explain", "zzzzzzzzzz"}).errors, !Contains("did you mean"));
    CHECK(braid({"explain", "Data_Race"}).status == 0);
    ProcessResult all = braid({"explain"});
    CHECK(all.status == 0);
    CHECK_THAT(all.output, Contains("use-after-move") && Contains("deadlock"));
}

}  // namespace
}  // namespace braid::test
