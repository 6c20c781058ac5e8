// Whatever the text is, the tree covers it, and parsing it neither crashes nor hangs.
#include <chrono>

#include "tests/syntax/support.h"

using namespace braid;
using namespace braid::test;

namespace {

SyntaxTreePtr check_covers(const std::string& text) {
    SyntaxTreePtr tree = altru::parse(text);
    REQUIRE(covered_text(*tree) == text);
    REQUIRE(tree->root().full_range() == TextRange{0, uint32_t(text.size())});
    for (const SyntaxError& error : tree->errors()) {
        REQUIRE(error.range.begin <= error.range.end);
        REQUIRE(error.range.end <= text.size());
        REQUIRE(!error.message.empty());
    }
    return tree;
}

std::string repeat(std::string_view piece, size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (size_t i = 0; i < times; ++i) text += piece;
    return text;
}

uint32_t depth_of(const SyntaxTree& tree) {
    int depth = 0;
    for (Preorder walk(tree.root()); walk; walk.next()) depth = std::max(depth, walk.depth());
    return uint32_t(depth);
}

}  // namespace

TEST_CASE("every byte is covered: odd files") {
    for (std::string text : {std::string(),
                             std::string("\xef\xbb\xbf"),
                             std::string("\xef\xbb\xbf"
                                         "let x = 1\r\n"),
                             std::string("\0\0\0", 3),
                             std::string("let a\0b = 1", 11),
                             std::string("\r"),
                             std::string("a\rb"),
                             std::string("\\"),
                             std::string("\\\n"),
                             std::string("'"),
                             std::string("''"),
                             std::string("'a"),
                             std::string("\""),
                             std::string("\"${"),
                             std::string("\"${\""),
                             std::string("\"\"\""),
                             std::string("\"\"\"${"),
                             std::string("r\""),
                             std::string("###"),
                             std::string("#"),
                             std::string("//"),
                             std::string("\xff\xfe\xfd"),
                             std::string("x = \xe2\x82"),
                             std::string("\t \tx\n \t y\n"),
                             std::string("\"\\"),
                             std::string("'\\u{"),
                             std::string("1."),
                             std::string("1e"),
                             std::string("0x"),
                             std::string("0b2"),
                             std::string("..="),
                             std::string("\"${a:"),
                             std::string("\"${a:\n}\""),
                             std::string("   x\n  y\n z\n")})
        check_covers(text);
}

TEST_CASE("every byte is covered: random bytes and random tokens") {
    std::mt19937 engine(20240607);
    const std::vector<std::string> words = {
        "fn",   "let",    "if",   "else",  "match", "select", "case", "async", "await", "(",    ")",  "[",  "]",
        "{",    "}",      ":",    ",",     ".",     "::",     "|",    "||",    "->",    "=>",   "=",  "\n", " ",
        "    ", "\t",     "\"",   "${",    "'",     "#",      "###",  "x",     "42",    "1.5",  "<",  ">",  "req",
        "inv",  "struct", "impl", "trait", "actor", "use",    "move", "&",     "mut",   "\\\n", "in", "for"};
    for (int round = 0; round < 400; ++round) {
        std::string text;
        int length = int(engine() % 200);
        for (int i = 0; i < length; ++i)
            if (round % 2) text += char(engine() & 0xff);
            else text += words[engine() % words.size()];
        check_covers(text);
    }
}

TEST_CASE("truncated anywhere, a file still parses") {
    for (const auto& path : sound_files()) {
        std::string text = text_of(path);
        for (size_t length = 0; length < text.size(); length += 3) check_covers(text.substr(0, length));
    }
}

TEST_CASE("nesting has a limit and a diagnostic, never a stack overflow") {
    constexpr size_t Many = 20'000;
    std::vector<std::string> nested = {
        repeat("(", Many),
        repeat("[", Many),
        repeat("{", Many),
        repeat("f(", Many),
        repeat("- ", Many) + "1",
        repeat("not ", Many) + "1",
        repeat("&", Many) + "x",
        repeat("await ", Many) + "x",
        repeat("|x| ", Many) + "1",
        "let x: " + repeat("[", Many),
        "let x: " + repeat("&", Many),
        "let x: " + repeat("chan ", Many),
        "let x: " + repeat("fn() -> ", Many),
        "let x: " + repeat("A[", Many),
        "let " + repeat("(", Many),
        "let " + repeat("&", Many) + " = 1",
        "match x: " + repeat("Ok(", Many),
        "1" + repeat(" + 1", Many),
        "x" + repeat(".a", Many),
        "x" + repeat("?", Many),
        "x" + repeat(" as T", Many),
        repeat("if a: ", Many),
        repeat("if a: b else ", Many),
        repeat("\"${", Many),
        repeat("fn(): ", Many),
        repeat("use a::{", 1) + repeat("a::{", Many),
        "req: " + repeat("a implies ", Many),
        "f(1 \"" + repeat("${\"", Many),
        repeat("a ? b : ", Many) + "c",
        repeat("a if b else ", Many) + "c",
        repeat("if a { ", Many),
        repeat("match a { b => { ", Many),
        repeat("|x| { let y = ", Many),
        repeat("x => ", Many) + "1",
        "f(" + repeat("x => ", Many) + "1",
        repeat("lambda: ", Many) + "1",
        repeat("!", Many) + "x",
        repeat("raise ", Many) + "x",
        "x" + repeat(" ?? y", Many),
        "x" + repeat(" is y", Many),
        "x" + repeat(" ** 2", Many),
        "x" + repeat("!", Many),
        "x" + repeat("->a", Many),
        "a" + repeat("::<b>", Many),
        "let x: " + repeat("*", Many) + "T",
        "let x: " + repeat("[]", Many) + "T",
        "let x: T" + repeat("[]", Many),
        "let x: T" + repeat("?", Many),
        "let x: " + repeat("() -> ", Many) + "T",
        "let x: " + repeat("map[k]", Many) + "T",
        "let " + repeat("a @ ", Many) + "b = 1",
        repeat("Name:\n ", 1) + repeat("private ", Many),
        repeat("try: ", Many),
        repeat("`${", Many),
        repeat("async { ", Many),
        repeat("[x for x in ", Many),
        repeat("new A(", Many),
        repeat("func(x) {", Many),
        "fn f():\n    req a" + repeat(" implies a", Many) + "\n",
    };
    for (const std::string& text : nested) {
        INFO(text.substr(0, 40));
        SyntaxTreePtr tree = check_covers(text);
        CHECK(depth_of(*tree) < 4 * GreenBuilder::MaxDepth);
    }
    auto codes = [](const SyntaxTree& tree) {
        std::vector<std::string_view> names;
        for (const SyntaxError& error : tree.errors()) names.push_back(code_name(error.code));
        return names;
    };
    CHECK(codes(*altru::parse(nested[0]))[0] == "unclosed-delimiter");
    SyntaxTreePtr closed = altru::parse("let x = " + repeat("(", 1000) + "1" + repeat(")", 1000) + "\nlet y = 2\n");
    CHECK(codes(*closed) == std::vector<std::string_view>{"nesting-too-deep"});
    CHECK(altru::source_file(*closed).statements().size() == 2);

    std::string blocks;
    for (int i = 0; i < 1000; ++i) blocks += std::string(size_t(i), ' ') + "if a:\n";
    SyntaxTreePtr tree = check_covers(blocks + "let after = 1\n");
    CHECK(codes(*tree) == std::vector<std::string_view>{"nesting-too-deep"});
}

TEST_CASE("long inputs on one line") {
    auto start = std::chrono::steady_clock::now();
    SyntaxTreePtr list = check_covers("let xs = [" + repeat("1, ", 700'000) + "]");
    CHECK(!list->has_errors());
    CHECK(depth_of(*list) < 10);
    check_covers("let s = \"" + repeat("abcdefghij", 1'000'000) + "\"");
    check_covers("# " + repeat("abcdefghij", 1'000'000));
    check_covers(repeat("a b ", 100'000));
    check_covers(repeat(") ", 100'000));
    check_covers(repeat(" ", 10'000'000) + "x");
    // What looks ahead must not do so again and again.
    for (std::string_view piece :
         {"/* ",      "'a ", "`",   "f(a: f(", "fn(): ", "x ? ",  "{ a ",     "a, ",       "x: x = ", "\"${",
          "f\"{",     "@",   "#[",  "name ",   "a if ",  "x => ", "switch (", "import a.", "a for ",  "case ",
          "[derive ", "<",   "a<b", "|x| {",   "\"",     "###",   "${",       "try {",     "*",       "é",
          "\xc3",     "1_",  "0x",  "\\",      ";",      "a;",    "{;",       "f(x;"}) {
        INFO(piece);
        check_covers(repeat(piece, 3'000));
        check_covers("let x = [" + repeat(piece, 3'000));
        check_covers(repeat(std::string(piece) + "\n", 3'000));
    }
    // No bound on time that a slow machine could miss; quadratic work would take hours.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(5));
}
