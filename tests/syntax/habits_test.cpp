// What people type by habit from other languages: tests/syntax/habits.txt holds one case after the other,
//   === title
//   the text
//   --- code: message            one line per report; exactly one unless the title ends in " (N reports)"
//   the text after the fixes     when there is a fix; with a fix for each report, nothing is left to report
#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;

namespace {

struct Case {
    std::string title;
    std::string text;
};

std::vector<Case> read_cases(const std::string& file) {
    std::vector<Case> cases;
    std::istringstream lines(file);
    bool in_text = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("=== ", 0) == 0) {
            cases.push_back({line.substr(4), {}});
            in_text = true;
        } else if (line.rfind("--- ", 0) == 0) {
            in_text = false;
        } else if (in_text && !cases.empty()) {
            cases.back().text += line + '\n';
        }
    }
    return cases;
}

std::string fixed(const SyntaxTree& tree) {
    std::vector<TextEdit> edits;
    for (const SyntaxError& error : tree.errors())
        if (error.fix) edits.insert(edits.end(), error.fix->edits.begin(), error.fix->edits.end());
    std::stable_sort(edits.begin(), edits.end(),
                     [](const TextEdit& a, const TextEdit& b) { return a.range.begin < b.range.begin; });
    return edits.empty() ? std::string() : apply_edits(std::string(tree.text()), edits);
}

std::string report(const Case& one, const SyntaxTree& tree) {
    std::string out = "=== " + one.title + "\n" + one.text;
    for (const SyntaxError& error : tree.errors())
        out += "--- " + std::string(code_name(error.code)) + ": " + error.message + "\n";
    return out + fixed(tree);
}

}  // namespace

TEST_CASE("habits of other languages: one message each, and the fix is right") {
    std::filesystem::path path = std::string(BRAID_SOURCE_DIR) + "/tests/syntax/habits.txt";
    std::vector<Case> cases = read_cases(text_of(path));
    REQUIRE(cases.size() > 100);
    std::string actual;
    for (const Case& one : cases) {
        INFO(one.title);
        SyntaxTreePtr tree = altru::parse(one.text);
        REQUIRE(covered_text(*tree) == one.text);
        size_t reports = 1;
        if (size_t at = one.title.find(" ("); at != std::string::npos)
            reports = size_t(std::stoi(one.title.substr(at + 2)));
        INFO(report(one, *tree));
        CHECK(tree->errors().size() == reports);
        auto errors = tree->errors();
        bool mended =
            std::all_of(errors.begin(), errors.end(), [](const SyntaxError& error) { return bool(error.fix); });
        if (mended && !errors.empty())
            for (const SyntaxError& error : altru::parse(fixed(*tree))->errors()) CHECK(error.message == "");
        actual += report(one, *tree);
    }
    check_golden(path, actual);
}
