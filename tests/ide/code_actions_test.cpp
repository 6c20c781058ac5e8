#include "analyzer/ide/code_actions.h"
#include "tests/ide/cursor.h"

// Refactorings. What is between `<[` and `]>` is selected; `<|>` is a cursor.
namespace braid::test {
namespace {

/// The text after the action whose title begins so; "none" when it is not offered.
std::string after(const std::string& name, std::string text, const std::string& title) {
    uint32_t begin = 0, end = 0;
    if (size_t at = text.find("<|>"); at != std::string::npos) {
        text.erase(at, 3);
        begin = end = uint32_t(at);
    } else {
        begin = uint32_t(text.find("<["));
        text.erase(begin, 2);
        end = uint32_t(text.find("]>"));
        text.erase(end, 2);
    }
    World world(name, text);
    for (const CodeAction& action : world.ask([&](QueryContext& context) {
             auto all = code_actions(context, world.file(), {begin, end});
             for (CodeAction& each : organize_imports(context, world.file())) all.push_back(each);
             return all;
         }))
        if (action.title.starts_with(title))
            return action.refusal.empty() ? applied(text, action.edits.at(0).edits) : "refused: " + action.refusal;
    return "none";
}

}  // namespace

TEST_CASE("Extract a variable", "[ide][actions]") {
    const std::string title = "Extract into a variable";
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    return a * <[(a + 1)]>\n", title) ==
          "fn f(a: int) -> int:\n    let value = (a + 1)\n    return a * value\n");
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    if <[a + 1]> > 2:\n        return 1\n    return 2\n", title) ==
          "fn f(a: int) -> int:\n    let value = a + 1\n    if value > 2:\n        return 1\n    return 2\n");
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    let b = <[a]>\n    return b\n", title) == "none");
    CHECK(after("a.altru",
                "fn f(value: int) -> int:\n    return g(<[value + 1]>)\n\nfn g(a: int) -> int:\n    return a\n",
                title) ==
          "fn f(value: int) -> int:\n    let value2 = value + 1\n    return g(value2)\n\nfn g(a: int) -> int:\n    "
          "return a\n");
    CHECK(after("a.velox", "function f(a: number): number {\n  return a * <[Math.abs(a)]>;\n}\n", title) ==
          "function f(a: number): number {\n  const value = Math.abs(a);\n  return a * value;\n}\n");
    // Computed later, more often or perhaps not at all; no value; no expression.
    CHECK(after("a.altru", "fn f(a: int):\n    while <[a > 1]>:\n        return\n", title) == "none");
    CHECK(after("a.altru", "fn f(a: int) -> bool:\n    return a > 1 and <[10 / a > 2]>\n", title) == "none");
    CHECK(after("a.altru", "fn f(a: int):\n    let g = |x| <[x + a]>\n", title) == "none");
    CHECK(after("a.altru", "fn f(a: int):\n    <[println]>(\"a\")\n", title) == "none");
    CHECK(after("a.altru", "fn f(a: int):\n    let mut b = a\n    <[b]> = 2\n", title) == "none");
    CHECK(after("a.altru", "fn f(a: int):\n    let b = <[a +]> 1\n", title) == "none");
    CHECK(after("a.velox", "function f(a: number): boolean {\n  return a > 1 && <[a > 2]>;\n}\n", title) == "none");
}

TEST_CASE("Extract a function", "[ide][actions]") {
    const std::string title = "Extract into a function";
    CHECK(after("a.altru", "fn f(a: int, b: int) -> int:\n    return a * <[(b + 1)]>\n\nlet x = 1\n", title) ==
          "fn f(a: int, b: int) -> int:\n    return a * extracted(b)\n\nfn extracted(b: int) -> int:\n    return (b + "
          "1)\n\n"
          "let x = 1\n");
    CHECK(after("a.altru", "fn f(a: int):\n    let b = 2\n    <[println(\"${a}\")\n    println(\"${b}\")]>\n", title) ==
          "fn f(a: int):\n    let b = 2\n    extracted(a, b)\n\nfn extracted(a: int, b: int):\n    println(\"${a}\")\n"
          "    println(\"${b}\")\n");
    CHECK(after("a.velox", "function f(a: number): void {\n    <[console.log(a);]>\n}\n", title) ==
          "function f(a: number): void {\n    extracted(a);\n}\n\nfunction extracted(a: number): void {\n    "
          "console.log(a);\n}\n");
}

TEST_CASE("Extract a function: what flows out", "[ide][actions]") {
    const std::string title = "Extract into a function";
    CHECK(
        after("a.altru", "fn f(a: int) -> int:\n    <[let b = a]>\n    return b\n", title) ==
        "fn f(a: int) -> int:\n    let b = extracted(a)\n    return b\n\nfn extracted(a: int) -> int:\n    let b = a\n"
        "    return b\n");
    CHECK(
        after("a.altru", "fn f():\n    let mut a = 1\n    <[a = 2]>\n    println(\"${a}\")\n", title) ==
        "fn f():\n    let mut a = 1\n    a = extracted(a)\n    println(\"${a}\")\n\nfn extracted(mut a: int) -> int:\n"
        "    a = 2\n    return a\n");
    CHECK(after("a.altru",
                "fn f(a: int):\n    <[let b = a + 1\n    let mut c = a]>\n    c += b\n    println(\"${b} ${c}\")\n",
                title) ==
          "fn f(a: int):\n    let (b, mut c) = extracted(a)\n    c += b\n    println(\"${b} ${c}\")\n\n"
          "fn extracted(a: int) -> (int, int):\n    let b = a + 1\n    let mut c = a\n    return (b, c)\n");
    CHECK(
        after("a.altru",
              "fn f(xs: [int]) -> int:\n    let mut sum = 0\n    for x in xs:\n        <[sum += x]>\n    return sum\n",
              title) ==
        "fn f(xs: [int]) -> int:\n    let mut sum = 0\n    for x in xs:\n        sum = extracted(sum, x)\n"
        "    return sum\n\nfn extracted(mut sum: int, x: int) -> int:\n    sum += x\n    return sum\n");
    CHECK(after("a.velox",
                "function f(a: number): number {\n  <[const b = a + 1;\n  let c = 2;]>\n  c += b;\n  return c;\n}\n",
                title) ==
          "function f(a: number): number {\n  let [b, c] = extracted(a);\n  c += b;\n  return c;\n}\n\n"
          "function extracted(a: number): [number, number] {\n  const b = a + 1;\n  let c = 2;\n  return [b, c];\n}\n");
    CHECK(after("a.velox",
                "function f(a: number): number {\n  let n = 0;\n  <[const b = a;\n  n += b;]>\n  return n + b;\n}\n",
                title) ==
          "function f(a: number): number {\n  let n = 0;\n  const [n2, b] = extracted(a, n);\n  n = n2;\n  return n + "
          "b;\n}\n\n"
          "function extracted(a: number, n: number): [number, number] {\n  const b = a;\n  n += b;\n  return [n, "
          "b];\n}\n");
    // What cannot be copied is lent, or lent to be changed, as the text needs it.
    CHECK(after("a.altru", "fn f(xs: [int]) -> int:\n    <[println(\"${xs.len()}\")]>\n    return xs.len()\n", title) ==
          "fn f(xs: [int]) -> int:\n    extracted(&xs)\n    return xs.len()\n\nfn extracted(xs: &[int]):\n"
          "    println(\"${xs.len()}\")\n");
    CHECK(after("a.altru", "fn f() -> [int]:\n    let mut xs = [1]\n    <[xs.push(2)]>\n    return xs\n", title) ==
          "fn f() -> [int]:\n    let mut xs = [1]\n    extracted(&mut xs)\n    return xs\n\nfn extracted(xs: &mut "
          "[int]):\n"
          "    xs.push(2)\n");
}

TEST_CASE("Extract a function: methods, waiting, type parameters", "[ide][actions]") {
    const std::string title = "Extract into a function";
    CHECK(
        after(
            "a.altru",
            "struct A:\n    n: int\n\nimpl A:\n    fn f(self, a: int) -> int:\n        return <[(self.n + a)]> * 2\n\n"
            "    fn g(self) -> int:\n        return 1\n",
            title) ==
        "struct A:\n    n: int\n\nimpl A:\n    fn f(self, a: int) -> int:\n        return self.extracted(a) * 2\n\n"
        "    fn extracted(self, a: int) -> int:\n        return (self.n + a)\n\n    fn g(self) -> int:\n        return "
        "1\n");
    CHECK(
        after(
            "a.altru",
            "struct A:\n    n: int\n\nimpl Show for A:\n    fn show(self) -> string:\n        let m = <[self.n + 1]>\n"
            "        return \"${m}\"\n",
            title) ==
        "struct A:\n    n: int\n\nimpl Show for A:\n    fn show(self) -> string:\n        let m = self.extracted()\n"
        "        return \"${m}\"\n\nimpl A:\n    fn extracted(self) -> int:\n        return self.n + 1\n");
    CHECK(after("a.velox",
                "class A {\n  n: number = 1;\n  function f(a: number): void {\n    <[this.n += a;\n    "
                "println(this.n);]>\n  }\n}\n",
                title) ==
          "class A {\n  n: number = 1;\n  function f(a: number): void {\n    this.extracted(a);\n  }\n\n"
          "  function extracted(a: number): void {\n    this.n += a;\n    println(this.n);\n  }\n}\n");
    CHECK(after("a.altru",
                "async fn g() -> int:\n    return 1\n\nasync fn f() -> int:\n    <[let a = await g()]>\n    return a\n",
                title) ==
          "async fn g() -> int:\n    return 1\n\nasync fn f() -> int:\n    let a = await extracted()\n    return a\n\n"
          "async fn extracted() -> int:\n    let a = await g()\n    return a\n");
    CHECK(after("a.velox",
                "async function g(): Promise<number> { return 1; }\nasync function f(): Promise<number> {\n"
                "  return <[(await g() + 1)]> * 2;\n}\n",
                title) ==
          "async function g(): Promise<number> { return 1; }\nasync function f(): Promise<number> {\n"
          "  return await extracted() * 2;\n}\n\nasync function extracted(): Promise<number> {\n  return (await g() + "
          "1);\n}\n");
    CHECK(
        after("a.altru", "fn f[T: Show, U](a: T, b: U) -> string:\n    let s = <[a.show()]>\n    return s\n", title) ==
        "fn f[T: Show, U](a: T, b: U) -> string:\n    let s = extracted(a)\n    return s\n\n"
        "fn extracted[T: Show](a: T) -> string:\n    return a.show()\n");
}

TEST_CASE("Extract a function: control that leaves", "[ide][actions]") {
    const std::string title = "Extract into a function";
    // The text ends by returning, so that the call can return, too.
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    <[return a]>\n", title) ==
          "fn f(a: int) -> int:\n    return extracted(a)\n\nfn extracted(a: int) -> int:\n    return a\n");
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    <[if a > 1:\n        return 1]>\n    return a\n", title) ==
          "refused: `return` would leave the new function only");
    CHECK(after("a.altru", "fn f(xs: [int]):\n    for x in xs:\n        <[if x > 1:\n            break]>\n", title) ==
          "refused: `break` is about a loop that is not selected");
    CHECK(after("a.altru",
                "fn g() -> Option[int]:\n    return None\n\nfn f() -> Option[int]:\n    <[let a = g()?]>\n    return "
                "Some(a)\n",
                title) == "refused: `?` would leave the new function only");
    CHECK(after("a.velox",
                "function f(xs: number[]): void {\n  for (const x of xs) {\n    <[if (x > 1) continue;]>\n    "
                "println(x);\n  }\n}\n",
                title) == "refused: `continue` is about a loop that is not selected");
    // A loop with its `break`, a closure with its `return`, what is thrown.
    CHECK(after("a.altru", "fn f(xs: [int]):\n    <[for x in xs:\n        if x > 1:\n            break]>\n", title) !=
          "none");
    CHECK(after("a.velox", "function f(a: number): void {\n  <[if (a > 1) throw new Error(\"x\");]>\n}\n", title) ==
          "function f(a: number): void {\n  extracted(a);\n}\n\nfunction extracted(a: number): void {\n  if (a > 1) "
          "throw new Error(\"x\");\n}\n");
    CHECK(
        after("a.velox", "function f(): () => number {\n  <[const g = () => { return 1; };]>\n  return g;\n}\n", title)
            .starts_with("function f()"));
    // Declarations are no statements.
    CHECK(after("a.altru", "<[fn f():\n    return]>\n", title) == "none");
    CHECK(after("a.altru", "<[struct A:\n    n: int]>\n", title) == "none");
}

TEST_CASE("Inline a variable", "[ide][actions]") {
    const std::string title = "Inline the variable";
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    let <|>b = a + 1\n    return b * 2\n", title) ==
          "fn f(a: int) -> int:\n    return (a + 1) * 2\n");
    CHECK(after("a.altru", "fn f() -> int:\n    let b = 1\n    println(\"x\")\n    return <|>b * b\n", title) ==
          "fn f() -> int:\n    println(\"x\")\n    return 1 * 1\n");
    CHECK(after("a.velox", "function f(a: number): number {\n  const <|>b = Math.abs(a);\n  return b + 1;\n}\n",
                title) == "function f(a: number): number {\n  return Math.abs(a) + 1;\n}\n");
    // It has one value for ever.
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    let <|>b = a + 1\n    println(\"x\")\n    return b\n", title) ==
          "fn f(a: int) -> int:\n    println(\"x\")\n    return (a + 1)\n");
    CHECK(after("a.velox",
                "function f(a: number): void {\n  const <|>b = a * 2;\n  println(1);\n  println(`${b}`);\n}\n",
                title) == "function f(a: number): void {\n  println(1);\n  println(`${(a * 2)}`);\n}\n");
    CHECK(after("a.altru", "fn f(mut a: int) -> int:\n    let <|>b = a + 1\n    a = 3\n    return b\n", title) ==
          "none");
    CHECK(after("a.velox", "function f(a: { n: number }) {\n  const <|>b = a.n;\n  a.n = 2;\n  println(b);\n}\n",
                title) == "none");
    // Computed once, used twice; something happens in between; changed; a parameter.
    CHECK(after("a.altru", "fn f(a: int) -> int:\n    let <|>b = a + 1\n    return b * b\n", title) == "none");
    CHECK(after("a.altru",
                "fn f(a: int) -> int:\n    let <|>b = g()\n    println(\"x\")\n    return b\n\nfn g() -> int:\n    "
                "return 1\n",
                title) == "none");
    CHECK(after("a.altru", "fn f() -> int:\n    let mut <|>b = 1\n    b = 2\n    return b\n", title) == "none");
    CHECK(after("a.altru", "fn f(<|>a: int) -> int:\n    return a\n", title) == "none");
    CHECK(after("a.altru", "fn f() -> int:\n    let <|>b = 1  # why\n    return b\n", title) == "none");
}

TEST_CASE("Add the missing arms of a match", "[ide][actions]") {
    const std::string title = "Add the missing arms";
    const std::string shape = "enum Shape:\n    Circle(r: int)\n    Square(a: int, b: int)\n    Empty\n\n";
    CHECK(after("a.altru", shape + "fn f(s: Shape) -> int:\n    <|>match s:\n        Shape::Circle(r) => r\n", title) ==
          shape +
              "fn f(s: Shape) -> int:\n    match s:\n        Shape::Circle(r) => r\n        Shape::Square(_, _) => "
              "todo()\n"
              "        Shape::Empty => todo()\n");
    CHECK(after("a.altru", "fn f(s: Option[int]) -> int:\n    match <|>s:\n        Some(x) => x\n", title) ==
          "fn f(s: Option[int]) -> int:\n    match s:\n        Some(x) => x\n        None => todo()\n");
    CHECK(after("a.velox",
                "enum Msg { Get(key: string), Stop }\nfunction f(m: Msg): number {\n  return <|>match (m) {\n"
                "    case Msg.Get(k) => 1;\n  };\n}\n",
                title) ==
          "enum Msg { Get(key: string), Stop }\nfunction f(m: Msg): number {\n  return match (m) {\n"
          "    case Msg.Get(k) => 1;\n    case Msg.Stop => throw new Error(\"not written yet\");\n  };\n}\n");
    CHECK(after("a.altru",
                shape + "fn f(s: Shape) -> int:\n    <|>match s:\n        Shape::Circle(r) => r\n        _ => 0\n",
                title) == "none");
}

TEST_CASE("Add the missing arms of a match on literals", "[ide][actions]") {
    const std::string title = "Add the missing arms";
    CHECK(
        after("a.velox",
              "function f(s: \"a\" | \"b\" | null): number {\n  return <|>match (s) {\n    case \"a\" => 1;\n  };\n}\n",
              title) ==
        "function f(s: \"a\" | \"b\" | null): number {\n  return match (s) {\n    case \"a\" => 1;\n"
        "    case \"b\" => throw new Error(\"not written yet\");\n"
        "    case null => throw new Error(\"not written yet\");\n  };\n}\n");
    CHECK(after("a.altru", "fn f(b: bool) -> int:\n    <|>match b:\n        true => 1\n", title) ==
          "fn f(b: bool) -> int:\n    match b:\n        true => 1\n        false => todo()\n");
    CHECK(after("a.altru", "fn f(n: int) -> int:\n    <|>match n:\n        1 => 1\n", title) == "none");
}

TEST_CASE("Add the arms of a match that has none", "[ide][actions]") {
    const std::string title = "Add the missing arms";
    const std::string msg = "enum Msg { Get(key: string), Stop }\n";
    CHECK(
        after("a.velox", msg + "function f(m: Msg): void {\n  <|>match (m) {\n  }\n}\n", title) ==
        msg +
            "function f(m: Msg): void {\n  match (m) {\n    case Msg.Get(_) => throw new Error(\"not written yet\");\n"
            "    case Msg.Stop => throw new Error(\"not written yet\");\n  }\n}\n");
    CHECK(
        after("a.velox", msg + "function f(m: Msg): void {\n  match (<|>m) {}\n}\n", title) ==
        msg +
            "function f(m: Msg): void {\n  match (m) {\n    case Msg.Get(_) => throw new Error(\"not written yet\");\n"
            "    case Msg.Stop => throw new Error(\"not written yet\");\n  }\n}\n");
    CHECK(after("a.altru", "fn f(a: int):\n    if <|>a > 1:\n        return\n", title) == "none");
    CHECK(after("a.velox", "function f(n: number): void {\n  match (<|>n) {}\n}\n", title) == "none");
}

TEST_CASE("Implement the missing members", "[ide][actions]") {
    const std::string title = "Implement the missing members";
    const std::string named =
        "trait Named:\n    fn label(self) -> string\n    fn size(self, unit: int) -> int\n    fn plain(self) -> int:\n"
        "        return 1\n\nstruct A:\n    x: int\n\n";
    CHECK(after("a.altru", named + "impl <|>Named for A:\n    fn label(self) -> string:\n        return \"a\"\n",
                title) == named +
                              "impl Named for A:\n    fn label(self) -> string:\n        return \"a\"\n\n"
                              "    fn size(self, unit: int) -> int:\n        todo()\n");
    const std::string shape = "interface Shape { area(): number; name: string }\n";
    CHECK(after("a.velox", shape + "class <|>A implements Shape {\n  name: string = \"a\";\n}\n", title) ==
          shape +
              "class A implements Shape {\n  name: string = \"a\";\n  function area(): number {\n    throw new "
              "Error(\"not "
              "written yet\");\n  }\n}\n");
    CHECK(after("a.velox", shape + "class <|>A {\n}\n", title) == "none");
}

TEST_CASE("Implement the abstract methods of a base class", "[ide][actions]") {
    const std::string base =
        "abstract class Base {\n  abstract function area(): number;\n  function twice(): number { return this.area() * "
        "2; }\n}\n";
    CHECK(
        after("a.velox", base + "class <|>A extends Base {\n}\n", "Implement the missing members") ==
        base +
            "class A extends Base {\n  function area(): number {\n    throw new Error(\"not written yet\");\n  }\n}\n");
}

TEST_CASE("Import a name that another module has", "[ide][actions]") {
    CHECK(after("a.altru", "fn f():\n    let m = <|>Mutex::new(1)\n", "Import `Mutex`") ==
          "use std::sync::Mutex\n\nfn f():\n    let m = Mutex::new(1)\n");
    CHECK(after("a.altru", "fn f():\n    let m = <|>Nowhere::new(1)\n", "Import") == "none");
}

TEST_CASE("Organize the imports", "[ide][actions]") {
    const std::string title = "Organize the imports";
    CHECK(after("a.altru",
                "use std::sync::{WaitGroup, Mutex}\nuse std::io\n\n<|>fn f(w: WaitGroup, m: Mutex[int]):\n    return\n",
                title) == "use std::sync::{Mutex, WaitGroup}\n\nfn f(w: WaitGroup, m: Mutex[int]):\n    return\n");
    CHECK(after("a.altru", "use std::sync::Mutex\n\n<|>fn f(m: Mutex[int]):\n    return\n", title) == "none");
    CHECK(after("a.altru", "use std::sync::Mutex\n\n<|>fn f():\n    return\n", title) == "fn f():\n    return\n");
}

TEST_CASE("Refactorings of the examples leave programs that check", "[ide][actions][laws]") {
    size_t offered = 0;
    for (const ExampleFile& example : example_files()) {
        World world(example.name, example.text);
        auto errors = [&] {
            auto all = world.diagnostics();
            return std::count_if(all.begin(), all.end(),
                                 [](const Diagnostic& d) { return d.severity == Severity::Error; });
        };
        auto before = errors();
        std::vector<TextRange> ranges;
        for (Preorder walk(world.host().tree(world.file())->root()); walk; walk.next())
            if (walk->is_node() && walk->text_range().length() > 3 && ranges.size() < 4000)
                ranges.push_back(walk->text_range());
        for (size_t i = 0; i < ranges.size(); i += 9) {
            auto actions =
                world.ask([&](QueryContext& context) { return code_actions(context, world.file(), ranges[i]); });
            for (const CodeAction& action : actions) {
                if (!action.refusal.empty()) continue;
                ++offered;
                INFO(example.name << " " << action.title << ": "
                                  << example.text.substr(ranges[i].begin, ranges[i].length()));
                world.host().set_file("/test/" + example.name, applied(example.text, action.edits.at(0).edits));
                CHECK(errors() <= before);
                world.host().set_file("/test/" + example.name, example.text);
            }
        }
    }
    CHECK(offered > 50);
}

}  // namespace braid::test
