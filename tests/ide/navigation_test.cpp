#include "tests/ide/world.h"

namespace braid::test {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kShop = R"(## What is sold.
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
        let raised = self.price * percent
        return self.price + raised / 100

fn cheapest(items: &[Item]) -> int:
    let mut best = 1000
    for item in items:
        if item.total(19) < best:
            best = item.total(19)
    return best

fn main():
    let shop = [Item { name: "pen", price: 2 }]
    let (sender, receiver) = channel[int]()
    sender.send(cheapest(&shop))
    println("${receiver.recv()}")
)";

std::string outline(const std::vector<DocumentSymbol>& symbols, const std::string& indent = "") {
    std::string out;
    for (const DocumentSymbol& symbol : symbols)
        out += indent + symbol.name + "\n" + outline(symbol.children, indent + "  ");
    return out;
}

}  // namespace

TEST_CASE("Hover tells the documentation as it is written now", "[ide][hover]") {
    World altru("doc.altru",
                "## Old words.\nfn half(n: int) -> int: n / 2\n\n[derive(Clone)]\nstruct P:\n    ## Old field.\n"
                "    x: int\n\nprintln(half(4), P{x: 1}.x)\n");
    CHECK_THAT(altru.hover_at("half(4)"), Contains("Old words."));
    altru.replace("Old words", "New words");
    altru.replace("Old field", "New field");
    CHECK_THAT(altru.hover_at("half(4)"), Contains("New words."));
    CHECK_THAT(altru.hover_at("x: 1}"), Contains("New field."));
    World velox("doc.velox",
                "/** Old words. */\nfunction half(n: number): number { return n / 2; }\nprintln(half(4));\n");
    CHECK_THAT(velox.hover_at("half(4)"), Contains("Old words."));
    velox.replace("Old words", "New words");
    CHECK_THAT(velox.hover_at("half(4)"), Contains("New words."));
}

TEST_CASE("Hover tells signature, type and documentation", "[ide][hover]") {
    World world("shop.altru", kShop);
    CHECK_THAT(world.hover_at("cheapest(&shop"), Contains("fn cheapest(items: &[Item]) -> int"));
    CHECK_THAT(world.hover_at("best:"), Contains("mut best: int"));
    CHECK_THAT(world.hover_at("total(19)"), Contains("fn total(") && Contains("With tax."));
    CHECK_THAT(world.hover_at("items:\n"), Contains("(parameter) items: &[Item]"));
    CHECK_THAT(world.hover_at("sender.send"), Contains("sender: Sender[int]"));
    CHECK_THAT(world.hover_at("send(cheapest"), Contains("fn send("));
    CHECK_THAT(world.hover_at("Item]) ->"), Contains("struct Item") && Contains("What is sold."));
    CHECK_THAT(world.hover_at("price * percent"), Contains("price: int"));
    CHECK_THAT(world.hover_at("name: string"), Contains("In the shop's words."));
    CHECK(world.hover_at("= 1000") == "");
}

TEST_CASE("Definitions are found in bodies, signatures and the standard library", "[ide][definition]") {
    World world("shop.altru", kShop);
    auto leads_to = [&](std::string_view from, std::string_view to) {
        auto targets = world.definition_at(from);
        INFO(from);
        REQUIRE(targets.size() == 1);
        CHECK(targets[0].file == world.file());
        CHECK(targets[0].name.begin == world.offset_of(to));
    };
    leads_to("best:", "best = 1000");
    leads_to("cheapest(&shop", "cheapest(items");
    leads_to("total(19)", "total(self");
    leads_to("Item]) ->", "Item:\n    ## In");
    leads_to("Item { name", "Item:\n    ## In");
    leads_to("percent\n", "percent: int");
    leads_to("price * percent", "price: int");
    leads_to("sender.send", "sender, receiver");
    auto send = world.definition_at("send(cheapest");
    REQUIRE(send.size() == 1);
    CHECK_THAT(files().path(send[0].file), Contains("std:altru/sync.altru"));
    CHECK(world.definition_at("1000").empty());
    CHECK(world.definition_at("\n    price").empty());
}

TEST_CASE("The definition of what a trait declares is its implementation", "[ide][definition]") {
    World world("a.altru",
                "trait Shape:\n    fn area(self) -> int\n    fn twice(self) -> int:\n        return self.area() * 2\n\n"
                "struct Dot:\n    x: int\n\nimpl Shape for Dot:\n    fn area(self) -> int:\n        return 0\n\n"
                "fn any[T: Shape](s: &T) -> int:\n    return s.area()\n\n"
                "fn dot(d: &Dot) -> int:\n    return d.area() + d.twice()\n");
    auto at = [&](std::string_view marked) {
        auto found = world.definition_at(marked);
        REQUIRE(found.size() == 1);
        return found[0].name.begin;
    };
    CHECK(at("area() + d") == world.offset_of("area(self) -> int:\n        return 0"));
    CHECK(at("twice()\n") == world.offset_of("twice(self)"));  // what the impl leaves as it is
    CHECK(at("area()\n\nfn dot") == world.offset_of("area(self) -> int\n"));
    CHECK(at("area() * 2") == world.offset_of("area(self) -> int\n"));
}

TEST_CASE("References and highlights", "[ide][references]") {
    World world("shop.altru", kShop);
    auto count = [&](std::string_view at, bool with_declaration) {
        uint32_t offset = world.offset_of(at);
        return world
            .ask([&](QueryContext& context) { return references(context, world.file(), offset, with_declaration); })
            .size();
    };
    CHECK(count("best = 1000", true) == 4);
    CHECK(count("best = 1000", false) == 3);
    CHECK(count("total(self", true) == 3);
    CHECK(count("Item:\n    ##", true) == 4);
    CHECK(count("1000", true) == 0);
}

TEST_CASE("The outline nests", "[ide][symbols]") {
    World world("shop.altru", kShop);
    auto symbols = world.ask([&](QueryContext& context) { return document_symbols(context, world.file()); });
    CHECK(outline(symbols) ==
          "Item\n  name\n  price\nSize\n  Small\n  Large\n    extra\nimpl Item\n  total\ncheapest\nmain\n");
}

TEST_CASE("Semantic tokens are ordered, do not overlap and know names", "[ide][tokens]") {
    World world("shop.altru", kShop);
    auto tokens = world.ask([&](QueryContext& context) { return semantic_tokens(context, world.file(), {0, ~0u}); });
    for (size_t i = 1; i < tokens.size(); ++i) REQUIRE(tokens[i - 1].range.end <= tokens[i].range.begin);
    auto type_at = [&](std::string_view text) {
        uint32_t offset = world.offset_of(text);
        for (const SemanticToken& token : tokens)
            if (token.range.begin == offset) return token_type_names()[size_t(token.type)];
        return std::string_view("none");
    };
    CHECK(type_at("## What") == "comment");
    CHECK(type_at("struct Item") == "keyword");
    CHECK(type_at("Item:\n    ## In") == "struct");
    CHECK(type_at("name: string") == "property");
    CHECK(type_at("percent\n") == "parameter");
    CHECK(type_at("raised /") == "variable");
    CHECK(type_at("total(19)") == "method");
    CHECK(type_at("cheapest(&") == "function");
    CHECK(type_at("1000") == "number");
    CHECK(type_at("\"pen\"") == "string");
    CHECK(type_at("Small") == "enumMember");
    auto part = world.ask([&](QueryContext& context) { return semantic_tokens(context, world.file(), {100, 200}); });
    for (const SemanticToken& token : part) CHECK(std::find(tokens.begin(), tokens.end(), token) != tokens.end());
}

TEST_CASE("Velox names", "[ide][hover][definition]") {
    World world("shop.velox", R"(/** What is sold. */
class Item {
  price: number = 2;
  function total(percent: number): number {
    const raised = this.price * percent;
    return this.price + raised / 100;
  }
}

function cheapest(items: Item[]): number {
  let best = 1000;
  for (const item of items) {
    best = Math.min(best, item.total(19));
  }
  return best;
}

console.log(cheapest([new Item()]));
)");
    CHECK_THAT(world.hover_at("cheapest(["), Contains("cheapest(items: Item[]): number"));
    CHECK_THAT(world.hover_at("best;"), Contains("best: number"));
    CHECK_THAT(world.hover_at("total(19)"), Contains("total(percent: number): number"));
    CHECK_THAT(world.hover_at("Item[]"), Contains("class Item") && Contains("What is sold."));
    CHECK_THAT(world.hover_at("price * percent"), Contains("price: number"));
    auto leads_to = [&](std::string_view from, std::string_view to) {
        auto targets = world.definition_at(from);
        INFO(from);
        REQUIRE(targets.size() == 1);
        CHECK(targets[0].name.begin == world.offset_of(to));
    };
    leads_to("best;", "best = 1000");
    leads_to("cheapest([", "cheapest(items");
    leads_to("total(19)", "total(percent");
    leads_to("Item[]", "Item {");
    leads_to("Item()", "Item {");
    leads_to("price + raised", "price: number");
    auto log = world.definition_at("log(");
    REQUIRE(log.size() == 1);
    CHECK(is_std(log[0].file));
    auto symbols = world.ask([&](QueryContext& context) { return document_symbols(context, world.file()); });
    CHECK(outline(symbols) == "Item\n  price\n  total\ncheapest\n");
}

TEST_CASE("Questions about broken texts have answers", "[ide]") {
    for (std::string text : {"", "fn", "fn f(", "let x = ", "struct", "fn f():\n    x.", "\"${", "impl", "use a::{b, c",
                             "\xef\xbb\xbf", "enum E:\n  A(", "## doc"}) {
        World world("broken.altru", text);
        for (uint32_t offset = 0; offset <= text.size() + 2; ++offset) {
            world.ask([&](QueryContext& context) {
                hover(context, world.file(), offset);
                definition(context, world.file(), offset);
                return highlights(context, world.file(), offset).size();
            });
        }
        world.ask([&](QueryContext& context) {
            return document_symbols(context, world.file()).size() +
                   semantic_tokens(context, world.file(), {0, ~0u}).size();
        });
    }
}

TEST_CASE("Hover on what no declaration has", "[ide][navigation]") {
    World altru("a.altru",
                "[derive(Clone)]\nstruct P[T: Show]:\n    x: T\n    n: int\n\nfn f[T: Show](a: T) -> string:\n"
                "    go || println(\"a\")\n    return a.show()\n");
    CHECK(altru.hover_at("int\n").find("integer of 64 bits") != std::string::npos);
    CHECK(altru.hover_at("go ||").find("goroutine") != std::string::npos);
    CHECK(altru.hover_at("Clone").find("trait Clone") != std::string::npos);
    CHECK(altru.hover_at("derive").find("Implements traits") != std::string::npos);
    CHECK(altru.hover_at("T\n").find("(type parameter) T: Show") != std::string::npos);
    CHECK(altru.hover_at("T) ->").find("fn f[T: Show]") != std::string::npos);
    CHECK(altru.hover_at("|| println").empty());
    World velox("a.velox",
                "const o = { count: 1, name: \"a\" };\nconsole.log(o.count);\nlet n: number = 1;\n"
                "type M<T> = { [K in keyof T]: T[K] };\n");
    CHECK(velox.hover_at("count);").find("(field) count") != std::string::npos);
    CHECK(velox.hover_at("name:").find("(field) name") != std::string::npos);
    CHECK(velox.hover_at("number").find("double") != std::string::npos);
    CHECK(velox.hover_at("K]").find("(type parameter) K in keyof T") == std::string::npos);
    CHECK(velox.hover_at("K]").find("(type parameter)") != std::string::npos);
}

TEST_CASE("Type parameters are names", "[ide][navigation]") {
    World world("a.altru",
                "fn f[T](a: T) -> T:\n    let b: T = a\n    return b\n\nfn g[T](a: T) -> T:\n    return a\n");
    auto found = world.definition_at("T = a");
    REQUIRE(found.size() == 1);
    CHECK(found[0].name.begin == world.offset_of("T]"));
    CHECK(
        world.ask([&](QueryContext& context) { return references(context, world.file(), world.offset_of("T]"), true); })
            .size() == 4);
    auto tokens = world.ask([&](QueryContext& context) { return semantic_tokens(context, world.file(), {0, ~0u}); });
    CHECK(std::count_if(tokens.begin(), tokens.end(),
                        [](const SemanticToken& t) { return t.type == TokenType::TypeParameter; }) == 7);
}

TEST_CASE("Deprecated names say so", "[ide][navigation]") {
    World world("a.altru", "## Deprecated: use `g`.\nfn f():\n    return\n\nfn g():\n    return\n\nf()\ng()\n");
    auto tokens = world.ask([&](QueryContext& context) { return semantic_tokens(context, world.file(), {0, ~0u}); });
    auto is_deprecated = [&](uint32_t at) {
        for (const SemanticToken& token : tokens)
            if (token.range.begin == at) return (token.modifiers >> token_modifier::Deprecated & 1) != 0;
        return false;
    };
    CHECK(is_deprecated(world.offset_of("f()\ng")));
    CHECK_FALSE(is_deprecated(world.offset_of("g()\n")));
    CHECK_FALSE(is_deprecated(world.offset_of("g():")));
}

}  // namespace braid::test
