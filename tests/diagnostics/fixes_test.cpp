#include "analyzer/diagnostics/fixes.h"

#include <catch2/catch.hpp>

using namespace braid;

namespace {

constexpr FileId kFile{0}, kOther{1};

Diagnostic::FixEdit edit(uint32_t begin, uint32_t end, std::string text, FileId file = kFile) {
    return {{file, {begin, end}}, Diagnostic::FixEdit::Replace, std::move(text)};
}
Diagnostic with_fix(std::vector<Diagnostic::FixEdit> edits) {
    Diagnostic d;
    d.fixes.push_back({"fix", std::move(edits)});
    return d;
}
ChosenFixes choose(const std::vector<Diagnostic>& diagnostics, size_t limit = 100) {
    return choose_fixes(
        diagnostics, [](const Diagnostic&) { return true; }, limit);
}
using Indices = std::vector<size_t>;

}  // namespace

TEST_CASE("fixes that keep apart are made together, in order of place") {
    auto chosen = choose({with_fix({edit(10, 12, "b")}), with_fix({edit(0, 4, "a"), edit(0, 4, "c", kOther)}), {}});
    CHECK(chosen.diagnostics == Indices{0, 1});
    CHECK(chosen.edits.at(kFile) == std::vector<TextEdit>{{{0, 4}, "a"}, {{10, 12}, "b"}});
    CHECK(chosen.edits.at(kOther).size() == 1);
}

TEST_CASE("of fixes that touch the first is made, whole; the other not even in part") {
    for (auto second : {edit(2, 6, "b"), edit(4, 8, "b"), edit(0, 0, "b"), edit(4, 4, "b"), edit(1, 2, "b")}) {
        auto chosen = choose({with_fix({edit(0, 4, "a")}), with_fix({edit(0, 1, "x", kOther), second})});
        CHECK(chosen.diagnostics == Indices{0});
        CHECK(chosen.edits.count(kOther) == 0);
    }
    CHECK(choose({with_fix({edit(0, 4, "a")}), with_fix({edit(5, 6, "b")})}).diagnostics.size() == 2);
}

TEST_CASE("the same fix from two diagnostics is made once and deals with both") {
    auto chosen = choose({with_fix({edit(0, 0, "use a\n")}), with_fix({edit(0, 0, "use a\n")})}, 1);
    CHECK(chosen.edits.at(kFile).size() == 1);
    CHECK(choose({with_fix({edit(0, 0, "use a\n")}), with_fix({edit(0, 0, "use a\n")})}).diagnostics == Indices{0, 1});
}

TEST_CASE("a choice, an empty fix and what is not allowed are left; the limit counts fixes") {
    Diagnostic choice = with_fix({edit(0, 1, "a")});
    choice.fixes.push_back({"another way", {edit(0, 1, "b")}});
    CHECK(choose({choice, with_fix({})}).edits.empty());
    std::vector<Diagnostic> two{with_fix({edit(0, 1, "a")}), with_fix({edit(5, 6, "b")})};
    CHECK(choose(two, 1).diagnostics == Indices{0});
    CHECK(choose_fixes(
              two, [&](const Diagnostic& d) { return !(d == two[0]); }, 9)
              .diagnostics == Indices{1});
}
