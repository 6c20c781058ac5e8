// What people type by habit from other languages: one answer each, with the form to use. Each habit stands beside
// look-alikes that are right and get no answer.
#include <catch2/catch.hpp>

#include "analyzer/syntax/velox/velox.h"

using namespace braid;

namespace {

struct Habit {
    const char* text;
    const char* message;  ///< part of the only message
    const char* fixed;    ///< the text after its fix; null: it has none
};

std::string apply(std::string text, const SyntaxError::Fix& fix) {
    for (auto edit = fix.edits.rbegin(); edit != fix.edits.rend(); ++edit)
        text.replace(edit->range.begin, edit->range.length(), edit->replacement);
    return text;
}

void check(std::initializer_list<Habit> habits) {
    for (const Habit& habit : habits) {
        INFO(habit.text);
        auto tree = velox::parse(habit.text);
        CHECK(tree->root().full_text() == habit.text);
        auto errors = tree->errors();
        for (const SyntaxError& error : errors) INFO(error.message);
        REQUIRE(errors.size() == 1);
        CHECK_THAT(errors[0].message, Catch::Matchers::Contains(habit.message));
        REQUIRE(errors[0].fix.has_value() == (habit.fixed != nullptr));
        if (!habit.fixed) continue;
        std::string fixed = apply(habit.text, *errors[0].fix);
        CHECK(fixed == habit.fixed);
        CHECK(velox::parse(fixed)->errors().empty());
    }
}

void check_silent(std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
        INFO(text);
        auto tree = velox::parse(text);
        for (const SyntaxError& error : tree->errors()) INFO(error.message);
        CHECK(tree->errors().empty());
    }
}

}  // namespace

TEST_CASE("words that declare elsewhere") {
    check({
        {"fn f() {}", "`function`", "function f() {}"},
        {"func f<T>(x: T) {}", "`function`", "function f<T>(x: T) {}"},
        {"async def f() {}", "`function`", "async function f() {}"},
        {"export fun f() {}", "`function`", "export function f() {}"},
        {"class A { def f() {} }", "`function`", "class A { function f() {} }"},
        {"let f = func(x) { g() }", "`function`", "let f = function(x) { g() }"},
        {"struct P { x: int }", "`class`", "class P { x: int }"},
        {"trait T { x: int }", "`interface`", "interface T { x: int }"},
        {"val x = 1", "`const`", "const x = 1"},
        {"auto x = 1", "`let`", "let x = 1"},
        {"raise new Error()", "`throw`", "throw new Error()"},
        {"pub function f() {}", "`export`", "function f() {}"},
        {"class A { pub x = 1 }", "`export`", "class A { x = 1 }"},
        {"class A { val = 1; let x = 1 }", "without `let`", "class A { val = 1;  x = 1 }"},
        {"const enum E { A }", "without `const`", "enum E { A }"},
        {"namespace N { let x = 1 }", "every file is a module", nullptr},
        {"module \"m\" { let x = 1 }", "every file is a module", nullptr},
        {"impl T for P { x() }", "inside of their class", nullptr},
        {"from os import path", "import {", nullptr},
        {"use std::io", "import {", nullptr},
        {"#include <stdio.h>", "import {", nullptr},
        {"import fs = require(\"fs\")", "import {", nullptr},
        {"export = f", "export default", nullptr},
        {"class A extends f(B) {}", "by its name", nullptr},
        {"class A(B) {}", "`extends`", "class A extends B {}"},
        {"class A : B {}", "`extends`", "class A extends B {}"},
    });
    check_silent({
        "let fn = 1, def = 2, struct = 3; fn(def); struct\nP\n",
        "pub\nfunction f() {}",
        "val = 1; val.x; val(2); auto[0]; trait = 3; record++; use; from(x)",
        "class A { fn; def = 1; pub: int; function fn() {} static val = 1; from: string }",
        "namespace(N); module.x = 1; impl; select(x); loop\n{ x }",
        "let o = { fn: 1, def() {}, pub, val }",
        "go(f); defer(f); spawn; print(x); echo; assert(x); pass.x",
        "label: for (;;) break label",
        "type T = { fn: int; def(): void }",
    });
}

TEST_CASE("variables and types as elsewhere") {
    check({
        {"let mut x = 1", "`mut`", "let x = 1"},
        {"x := 1", "`let`", "let x = 1"},
        {"x: int = 1", "`let`", "let x: int = 1"},
        {"a, b := f()", "let [a, b]", nullptr},
        {"int x = 1;", "`let x: int`", "let x: int = 1;"},
        {"String s;", "`let s: String`", "let s: String;"},
        {"let x int = 1", "`x: int`", "let x: int = 1"},
        {"let (a, b) = f()", "let [a, b]", "let [a, b] = f()"},
        {"function f(x int) {}", "`x: int`", "function f(x: int) {}"},
        {"function f(string s) {}", "`s: string`", "function f(s: string) {}"},
        {"class A { int x = 1; }", "`x: int`", "class A { x: int = 1; }"},
        {"class A { name string }", "`name: string`", "class A { name: string }"},
        {"int add(a: int) { return a }", "function name", "function add(a: int): int { return a }"},
        {"class A { public void f() {} }", "function name", "class A { public function f(): void {} }"},
        {"public static void main() {}", "function name", "public static function main(): void {}"},
        {"function f() -> int {}", "after `:`", "function f() : int {}"},
        {"let x: string? = null", "T | null", "let x: string | null = null"},
        {"let f: (a: int) -> int", "=> R", "let f: (a: int) => int"},
        {"let f: fn(a: int) => int", "=> R", "let f: (a: int) => int"},
        {"let xs: []int = []", "T[]", nullptr},
        {"type A<out T> = T", "variance", "type A<T> = T"},
        {"type A<T: B> = T", "`extends`", "type A<T extends B> = T"},
        {"type A = import(\"m\").B<int>", "import * as m", nullptr},
        {"type S = unique symbol", "symbols", "type S = symbol"},
        {"let x = 10n", "`10`", "let x = 10"},
        {"let s = '''x\ny'''", "backquotes", "let s = `x\ny`"},
        {"let s = f\"x\"", "${x}", "let s = \"x\""},
    });
    check_silent({
        "b: c\nd: for (;;) {}\ne: f.g = 1 ? 2 : 3",
        "let x\nint = 1; let y: int\nString\nfoo",
        "let mut = 1, s = ''; let t = \"\" + \"\"; f\n\"x\"; f`x`; r`y`",
        "function f(readonly x: int, mut = 1, out: int) {}",
        "type A<out> = out; type F = fn; type U = unique; type G = () => void",
        "class A { int = 1; readonly string; name\nstring\nint\n }",
    });
}

TEST_CASE("statements as elsewhere") {
    check({
        {"if x > 1 { f() }", "if (…)", "if (x > 1) { f() }"},
        {"while x { f() }", "while (…)", "while (x) { f() }"},
        {"switch x { case 1: f() }", "switch (…)", "switch (x) { case 1: f() }"},
        {"if (a) { f() } elif (b) { g() }", "`else if`", "if (a) { f() } else if (b) { g() }"},
        {"if (a) then f()", "`then`", "if (a) f()"},
        {"if (a):\n    f()\ng()", "braces", "if (a) {\n    f()\n}\ng()"},
        {"while (a): f()", "braces", "while (a) { f()\n}"},
        {"try:\n    f()\ncatch (e) {}", "braces", "try {\n    f()\n}\ncatch (e) {}"},
        {"class A:\n    x: int\nlet y", "braces", "class A {\n    x: int\n}\nlet y"},
        {"for x in xs { f(x) }", "let x of xs", "for (let x in xs) { f(x) }"},
        {"for (let x of xs):\n    f(x)", "braces", "for (let x of xs) {\n    f(x)\n}"},
        {"for (x : xs) { f(x) }", "let x of xs", "for (x  of xs) { f(x) }"},
        {"for (int i = 0; i < 3; i++) {}", "`let i: int`", "for (let i: int = 0; i < 3; i++) {}"},
        {"for (i := 0; i < 3; i++) {}", "`let`", "for (let i = 0; i < 3; i++) {}"},
        {"for { f() }", "while (true)", nullptr},
        {"for x < 3 { f() }", "while (…)", nullptr},
        {"loop { f() }", "while (true)", nullptr},
        {"unless (x) { f() }", "if (!(…))", nullptr},
        {"foreach (x in xs) { f(x) }", "let x of xs", nullptr},
        {"repeat { f() }", "do {…} while", nullptr},
        {"try { f() } catch e { g() }", "catch (e)", "try { f() } catch (e) { g() }"},
        {"try { f() } except (e) { g() }", "`catch`", "try { f() } catch (e) { g() }"},
        {"match (x) { 1 => a }", "case pattern", "match (x) { case 1 => a }"},
        {"match (x) { case 1 => a, case 2 => b }", "`;`", "match (x) { case 1 => a; case 2 => b }"},
        {"match (x) { case 1 -> a }", "`=>`", "match (x) { case 1 => a }"},
        {"match (x) { default => a }", "`case _`", "match (x) { case _ => a }"},
        {"match (x) { case n when n > 1 => a }", "`if`", "match (x) { case n if n > 1 => a }"},
        {"switch (x) { case 1 => f() }", "`->`", "switch (x) { case 1 -> f() }"},
        {"go f()", "without `await`", nullptr},
        {"defer f()", "finally", nullptr},
        {"using x = f()", "finally", nullptr},
        {"with (x) { y }", "finally", nullptr},
        {"lock (m) { y }", "runExclusive", nullptr},
        {"select { f() }", "Channel.select", nullptr},
        {"print \"x\"", "println(…)", nullptr},
        {"del x", "map.delete", nullptr},
        {"assert x", "Test.assert", nullptr},
        {"pass", "`{}`", nullptr},
        {"debugger;", "breakpoint", nullptr},
        {"# a comment", "`//`", "// a comment"},
        {"#comment", "`//`", "// comment"},
        {"let x = 1 # comment", "`//`", "let x = 1 // comment"},
    });
    check_silent({
        "elif(x); then = 1; loop = 2; unless[x] = 3; except.y; with(x); lock(m)\n{ y }",
        "if (a) then; else then",
        "let x = a ? b : { c: d }",
        "pass()\nend()\ndebugger = 1",
        "class A { #x = 1; f = #x in y } let h = #x in o",
        "for (let loop of repeat) {}\nfor (go in xs) {}\nfor (x in y) {}",
        "match (x) { case when => 1; case then if then => 2 }",
        "switch (x) { case y -> f() case (z) -> { g() } }",
        "// # x\nlet s = \"# x\", t = /#x/",
        "try { f() } catch { except(x) }",
    });
}

TEST_CASE("expressions as elsewhere") {
    check({
        {"x = a and b", "`&&`", "x = a && b"},
        {"x = a or b", "`||`", "x = a || b"},
        {"x = not a", "`!`", "x = !a"},
        {"x = not a == b", "`!`", "x = !(a == b)"},
        {"x = a is B", "`instanceof`", "x = a instanceof B"},
        {"x = a <> b", "`!==`", "x = a !== b"},
        {"x = a ?: b", "`??`", "x = a ?? b"},
        {"x = a if b", "`condition ? a : b`", nullptr},
        {"let x = if (a) 1 else 2", "`condition ? a : b`", nullptr},
        {"let x = switch (a) { }", "match (…)", nullptr},
        {"x = f()?;", "remove `?`", nullptr},
        {"x = <-ch", "ch.receive()", "x = await ch.receive()"},
        {"x = &y", "pointers", "x = y"},
        {"x = *y", "pointers", "x = y"},
        {"a::b()", "`.`", "a.b()"},
        {"println!(x)", "without `!`", "println(x)"},
        {"let v = vec![1, 2]", "[a, b]", "let v = [1, 2]"},
        {"f = |x| x + 1", "(x) => …", nullptr},
        {"f = lambda x, y: x + y", "(x) => …", nullptr},
        {"f = (x) -> x", "(x) => …", "f = (x) => x"},
        {"f = x -> x", "(x) => …", "f = x => x"},
        {"f = function(x) => x", "arrow functions", nullptr},
        {"x = [i for i in xs]", "xs.map", nullptr},
        {"f(x: 1)", "no names", nullptr},
        {"enum E { A; B }", "`,`", "enum E { A, B }"},
        {"let x = { a: 1; b: 2 }", "`,`", "let x = { a: 1, b: 2 }"},
        {"let x = { \"a\" = 1 }", "`:`", "let x = { \"a\" : 1 }"},
        {"let x = new.target", "new.target", nullptr},
        {"import.meta.url", "import.meta", nullptr},
        {"for (let i of 0..10) {}", "let i = a", nullptr},
        {"-a ** b", "(-a) ** b", nullptr},
    });
    check_silent({
        "and(x); or = 1; not(y); x = is; mod\ny; x = not",
        "x = a < -b; y = a < (-b); z = a ? .5 : b; w = a ? b : c",
        "x = a! (b); y = a![0]; z = println\n!(x); assert! = 1",
        "let f = x => x, g = a < b, h = a > b, i = a <b> (c)",
        "x = a as is; y = a satisfies not",
        "x = { a: b, c }; y = (a, b); z = [...a]; f({ x: 1 }); lambda(x); lambda = 1",
        "x = a | b; y = a || b; z = a & b; w = a * b; v = a ** b; new Target()",
    });
}
