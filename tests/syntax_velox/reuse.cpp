// What a re-parse takes over from the old tree, and texts of the sizes and bytes that no one writes.
#include <catch2/catch.hpp>

#include <set>

#include "analyzer/syntax/dump.h"
#include "analyzer/syntax/velox/lexer.h"
#include "analyzer/syntax/velox/velox.h"
#include "tests/support/tree_laws.h"

using namespace braid;

namespace {

std::set<const GreenNode*> nodes_of(const SyntaxTree& tree) {
    std::set<const GreenNode*> nodes;
    for (Preorder walk(tree.root()); walk; walk.next())
        if (walk->is_node()) nodes.insert(SyntaxNode(*walk).green());
    return nodes;
}

/// A text before and after an edit that replaces `removed` bytes at `place` by `inserted`.
struct Edited {
    SyntaxTreePtr old_tree, tree;

    Edited(const std::string& before, uint32_t place, uint32_t removed, const std::string& inserted) {
        std::string after = before;
        after.replace(place, removed, inserted);
        old_tree = velox::parse(before);
        TextEdit edit{{place, place + removed}, inserted};
        auto shared = std::make_shared<const std::string>(after);
        tree = velox::reparse(*old_tree, {&edit, 1}, shared);
        CHECK(dump_tree(*tree) == dump_tree(*velox::parse(shared)));
    }
    /// How many statements of the file are not taken over from the old tree.
    size_t made_anew() const {
        auto old = nodes_of(*old_tree);
        size_t count = 0;
        for (const SyntaxNode& statement : tree->root().child_nodes()) count += !old.count(statement.green());
        return count;
    }
};

std::string many_functions(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        std::string n = std::to_string(i);
        text += "/** The number " + n + ". */\nfunction f" + n + "(a: number): number {\n    if (a > " + n +
                ") {\n        return g(`a${a}b`, \"c\", [a, 1]);\n    }\n    return a + 1;\n}\n\n";
    }
    return text;
}

}  // namespace

TEST_CASE("an edit takes over what it does not touch, also when it opens something") {
    std::string text = many_functions(300);
    auto middle = uint32_t(text.find("return a + 1", text.size() / 2));
    struct Case {
        const char* inserted;
        size_t made_anew;  ///< statements of the file
    };
    for (const Case& edit : std::initializer_list<Case>{
             {"b", 1},
             {"b;\n    ", 1},
             {"{ ", 1},
             {"} ", 3},
             {"( ", 1},
             {"[ ", 1},
             {"\" ", 1},
             {"' ", 1},
             {"`", 1},
             {"// ", 1},
             {"/* ", 2},
             {"if (x) {\n        ", 1},
             {"f(() => {\n        ", 1},
             {"class A {\n", 1},
         }) {
        INFO(edit.inserted);
        Edited edited(text, middle, 0, edit.inserted);
        CHECK(edited.made_anew() <= edit.made_anew);
        CHECK(edited.tree->root().child_nodes().size() >= 299);
    }
    auto brace = uint32_t(text.find("{\n", text.size() / 2));
    CHECK(Edited(text, brace, 1, "").made_anew() <= 3);
    auto close = uint32_t(text.find("\n}\n", text.size() / 2) + 1);
    CHECK(Edited(text, close, 1, "").made_anew() <= 2);
}

namespace {

/// Nodes of the new tree that are not of the old one.
size_t fresh_nodes(const Edited& edited) {
    auto old = nodes_of(*edited.old_tree);
    size_t fresh = 0;
    for (const GreenNode* node : nodes_of(*edited.tree)) fresh += !old.count(node);
    return fresh;
}

/// How far behind its end any token of the text looks.
uint32_t farthest_look(const std::string& text) {
    velox::LexedToken token;
    uint32_t farthest = 0;
    for (uint32_t at = 0; at < text.size(); at += token.trivia_length + token.length) {
        velox::lex_token(text, at, token);
        farthest = std::max(farthest, token.lookahead);
        if (token.kind == velox::Kind::EndOfFile) break;
    }
    return farthest;
}

}  // namespace

TEST_CASE("what hangs on its surroundings is not taken over into others") {
    struct Case {
        const char* what;
        std::string before;
        uint32_t place, removed;
        const char* inserted;
    };
    std::string lines;
    for (int i = 0; i < 60; ++i) lines += i == 40 ? "}\n" : "a\n";
    for (const Case& edit : {
             Case{"where the braces of its switch stand", " switch(){\n default\n }}", 0, 0, "catch"},
             Case{"what the lexer looks at behind a template", "function{{\n `${;\n }``\n}}\ns``", 27, 1, ""},
             Case{"an error inside of what may be type arguments", "let changed: M<{n\xff}>", 3, 10, ""},
             Case{"a brace too many, which closes a block", "function{\n {}}\n" + lines, 11, 0, "{"},
         }) {
        INFO(edit.what);
        Edited(edit.before, edit.place, edit.removed, edit.inserted);
    }
}

TEST_CASE("a backquote turns no other template of the file inside out") {
    for (const char* value : {"`${a} and ${b}`", "`a-b`", "`/path/${a}`", "`it's ${a}`", "`\n        SELECT a FROM b`",
                              "f(`${a}`, `b`)", "html`<p>${a}</p>`"}) {
        INFO(value);
        std::string text;
        for (int i = 0; i < 3000; ++i)
            text +=
                "function f" + std::to_string(i) + "(a: string) {\n    let x = " + value + ";\n    return x + a;\n}\n";
        size_t middle = text.find("let x", text.size() / 2);
        for (const char* before : {"let", ";", "x + a"}) {
            INFO(before);
            Edited edited(text, uint32_t(text.find(before, middle)), 0, "`");
            CHECK(edited.made_anew() <= 2);
            CHECK(fresh_nodes(edited) < 300);
            CHECK(edited.tree->errors().size() <= 4);
            CHECK(farthest_look(std::string(edited.tree->text())) < 10'000);
        }
    }
}

TEST_CASE("templates of code are believed") {
    for (const char* text : {"let a = `\nfunction f() {\n}\n`;\nlet b = `\nclass A {\n}\n`;\n",
                             "f(`\nif (a) {\n}\n`, `\nreturn ${a}\n` + \"it's\");\n", "f(`\n}\n`);\ng(/'`/, 1 / 2);\n",
                             "f(`\nfor ${a} {\n}\n${b}`, tag`x`, a$, { $: 1 });\n",
                             "let a = `\nif\n` as string, b = `\nfor\n`\nx = `${a}`\n"}) {
        INFO(text);
        CHECK(velox::parse(text)->errors().empty());
    }
}

TEST_CASE("places in a tree agree with a walk") {
    for (const std::string& text :
         {many_functions(100), std::string("class A {\n    x = [1, , `a${b}c`];\n}\n} let = ;")}) {
        auto tree = velox::parse(text);
        test::check_indices(*tree);
        test::check_neighbours(*tree);
        test::check_pointers(*tree);
    }
}

TEST_CASE("places in other declarations survive an edit") {
    auto tree = velox::parse(many_functions(100));
    auto at = uint32_t(tree->text().find("return a + 1", tree->text().size() / 2));
    for (const char* inserted : {"y", "g(1);\n    ", "{", "}", "(", "\"", "`", "// ", "/* "}) {
        INFO(inserted);
        CHECK(test::check_survival(velox::grammar(), *tree, {{at, at}, inserted}) >= 97);
    }
}

TEST_CASE("an opening brace before declarations that stand as far out") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "function f" + std::to_string(i) + "() {}\na;\n";
    Edited opened(text, 0, 0, "{");
    CHECK(opened.tree->root().child_nodes().size() > 100);
    Edited behind(text, uint32_t(text.find("a;", text.size() / 2)), 0, "{ ");
    CHECK(behind.tree->root().child_nodes().size() > 100);
    CHECK(Edited("{" + text + "}", uint32_t(text.size() + 1), 1, "").made_anew() <= 2);
}

TEST_CASE("one line of ten megabytes") {
    test::check_long_line(velox::grammar(), "", "f(a, b); ", "");
    test::check_long_line(velox::grammar(), "x = {", "a: 1, ", "};");
}

TEST_CASE("an edit that breaks a class takes over its other members") {
    std::string text = "class A {\n";
    for (int i = 0; i < 300; ++i)
        text += "    function f" + std::to_string(i) + "(): int {\n        return " + std::to_string(i) + ";\n    }\n";
    text += "}\nlet x = 1;\n";
    auto place = uint32_t(text.find("return", text.size() / 2));
    Edited edited(text, place, 0, "if (a) {\n            ");
    auto old = nodes_of(*edited.old_tree);
    size_t taken_over = 0;
    for (Preorder walk(edited.tree->root()); walk; walk.next())
        if (walk->is_node() && walk->kind() == velox::raw(velox::Kind::MethodDecl))
            taken_over += old.count(SyntaxNode(*walk).green());
    CHECK(taken_over == 299);
}

TEST_CASE("bytes of all kinds") {
    for (const std::string& text : {
             std::string("\xef\xbb\xbflet a = 1;\r\nlet b = 2;\rlet c = \"\\uD800 \\u{D800}\";"),
             std::string("let a\0b = 1;\0", 13),
             std::string("\xff\xfe\xc0\x80 let \xf8\x88\x80\x80\x80 = '\xed\xa0\x80';"),
             std::string("let a = `\r\n\xe2\x80\xa8`;\xe2\x80\xa9x\xc2\xa0=\xe3\x80\x80y"),
             std::string("#!\xff\n\x80\x80\x80 x"),
             std::string("\"\\"),
             std::string("'\\u{"),
             std::string("/*"),
             std::string("`${`${`${"),
         }) {
        auto tree = velox::parse(text);
        CHECK(tree->root().full_text() == text);
        dump_tokens(*tree);
        dump_tree(*tree);
    }
}

TEST_CASE("one piece of text again and again") {
    for (std::string piece : {"x + ",
                              "a.b",
                              "[",
                              "{",
                              "(",
                              "`${",
                              "\"a\\n",
                              "`\n}",
                              "a => ",
                              "/* x */",
                              "'''\n",
                              "x ? y : ",
                              "<",
                              "a<b<",
                              "\xff",
                              "-",
                              "!",
                              "(a) ",
                              "if (a) {",
                              "#x ",
                              "fn f() {}",
                              "x: ",
                              "class A { ",
                              "} ",
                              "lambda x: ",
                              "case ",
                              "a::b",
                              "match (x) { case ",
                              "\n",
                              "for (",
                              "elif (a) {} ",
                              "pub ",
                              "`\nif "}) {
        std::string text;
        while (text.size() < 50'000) text += piece;
        INFO(piece);
        auto tree = velox::parse(text);
        CHECK(tree->root().full_range().end == text.size());
        auto middle = uint32_t(text.size() / 2);
        TextEdit edit{{middle, middle}, "(x"};
        auto changed = std::make_shared<const std::string>(std::string(text).insert(middle, "(x"));
        CHECK(velox::reparse(*tree, {&edit, 1}, changed)->root().full_range().end == changed->size());
    }
}
