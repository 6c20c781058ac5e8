// The examples of the pages are programs: what is called right parses, and what is called wrong is wrong in the way the
// page is about, as far as the grammar can tell.
#include <catch2/catch.hpp>

#include <algorithm>

#include "analyzer/diagnostics/catalogue.h"
#include "analyzer/syntax/altru/altru.h"
#include "analyzer/syntax/tree.h"
#include "analyzer/syntax/velox/velox.h"

using namespace braid;

namespace {

struct Example {
    bool right;
    bool altru;
    std::string text;
};

std::vector<Example> examples_of(std::string_view page) {
    std::vector<Example> examples;
    bool right = false;
    while (!page.empty()) {
        const std::string_view line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
        if (line.starts_with("## ")) right = line == "## Right";
        if (!line.starts_with("```")) continue;
        const size_t end = page.find("```\n");
        REQUIRE(end != std::string_view::npos);
        REQUIRE((line == "```altru" || line == "```velox"));
        examples.push_back({right, line == "```altru", std::string(page.substr(0, end))});
        page.remove_prefix(end + 4);
    }
    return examples;
}

SyntaxTreePtr parse(const Example& example) {
    return example.altru ? altru::parse(example.text) : velox::parse(example.text);
}

bool is_syntax_code(DiagnosticCode code) { return code < DiagnosticCode::UnresolvedName; }

bool is_serious(const SyntaxError& error) { return default_severity(error.code) == Severity::Error; }

}  // namespace

TEST_CASE("the examples of the pages are what they are said to be") {
    for (DiagnosticCode code : all_codes()) {
        for (const Example& example : examples_of(explain_page(code))) {
            const SyntaxTreePtr tree = parse(example);
            const auto& errors = tree->errors();
            const bool fine = std::none_of(errors.begin(), errors.end(), is_serious);
            INFO(code_name(code) << ", " << (example.right ? "right" : "wrong") << ":\n" << example.text);
            for (const SyntaxError& error : errors) UNSCOPED_INFO(code_name(error.code) << ": " << error.message);
            if (example.right || !is_syntax_code(code)) {
                CHECK(fine);
            } else if (code != DiagnosticCode::NestingTooDeep) {  // too long to be printed
                CHECK(std::any_of(errors.begin(), errors.end(), [&](const auto& error) { return error.code == code; }));
            }
        }
    }
}
