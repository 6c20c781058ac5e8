#include <random>

#include "tests/ide/world.h"

// After any edits the diagnostics are those of a host that sees the text for the first time.
namespace braid::test {
namespace {

struct Dialect {
    std::string_view name;
    std::string text;
    std::vector<std::string_view> snippets;
};

TextEdit random_edit(std::mt19937& random, const Dialect& dialect, const std::string& text) {
    auto below = [&](size_t n) { return uint32_t(std::uniform_int_distribution<size_t>(0, n)(random)); };
    uint32_t begin = below(text.size());
    uint32_t end = std::min<uint32_t>(uint32_t(text.size()), begin + (below(2) ? 0 : below(12)));
    std::string replacement(dialect.snippets[below(dialect.snippets.size() - 1)]);
    return {{begin, end}, std::move(replacement)};
}

void check_edits(const Dialect& dialect) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        std::mt19937 random(seed);
        World world(dialect.name, dialect.text);
        world.diagnostics();
        for (int step = 0; step < 12; ++step) {
            std::string before = world.text();
            TextEdit edit = random_edit(random, dialect, before);
            world.host().edit_file(world.file(), std::span(&edit, 1));
            if (step % 3 == 2) continue;  // several edits between two questions, too
            World fresh(dialect.name, world.text());
            INFO("seed " << seed << ", step " << step << "\n" << world.text());
            CHECK(to_text(world.diagnostics()) == to_text(fresh.diagnostics()));
            auto names = [](World& w) {
                return w.ask([&](QueryContext& c) { return semantic_tokens(c, w.file(), {0, ~0u}); });
            };
            CHECK(names(world) == names(fresh));
            // Back again half of the time, so that texts without errors are met, too.
            if (step % 2 == 0) world.host().set_file("/test/" + std::string(dialect.name), before);
        }
    }
}

}  // namespace

TEST_CASE("A statement that leaves its block is in another one, beside other items, too", "[ide][laws]") {
    World world("a.altru", "fn f():\n    return\n\nfor i in 0..3:\n    let rx = i\n    println(\"${rx}\")\n");
    CHECK(to_text(world.diagnostics()).empty());
    world.replace("    println", "println");
    CHECK(to_text(world.diagnostics()).find("unresolved-name") != std::string::npos);
    world.replace("println", "    println");
    CHECK(to_text(world.diagnostics()).empty());
    World braces("a.velox", "function f(): void {}\nfor (const i of [1]) {\n  const rx = i;\n  println(rx);\n}\n");
    CHECK(to_text(braces.diagnostics()).empty());
    braces.replace("  println(rx);\n}", "}\nprintln(rx);");
    CHECK(to_text(braces.diagnostics()).find("unresolved-name") != std::string::npos);
}

TEST_CASE("Diagnostics after edits are those of the text: Altru", "[ide][laws]") {
    std::string text =
        long_altru(8) +
        "\nstruct Job:\n    name: string\n\nactor Counter:\n    count: int = 0\n    fn add(n: int):\n"
        "        self.count = self.count + n\n\nfn send(job: Job):\n    let other = job\n    println(job.name)\n";
    check_edits({"laws.altru",
                 text,
                 {"x", " ", "\n", "\n    ", "(", ")", "total", "let y = 1\n", "fn f():\n    return\n", ": int", "\"",
                  "# c\n", "job", "", "step_3"}});
}

TEST_CASE("Diagnostics after edits are those of the text: Velox", "[ide][laws]") {
    std::string text =
        long_velox(8) +
        "\nclass Counter {\n  private count: number = 0;\n  function add(n: number): void {\n    this.count = "
        "this.count + n;\n  }\n}\n"
        "async function work(c: Counter): Promise<number> {\n  c.add(1);\n  return 2;\n}\nwork(new Counter());\n";
    check_edits({"laws.velox",
                 text,
                 {"x", " ", "\n", "{", "}", "(", ")", "total", "let y = 1;\n", "function f() {}\n", ": string", "\"",
                  "// c\n", "await ", "", "step_3"}});
}

}  // namespace braid::test
