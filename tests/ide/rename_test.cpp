#include "analyzer/ide/rename.h"
#include <regex>
#include <sstream>

#include "tests/ide/cursor.h"

namespace braid::test {
namespace {

/// The text after renaming what the cursor is on, or "refused: …".
std::string renamed(const std::string& name, const std::string& marked, const std::string& to) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    auto result = world.ask([&, at = offset](QueryContext& context) { return rename(context, world.file(), at, to); });
    if (!result) return "refused: " + result.error();
    for (const FileEdits& edits : *result) text = applied(text, edits.edits);
    return text;
}

bool is_refused(const std::string& name, const std::string& marked, const std::string& to) {
    std::string result = renamed(name, marked, to);
    INFO(result);
    return result.starts_with("refused: ");
}

}  // namespace

TEST_CASE("Rename: Altru", "[ide][rename]") {
    CHECK(renamed("a.altru", "fn f(count: int) -> int:\n    let total = co<|>unt + 1\n    return total * count\n",
                  "n") == "fn f(n: int) -> int:\n    let total = n + 1\n    return total * n\n");
    CHECK(renamed("a.altru", "fn f(count: int) -> int:\n    return count\n\nlet x = f(co<|>unt = 1)\n", "n") ==
          "fn f(n: int) -> int:\n    return n\n\nlet x = f(n = 1)\n");
    CHECK(renamed("a.altru",
                  "struct Point:\n    x: int\n    y: int\n\nfn f(p: Point) -> int:\n    let x = 1\n    let q = "
                  "Point{x, y: 2}\n"
                  "    return p.<|>x + q.x + x\n",
                  "left") ==
          "struct Point:\n    left: int\n    y: int\n\nfn f(p: Point) -> int:\n    let x = 1\n    let q = Point{left: "
          "x, y: 2}\n"
          "    return p.left + q.left + x\n");
    CHECK(renamed("a.altru", "struct Point:\n    x: int\n\nfn f() -> Point:\n    let <|>x = 1\n    return Point{x}\n",
                  "left") ==
          "struct Point:\n    x: int\n\nfn f() -> Point:\n    let left = 1\n    return Point{x: left}\n");
    CHECK(renamed("a.altru",
                  "struct Point:\n    x: int\n\nfn f(p: Point) -> int:\n    match p:\n        Point{x} => <|>x\n",
                  "left") ==
          "struct Point:\n    x: int\n\nfn f(p: Point) -> int:\n    match p:\n        Point{x: left} => left\n");
    CHECK(renamed("a.altru",
                  "struct Po<|>int:\n    x: int\n\nimpl Point:\n    fn zero() -> Point:\n        return Point{x: 0}\n\n"
                  "let p: Point = Point::zero()\nlet q = Point::new(1)\n",
                  "Spot") ==
          "struct Spot:\n    x: int\n\nimpl Spot:\n    fn zero() -> Spot:\n        return Spot{x: 0}\n\n"
          "let p: Spot = Spot::zero()\nlet q = Spot::new(1)\n");
    CHECK(renamed("a.altru",
                  "enum Shape:\n    Cir<|>cle(r: int)\n    Empty\n\nfn f(s: Shape) -> int:\n    match s:\n"
                  "        Shape::Circle(r) => r\n        Shape::Empty => 0\n\nlet s = Shape::Circle(3)\n",
                  "Disc") ==
          "enum Shape:\n    Disc(r: int)\n    Empty\n\nfn f(s: Shape) -> int:\n    match s:\n"
          "        Shape::Disc(r) => r\n        Shape::Empty => 0\n\nlet s = Shape::Disc(3)\n");
    CHECK(renamed("a.altru",
                  "trait Named:\n    fn label(self) -> string\n\nstruct A:\n    x: int\n\nimpl Named for A:\n"
                  "    fn la<|>bel(self) -> string:\n        return \"a\"\n\nprintln(A::new(1).label())\n",
                  "title") ==
          "trait Named:\n    fn title(self) -> string\n\nstruct A:\n    x: int\n\nimpl Named for A:\n"
          "    fn title(self) -> string:\n        return \"a\"\n\nprintln(A::new(1).title())\n");
    CHECK(renamed("a.altru", "struct Point:\n    <|>x: int\n    y: int\n\nlet p = Point::new(y = 2, x = 1)\n",
                  "left") == "struct Point:\n    left: int\n    y: int\n\nlet p = Point::new(y = 2, left = 1)\n");
    CHECK(renamed("a.altru", "let total = 1\nlet add = |x| x + to<|>tal\nprintln(\"${total}\")\n", "sum") ==
          "let sum = 1\nlet add = |x| x + sum\nprintln(\"${sum}\")\n");
    CHECK(renamed("a.altru", "use std::sync::Mutex as Lo<|>ck\n\nlet m = Lock::new(1)\n", "Guarded") ==
          "use std::sync::Mutex as Guarded\n\nlet m = Guarded::new(1)\n");
}

TEST_CASE("Renames that would change what a program means are refused: Altru", "[ide][rename]") {
    // shadowing, both ways
    CHECK(is_refused("a.altru", "fn f(a: int) -> int:\n    let <|>b = 1\n    return a + b\n", "a"));
    CHECK(is_refused("a.altru", "fn f(<|>a: int) -> int:\n    let b = 1\n    return a + b\n", "b"));
    CHECK(is_refused("a.altru", "fn help() -> int:\n    return 1\n\nfn f(<|>a: int) -> int:\n    return a + help()\n",
                     "help"));
    // two declarations of one name
    CHECK(is_refused("a.altru", "fn f():\n    return\n\nfn <|>g():\n    return\n", "f"));
    CHECK(is_refused("a.altru", "struct P:\n    <|>x: int\n    y: int\n", "y"));
    // a type parameter would stand for it
    CHECK(is_refused("a.altru", "struct <|>A:\n    x: int\n\nfn f[T](a: A, t: T) -> T:\n    return t\n", "T"));
    // words, things that are no names, the standard library
    CHECK(is_refused("a.altru", "let <|>a = 1\n", "while"));
    CHECK(is_refused("a.altru", "let <|>a = 1\n", "two words"));
    CHECK(is_refused("a.altru", "let <|>a = 1\n", ""));
    CHECK(is_refused("a.altru", "<|>println(\"a\")\n", "say"));
    CHECK(is_refused("a.altru", "let xs = [1]\nlet n = xs.l<|>en()\n", "size"));
    CHECK(is_refused("a.altru", "struct A:\n    x: int\n\nimpl A:\n    fn f(self) -> int:\n        return se<|>lf.x\n",
                     "me"));
    CHECK(is_refused("a.altru", "let a = <|>1\n", "b"));
    // an implementation of a trait of the standard library
    CHECK(is_refused(
        "a.altru", "struct A:\n    x: int\n\nimpl Show for A:\n    fn sh<|>ow(self) -> string:\n        return \"\"\n",
        "text"));
    // a look-alike that is fine
    CHECK_FALSE(is_refused("a.altru", "fn f(a: int) -> int:\n    let <|>b = 1\n    return a + b\n", "c"));
    CHECK_FALSE(
        is_refused("a.altru", "fn f(a: int) -> int:\n    return a\n\nfn g(<|>b: int) -> int:\n    return b\n", "a"));
}

TEST_CASE("Rename: Velox", "[ide][rename]") {
    CHECK(renamed("a.velox", "function f(count: number): number {\n  const total = co<|>unt + 1;\n  return total;\n}\n",
                  "n") == "function f(n: number): number {\n  const total = n + 1;\n  return total;\n}\n");
    CHECK(renamed("a.velox", "const na<|>me = \"a\";\nconst p = { name };\nconsole.log(p.name);\n", "title") ==
          "const title = \"a\";\nconst p = { name: title };\nconsole.log(p.name);\n");
    CHECK(
        renamed("a.velox",
                "interface P { name: string }\nfunction f(p: P): string {\n  const { name } = p;\n"
                "  return na<|>me;\n}\n",
                "title") ==
        "interface P { name: string }\nfunction f(p: P): string {\n  const { name: title } = p;\n  return title;\n}\n");
    CHECK(renamed("a.velox",
                  "interface P { na<|>me: string }\nfunction f(p: P): string {\n  const { name } = p;\n"
                  "  return name + p.name;\n}\nconst p: P = { name: \"x\" };\nf(p);\n",
                  "title") ==
          "interface P { title: string }\nfunction f(p: P): string {\n  const { title: name } = p;\n"
          "  return name + p.title;\n}\nconst p: P = { title: \"x\" };\nf(p);\n");
    CHECK(renamed("a.velox",
                  "class A {\n  function run(): number { return 1; }\n}\nclass B extends A {\n  function ru<|>n(): "
                  "number { return "
                  "2; }\n}\nnew A().run();\n",
                  "go") ==
          "class A {\n  function go(): number { return 1; }\n}\nclass B extends A {\n  function go(): number { return "
          "2; }\n}\n"
          "new A().go();\n");
    CHECK(renamed("a.velox",
                  "class Acc<|>ount {\n  balance: number = 0;\n}\nconst a: Account = new Account();\n"
                  "if (a instanceof Account) { a.balance = 1; }\n",
                  "Purse") ==
          "class Purse {\n  balance: number = 0;\n}\nconst a: Purse = new Purse();\n"
          "if (a instanceof Purse) { a.balance = 1; }\n");
    CHECK(renamed("a.velox",
                  "enum Msg { Get(key: string), Stop }\nfunction f(m: Msg): number {\n  return match (m) {\n"
                  "    case Msg.G<|>et(k) => 1;\n    case Msg.Stop => 2;\n  };\n}\nf(Msg.Get(\"a\"));\n",
                  "Read") ==
          "enum Msg { Read(key: string), Stop }\nfunction f(m: Msg): number {\n  return match (m) {\n"
          "    case Msg.Read(k) => 1;\n    case Msg.Stop => 2;\n  };\n}\nf(Msg.Read(\"a\"));\n");
}

TEST_CASE("Rename: a parameter that is a field", "[ide][rename]") {
    const std::string after =
        "class C {\n  constructor(private left: number, y: number) { println(left); }\n"
        "  function twice(): number { return this.left * 2; }\n}\n";
    CHECK(renamed("a.velox",
                  "class C {\n  constructor(private <|>x: number, y: number) { println(x); }\n"
                  "  function twice(): number { return this.x * 2; }\n}\n",
                  "left") == after);
    CHECK(renamed("a.velox",
                  "class C {\n  constructor(private x: number, y: number) { println(x); }\n"
                  "  function twice(): number { return this.<|>x * 2; }\n}\n",
                  "left") == after);
    // Without a modifier it is no field.
    CHECK(renamed("a.velox", "class C {\n  y: number = 0;\n  constructor(<|>y: number) { this.y = y; }\n}\n", "left") ==
          "class C {\n  y: number = 0;\n  constructor(left: number) { this.y = left; }\n}\n");
}

TEST_CASE("Renames that would change what a program means are refused: Velox", "[ide][rename]") {
    CHECK(is_refused("a.velox", "function f(a: number): number {\n  const <|>b = 1;\n  return a + b;\n}\n", "a"));
    CHECK(is_refused("a.velox", "const a = 1;\nfunction f(<|>b: number): number {\n  return a + b;\n}\n", "a"));
    CHECK(is_refused("a.velox", "class A {\n  <|>x: number = 1;\n  y: number = 2;\n}\n", "y"));
    CHECK(is_refused("a.velox", "const <|>a = 1;\n", "class"));
    CHECK(is_refused("a.velox", "con<|>sole.log(1);\n", "out"));
    CHECK(is_refused("a.velox", "class A {\n  x: number;\n  con<|>structor() { this.x = 1; }\n}\n", "make"));
    CHECK_FALSE(is_refused("a.velox", "function f(a: number): number {\n  const <|>b = 1;\n  return a + b;\n}\n", "c"));
}

TEST_CASE("Rename: type parameters", "[ide][rename]") {
    CHECK(renamed("a.altru", "fn make[<|>T: Default](x: [T]) -> T:\n    let y: T = T::default()\n    return y\n",
                  "Item") ==
          "fn make[Item: Default](x: [Item]) -> Item:\n    let y: Item = Item::default()\n    return y\n");
    CHECK(renamed("a.altru",
                  "struct Box[T]:\n    x: T\n\nimpl[T: Show] Box[T]:\n    fn get(self) -> <|>T where T: Clone:\n"
                  "        return self.x.clone()\n",
                  "V") ==
          "struct Box[T]:\n    x: T\n\nimpl[V: Show] Box[V]:\n    fn get(self) -> V where V: Clone:\n"
          "        return self.x.clone()\n");
    CHECK(renamed("a.velox",
                  "class Box<T extends object> {\n  items: <|>T[] = [];\n  function map<R>(f: (x: T) => R): R[] {\n"
                  "    return this.items.map(f);\n  }\n}\n",
                  "Item") ==
          "class Box<Item extends object> {\n  items: Item[] = [];\n  function map<R>(f: (x: Item) => R): R[] {\n"
          "    return this.items.map(f);\n  }\n}\n");
    CHECK(renamed("a.velox", "type Copy<T> = { [<|>K in keyof T]: T[K] };\n", "Key") ==
          "type Copy<T> = { [Key in keyof T]: T[Key] };\n");
    CHECK(renamed("a.velox", "const id = <<|>X>(x: X): X => x;\n", "Y") == "const id = <Y>(x: Y): Y => x;\n");
    // It would mean another parameter, or another type.
    CHECK(is_refused("a.altru", "fn f[<|>A, B](a: A, b: B) -> A:\n    return a\n", "B"));
    CHECK(is_refused("a.altru", "struct Item:\n    x: int\n\nfn f[<|>A](a: A, b: Item) -> A:\n    return a\n", "Item"));
    CHECK(is_refused("a.velox", "class Item {}\nfunction f<<|>T>(a: T, b: Item): T { return a; }\n", "Item"));
    CHECK_FALSE(is_refused("a.velox", "class Item {}\nfunction f<<|>T>(a: T): T { return a; }\n", "Item"));
}

TEST_CASE("Rename reaches the files that import the name", "[ide][rename]") {
    World world("main.velox",
                "import { area as size, Shape } from \"./shape.velox\";\nconst s: Shape = new Shape();\n"
                "console.log(size(s));\n");
    FileId other =
        world.host().set_file("/test/shape.velox",
                              "export class Shape { w: number = 1; }\nexport function area(s: Shape): number "
                              "{ return s.w; }\n");
    auto rename_in = [&](FileId file, std::string_view at, const std::string& to) {
        std::string text(world.host().tree(file)->text());
        auto edits =
            world.ask([&](QueryContext& context) { return rename(context, file, uint32_t(text.find(at)), to); });
        REQUIRE(edits);
        for (const FileEdits& each : *edits)
            world.host().edit_file(each.file, std::vector<TextEdit>(each.edits.rbegin(), each.edits.rend()));
    };
    rename_in(other, "Shape {", "Form");
    rename_in(other, "area", "surface");
    rename_in(world.file(), "size(s)", "measure");
    CHECK(world.text() ==
          "import { surface as measure, Form } from \"./shape.velox\";\nconst s: Form = new Form();\n"
          "console.log(measure(s));\n");
    CHECK(world.host().tree(other)->text() ==
          "export class Form { w: number = 1; }\nexport function surface(s: Form): number { return s.w; }\n");
}

TEST_CASE("A new word is no reason to trust a rename", "[ide][rename]") {
    // What has the old name besides may be asked for it.
    CHECK(is_refused("a.velox",
                     "interface Named { na<|>me: string; }\nclass A { name: string = \"a\"; }\n"
                     "function f(n: Named): string { return n.name; }\nconsole.log(f(new A()));\n",
                     "title"));
    CHECK(is_refused("a.altru",
                     "struct Steps:\n    n: int\n\nimpl Iterator for Steps:\n    type Item = int\n\n"
                     "    fn ne<|>xt(mut self) -> Option[int]:\n        return None\n\n"
                     "for step in Steps::new(3):\n    println(\"${step}\")\n",
                     "following"));
    CHECK(is_refused(
        "a.velox", "class A { size: int = 1; }\nfunction make(): A { return new A(); }\nlet Ma<|>p = make();\n", "A"));
    // Namesakes that have nothing to do with it are none.
    CHECK(renamed("a.velox",
                  "class A { total: int = 1; }\nfunction f(to<|>tal: int, a: A): int { return total + a.total; }\n",
                  "sum") == "class A { total: int = 1; }\nfunction f(sum: int, a: A): int { return sum + a.total; }\n");
    CHECK(renamed("a.altru",
                  "# Counts a count.\nfn co<|>unt(n: int) -> int:\n    let count = n  # a count\n    return count\n\n"
                  "println(\"count ${count(1)}\")\n",
                  "tally") ==
          "# Counts a count.\nfn tally(n: int) -> int:\n    let count = n  # a count\n    return count\n\n"
          "println(\"count ${tally(1)}\")\n");
}

TEST_CASE("What a name means is found for one item at a time", "[ide][navigation][recomputation]") {
    World world("a.velox",
                "function one(a: int): int { let here = a; return here; }\n"
                "class B {\n    n: int = 1;\n    function two(): int { let there = this.n; return there; }\n}\n");
    const std::string before = world.hover_at("there;");
    CHECK(!world.hover_at("here;").empty());
    world.replace("let here = a;", "let here = a + 1; /* more */");
    world.host().database().reset_statistics();
    CHECK(world.hover_at("there;") == before);
    CHECK(world.definition_at("there;").size() == 1);
    CHECK(world.host().database().statistics<ItemNames>().computed == 0);
    CHECK(world.hover_at("here;").find("here: int") != std::string::npos);
    CHECK(world.host().database().statistics<ItemNames>().computed == 1);
}

TEST_CASE("After renaming anything in the examples the programs check the same", "[ide][rename][laws]") {
    size_t renames = 0, refusals = 0;
    for (const ExampleFile& example : example_files()) {
        World world(example.name, example.text);
        std::string before = to_text(world.diagnostics());
        auto names = world.ask([&](QueryContext& context) { return *context.get<FileNames>(world.file()); });
        for (const NameUse& use : names) {
            if (!use.is_declaration) continue;
            std::string old = example.text.substr(use.range.begin, use.range.length());
            auto place = world.ask(
                [&](QueryContext& context) { return prepare_rename(context, world.file(), use.range.begin); });
            if (!place) continue;
            std::string fresh(old.size(), 'q');  // as long, so that places stay
            auto edits =
                world.ask([&](QueryContext& context) { return rename(context, world.file(), use.range.begin, fresh); });
            INFO(example.name << ": " << old << (edits ? std::string() : ": " + edits.error()));
            if (old.size() < 2) continue;
            CHECK(edits);
            if (!edits) {
                ++refusals;
                continue;
            }
            ++renames;
            std::string text = example.text;
            for (const FileEdits& each : *edits) text = applied(text, each.edits);
            REQUIRE(text != example.text);
            world.host().set_file("/test/" + example.name, text);
            auto places = [](std::string all) {
                std::string kept;
                for (std::istringstream lines(all); std::getline(lines, all);)
                    kept += std::regex_replace(all.substr(0, all.find(':')), std::regex("`[^`]*`"), "``") + "\n";
                return kept;
            };
            CHECK(places(to_text(world.diagnostics())) == places(before));
            auto renamed_names =
                world.ask([&](QueryContext& context) { return *context.get<FileNames>(world.file()); });
            CHECK(renamed_names.size() == names.size());
            world.host().set_file("/test/" + example.name, example.text);
        }
    }
    CHECK(renames > 300);
    CHECK(refusals == 0);
}

}  // namespace braid::test
