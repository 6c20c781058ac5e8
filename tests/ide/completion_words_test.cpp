#include "tests/ide/completed.h"

namespace braid::test {

TEST_CASE("Completion between quotes: files of an import, texts that a type consists of", "[ide][completion]") {
    const std::vector<std::string> files{"util.velox", "lib/math.velox", "lib/deep/more.velox", "other.altru"};
    CHECK(first(completed_beside(files, "a.velox", "import { x } from \"<|>\";\n", '"'), 9) ==
          "./util.velox ./lib/math.velox ./lib/deep/more.velox");
    CHECK(first(completed_beside(files, "a.velox", "import { x } from \"./ma<|>"), 9) == "./lib/math.velox");
    CHECK(first(completed_beside(files, "lib/a.velox", "import { x } from '../<|>';\n", '/'), 9) == "../util.velox");
    CHECK(first(completed_beside({"b.altru", "c/mod.altru", "c/d.altru", "main.altru", "util.velox"}, "a.altru",
                                 "mod b\nmod <|>\n"),
                9) == "c");
    // Not of strings that are only strings, nor for a division.
    CHECK(completed_beside(files, "a.velox", "const s = \"./<|>\";\n", '/').items.empty());
    CHECK(completed_beside(files, "a.velox", "const n = 1;\nconst m = n /<|>;\n", '/').items.empty());
    CHECK(completed_beside(files, "a.altru", "let s = \"std<|>\"\n").items.empty());
    const std::string mode = "type Mode = \"fast\" | \"slow\";\nfunction run(m: Mode) {}\n";
    CHECK(first(completed("a.velox", mode + "run(\"<|>\");\n", '"'), 9) == "fast slow");
    CHECK(first(completed("a.velox", mode + "const m: Mode = \"s<|>\";\n"), 1) == "slow");
    CHECK(first(completed("a.velox", mode + "function f(m: Mode) { if (m === \"<|>\") run(m); }\n"), 9) == "fast slow");
    const std::string shape =
        "type S = { kind: \"a\", x: number } | { kind: \"b\", y: number };\nfunction f(s: S) {}\n";
    CHECK(first(completed("a.velox", shape + "f({ kind: \"<|>\" });\n", '"'), 9) == "a b");
    CHECK(first(completed("a.velox", shape + "function g(s: S) { if (s.kind === \"<|>\") f(s); }\n", '"'), 9) == "a b");
}

TEST_CASE("Words are offered where they mean something", "[ide][completion]") {
    CHECK(first(completed("a.velox", "class C im<|>"), 2) == "implements");
    CHECK(first(completed("a.velox", "class B {}\nclass C extends B im<|> {\n}\n"), 2) == "implements");
    CHECK(has(completed("a.velox", "class B {}\nclass C extends <|> {\n}\n"), "B"));
    CHECK(first(completed("a.altru", "trait T:\n    fn f(self)\n\nstruct S:\n    x: int\n\nimpl T fo<|>"), 2) == "for");
    CHECK(first(completed("a.velox", "class C {\n    constructor(pr<|>) {}\n}\n"), 2) == "private protected");
    CHECK(has(completed("a.velox", "class C {\n    constructor(a: number, re<|>) {}\n}\n"), "readonly"));
    CHECK(completed("a.velox", "function f(pr<|>) {}\n").items.empty());
    CHECK(has(completed("a.velox", "function g(n: number) {}\nconst pr = 1;\ng(<|>);\n"), "pr"));
    CHECK(first(completed("a.altru", "fn f(mu<|>):\n    return\n"), 2) == "mut");
    CHECK(first(completed("a.altru", "[de<|>"), 2) == "derive");
    CHECK(first(completed("a.altru", "[de<|>\nstruct S:\n    x: int\n"), 2) == "derive");
    CHECK(first(completed("a.altru", "[derive(Cl<|>)]\nstruct S:\n    x: int\n"), 1) == "Clone");

    auto top = completed("a.velox", "function f() {}\nco<|>");
    CHECK(has(top, "const"));
    CHECK_FALSE(has(top, "continue"));
    CHECK_FALSE(has(completed("a.velox", "function f() {}\nre<|>"), "return"));
    CHECK(has(completed("a.velox", "function f() { re<|> }"), "return"));
    CHECK(has(completed("a.velox", "for (const x of [1]) { co<|> }"), "continue"));
    CHECK_FALSE(has(completed("a.velox", "for (const x of [1]) { [1].map(() => { co<|> }); }"), "continue"));
    CHECK(has(completed("a.velox", "switch (1) {\n    case 1:\n        br<|>\n}\n"), "break"));
    CHECK(has(completed("a.altru", "fn f():\n    for i in 0..3:\n        println(i)\n        br<|>"), "break"));
    CHECK_FALSE(has(completed("a.altru", "fn f():\n    for i in 0..3:\n        println(i)\n    br<|>"), "break"));
    CHECK(has(completed("a.altru", "fn f() -> int:\n    re<|>"), "return"));
}

}  // namespace braid::test
