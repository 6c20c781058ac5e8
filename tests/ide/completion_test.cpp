#include "analyzer/ide/signature_help.h"
#include "tests/ide/completed.h"

namespace braid::test {
namespace {

/// "label with the [active] parameter", or nothing.
std::string signature(const std::string& name, const std::string& marked) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    auto help =
        world.ask([&, at = offset](QueryContext& context) { return signature_help(context, world.file(), at); });
    if (!help) return "";
    const SignatureInformation& active = help->signatures[help->active];
    std::string label = active.label;
    if (active.active) {
        TextRange range = active.parameters[*active.active];
        label.insert(range.end, "]");
        label.insert(range.begin, "[");
    }
    return label;
}

constexpr const char* kShop = R"(use std::sync::Mutex

struct Item:
    ## In the shop's words.
    name: string
    price: int

enum Size:
    Small
    Large(extra: int)

impl Item:
    ## With tax.
    fn total(self, percent: int) -> int:
        return self.price

    fn make(name: string) -> Item:
        return Item { name, price: 1 }

fn cheapest(items: &[Item], limit: int = 3) -> int:
    let best = 1000
    for item in items:
        CURSOR
    return best
)";

CompletionList in_shop(const std::string& line) {
    std::string text = kShop;
    text.replace(text.find("CURSOR"), 6, line);
    return completed("shop.altru", text);
}

}  // namespace

TEST_CASE("Completion: members", "[ide][completion]") {
    auto list = in_shop("item.<|>");
    CHECK(has(list, "name"));
    CHECK(has(list, "price"));
    REQUIRE(has(list, "total"));
    CHECK(find(list, "total")->insert == "total($0)");
    CHECK_FALSE(has(list, "make"));
    CHECK_FALSE(has(list, "best"));
    CHECK_FALSE(has(list, "push"));
    list = in_shop("item.pr<|>");
    CHECK(first(list, 1) == "price");
    CHECK_FALSE(has(list, "name"));
    CHECK(has(in_shop("items.<|>"), "len"));
    CHECK(has(in_shop("items.get(0).<|>"), "unwrap"));
    CHECK(has(in_shop("let m = Mutex::new(1)\n        m.<|>"), "lock"));
    CHECK(first(in_shop("unknown_name.<|>"), 1) == "");
}

TEST_CASE("Completion says more when asked", "[ide][completion]") {
    World world("a.altru", "## Twice.\nfn double(n: int) -> int:\n    return n\n\nlet x = dou\nlet y = pri\n");
    auto resolved = [&](std::string_view typed, std::string_view label) {
        uint32_t offset = world.offset_of(typed) + uint32_t(typed.size());
        return world.ask([&](QueryContext& context) {
            CompletionItem item = *find(completion(context, world.file(), offset), label);
            resolve_completion(context, item);
            return item.detail + " | " + item.documentation;
        });
    };
    CHECK(resolved("= dou", "double") == "fn double(n: int) -> int | Twice.");
    CHECK(resolved("= pri", "println").find("Shows the values") != std::string::npos);
}

TEST_CASE("Completion: paths", "[ide][completion]") {
    auto list = in_shop("let s = Size::<|>");
    CHECK(has(list, "Small"));
    CHECK(has(list, "Large"));
    CHECK_FALSE(has(list, "best"));
    list = in_shop("let i = Item::<|>");
    CHECK(has(list, "make"));
    CHECK(has(list, "new"));
    CHECK(has(in_shop("let i = Mutex::n<|>"), "new"));
}

TEST_CASE("Completion: names in scope, the nearest first", "[ide][completion]") {
    auto list = in_shop("let x = b<|>");
    CHECK(first(list, 1) == "best");
    list = in_shop("let x = <|>");
    for (auto name : {"item", "best", "items", "limit", "cheapest", "Item", "Size", "println", "true"}) {
        INFO(name);
        CHECK(has(list, name));
    }
    CHECK_FALSE(has(list, "x"));
    CHECK_FALSE(has(list, "price"));
    CHECK(has(in_shop("<|>"), "if"));
    CHECK(has(in_shop("re<|>"), "return"));
    CHECK_FALSE(has(in_shop("let x = <|>"), "while"));
    // What a block declares ends with the block.
    CHECK(has(in_shop("let inner = 1\n        <|>"), "inner"));
    CHECK_FALSE(has(in_shop("let inner = 1\n    <|>"), "inner"));
    CHECK_FALSE(has(in_shop("let inner = 1\n    let y = in<|>"), "inner"));
    // Not where nothing is to be completed.
    CHECK(in_shop("let <|>").items.empty());
    CHECK(in_shop("# it<|>").items.empty());
    CHECK(in_shop("let s = \"it<|>\"").items.empty());
    CHECK(in_shop("let s = 12<|>").items.empty());
    CHECK(has(in_shop("let s = \"${it<|>}\""), "item"));
    CHECK(completed("a.altru", "if a:<|>\n    b()\n", ':').items.empty());
}

TEST_CASE("Completion: what fits the expected type comes first", "[ide][completion]") {
    auto list =
        completed("a.altru", "fn take(text: string):\n    return\n\nfn f(aa: int, ab: string):\n    take(a<|>)\n");
    CHECK(first(list, 2) == "ab aa");
    list = completed("a.altru", "fn f(aa: string, ab: int) -> int:\n    return a<|>\n");
    CHECK(first(list, 2) == "ab aa");
}

TEST_CASE("Completion: fields, arguments, arms, types", "[ide][completion]") {
    auto list = in_shop("let i = Item { <|>");
    CHECK(first(list, 2) == "name price");
    CHECK(find(list, "name")->insert == "name: ");
    list = in_shop("let i = Item { name: \"a\", <|>");
    CHECK(first(list, 1) == "price");
    CHECK_FALSE(has(list, "name"));
    CHECK(has(in_shop("cheapest(<|>"), "limit = "));
    CHECK_FALSE(has(in_shop("cheapest(limit = <|>"), "limit = "));
    list = completed("a.altru",
                     "enum Size:\n    Small\n    Large(extra: int)\n\nfn f(s: Size) -> int:\n    match s:\n"
                     "        S<|>\n");
    CHECK(first(list, 1) == "Size::Small");
    REQUIRE(has(list, "Size::Large"));
    CHECK(find(list, "Size::Large")->insert == "Size::Large(${1:_})");
    list = completed("a.altru", "struct Item:\n    x: int\n\nfn f(a: I<|>):\n    return\n");
    CHECK(first(list, 1) == "Item");
    CHECK(has(completed("a.altru", "fn f(a: s<|>):\n    return\n"), "string"));
    CHECK_FALSE(has(completed("a.altru", "fn f(a: r<|>):\n    return\n"), "return"));
}

TEST_CASE("Completion brings the import along", "[ide][completion]") {
    auto list = completed("a.altru", "# A file.\n\nfn f():\n    let m = Mut<|>\n");
    const CompletionItem* item = find(list, "Mutex");
    REQUIRE(item);
    REQUIRE(item->additional.size() == 1);
    CHECK(item->additional[0].replacement.starts_with("use std::sync::Mutex\n"));
    CHECK(item->origin == "altru/sync.altru");
    CHECK(find(in_shop("let m = Mut<|>"), "Mutex")->additional.empty());

    auto [text, offset] = cursor_in("import { a } from \"./other.velox\";\nconsole.log(measu<|>);\n");
    World world("main.velox", text);
    world.host().set_file("/test/other.velox",
                          "export function a(): void {}\nexport function measure(): void {}\n"
                          "function measureless(): void {}\n");
    auto found = world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at); });
    REQUIRE(has(found, "measure"));
    CHECK_FALSE(has(found, "measureless"));
    CHECK(applied(text, find(found, "measure")->additional)
              .starts_with("import { a, measure } from \"./other.velox\";\n"));
}

TEST_CASE("Completion: Velox", "[ide][completion]") {
    const std::string shop =
        "class Item {\n  /** In the shop's words. */\n  name: string = \"\";\n  private secret: number = 1;\n"
        "  static count: number = 0;\n  function total(percent: number): number { return 1; }\n}\n"
        "enum Size { Small, Large(extra: number) }\n";
    auto in = [&](const std::string& line) { return completed("a.velox", shop + line + "\n"); };
    auto list = in("const i = new Item();\ni.<|>");
    CHECK(has(list, "name"));
    CHECK(has(list, "total"));
    CHECK_FALSE(has(list, "count"));
    CHECK(has(in("Item.<|>"), "count"));
    CHECK(has(in("Size.<|>"), "Small"));
    CHECK(has(in("[1, 2].<|>"), "map"));
    CHECK(has(in("\"a\".<|>"), "length"));
    CHECK(has(in("function f(i: Item | null) { i?.<|> }"), "name"));
    CHECK(has(in("function f(i: Item | null) { println(i?.<|>name); }"), "name"));
    CHECK_FALSE(has(in("function f(i: Item | null) { println(i?.<|>name); }"), "length"));
    CHECK(has(in("println(\"a\".match(/a/)?.<|>index);"), "groups"));
    CHECK(has(in("function f(i: Item | null) { if (i !== null) { i.<|> } }"), "name"));
    CHECK(has(in("console.<|>"), "log"));
    CHECK(first(in("const total = 1;\nconsole.log(tot<|>);"), 1) == "total");
    CHECK(has(in("const x: It<|> = y;"), "Item"));
    CHECK(in("// It<|>").items.empty());
    CHECK(in("const <|>").items.empty());
    list = in("async function g(): Promise<number> { return 1; }\ng().<|>");
    REQUIRE(has(list, "await"));
    CHECK(find(list, "await")->insert == "await g()");
    list = in("function f(s: Size): number { return match (s) { case S<|> }; }");
    CHECK(first(list, 1) == "Size.Small");
}

TEST_CASE("Signature help", "[ide][signature]") {
    CHECK(signature("a.altru", "fn f(a: int, b: string):\n    return\n\nf(<|>)\n") == "fn f([a: int], b: string)");
    CHECK(signature("a.altru", "fn f(a: int, b: string):\n    return\n\nf(1, <|>)\n") == "fn f(a: int, [b: string])");
    CHECK(signature("a.altru", "fn f(a: int, b: string):\n    return\n\nf(b = <|>)\n") == "fn f(a: int, [b: string])");
    CHECK(signature("a.altru", "fn f(a: int, b: string):\n    return\n\nf(1, g(2, 3<|>)\n") == "");
    CHECK(signature("a.altru", "fn f(a: int, b: [int]):\n    return\n\nf(1, [2, 3<|>])\n") ==
          "fn f(a: int, [b: [int]])");
    CHECK(signature("a.altru", "enum E:\n    V(a: int, b: string)\n\nlet e = E::V(1, <|>)\n") ==
          "E::V(a: int, [b: string])");
    CHECK(signature("a.velox", "enum E { V(a: int, b: string) }\nlet e = E.V(<|>);\n") == "E.V([a: int], b: string)");
    CHECK(signature("a.altru", "fn f(a: int):\n    return\n\nf(1)<|>\n") == "");
    CHECK(signature("a.altru", "fn f(a: int):\n    return\n\nf<|>(1)\n") == "");
    CHECK(signature("a.altru", "fn f(a: int):\n    return\n\nf(1, <|>\n") == "fn f(a: int)");
    CHECK(signature("a.altru", "struct P:\n    x: int\n    y: int\n\nlet p = P::new(1, <|>)\n") ==
          "P(x: int, [y: int])");
    CHECK(signature("a.altru",
                    "struct P:\n    x: int\n\nimpl P:\n    fn add(self, n: int) -> int:\n        return n\n\n"
                    "P::new(1).add(<|>)\n") == "fn add(self, [n: int]) -> int");
    CHECK(signature("a.velox", "function f(a: number, ...rest: string[]): void {}\nf(1, \"a\", <|>);\n") ==
          "function f(a: number, [...rest: string[]]): void");
    CHECK(signature("a.velox", "class A { constructor(x: number, y: string) {} }\nnew A(1, <|>);\n")
              .find("[y: string]") != std::string::npos);
    CHECK(signature("a.velox", "const f = (a: number, b: string) => a;\nf(1, <|>);\n").find("[arg1: string]") !=
          std::string::npos);
}

TEST_CASE("The quality of a fuzzy match", "[ide][completion]") {
    CHECK(fuzzy_score("", "abc"));
    CHECK(fuzzy_score("abc", "a_b_c"));
    CHECK_FALSE(fuzzy_score("abd", "abc"));
    CHECK_FALSE(fuzzy_score("ba", "abc"));
    CHECK(*fuzzy_score("tot", "total") < *fuzzy_score("tot", "set_total"));
    CHECK(*fuzzy_score("st", "set_total") < *fuzzy_score("st", "latest"));
    CHECK(*fuzzy_score("Item", "Item") < *fuzzy_score("item", "Item"));
}

TEST_CASE("Completion: the fields that an object's place asks for", "[ide][completion]") {
    const std::string types =
        "interface Point { x: number; y: number; label?: string }\n"
        "type Shape = { kind: \"dot\", at: Point } | { kind: \"line\", from: Point, to: Point };\n"
        "function show(p: Point, s: Shape[]): void {}\n";
    auto at = [&](const std::string& code) { return completed("a.velox", types + code); };
    auto list = at("const p: Point = { <|> };\n");
    CHECK(has(list, "x"));
    CHECK(has(list, "label"));
    CHECK(find(list, "x")->insert == "x: ");
    CHECK(find(list, "x")->detail == "number");
    list = at("const p: Point = { x: 1, <|> };\n");
    CHECK_FALSE(find(list, "x"));
    CHECK(has(list, "y"));
    CHECK(first(at("const p: Point = { la<|> };\n"), 1) == "label");
    CHECK(find(at("const p: Point = { <|>x: 1 };\n"), "x")->insert.empty());
    CHECK(has(at("show({ <|> }, []);\n"), "y"));
    CHECK(has(at("show({ x: 1, y: 2 }, [{ <|> }]);\n"), "kind"));
    CHECK(has(at("show({ x: 1, y: 2 }, [{ <|> }]);\n"), "from"));
    CHECK(has(at("show({ x: 1, y: 2 }, [{ kind: \"dot\", at: { <|> } }]);\n"), "label"));
    CHECK(has(at("function f(): Point { return { <|> }; }\n"), "x"));
    CHECK(has(at("async function f(): Promise<Point> { return { <|> }; }\n"), "x"));
    CHECK(has(at("class A { p: Point = { <|> }; }\n"), "x"));
    CHECK(has(at("let p: Point = { x: 1, y: 2 };\np = { <|> };\n"), "x"));
    CHECK(has(at("function f(p: Point) { const { <|> } = p; }\n"), "label"));
    CHECK(find(at("function f(p: Point) { const { <|> } = p; }\n"), "x")->insert.empty());
    CHECK(has(at("const p: Shape = { kind: <|> };\n"), "\"dot\""));
    // Nothing is asked for.
    CHECK_FALSE(has(at("const p = { <|> };\n"), "x"));
    CHECK_FALSE(has(at("show(1, [{ <|> }].length);\n"), "x"));
}

TEST_CASE("Completion: types, where types stand", "[ide][completion]") {
    for (const char* code : {"fn f[T](x: <|>):\n    return\n", "fn f[T](x: int) -> <|>:\n    return\n",
                             "fn f[T](x: int):\n    let y: [<|>] = []\n", "struct S[T]:\n    x: map[T, <|>]\n"}) {
        INFO(code);
        auto list = completed("a.altru", code);
        CHECK(has(list, "T"));
        CHECK(has(list, "string"));
        CHECK(has(list, "Option"));
        CHECK_FALSE(has(list, "println"));
    }
    CHECK(has(completed("a.altru", "let [a, b] = channel[<|>]()\n"), "string"));
    CHECK_FALSE(has(completed("a.altru", "let xs = [1]\nlet a = xs[<|>]\n"), "i32"));
    CHECK(has(completed("a.altru", "let xs = [1]\nlet a = xs[<|>]\n"), "xs"));
    for (const char* code : {"function f<T>(x: <|>): void {}\n", "function f<T>(x: Map<string, <|>>): void {}\n",
                             "class A<T> {\n  x: <|>;\n}\n", "function f<T>(g: (x: T) => <|>): void {}\n"}) {
        INFO(code);
        auto list = completed("a.velox", code);
        CHECK(has(list, "T"));
        CHECK(has(list, "number"));
        CHECK(has(list, "Promise"));
        CHECK_FALSE(has(list, "println"));
    }
}

TEST_CASE("Completion: variants, where patterns stand", "[ide][completion]") {
    const std::string msg = "enum Msg { Get(key: string), Stop }\n";
    for (const char* code : {"function f(m: Msg) {\n  match (m) {\n    case <|>\n  }\n}\n",
                             "function f(m: Msg) {\n  match (m) {\n    case <|>Stop => 1;\n  }\n}\n"}) {
        auto list = completed("a.velox", msg + code);
        CHECK(has(list, "Msg.Get"));
        CHECK(has(list, "Msg.Stop"));
    }
    const std::string shape = "enum Shape:\n    Dot\n    Line(n: int)\n\n";
    CHECK(has(completed("a.altru", shape + "fn f(s: Shape):\n    match s:\n        <|>Shape::Dot => 1\n"),
              "Shape::Line"));
    CHECK(has(completed("a.altru", shape + "fn f(s: Shape):\n    match s:\n        Shape::Dot => 1\n        <|>\n"),
              "Shape::Line"));
    CHECK(has(completed("a.altru", "fn f(s: Option[int]):\n    if let <|> = s:\n        return\n"), "Some"));
}

TEST_CASE("Completion: what an import may name", "[ide][completion]") {
    CHECK(has(completed("a.altru", "use <|>\n"), "std"));
    CHECK(has(completed("a.altru", "use std::<|>\n"), "sync"));
    CHECK(has(completed("a.altru", "use std::sync::<|>\n"), "Mutex"));
    auto list = completed("a.altru", "use std::sync::{Mutex, <|>}\n");
    CHECK(has(list, "WaitGroup"));
    CHECK_FALSE(has(list, "Mutex"));
    World world("main.velox", "import { a, <|> } from \"./other.velox\";\n");
    auto [text, offset] = cursor_in(world.text());
    world.host().set_file("/test/other.velox", "export const a = 1;\nexport class Box {}\nconst secret = 2;\n");
    world.host().set_file("/test/main.velox", text);
    list = world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at); });
    CHECK(has(list, "Box"));
    CHECK_FALSE(has(list, "a"));
    CHECK_FALSE(has(list, "secret"));
}

TEST_CASE("Completion: names of other modules bring their import", "[ide][completion]") {
    World world("main.altru", "mod shop\nmod tools\n\nfn f():\n    let x = Ware\n    let y = Hidd\n    let z = Deep\n");
    world.host().set_file("/test/shop.altru", "pub struct Warehouse:\n    n: int\n\nstruct Hidden:\n    n: int\n");
    FileId tools = world.host().set_file(
        "/test/tools.altru", "fn g():\n    let x = Ware\n\npub mod inner:\n    pub struct Deeper:\n        n: int\n");
    auto import_in = [&](FileId file, std::string_view typed, std::string_view label) -> std::string {
        uint32_t at = uint32_t(world.host().tree(file)->text().find(typed) + typed.size());
        auto list = world.ask([&](QueryContext& context) { return completion(context, file, at); });
        const CompletionItem* item = find(list, label);
        return item && !item->additional.empty() ? item->additional[0].replacement : "none";
    };
    CHECK(import_in(world.file(), "= Ware", "Warehouse") == "use shop::Warehouse\n\n");
    CHECK(import_in(world.file(), "= Deep", "Deeper") == "use tools::inner::Deeper\n\n");
    CHECK(import_in(tools, "= Ware", "Warehouse") == "use super::shop::Warehouse\n\n");
    CHECK(import_in(world.file(), "= Hidd", "Hidden") == "none");
}

TEST_CASE("Completion: locals of closures, arms and functions further down", "[ide][completion]") {
    CHECK(has(completed("a.velox", "const xs = [1, 2];\nxs.sort((left, right) => <|>);\n"), "left"));
    CHECK(has(completed("a.velox", "try { f(); } catch (problem) { println(<|>); }\n"), "problem"));
    CHECK(has(completed("a.velox", "const tick = setInterval(() => { clearInterval(<|>); }, 1);\n"), "tick"));
    CHECK_FALSE(has(completed("a.velox", "function f() {\n  const tick = <|>;\n}\n"), "tick"));
    CHECK(has(completed("a.velox", "function f() {\n  <|>\n  function later() {}\n}\n"), "later"));
    CHECK(has(completed("a.altru", "fn f(xs: [int]):\n    let ys = xs.iter().map(|item| <|>)\n"), "item"));
    CHECK(
        has(completed("a.altru",
                      "fn f(s: Option[int], out: string):\n    match s:\n        Some(n) => <|>\n        None => 0\n"),
            "out"));
    CHECK(
        has(completed("a.altru",
                      "fn f(s: Option[int], out: string):\n    match s:\n        Some(n) => <|>\n        None => 0\n"),
            "n"));
}

TEST_CASE("Completion: deprecated names come last and say so", "[ide][completion]") {
    auto list = completed("a.altru",
                          "## Deprecated: use `total`.\nfn total_of(n: int) -> int:\n    return n\n\n"
                          "fn total(n: int) -> int:\n    return n\n\nlet x = tot<|>\n");
    REQUIRE(has(list, "total_of"));
    CHECK(find(list, "total_of")->is_deprecated);
    CHECK_FALSE(find(list, "total")->is_deprecated);
    list = completed("a.velox",
                     "class A {\n  /** @deprecated use `run` */\n  function go(): void {}\n  function run(): void "
                     "{}\n}\nnew A().<|>\n");
    REQUIRE(has(list, "go"));
    CHECK(find(list, "go")->is_deprecated);
    CHECK_FALSE(find(list, "run")->is_deprecated);
    CHECK(find(list, "go")->rank > find(list, "run")->rank);
}

TEST_CASE("Completion: statements made of a value", "[ide][completion]") {
    auto list = completed("a.altru", "fn f(ready: bool):\n    ready.<|>\n");
    REQUIRE(has(list, "if"));
    CHECK(find(list, "if")->insert == "if ready:\n\t$0");
    CHECK(find(list, "if")->filter == "ready.if");
    CHECK(find(list, "let")->insert == "let ${1:name} = ready");
    CHECK(find(list, "match")->insert == "match ready:\n\t${2:pattern} => $0");
    list = completed("a.velox", "function f(xs: number[]): void {\n  xs.<|>\n}\n");
    CHECK(find(list, "for of")->insert == "for (const ${1:item} of xs) {\n\t$0\n}");
    CHECK(find(list, "return")->insert == "return xs;");
    CHECK(find(list, "const")->insert == "const ${1:name} = xs;");
    // Within an expression there is no statement to make.
    CHECK_FALSE(has(completed("a.velox", "function f(xs: number[]): void {\n  println(xs.<|>);\n}\n"), "for of"));
    CHECK_FALSE(has(completed("a.altru", "fn f(ready: bool):\n    let a = ready.<|>\n"), "if"));
}

TEST_CASE("Completion behind what leaves nothing behind, and in patterns", "[ide][completion]") {
    const std::string point =
        "struct Point:\n    x: int\n    y: int\n\nenum Token:\n    Paren{open: bool}\n    End\n\n";
    auto in_arm = [&](const std::string& of, const std::string& arm) {
        return completed("a.altru", point + "fn f(p: " + of + "):\n    match p:\n        " + arm + " => println(1)\n");
    };
    CHECK(first(in_arm("Point", "Point{<|>}"), 2) == "x y");
    CHECK(first(in_arm("&Point", "Point{<|>}"), 2) == "x y");
    CHECK(first(in_arm("Point", "Point{x, <|>}"), 1) == "y");
    CHECK(first(in_arm("Token", "Token::Paren{<|>}"), 1) == "open");
    CHECK_FALSE(has(in_arm("Point", "<|>"), "x"));

    const std::string map = "fn f(m: map[string, int]):\n    ";
    CHECK(has(completed("a.altru", map + "let a = m.get(\"a\").copied().<|>unwrap_or(0)\n"), "unwrap_or"));
    CHECK_FALSE(has(completed("a.altru", map + "let a = m.get(\"a\").unwrap().<|>\n"), "unwrap_or"));
    CHECK(has(completed("a.altru", "let a: [int] = vec::<|>new()\n"), "new"));
    CHECK_FALSE(has(completed("a.altru", "let a: [int] = nothing::<|>new()\n"), "new"));
}

TEST_CASE("Completion behind conversions and calls", "[ide][completion]") {
    CHECK(has(completed("a.velox", "function f(e: any) {\n    println((e as Error).<|>);\n}\n"), "message"));
    CHECK(has(completed("a.velox", "function f(e: Error) {\n    println((e as Error).<|>);\n}\n"), "message"));
    CHECK_FALSE(has(completed("a.velox", "function f(e: any) {\n    println((e as string).<|>);\n}\n"), "message"));
    CHECK(has(completed("a.velox", "println(String(1 + 2).<|>);\n"), "padStart"));
    CHECK(has(completed("a.velox", "println([1].keys().<|>);\n"), "next"));
    CHECK_FALSE(has(completed("a.velox", "const xs = [1];\nprintln(xs.<|>);\n"), "next"));
    CHECK(has(completed("a.velox", "const a = [1]; a.push(2); <|>\n"), "a"));
    CHECK(has(completed("a.velox", "try { let x: any = null; <|>x.foo(); } catch (e) {}\n"), "x"));
    CHECK_FALSE(has(completed("a.velox", "function f() { const first = <|>; }\n"), "first"));
    // A closure runs later than what is declared below it.
    const std::string later = "function f() {\n    const a = () => <|>;\n    const later = () => 1;\n}\n";
    CHECK(has(completed("a.velox", later), "later"));
    CHECK_FALSE(has(completed("a.velox", "function f() {\n    const a = <|>;\n    const later = 1;\n}\n"), "later"));
    CHECK(has(completed("a.velox", "class A { } <|>\n"), "println"));
    CHECK_FALSE(has(completed("a.velox", "class A { <|> }\n"), "println"));
}

TEST_CASE("Completion: type parameters that paths begin with", "[ide][completion]") {
    CHECK(has(completed("a.altru", "fn f[T: Default]() -> T:\n    return <|>\n"), "T"));
    CHECK(has(completed("a.altru", "fn f[T: Default]() -> T:\n    return T::<|>\n"), "default"));
    CHECK_FALSE(has(completed("a.altru", "fn f[T: Default]() -> T:\n    return 1\n\nfn g():\n    <|>\n"), "T"));
    CHECK_FALSE(has(completed("a.velox", "function f<T>(x: T): T { return <|>; }\n"), "T"));
}

TEST_CASE("Completion: what a value's enum or literals allow", "[ide][completion]") {
    const std::string kinds =
        "enum Kind { Dot, Line }\ntype Shape = { kind: Kind.Dot, at: number } | { kind: Kind.Line, to: number };\n";
    CHECK(first(completed("a.velox", kinds + "function f(s: Shape) { return match (s.kind) { case <|> }; }\n"), 2) ==
          "Kind.Dot Kind.Line");
    CHECK(has(completed("a.velox", "function f(s: \"on\" | \"off\") { return match (s) { case <|> }; }\n"), "\"off\""));
    const std::string color = "enum Color:\n    Red\n    Mixed(parts: int)\n\nfn paint(c: Color):\n    return\n\n";
    auto list = completed("a.altru", color + "paint(<|>)\n");
    CHECK(has(list, "Color::Red"));
    REQUIRE(find(list, "Color::Mixed"));
    CHECK(find(list, "Color::Mixed")->insert == "Color::Mixed($0)");
    CHECK_FALSE(has(completed("a.altru", color + "println(<|>)\n"), "Color::Red"));
}

TEST_CASE("Completion: words and types in their places", "[ide][completion]") {
    const std::string shop =
        "class Shop {}\ninterface Sized { size: number }\nfunction sell(): void {}\nenum Mode { On, Off }\n";
    auto in = [&](const std::string& code) { return completed("a.velox", shop + code); };
    for (const char* code : {"const a = new <|>;\n", "function f(x: any) { return x instanceof <|>; }\n"}) {
        CHECK(has(in(code), "Shop"));
        CHECK(has(in(code), "Map"));
        CHECK_FALSE(has(in(code), "sell"));
        CHECK_FALSE(has(in(code), "Sized"));
    }
    CHECK(has(in("class A extends <|> {}\n"), "Shop"));
    CHECK(has(in("class A implements <|> {}\n"), "Sized"));
    CHECK(has(in("class A extends Shop implements Sized, <|> {}\n"), "Sized"));
    CHECK_FALSE(has(in("class A extends <|> {}\n"), "sell"));
    CHECK(has(in("class A { <|> }\n"), "protected"));
    CHECK(has(in("try { } <|>\n"), "catch"));
    CHECK(has(in("function f(m: Mode) {\n  switch (m) {\n    <|>\n  }\n}\n"), "case"));
    CHECK(has(in("function f(m: Mode) {\n  switch (m) {\n    case Mode.On: return 1;\n    <|>\n  }\n}\n"), "default"));
    CHECK(first(in("function f(m: \"on\" | \"off\") { switch (m) { case <|> } }\n"), 2) == "\"off\" \"on\"");
    CHECK(first(in("function f(m: Mode) { match (m) { <|> } }\n"), 2) == "case Mode.On case Mode.Off");
    CHECK(first(in("function f(m: Mode) {\n  match (m) {\n    case Mode.On => 1;\n    cas<|>\n  }\n}\n"), 2) ==
          "case Mode.Off case");
    CHECK_FALSE(has(in("function f(m: Mode) { <|> }\n"), "case"));
    const std::string color = "enum Color:\n    Red\n    Mixed(parts: int)\n\ntrait Draw:\n    fn draw(self)\n\n";
    auto at = [&](const std::string& code) { return completed("a.altru", color + code); };
    CHECK(first(at("fn f(c: Color):\n    match c:\n        <|>\n    return\n"), 2) == "Color::Red Color::Mixed");
    CHECK(has(at("fn f():\n    select:\n        <|>\n    return\n"), "case"));
    CHECK(has(at("impl <|>:\n    fn a(self):\n        return\n"), "Color"));
    CHECK(has(at("impl Draw for <|>:\n    fn draw(self):\n        return\n"), "Color"));
    CHECK_FALSE(has(at("impl Draw for <|>:\n    fn draw(self):\n        return\n"), "println"));
    CHECK(has(at("[derive(<|>)]\nstruct A:\n    x: int\n"), "Clone"));
    CHECK(has(at("[derive(Clone, <|>)]\nstruct A:\n    x: int\n"), "Eq"));
    CHECK_FALSE(has(at("[derive(<|>)]\nstruct A:\n    x: int\n"), "Color"));
}

TEST_CASE("Completion: what is expected of a generic type's method, and in patterns", "[ide][completion]") {
    const std::string velox =
        "interface Node { name: string; next: Map<string, Node> }\n"
        "interface P { owner: string; node: Node }\n";
    CHECK(has(completed("a.velox", velox + "function f(n: Node) { n.next.set(\"a\", { <|> }); }\n"), "next"));
    CHECK(has(completed("a.velox", velox + "function f({ <|> }: P) {}\n"), "node"));
    CHECK(has(completed("a.velox", velox + "function f(n: number, { node: { <|> } }: P) {}\n"), "next"));
    CHECK(has(completed("a.velox", velox + "const g = ({ <|> }: P) => 1;\n"), "owner"));
    CHECK(has(completed("a.velox", velox + "function f(ps: P[]) { ps.map(({ <|> }) => 1); }\n"), "owner"));
    CHECK(has(completed("a.velox", velox + "function f({ node: { name } = { <|> } }: P) {}\n"), "next"));
    CHECK_FALSE(has(completed("a.velox", velox + "function f(n: number, { <|> }: P) {}\n"), "toFixed"));
    const std::string altru =
        "struct Item:\n    price: int\n\nfn f(items: [Item], cheap: Item, n: int):\n    let mut all = items\n";
    CHECK(first(completed("a.altru", altru + "    all.push(<|>)\n"), 1) == "cheap");
}

TEST_CASE("Signature help: nested calls, type arguments, names", "[ide][completion]") {
    const std::string two = "fn two[T](first: T, second: int = 1) -> int:\n    return second\n\n";
    CHECK(signature("a.altru", two + "two[int](1, <|>)\n") == "fn two[T](first: T, [second: int = …]) -> int");
    CHECK(signature("a.altru", two + "two(two(1, <|>2), 3)\n") == "fn two[T](first: T, [second: int = …]) -> int");
    CHECK(signature("a.altru", two + "two(two(1, 2), <|>3)\n") == "fn two[T](first: T, [second: int = …]) -> int");
    CHECK(signature("a.altru", two + "two(<|>two(1, 2), 3)\n") == "fn two[T]([first: T], second: int = …) -> int");
    CHECK(signature("a.altru", two + "two(second = <|>2, first = 1)\n") ==
          "fn two[T](first: T, [second: int = …]) -> int");
    CHECK(signature("a.altru", two + "let n = 1\nprintln(n<|>)\n") != "");
    CHECK(signature("a.altru", "fn f(<|>a: int):\n    return\n") == "");
    CHECK(signature("a.altru", "let g = |a| a + 1\nlet n = (1 + <|>2)\n") == "");
    const std::string box = "class Box<T> {\n  constructor(private item: T, size: number = 1) {}\n}\n";
    CHECK(signature("a.velox", box + "new Box<number>(1, <|>);\n").find("[size") != std::string::npos);
    CHECK(signature("a.velox", box + "new Box(<|>);\n").find("[item: T]") != std::string::npos);
    CHECK(signature("a.velox", "function f(g: (x: number) => string, n: number): void {}\nf((x) => \"a\", <|>);\n")
              .find("[n: number]") != std::string::npos);
    CHECK(signature("a.velox", "const h = (a: number, b: string) => a;\nh(1, <|>);\n").find("string") !=
          std::string::npos);
}

}  // namespace braid::test
