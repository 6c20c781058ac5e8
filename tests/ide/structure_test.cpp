#include "analyzer/ide/structure.h"
#include "tests/ide/cursor.h"

// Features that need the tree only. A cursor in a text is `<|>`; what is found is drawn into the text as `«…»`.
namespace braid::test {
namespace {

std::string drawn(std::string text, std::vector<TextRange> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](TextRange a, TextRange b) { return a.begin > b.begin; });
    for (TextRange range : ranges) text.insert(range.end, "»"), text.insert(range.begin, "«");
    return text;
}

std::string matched(const std::string& name, const std::string& marked) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    return drawn(text, matching_words(*world.host().tree(world.file()), *editing_rules_of(world.file()), offset));
}

/// Numbers of the first and last hidden lines, and the kind.
std::string folds(const std::string& name, const std::string& text) {
    World world(name, text);
    LineIndex lines(text);
    std::string out;
    for (const FoldingRange& fold :
         world.ask([&](QueryContext& context) { return folding_ranges(context, world.file()); })) {
        static constexpr const char* kKinds[] = {"", " comment", " imports"};
        out += fmt::format("{}{}-{}{}", out.empty() ? "" : ", ", lines.line_of(fold.range.begin) + 1,
                           lines.line_of(fold.range.end) + 1, kKinds[int(fold.kind)]);
    }
    return out;
}

std::string indented(const std::string& name, const std::string& marked) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    auto tree = world.host().tree(world.file());
    const EditingRules& rules = *editing_rules_of(world.file());
    auto found = indentation_of_line(*tree, rules, offset, indentation_unit(*tree, rules));
    return found ? std::to_string(found->size()) : "as it is";
}

std::string selections(const std::string& name, const std::string& marked) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    std::string out;
    for (TextRange range :
         world.ask([&, at = offset](QueryContext& context) { return selection_ranges(context, world.file(), at); }))
        out += "[" + text.substr(range.begin, range.length()) + "]";
    return out;
}

}  // namespace

TEST_CASE("Brackets light up in pairs", "[ide][structure]") {
    CHECK(matched("a.altru", "let x = f<|>(a, [1])\n") == "let x = f«(»a, [1]«)»\n");
    CHECK(matched("a.altru", "let x = f(a, [1<|>])\n") == "let x = f(a, «[»1«]»)\n");
    CHECK(matched("a.altru", "let x = f(a, [1])<|>\n") == "let x = f«(»a, [1]«)»\n");
    CHECK(matched("a.altru", "let x = \"a${<|>b}\"\n") == "let x = \"a«${»b«}»\"\n");
    CHECK(matched("a.altru", "let x = f(a<|>\n") == "let x = f(a\n");
    CHECK(matched("a.altru", "let x = a <|>< b\n") == "let x = a < b\n");
    CHECK(matched("a.velox", "let x: Map<|><string, int> = y;\n") == "let x: Map«<»string, int«>» = y;\n");
    CHECK(matched("a.velox", "match (x) <|>{ case 1 => 2; }\n") == "match (x) «{» case 1 => 2; «}»\n");
    CHECK(matched("a.velox", "match <|>(x) { case 1 => 2; }\n") == "match «(»x«)» { case 1 => 2; }\n");
    CHECK(matched("a.velox", "let x = a <|>< b;\n") == "let x = a < b;\n");
}

TEST_CASE("Keywords of one construct light up together: Altru", "[ide][structure]") {
    CHECK(matched("a.altru",
                  "fn f():\n    <|>if a:\n        b()\n    else if c:\n        d()\n    else:\n        if e:\n"
                  "            g()\n") ==
          "fn f():\n    «if» a:\n        b()\n    «else» «if» c:\n        d()\n    «else»:\n        if e:\n"
          "            g()\n");
    CHECK(matched("a.altru", "fn f():\n    if a:\n        b()\n    el<|>se:\n        d()\n") ==
          "fn f():\n    «if» a:\n        b()\n    «else»:\n        d()\n");
    CHECK(matched("a.altru",
                  "fn f():\n    while a:\n        if b:\n            br<|>eak\n        loop:\n            break\n"
                  "        continue\n") ==
          "fn f():\n    «while» a:\n        if b:\n            «break»\n        loop:\n            break\n"
          "        «continue»\n");
    CHECK(matched("a.altru",
                  "f<|>n f() -> int:\n    let g = |x|: return 1\n    if a:\n        return 2\n    return 3\n") ==
          "«fn» f() -> int:\n    let g = |x|: return 1\n    if a:\n        «return» 2\n    «return» 3\n");
    CHECK(matched("a.altru", "<|>async fn f():\n    await g()\n    h().await\n    return\n") ==
          "«async» fn f():\n    «await» g()\n    h().«await»\n    return\n");
    CHECK(matched("a.altru", "select:\n    <|>case v = rx.recv():\n        f()\n    default:\n        g()\n") ==
          "«select»:\n    «case» v = rx.recv():\n        f()\n    «default»:\n        g()\n");
    CHECK(matched("a.altru", "let na<|>me = 1\n") == "let name = 1\n");
    CHECK(matched("a.altru", "br<|>eak\n") == "break\n");
}

TEST_CASE("Keywords of one construct light up together: Velox", "[ide][structure]") {
    CHECK(matched("a.velox", "<|>switch (a) { case 1: break; default: while (b) { break; } }") ==
          "«switch» (a) { «case» 1: «break»; «default»: while (b) { break; } }");
    CHECK(matched("a.velox", "outer: f<|>or (let x of y) { while (a) { break outer; } continue; }") ==
          "outer: «for» (let x «of» y) { while (a) { «break» outer; } «continue»; }");
    CHECK(matched("a.velox", "t<|>ry { f(); } catch (e) { g(); } finally { h(); }") ==
          "«try» { f(); } «catch» (e) { g(); } «finally» { h(); }");
    CHECK(matched("a.velox", "if (a) { b(); } el<|>se if (c) { d(); } else { e(); }") ==
          "«if» (a) { b(); } «else» «if» (c) { d(); } «else» { e(); }");
    CHECK(matched("a.velox", "function f() { xs.map(x => { return 1; }); re<|>turn 2; }") ==
          "«function» f() { xs.map(x => { return 1; }); «return» 2; }");
    CHECK(matched("a.velox", "as<|>ync function f() { await g(); return 1; }") ==
          "«async» function f() { «await» g(); return 1; }");
}

TEST_CASE("What folds", "[ide][structure]") {
    CHECK(folds("a.altru",
                "use std::sync::Mutex\nuse std::io\n\n# one\n# two\n\nfn f(\n    a: int,\n) -> int:\n    if a:\n"
                "        b()\n    return [\n        1,\n    ]\n") ==
          "1-2 imports, 4-5 comment, 7-9, 9-14, 10-11, 12-14");
    CHECK(folds("a.altru", "###\nlong\n###\nlet x = 1\nmatch x:\n    1 =>\n        f()\n    _ => g()\n") ==
          "1-3 comment, 5-8, 6-7");
    CHECK(folds("a.altru", "fn f(): g()\n# one\nlet x = 1  # a\nlet y = 2  # b\n") == "");
    CHECK(folds("a.velox",
                "import { a } from \"./a\";\nimport { b } from \"./b\";\n/**\n * D\n */\nclass A {\n  x = 1;\n"
                "  function m() {\n    f();\n  }\n}\n") == "1-2 imports, 3-5 comment, 6-11, 8-10");
    CHECK(folds("a.velox", "switch (a) {\n  case 1:\n    f();\n    g();\n  default:\n    h();\n}\n") ==
          "1-7, 2-4, 5-6");
    CHECK(folds("a.velox", "let s = `a\nb\nc`;\n") == "1-3");
}

TEST_CASE("What a new line is indented by: Altru", "[ide][structure]") {
    CHECK(indented("a.altru", "fn f():\n<|>") == "4");
    CHECK(indented("a.altru", "fn f(a: int,\n     b: int) -> int:\n<|>") == "4");
    CHECK(indented("a.altru", "fn f():\n    if a:\n<|>") == "8");
    CHECK(indented("a.altru", "fn f():\n  if a:\n<|>") == "4");
    CHECK(indented("a.altru", "fn f():\n    g()\n<|>") == "4");
    CHECK(indented("a.altru", "fn f():\n    g(1,\n<|>") == "8");
    CHECK(indented("a.altru", "fn f():\n    g(\n<|>\n    )\n") == "8");
    CHECK(indented("a.altru", "fn f():\n    g(\n        1\n<|>    )\n") == "4");
    CHECK(indented("a.altru", "fn f():\n    if a:\n        return 1\n<|>") == "4");
    CHECK(indented("a.altru", "fn f():\n    if a:\n        b()\n<|>else:\n        c()\n") == "4");
    CHECK(indented("a.altru", "match x:\n    A =>\n<|>") == "8");
    CHECK(indented("a.altru", "match x:\n    A => 1\n<|>") == "4");
    CHECK(indented("a.altru", "let x = {\n    \"a\": 1,\n<|>\n}\n") == "4");
    CHECK(indented("a.altru", "let x = 1\n<|>") == "0");
    CHECK(indented("a.altru", "let x = \"\"\"\n<|>\n\"\"\"\n") == "as it is");
    CHECK(indented("a.altru", "###\n<|>\n###\n") == "as it is");
    CHECK(indented("a.altru", "<|>") == "0");
}

TEST_CASE("What a new line is indented by: Velox", "[ide][structure]") {
    CHECK(indented("a.velox", "function f() {\n<|>") == "2");
    CHECK(indented("a.velox", "function f() {\n    g();\n<|>\n}\n") == "4");
    CHECK(indented("a.velox", "function f() {\n  g();\n<|>}\n") == "0");
    CHECK(indented("a.velox", "f(a,\n<|>") == "2");
    CHECK(indented("a.velox", "f(() => {\n<|>\n});\n") == "2");
    CHECK(indented("a.velox", "f(() => {\n  a();\n<|>\n});\n") == "2");
    CHECK(indented("a.velox", "switch (a) {\n  case 1:\n<|>\n}\n") == "4");
    CHECK(indented("a.velox", "switch (a) {\n  case 1:\n    break;\n<|>\n}\n") == "2");
    CHECK(indented("a.velox", "class A {\n  x = 1;\n<|>\n}\n") == "2");
    CHECK(indented("a.velox", "if (a) {\n  b();\n}\n<|>") == "0");
    CHECK(indented("a.velox", "let s = `a\n<|>`;\n") == "as it is");
    CHECK(indented("a.velox", "/*\n<|>\n*/\n") == "as it is");
}

TEST_CASE("Selections grow", "[ide][structure]") {
    CHECK(selections("a.altru", "let x = f(a, b<|>c)\n") ==
          "[bc][a, bc][(a, bc)][f(a, bc)][let x = f(a, bc)]"
          "[let x = f(a, bc)\n]");
    CHECK(selections("a.altru", "# one t<|>wo\n# three\nf()\n") ==
          "[two][# one two][# one two\n# three]"
          "[# one two\n# three\nf()\n]");
    CHECK(selections("a.velox", "a.b<|>.c();\n") == "[b][a.b][a.b.c][a.b.c()][a.b.c();][a.b.c();\n]");
    CHECK(selections("a.velox", "let s = \"one t<|>wo\";\n") ==
          "[two][\"one two\"][= \"one two\"][s = \"one two\"][let s = \"one two\";][let s = \"one two\";\n]");
    CHECK(selections("a.velox", "<|>") == "[]");
}

}  // namespace braid::test
