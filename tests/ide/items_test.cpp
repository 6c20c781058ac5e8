#include <random>

#include "tests/ide/world.h"

// Items that follow an edit are those that reading the whole file gives, and whoever asks for them is told.
namespace braid::test {
namespace {

struct ItemsOf {
    std::vector<ItemEntry> entries;
    std::vector<ItemChildren::Value> children;
    std::vector<ItemTree> syntax;
    std::vector<std::vector<ItemId>> groups;
    friend bool operator==(const ItemsOf&, const ItemsOf&) = default;
};

ItemsOf items_of(World& world) {
    return world.ask([&](QueryContext& context) {
        ItemsOf all;
        all.entries = context.get<FileItems>(world.file())->entries;
        for (const ItemEntry& entry : all.entries) {
            all.children.push_back(*context.get<ItemChildren>(entry.item));
            all.syntax.push_back(*context.get<ItemSyntax>(entry.item));
        }
        for (ItemGroup group : groups_at(context, world.file(), 0))
            all.groups.push_back(*context.get<GroupItems>(group));
        return all;
    });
}

void check_edits(std::string_view name, const std::string& text, const std::vector<std::string>& snippets) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        std::mt19937 random(seed);
        auto below = [&](size_t n) { return uint32_t(std::uniform_int_distribution<size_t>(0, n)(random)); };
        World world(name, text);
        items_of(world);
        for (int step = 0; step < 60; ++step) {
            const std::string before = world.text();
            const uint32_t begin = below(before.size());
            const uint32_t length = below(3) ? 0 : below(20);
            const TextEdit edit{{begin, std::min(uint32_t(before.size()), begin + length)},
                                snippets[below(snippets.size() - 1)]};
            world.host().edit_file(world.file(), std::span(&edit, 1));
            if (step % 4 == 3) continue;  // several edits between two questions, too
            World fresh(name, world.text());
            INFO("seed " << seed << ", step " << step << "\n" << world.text());
            CHECK(items_of(world) == items_of(fresh));
            if (below(1)) world.host().set_file("/test/" + std::string(name), before);
        }
    }
}

}  // namespace

TEST_CASE("Items after edits are those of the text: Altru", "[ide][laws]") {
    check_edits(
        "items.altru",
        "use sync\n\nfn f(a: int) -> int:\n    fn inner():\n        return\n    return a\n\n"
        "struct S:\n    a: int\n    b: string\n\nenum E:\n    A\n    B(int, text: string)\n\n"
        "impl S:\n    fn m(self) -> int:\n        return self.a\n    fn m(self):\n        return\n\n"
        "let x = 1\nfn f():\n    return\nprintln(x)\nfn g():\n    return\n",
        {"x", " ", "\n", "\n    ", "fn f():\n    return\n", "# c\n", "impl S:\n    fn m(self):\n        return\n", "",
         "pub ", "struct S:\n", "enum E:\n    A\n", "let x = 2\n", "f", "1"});
}

TEST_CASE("Items after edits are those of the text: Velox", "[ide][laws]") {
    check_edits(
        "items.velox",
        "import { a } from \"./b.velox\";\nfunction f(a: number): number { return a; }\n"
        "class C {\n  x: number = 1;\n  static y = 2;\n  function m(): void {}\n  function m(a: number): void {}\n"
        "  get z(): number { return 1; }\n}\nenum E { A, B(number, text: string) }\n"
        "const { p, q: [r] } = a;\ninterface I { x: number; }\ntype T = I | null;\nf(1);\n"
        "function f(): void {}\nif (a) { f(); }\nexport function g() {}\n",
        {"x", " ", "\n", "{", "}", "function f() {}\n", "// c\n", "class C { m() {} }\n", "", "export ",
         "let [s, t] = a;\n", "static ", "enum E { A }\n", "f", "1", ";"});
}

}  // namespace braid::test
