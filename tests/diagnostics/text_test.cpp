#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "analyzer/text/utf8.h"
#include "tests/diagnostics/sources.h"

using namespace braid;
using namespace braid::test;

TEST_CASE("a story that runs down the page is one picture") {
    Sources sources;
    const FileId file = sources.add(
        "bank.altru", "fn main():\n    let data = [1]\n    go consume(data)\n    wait()\n    println(data)\n");
    Diagnostic d{DiagnosticCode::UseAfterMove, Severity::Error, sources.find(file, "data", 2),
                 "`data` is used after it was moved"};
    d.related.push_back({sources.find(file, "data", 1), "moved into the goroutine here"});
    d.fixes.push_back({"give the goroutine a copy of its own",
                       {{sources.find(file, "data", 1), Diagnostic::FixEdit::InsertAfter, ".clone()"}}});
    CHECK(render_text(d, sources) == R"(error[use-after-move]: `data` is used after it was moved
 --> bank.altru:5:13
  |
3 |     go consume(data)
  |                ---- moved into the goroutine here
4 |     wait()
5 |     println(data)
  |             ^^^^
help: give the goroutine a copy of its own
  |
3 |     go consume(data.clone())
  |                    ++++++++
)");
}

TEST_CASE("a story in another order, or in two files, is told step by step") {
    Sources sources;
    const FileId file = sources.add("loop.altru", "for i in 0..2:\n    consume(data)\n");
    const FileId other = sources.add("other.altru", "\n\n\n\n\n\n\n\n\nfn consume(x: [int]):\n");
    Diagnostic d{DiagnosticCode::UseAfterMove, Severity::Error, sources.find(file, "data"),
                 "`data` is moved in every turn of the loop"};
    d.related.push_back({sources.find(file, "for i in 0..2"), "the next turn begins here"});
    d.related.push_back({sources.find(other, "x"), "`consume` takes its argument by value"});
    CHECK(render_text(d, sources) == R"(error[use-after-move]: `data` is moved in every turn of the loop
  --> loop.altru:2:13
   |
 2 |     consume(data)
   |             ^^^^
note: the next turn begins here
  --> loop.altru:1:1
   |
 1 | for i in 0..2:
   | -------------
note: `consume` takes its argument by value
  --> other.altru:10:12
   |
10 | fn consume(x: [int]):
   |            -
)");
}

TEST_CASE("lines far apart leave out what is between") {
    Sources sources;
    const FileId file = sources.add("a.velox", "one\n2\n3\n4\n5\nsix\n");
    Diagnostic d{DiagnosticCode::DataRace, Severity::Warning, sources.find(file, "one"), "two tasks"};
    d.related.push_back({sources.find(file, "six"), "the other writes here"});
    CHECK(render_text(d, sources) == R"(warning[data-race]: two tasks
 --> a.velox:1:1
  |
1 | one
  | ^^^
...
6 | six
  | --- the other writes here
)");
}

TEST_CASE("a range of several lines has a bar") {
    Sources sources;
    const FileId file = sources.add("m.altru", "let x = match y:\n    A => 1\n    B => 2\nprintln(x)\n");
    Diagnostic d{DiagnosticCode::NonExhaustiveMatch, Severity::Error, {file, {8, 38}}, "`C` is not covered"};
    CHECK(render_text(d, sources) == R"(error[non-exhaustive-match]: `C` is not covered
 --> m.altru:1:9
  |
1 |   let x = match y:
  |  _________^
2 | |     A => 1
3 | |     B => 2
  | |__________^
)");
    SECTION("a long one shows its ends") {
        std::string text = "begin {\n";
        for (int i = 0; i < 20; ++i) text += "    line\n";
        const FileId tall = sources.add("tall.velox", text + "}\n");
        Diagnostic t{DiagnosticCode::UnclosedDelimiter,
                     Severity::Error,
                     {tall, {6, static_cast<uint32_t>(text.size() + 1)}},
                     "tall"};
        CHECK(render_text(t, sources) == R"(error[unclosed-delimiter]: tall
  --> tall.velox:1:7
   |
 1 |   begin {
   |  _______^
 2 | |     line
 3 | |     line
...
21 | |     line
22 | | }
   | |_^
)");
    }
}

TEST_CASE("tabs, wide characters and confusing ones") {
    Sources sources;
    const FileId file = sources.add("w.velox", "\tlet 名前 = \"\x1b[31m\xff\u202E\"; x\n");
    Diagnostic d{DiagnosticCode::UnresolvedName, Severity::Error, sources.find(file, "x"), "no `x`"};
    CHECK(render_text(d, sources) ==
          "error[unresolved-name]: no `x`\n"
          " --> w.velox:1:22\n"
          "  |\n"
          "1 |     let 名前 = \"\uFFFD[31m\uFFFD\uFFFD\"; x\n"
          "  |                           ^\n");
}

TEST_CASE("a huge line is cut around the mark") {
    Sources sources;
    const std::string filler(100'000, 'a');
    const FileId file = sources.add("huge.velox", filler + " MARK " + filler);
    Diagnostic d{DiagnosticCode::SyntaxError, Severity::Error, sources.find(file, "MARK"), "here"};
    TextStyle narrow;
    narrow.max_width = 40;
    const std::string text = render_text(d, sources, narrow);
    CHECK(text.size() < 300);
    CHECK(text ==
          "error[syntax-error]: here\n --> huge.velox:1:100002\n  |\n"
          "1 | ...aaaaaaaaaaaa MARK aaaaaaaaaaaaaaaaaaaaaa...\n"
          "  |                 ^^^^\n");
}

TEST_CASE("places without width, at the end, or without text") {
    Sources sources;
    const FileId file = sources.add("e.altru", "let x =");
    Diagnostic d{DiagnosticCode::ExpectedExpression, Severity::Error, {file, {7, 7}}, "an expression is missing"};
    CHECK(render_text(d, sources) ==
          "error[expected-expression]: an expression is missing\n --> e.altru:1:8\n  |\n1 | let x =\n  |        ^\n");
    const FileId empty = sources.add("empty.altru", "");
    d.location = {empty, {0, 0}};
    CHECK(render_text(d, sources) ==
          "error[expected-expression]: an expression is missing\n --> empty.altru:1:1\n  |\n1 |\n  | ^\n");
    const FileId gone = sources.add_unreadable("gone.altru");
    d.location = {gone, {5, 9}};
    CHECK(render_text(d, sources) == "error[expected-expression]: an expression is missing\n --> gone.altru\n");
    d.location = {file, {500, 900}};
    CHECK_FALSE(render_text(d, sources).empty());
}

TEST_CASE("fixes that change several lines are shown as a difference") {
    Sources sources;
    const FileId file = sources.add("f.velox", "a();\nb();\nc();\n");
    Diagnostic d{DiagnosticCode::UnusedImport, Severity::Warning, sources.find(file, "b"), "unused"};
    SECTION("a deletion") {
        d.fixes.push_back({"remove it", {{{file, {5, 10}}, Diagnostic::FixEdit::Replace, ""}}});
        CHECK(render_text(d, sources) == R"(warning[unused-import]: unused
 --> f.velox:2:1
  |
2 | b();
  | ^
help: remove it
  |
2 - b();
)");
    }
    SECTION("two places") {
        d.fixes.push_back({"rename",
                           {{{file, {10, 11}}, Diagnostic::FixEdit::Replace, "z"},
                            {{file, {0, 1}}, Diagnostic::FixEdit::Replace, "y"}}});
        CHECK(render_text(d, sources)
                  .find("help: rename\n  |\n1 - a();\n2 - b();\n3 - c();\n1 + y();\n2 + b();\n3 + z();\n") !=
              std::string::npos);
    }
    SECTION("a replacement within a line is underlined") {
        d.fixes.push_back({"use `bee`", {{sources.find(file, "b"), Diagnostic::FixEdit::Replace, "bee"}}});
        CHECK(render_text(d, sources).find("2 | bee();\n  | ~~~\n") != std::string::npos);
    }
}

TEST_CASE("colours are escape sequences and nothing else changes") {
    Sources sources;
    const FileId file = sources.add("c.altru", "x\n");
    Diagnostic d{DiagnosticCode::UnusedVariable, Severity::Warning, sources.find(file, "x"), "unused"};
    TextStyle style;
    style.colours = true;
    std::string coloured = render_text(d, sources, style);
    CHECK(coloured.find("\x1b[1;33mwarning[unused-variable]\x1b[0m") == 0);
    std::string plain;
    for (size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b') i = coloured.find('m', i);
        else plain += coloured[i];
    }
    CHECK(plain == render_text(d, sources));
}

TEST_CASE("rendering survives any text and any range") {
    CHECK(rc::check([](const std::string& text, const std::string& message) {
        Sources sources;
        const FileId file = sources.add("any", text);
        const auto end = static_cast<uint32_t>(text.size() + 3);
        auto range = [&] {
            const auto a = *rc::gen::inRange<uint32_t>(0, end), b = *rc::gen::inRange<uint32_t>(0, end);
            return FileRange{file, {std::min(a, b), std::max(a, b)}};
        };
        Diagnostic d{DiagnosticCode::SyntaxError, Severity::Error, range(), message};
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) d.related.push_back({range(), message});
        for (int i = *rc::gen::inRange(0, 2); i > 0; --i) {
            d.fixes.push_back({message,
                               {{range(), Diagnostic::FixEdit::Replace, text},
                                {range(), Diagnostic::FixEdit::InsertAfter, message}}});
        }
        TextStyle style;
        style.max_width = *rc::gen::inRange<uint32_t>(0, 40);
        const std::string shown = render_text(d, sources, style);
        RC_ASSERT(utf8::is_valid(shown));
        RC_ASSERT(shown.back() == '\n');
        RC_ASSERT(render_json(d, sources).find('\n') == std::string::npos);
        RC_ASSERT(render_github(d, sources).find('\n') == std::string::npos);
        RC_ASSERT(!render_sarif(std::vector{d}, sources, {}).empty());
    }));
}
