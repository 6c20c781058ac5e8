#include "analyzer/ide/completion.h"
#include "analyzer/ide/signature_help.h"
#include "tests/ide/cursor.h"

namespace braid::test {
namespace {

CompletionList completed(const std::string& name, const std::string& marked, char typed = 0) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    return world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at, typed); });
}

/// The first labels, separated by spaces.
std::string first(const CompletionList& list, size_t count) {
    std::string out;
    for (size_t i = 0; i < count && i < list.items.size(); ++i) out += (i ? " " : "") + list.items[i].label;
    return out;
}
const CompletionItem* find(const CompletionList& list, std::string_view label) {
    for (const CompletionItem& item : list.items)
        if (item.label == label) return &item;
    return nullptr;
}
bool has(const CompletionList& list, std::string_view label) { return find(list, label) != nullptr; }

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

}  // namespace braid::test
