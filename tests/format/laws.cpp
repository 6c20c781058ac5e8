// What holds for every text: formatting is stable, keeps tokens and comments, and white space does not decide.
#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <random>

#include "analyzer/format/flat_tree.h"
#include "analyzer/format/gap.h"
#include "tests/format/support.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

bool has_syntax_error(const Formatted& language, const std::string& text) {
    auto result = language.format(text);
    return !result && result.error().code;
}

std::string spaces(std::mt19937& random, int least) { return std::string(size_t(least) + random() % 3, ' '); }

/// Other white space between tokens where none of it means anything: within lines, and line ends inside round brackets
/// of Velox.
std::string perturbed(const Formatted& language, const std::string& text, std::mt19937& random) {
    SyntaxTreePtr tree = language.parse(text);
    format::FlatTree flat(*tree);
    bool is_velox = language.grammar.name == "velox";
    std::string out;
    std::vector<char> brackets;
    int strings = 0;  // inside them white space may mean something
    for (uint32_t i = 0; i < flat.token_count(); ++i) {
        const auto& token = flat.token(i);
        std::string gap = text.substr(token.full_begin, token.begin - token.full_begin);
        bool is_space = gap.find_first_not_of(' ') == std::string::npos;
        bool is_broken = gap.find_first_not_of(" \n") == std::string::npos && !is_space;
        std::string_view kind = language.grammar.kind_name(flat.token_kind(i));
        if (strings > 0) {
        } else if (is_space && !gap.empty()) gap = spaces(random, 1);
        else if (is_broken && is_velox && !brackets.empty() && brackets.back() == '(') gap = spaces(random, 1);
        // The column of a comment says whether it belongs to the case above.
        else if (is_broken && is_velox && flat.token_text(i) != "case" && flat.token_text(i) != "default")
            gap = gap.substr(0, gap.find_last_of('\n') + 1) + spaces(random, 0);
        if (kind == "StringEnd" || kind == "TemplateTail") --strings;
        if (kind == "StringStart" || kind == "TemplateHead") ++strings;
        out += gap;
        std::string_view word = flat.token_text(i);
        out += word;
        if (word == "(" || word == "[" || word == "{") brackets.push_back(word[0]);
        if ((word == ")" || word == "]" || word == "}") && !brackets.empty()) brackets.pop_back();
    }
    return out;
}

}  // namespace

TEST_CASE("formatting every source of the project is stable and loses nothing", "[format][laws]") {
    for (const fs::path& path : all_sources()) {
        Formatted language = language_of_file(path);
        std::string text = *read_file(path);
        auto once = language.format(text);
        INFO(path);
        if (!once) {
            INFO(once.error().message);
            CHECK(once.error().code);  // a syntax error, and none of ours
            continue;
        }
        CHECK(format::means_the_same(*language.parse(text), *language.parse(*once), language.rules));
        auto twice = language.format(*once);
        REQUIRE(twice);
        CHECK(difference(*once, *twice) == "");
        // The same by edits.
        auto edits = format::format_edits(*language.parse(text), language.rules, {});
        REQUIRE(edits);
        CHECK(difference(*once, applied(text, *edits)) == "");
    }
}

TEST_CASE("every width gives a text that is stable", "[format][laws]") {
    for (const fs::path& path : all_sources()) {
        Formatted language = language_of_file(path);
        std::string text = *read_file(path);
        if (text.size() > 20'000 || has_syntax_error(language, text)) continue;
        for (uint32_t width : {20u, 40u, 60u, 1000u}) {
            format::Options options;
            options.width = width;
            INFO(path << " " << width);
            auto once = language.format(text, options);
            if (!once) INFO(once.error().message);
            REQUIRE(once);
            auto twice = language.format(*once, options);
            REQUIRE(twice);
            CHECK(difference(*once, *twice) == "");
        }
    }
}

TEST_CASE("white space within lines does not decide", "[format][laws]") {
    for (const fs::path& path : all_sources()) {
        Formatted language = language_of_file(path);
        auto formatted = language.format(*read_file(path));
        if (!formatted) continue;
        std::mt19937 random(1);
        for (int round = 0; round < 3; ++round) {
            std::string other = perturbed(language, *formatted, random);
            auto again = language.format(other);
            // Space may part what was one token, or join a statement to the one before.
            if (!again || !format::means_the_same(*language.parse(*formatted), *language.parse(other), language.rules))
                continue;
            INFO(path);
            CHECK(difference(*formatted, *again) == "");
        }
    }
}

TEST_CASE("indentation by tabs or by two comes out the same", "[format][laws]") {
    for (const fs::path& path : all_sources()) {
        Formatted language = language_of_file(path);
        auto formatted = language.format(*read_file(path));
        if (!formatted || formatted->find("\"\"\"") != std::string::npos || formatted->find('`') != std::string::npos)
            continue;
        if (formatted->find("/*") != std::string::npos || formatted->find("###") != std::string::npos) continue;
        format::Options narrow, tabs;
        narrow.indent = narrow.tab_width = 2;
        tabs.tabs = true;
        tabs.width = narrow.width = 100'000;
        format::Options wide;
        wide.width = 100'000;
        INFO(path);
        auto reference = language.format(*formatted, wide);
        for (const format::Options& options : {narrow, tabs}) {
            auto other = language.format(*formatted, options);
            REQUIRE(other);
            auto back = language.format(*other, wide);
            REQUIRE(back);
            CHECK(difference(*reference, *back) == "");
        }
    }
}

TEST_CASE("a text that is damaged at random is refused or formatted, and stable", "[format][laws]") {
    std::vector<fs::path> sources = all_sources();
    CHECK(rc::check("damaged texts", [&] {
        const fs::path& path = sources[*rc::gen::inRange<size_t>(0, sources.size())];
        Formatted language = language_of_file(path);
        std::string text = *read_file(path);
        RC_LOG() << path.string() << std::endl;
        RC_PRE(!text.empty() && text.size() < 6'000);
        size_t at = *rc::gen::inRange<size_t>(0, text.size());
        size_t removed = *rc::gen::inRange<size_t>(0, 12);
        std::string added =
            *rc::gen::element<std::string>("", " ", "\n", "# x\n", "/* y */", "(", ")", ",", "{", "}", "a");
        text.replace(at, removed, added);
        auto once = language.format(text);
        if (!once) RC_ASSERT(once.error().code.has_value());
        if (!once) return;
        auto twice = language.format(*once);
        RC_ASSERT(twice.has_value());
        RC_ASSERT(*once == *twice);
    }));
}

}  // namespace braid::test
