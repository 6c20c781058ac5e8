// One mistake, one error, where it is and with what would be right.
#include <catch2/catch.hpp>

#include "analyzer/syntax/velox/velox.h"

using namespace braid;

namespace {

/// `LINE:COLUMN code` of each error, one per line.
std::string errors_of(const std::string& text) {
    auto tree = velox::parse(text);
    CHECK(tree->root().full_text() == text);
    std::string result;
    for (const SyntaxError& error : tree->errors()) {
        std::string before = text.substr(0, error.range.begin);
        size_t line_begin = before.find_last_of('\n') + 1;  // npos + 1 is 0
        auto line = 1 + std::count(before.begin(), before.end(), '\n');
        if (!result.empty()) result += "; ";
        result += std::to_string(line) + ":" + std::to_string(before.size() - line_begin + 1) + " ";
        result += code_name(error.code);
    }
    return result;
}

struct Case {
    const char* text;
    const char* errors;
};

void check(std::initializer_list<Case> cases) {
    for (const Case& test : cases) {
        INFO(test.text);
        CHECK(errors_of(test.text) == test.errors);
    }
}

}  // namespace

TEST_CASE("something is missing") {
    check({
        {"let x = { item, f(item) };", "1:25 expected-block"},
        {"let x = { f(item), g(item) {} };", "1:18 expected-block"},
        {"interface I { function f(item: number) }", ""},
        {"let x = ;", "1:9 expected-expression"},
        {"let x =\nlet y = 1", "1:8 expected-expression"},
        {"let = 5;", "1:5 expected-name"},
        {"let x = a +\nlet y = 1", "1:12 expected-expression"},
        {"foo(a, b\nlet y = 1", "1:4 unclosed-delimiter"},
        {"foo(a b)", "1:6 expected-token"},
        {"let a = [1, 2\nlet b = 2", "1:9 unclosed-delimiter"},
        {"let a = [1, 2); b()", "1:9 unclosed-delimiter"},
        {"if (a) ", "1:7 expected-block"},
        {"if x > 0 { y() }", "1:4 expected-token"},
        {"while (x { y() }", "1:7 unclosed-delimiter"},
        {"for (let i = 0; i < 3; i++ { a() }", "1:5 unclosed-delimiter"},
        {"for x in xs { y() }", "1:5 expected-token"},
        {"try { }", "1:8 expected-token"},
        {"throw\nx", "1:6 expected-expression"},
        {"class { }", "1:7 expected-name"},
        {"class A extends { }", "1:17 expected-type"},
        {"function (x) {}", "1:10 expected-name"},
        {"function g(a b) {}", "1:13 expected-token"},
        {"function h(1) {}", "1:12 expected-token"},
        {"let f = (a: number, b) { return 1 }", "1:24 expected-token"},
        {"let x = { a: 1 b: 2 }", "1:15 expected-token"},
        {"let x = { a: 1; b: 2 }; let y = 1", "1:15 expected-token"},
        {"enum E { A B }", "1:11 expected-token"},
        {"interface A { x: number y: string }", "1:25 expected-token"},
        {"let a: Array<number = 1", "1:13 unclosed-delimiter"},
        {"let x = y as", "1:13 expected-type"},
        {"a = b ? c", "1:10 expected-token"},
        {"x.\nlet y = 2", "1:3 expected-name"},
        {"import { a } \"x\"", "1:14 expected-token"},
        {"import { a, b from \"x\"\nlet y = 1", "1:8 unclosed-delimiter"},
        {"match (x) { case => 2; case 3 => 4 }", "1:18 expected-pattern"},
        {"match (x) { case 3 }", "1:20 expected-token"},
        {"foo bar baz\nlet y = 1", "1:5 expected-token"},
        {"export foo", "1:8 syntax-error"},
        {"new", "1:4 expected-expression"},
    });
}

TEST_CASE("something does not belong") {
    check({
        {") foo", "1:1 unmatched-delimiter"},
        {"foo() }\nbar()", "1:7 unmatched-delimiter"},
        {"else { x }", "1:1 syntax-error"},
        {"case 1: foo()", "1:1 syntax-error"},
        {"let y = switch (x) { case 1 -> 2 }", "1:9 expected-expression"},
        {"let y = if (x) 1 else 2", "1:9 expected-expression"},
        {"let x: number? = 1", "1:14 syntax-error"},
        {"-2 ** 2", "1:4 syntax-error"},
        {"let while = 3", "1:5 expected-name"},
        {"for (let i of 0..10) {}", "1:16 syntax-error"},
        {"switch (x) { case 1..=3 -> f() }", "1:20 syntax-error"},
    });
}

TEST_CASE("tokens that are wrong in themselves") {
    check({
        {"let s = \"abc\nlet y = 1", "1:9 unterminated-string"},
        {"let t = `abc", "1:9 unterminated-string"},
        {"let t = `abc ${x", "1:14 unclosed-delimiter"},
        {"let t = \"abc ${x; y} z\"; let u = 1", "1:17 expected-token"},
        {"let t = \"abc ${x \nlet y = 2", "1:14 unclosed-delimiter"},
        {"/* abc", "1:1 unterminated-comment"},
        {"let r = /abc\nlet y = 1", "1:9 unterminated-string"},
        {"let a = 10n + 3px + 0x", "1:9 invalid-literal; 1:15 invalid-literal; 1:21 invalid-literal"},
        {"let e = \"\\u{110000} \\x4g\"", "1:10 invalid-literal"},
        {"let x = \\ 5", "1:9 invalid-character"},
        {"let x = 5 \xff\xfe", "1:11 invalid-character"},
    });
}

TEST_CASE("habits from elsewhere are understood and named") {
    check({
        {"fn foo(x) -> number {}", "1:1 foreign-spelling; 1:11 foreign-spelling"},
        {"class A { foo() {} let x = 1; }", "1:11 foreign-spelling; 1:20 foreign-spelling"},
        {"class A : B { }", "1:9 foreign-spelling"},
        {"match (x) { case 1 => 2, default => 3 }", "1:24 foreign-spelling; 1:26 foreign-spelling"},
        {"match (x) { case 1 when y -> 2 }", "1:20 foreign-spelling; 1:27 foreign-spelling"},
        {"switch (x) { case 1 => f() }", "1:21 foreign-spelling"},
        {"let x = { a = 1, \"b\" = 2 }", "1:22 foreign-spelling"},
        {"let o = { f() {} }; type T = { f(): void }", ""},
        {"interface I { f(): void }", "1:15 foreign-spelling"},
    });
}

TEST_CASE("what looks wrong and is right") {
    check({
        {"let a = 1\n;[b] = [c]", ""},
        {"a\n++b\nc--\nd", ""},
        {"if (a) /re/.test(b)", ""},
        {"let match = 1; match = 2; match(3); x.match(4); let type = of", ""},
        {"for (of of of) {}\nfor (const async of xs) {}", ""},
        {"let r = 1 .toString(), s = 1.5.toFixed(2)", ""},
        {"let f = a ? (b) : c => d", ""},
        {"x = a < b || c > (d)", ""},
        {"class A { static async; get; set = 1\n delete() {} }", "2:2 foreign-spelling"},
        {"let o = { get, set, async, of, type, if: 1, new: 2 }", ""},
        {"label: for (;;) continue label", ""},
        {"let s = \"a\\${b}\" + '${c}'", ""},
        {"match (x) {}\n(y)", ""},
        {"match(x)\n{ y }", ""},
        {"do x(); while (y) z()", ""},
        {"let {} = a, [] = b", ""},
        {"let x = <T>(y: T) => y, z = <any>w", ""},
        {"let x = 1 /* a\n */ let y = 2", ""},
    });
}

TEST_CASE("a missing brace damages its own declaration") {
    check({
        {"class A {\n    function f() {\n        if (x) {\n            y();\n    }\n\n    function g() {}\n}\nq()",
         "3:16 unclosed-delimiter"},
        {"class A {\n    function f() {\n        y();\n\n    function g() {}\n}\nlet q = 1", "2:18 unclosed-delimiter"},
        {"function f() {\n    y();\n\nfunction g() {}\nlet q = 1", "1:14 unclosed-delimiter"},
        {"class A {\n    function f() {\n        y();\n    }\n    }\n    function g() {}\n}",
         "5:5 unmatched-delimiter"},
        {"let x = {\n    a: 1,\n    b: 2\nlet y = 3", "1:9 unclosed-delimiter"},
        {"foo(() => {\n    bar();\nlet z = 1", "1:11 unclosed-delimiter"},
        {"switch (x) {\n    case 1: a();\nlet y = 1", "1:12 unclosed-delimiter"},
        {"function f() {\n    g(\n}\nlet y = 1", "2:6 unclosed-delimiter"},
    });
}

TEST_CASE("nesting has a limit and a message") {
    const char* const pieces[] = {
        "(",
        "[",
        "{",
        "a(",
        "!",
        "a<",
        "(a=",
        "`${",
        "if(a)",
        "let x: A<",
        "let x: (a:",
        "x=",
        "a?b:",
        "new ",
        "-",
        "class A{function f(){",
        "match(x){case 1=>",
        "async ()=>",
        "f<(x=",
        "let {a:",
        "match(x){case [",
        "{a:[",
        "else\n",
        "a?.",
        "x as ",
        "a**",
    };
    for (std::string piece : pieces) {
        std::string text;
        for (int i = 0; i < 3000; ++i) text += piece;
        INFO(piece);
        auto tree = velox::parse(text);
        CHECK(tree->root().full_text() == text);
        CHECK(tree->has_errors());
    }
    std::string nested = "let x = " + std::string(5000, '(') + "1" + std::string(5000, ')') + "\nlet y = 2\n";
    CHECK(errors_of(nested) == "1:408 nesting-too-deep");
    std::string shallow = "let x = " + std::string(200, '(') + "1" + std::string(200, ')') + "\n";
    CHECK(errors_of(shallow) == "");
}
