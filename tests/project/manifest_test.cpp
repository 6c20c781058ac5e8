// What manifests say, and what is said about those that say it wrong.
#include <catch2/catch.hpp>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/ide/file_diagnostics.h"
#include "analyzer/ide/host.h"
#include "stdlib/stdlib.h"

namespace braid::test {
namespace {

std::string shown(std::string_view text, const Manifest::Problem& problem) {
    return std::string(code_name(problem.code)) + " at '" +
           std::string(text.substr(problem.range.begin, problem.range.length())) + "': " + problem.message;
}

std::vector<std::string> problems_of(std::string_view text) {
    std::vector<std::string> out;
    for (const Manifest::Problem& problem : read_manifest(text).problems) out.push_back(shown(text, problem));
    return out;
}

TEST_CASE("a manifest says what it says") {
    Manifest manifest = read_manifest(
        "name = \"shop\"\nversion = \"0.1.0\"\nauthors = [\"ann\"]\nmain = \"./src/shop.altru\"\ncontracts = "
        "\"marked\"\n\n"
        "[diagnostics]\nunused-variable = \"off\"\nlock_order_cycle = \"error\"\n\n"
        "[database]\nfile = \"shop.db\"\n[database.statements]\nall = \"select * from items\"\n");
    CHECK(manifest.problems.empty());
    CHECK(manifest.name->value == "shop");
    CHECK(manifest.main->value == "src/shop.altru");
    CHECK(manifest.contracts == "marked");
    CHECK(manifest.database == "shop.db");
    CHECK(manifest.statements.at("all") == "select * from items");
    CHECK(manifest.severities.at(DiagnosticCode::UnusedVariable) == std::nullopt);
    CHECK(manifest.severities.at(DiagnosticCode::LockOrderCycle) == Severity::Error);
    CHECK(manifest.mains(kProjectKinds[0]) == std::vector<std::string>{"src/shop.altru"});
}

TEST_CASE("an empty manifest has defaults, and tables of other tools' names do as well") {
    CHECK(read_manifest("").problems.empty());
    CHECK(read_manifest("").mains(kProjectKinds[1]) == std::vector<std::string>{"main.velox", "src/main.velox"});
    CHECK(read_manifest("source = \"lib/\"").mains(kProjectKinds[0]) == std::vector<std::string>{"lib/main.altru"});
    CHECK(read_manifest("[package]\r\nname = \"a\"\r\n").name->value == "a");
    CHECK(read_manifest("[project]\nmain = \"x.altru\"\n[run]\ncontracts = \"off\"").contracts == "off");
}

TEST_CASE("what is wrong with a manifest is said at its place") {
    using Problems = std::vector<std::string>;
    CHECK(problems_of("mains = \"a\"") ==
          Problems{"unknown-attribute at 'mains': a manifest has no `mains`; did you mean `main`?"});
    CHECK(problems_of("[package]\nflavour = 3") ==
          Problems{"unknown-attribute at 'flavour': a manifest has no `flavour` in `[project]`; it is ignored"});
    CHECK(problems_of("name = 3") == Problems{"type-mismatch at '3': `name` has to be a text: `name = \"…\"`"});
    CHECK(problems_of("contracts = \"some\"") ==
          Problems{"type-mismatch at '\"some\"': `contracts` is `\"all\"`, `\"marked\"` or `\"off\"`"});
    CHECK(problems_of("[diagnostics]\nunused-variables = \"off\"") ==
          Problems{"unknown-attribute at 'unused-variables': there is no diagnostic `unused-variables`; did you mean "
                   "`unused-variable`?"});
    CHECK(problems_of("[diagnostics]\nunused-import = \"loud\"").size() == 1);
    CHECK(problems_of("[diagnostics]\ntype-mismatch = \"off\"").size() == 1);
    CHECK(problems_of("[diagnostics]\ntype-mismatch = \"error\"").empty());
    CHECK(problems_of("# é\nname = ").size() == 1);
    CHECK(problems_of("\xff").size() == 1);
    CHECK(problems_of(std::string(100'000, '[')).size() == 1);
    CHECK(problems_of("a = " + std::string(100'000, '[')).size() == 1);
    for (const char* text : {"[$", "[ =", "[[=a]]", "[.a", "[\n", "[[#", "$", "a = {[", "a.$ = 1", "[a]\n[a]"})
        CHECK(problems_of(text).size() == 1);
}

class World {
  public:
    World() {
        register_all_languages();
        host_ = std::make_unique<AnalysisHost>(standard_library());
    }
    AnalysisHost& host() { return *host_; }
    std::vector<std::string> of(FileId file) {
        std::vector<std::string> out;
        auto found = host_->snapshot().get<FileDiagnostics>(file);
        for (const Diagnostic& d : **found)
            out.push_back(std::string(severity_name(d.severity)) + " " + std::string(code_name(d.code)));
        return out;
    }

  private:
    std::unique_ptr<AnalysisHost> host_;
};

TEST_CASE("a project ranks the diagnostics of its files") {
    World world;
    AnalysisHost& host = world.host();
    FileId outer = host.set_file("/app/main.altru", "fn main():\n    let x = 1\n");
    FileId inner = host.set_file("/app/part/main.altru", "fn main():\n    let x = 1\n");
    FileId velox = host.set_file("/app/main.velox", "function f(): void { let x = 1; }\n");
    CHECK(world.of(outer) == std::vector<std::string>{"warning unused-variable"});
    FileId manifest = host.set_manifest("/app/Altru.toml", "[diagnostics]\nunused-variable = \"error\"\n");
    host.set_manifest("/app/part/Altru.toml", "[diagnostics]\nunused-variable = \"off\"\n");
    CHECK(world.of(outer) == std::vector<std::string>{"error unused-variable"});
    CHECK(world.of(inner).empty());
    CHECK(world.of(velox) == std::vector<std::string>{"warning unused-variable"});
    host.remove_manifest(manifest);
    CHECK(world.of(outer) == std::vector<std::string>{"warning unused-variable"});
}

TEST_CASE("an edit of a manifest recomputes what depends on it") {
    World world;
    AnalysisHost& host = world.host();
    FileId file = host.set_file("/app/main.altru", "fn main():\n    let x = 1\n");
    host.set_manifest("/app/Altru.toml", "name = \"a\"\n[diagnostics]\nunused-variable = \"hint\"\n");
    CHECK(world.of(file) == std::vector<std::string>{"hint unused-variable"});
    auto computed = [&] {
        return std::pair(host.database().statistics<FileDiagnostics>().computed,
                         host.database().statistics<BodyOf>().computed);
    };
    auto before = computed();
    host.set_manifest("/app/Altru.toml", "name = \"other\"\n[diagnostics]\nunused-variable = \"hint\"\n");
    CHECK(world.of(file) == std::vector<std::string>{"hint unused-variable"});
    CHECK(computed() == before);
    host.set_manifest("/app/Altru.toml", "[diagnostics]\nunused-variable = \"off\"\n");
    CHECK(world.of(file).empty());
    CHECK(computed() == std::pair(before.first + 1, before.second));
}

TEST_CASE("the file a manifest names has to be there") {
    World world;
    AnalysisHost& host = world.host();
    auto wrong = [&](std::string text) {
        FileId manifest = host.set_manifest("/app/Altru.toml", std::move(text));
        auto found = host.snapshot().get<ManifestDiagnostics>(manifest);
        return (**found).size();
    };
    CHECK(wrong("main = \"src/app.altru\"") == 1);
    CHECK(wrong("main = \"src/app.velox\"") == 1);
    host.set_file("/app/src/app.altru", "println(1)\n");
    CHECK(wrong("main = \"src/app.altru\"") == 0);
    CHECK(wrong("main = \"./lib/../src/app.altru\"") == 0);
    CHECK(wrong("") == 0);
}

}  // namespace
}  // namespace braid::test
