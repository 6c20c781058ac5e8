// Formatting of ranges and while typing; what a file's own habits are.
#include <catch2/catch.hpp>

#include "tests/format/support.h"

namespace braid::test {
namespace {

/// Takes the marks `<` and `>` (as `«` and `»`) out of a text.
struct Marked {
    std::string text;
    TextRange range;
};
Marked marked(std::string text) {
    size_t begin = text.find("«");
    text.erase(begin, 2);
    size_t end = text.find("»");
    text.erase(end, 2);
    return {text, {uint32_t(begin), uint32_t(end)}};
}

std::string in_range(const Formatted& language, const std::string& source) {
    Marked input = marked(source);
    auto edits = format::format_range(*language.parse(input.text), language.rules, {}, input.range);
    return edits ? applied(input.text, *edits) : "refused: " + edits.error().message;
}

/// `|` is where something has just been typed.
std::string typed(const Formatted& language, std::string text) {
    size_t at = text.find("|");
    text.erase(at, 1);
    return applied(text, format::format_on_type(*language.parse(text), language.rules, {}, uint32_t(at), text[at - 1]));
}

}  // namespace

TEST_CASE("a range formats the statements it touches and no other", "[format][edits]") {
    Formatted altru = altru_language(), velox = velox_language();
    CHECK(in_range(altru, "let a=1\nlet «b»=2\nlet c=3\n") == "let a=1\nlet b = 2\nlet c=3\n");
    CHECK(in_range(altru, "let «a=1\nlet b»=2\nlet c=3\n") == "let a = 1\nlet b = 2\nlet c=3\n");
    CHECK(in_range(velox, "let a=1\nfunction f(){\nlet «b»=2\nlet c=3\n}\n") ==
          "let a=1\nfunction f(){\nlet b = 2;\nlet c=3\n}\n");
    CHECK(in_range(velox, "«function f(){\nlet b=2\n}»\nlet c=3\n") == "function f() {\n    let b = 2;\n}\nlet c=3\n");
}

TEST_CASE("a range keeps the indentation that it stands at", "[format][edits]") {
    Formatted altru = altru_language();
    CHECK(in_range(altru, "fn f():\n  a( )\n  if «x»:\n    b( )\n  c( )\n") ==
          "fn f():\n  a( )\n  if x:\n      b()\n  c( )\n");
    CHECK(in_range(altru, "fn f():\n  a( )\n  if x:\n    «b( )»\n") == "fn f():\n  a( )\n  if x:\n    b()\n");
}

TEST_CASE("a range in a broken file is refused", "[format][edits]") {
    CHECK(in_range(altru_language(), "let «a»=1\nlet = (\n").starts_with("refused: "));
}

TEST_CASE("what was typed formats the statement that it ends", "[format][edits]") {
    Formatted altru = altru_language(), velox = velox_language();
    CHECK(typed(altru, "fn f():\n    let a=1\n|") == "fn f():\n    let a = 1\n");
    CHECK(typed(velox, "let a=1\n|let b=2\n") == "let a = 1;\nlet b=2\n");
    // Within a string nothing moves.
    CHECK(typed(velox, "let a = \"}|\"\n") == "let a = \"}\"\n");
}

TEST_CASE("line ends are the file's own", "[format][edits]") {
    auto altru = altru_language().format("fn f( ):\r\n  a( )\r\n");
    REQUIRE(altru);
    CHECK(*altru == "fn f():\r\n    a()\r\n");
    auto velox = velox_language().format("let a=`x\r\ny`\r\n\r\n\r\n\r\nlet b=1");
    REQUIRE(velox);
    CHECK(*velox == "let a = `x\r\ny`;\r\n\r\nlet b = 1;\r\n");
    format::Options lf;
    lf.line_end = format::LineEnd::Lf;
    CHECK(*velox_language().format("let a=1\r\nlet b=2\r\n", lf) == "let a = 1;\nlet b = 2;\n");
}

TEST_CASE("small files", "[format][edits]") {
    for (const Formatted& language : {altru_language(), velox_language()}) {
        CHECK(*language.format("") == "");
        CHECK(*language.format("\n\n  \n") == "");
        CHECK(*language.format("\xef\xbb\xbf") == "\xef\xbb\xbf");
    }
    CHECK(*altru_language().format("\n\n# only\n\n\n# comments") == "# only\n\n# comments\n");
    CHECK(*velox_language().format("\xef\xbb\xbf// a\na") == "\xef\xbb\xbf// a\na;\n");
    format::Options open_end;
    open_end.final_newline = false;
    CHECK(*velox_language().format("a\n", open_end) == "a;");
}

TEST_CASE("a syntax error is refused with its place", "[format][edits]") {
    auto result = velox_language().format("let a = 1;\nlet b = (2;\n");
    REQUIRE(!result);
    CHECK(result.error().code);
    CHECK(result.error().range.begin >= 11);
    CHECK(!result.error().message.empty());
}

TEST_CASE("deep and long inputs are no trap", "[format][edits]") {
    std::string sum = "let a = 1";
    for (int i = 0; i < 50'000; ++i) sum += " + 1";
    // The parser may say that it is too deep; that is an answer.
    auto long_sum = velox_language().format(sum + "\n");
    CHECK((long_sum || long_sum.error().code));
    std::string chain = "let a = b";
    for (int i = 0; i < 20'000; ++i) chain += ".c(d)";
    for (const Formatted& language : {velox_language(), altru_language()}) {
        auto result = language.format(chain + "\n");
        CHECK((result || result.error().code));
    }
    std::string nested = "let a = " + std::string(100, '(') + "1" + std::string(100, ')') + "\n";
    REQUIRE(altru_language().format(nested));
}

}  // namespace braid::test
