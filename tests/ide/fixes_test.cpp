#include <map>
#include <set>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/diagnostics/render.h"
#include "tests/ide/cursor.h"

// Every fix of every diagnostic that a fixture or the wrong example of a page shows, made as an editor makes it: the
// diagnostic goes, and no error comes.
namespace braid::test {
namespace {

struct Source {
    std::string name, text;
};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Fixtures of one file; several files and edits are not what is tested here.
void add_fixtures(std::vector<Source>& out) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(BRAID_SOURCE_DIR "/tests")) {
        std::string path = entry.path().string(), ending = entry.path().extension().string();
        bool is_fixture = path.find("/fixtures/") != std::string::npos && (ending == ".altru" || ending == ".velox");
        if (!is_fixture) continue;
        std::string text = text_of(entry.path());
        bool is_divided = text.find("#---") != std::string::npos || text.find("//---") != std::string::npos;
        if (!is_divided) out.push_back({entry.path().filename().string(), std::move(text)});
    }
}

/// The code blocks of a diagnostic's page.
void add_examples(std::vector<Source>& out) {
    for (DiagnosticCode code : all_codes()) {
        std::istringstream lines{std::string(explain_page(code))};
        std::string language, block;
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("```")) {
                if (!language.empty()) block += line + "\n";
                continue;
            }
            if (!language.empty()) out.push_back({std::string(code_name(code)) + "." + language, block});
            language = language.empty() ? line.substr(3) : "";
            if (language != "altru" && language != "velox") language.clear();
            block.clear();
        }
    }
}

std::map<DiagnosticCode, int> counts(const std::vector<Diagnostic>& all) {
    std::map<DiagnosticCode, int> out;
    for (const Diagnostic& each : all) ++out[each.code];
    return out;
}
int errors_in(const std::vector<Diagnostic>& all) {
    return int(std::count_if(all.begin(), all.end(), [](auto& d) { return d.severity == Severity::Error; }));
}

}  // namespace

TEST_CASE("Every fix of a diagnostic makes it go and brings no error", "[ide][actions][laws]") {
    std::vector<Source> sources;
    add_fixtures(sources);
    add_examples(sources);
    std::set<DiagnosticCode> fixed;
    size_t made = 0;
    for (const Source& source : sources) {
        World world(source.name, source.text);
        std::vector<Diagnostic> before = world.diagnostics();
        for (const Diagnostic& diagnostic : before) {
            auto fixes = world.ask(
                [&](QueryContext& context) { return quick_fixes(context, world.file(), diagnostic.location.range); });
            size_t offered = 0;
            for (const QuickFix& fix : fixes) {
                if (!(fix.diagnostic == diagnostic)) continue;
                ++offered;
                auto edits = text_edits(fix.fix);
                INFO(source.name << ": " << code_name(diagnostic.code) << " at " << diagnostic.location.range.begin
                                 << ": " << diagnostic.message << "\nfix: " << fix.fix.title);
                REQUIRE(edits.size() == 1);
                std::string changed = applied(source.text, edits.begin()->second);
                CHECK(changed != source.text);
                world.host().set_file("/test/" + source.name, changed);
                std::vector<Diagnostic> after = world.diagnostics();
                INFO(changed << to_text(after));
                CHECK(counts(after)[diagnostic.code] < counts(before)[diagnostic.code]);
                CHECK(errors_in(after) <= errors_in(before));
                world.host().set_file("/test/" + source.name, source.text);
                fixed.insert(diagnostic.code);
                ++made;
            }
            CHECK(offered == diagnostic.fixes.size());
        }
    }
    INFO(made << " fixes of " << fixed.size() << " codes");
    CHECK(made > 100);
    CHECK(fixed.size() >= 12);
}

}  // namespace braid::test
