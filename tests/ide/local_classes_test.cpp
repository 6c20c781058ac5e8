#include <regex>

#include "analyzer/ide/completion.h"
#include "analyzer/ide/rename.h"
#include "tests/ide/cursor.h"

// Classes and enums in the code of a function.
namespace braid::test {
namespace {

constexpr const char* kMain = R"(function main(scale: number) {
    enum Mode { Fast, Slow }
    class Base {
        name = "b";
        function area(): number { return scale; }
    }
    class Derived extends Base {
        static made = 0;
        constructor(private side: number) { super(); Derived.made += 1; }
        function twin(): Derived { return new Derived(this.side * scale); }
    }
    const held = class Named { v = 7; };
    if (scale > 1) {
        class Inner {}
        println(new Inner());
    }
    const d = new Derived(2);
    println(d.area(), d.twin(), new held().v, Mode.Fast);
}
main(2);
)";

/// What is offered where `line` stands instead of a part of the program, which is there once.
CompletionList offered(const std::string& part, const std::string& line) {
    std::string text = kMain;
    text.replace(text.find(part), part.size(), line);
    auto [plain, offset] = cursor_in(text);
    World world("a.velox", plain);
    return world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at); });
}
bool has(const CompletionList& list, std::string_view label) {
    return std::any_of(list.items.begin(), list.items.end(), [&](const auto& item) { return item.label == label; });
}

std::string renamed(const std::string& marked, const std::string& to) {
    auto [text, offset] = cursor_in(marked);
    World world("a.velox", text);
    auto result = world.ask([&, at = offset](QueryContext& context) { return rename(context, world.file(), at, to); });
    if (!result) return "refused: " + result.error();
    for (const FileEdits& edits : *result) text = applied(text, edits.edits);
    return text;
}
std::string outline(const std::vector<DocumentSymbol>& symbols) {
    std::string out;
    for (const DocumentSymbol& symbol : symbols)
        out += symbol.name + (symbol.children.empty() ? "" : "(" + outline(symbol.children) + ")") + " ";
    return out;
}
size_t count_of(const std::string& text, std::string_view word) {
    size_t n = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("Local classes: completion", "[ide][completion][local]") {
    const std::string body = "println(d.area(), d.twin(), new held().v, Mode.Fast);";
    auto in_main = [&](const std::string& line) { return offered(body, line); };
    for (const char* line : {"<|>", "const x = new <|>", "const x = new De<|>(1);", "let x: <|>", "println(<|>);"}) {
        INFO(line);
        auto list = in_main(line);
        CHECK(has(list, "Derived"));
        CHECK_FALSE(has(list, "Inner"));  // of another block
        CHECK_FALSE(has(list, "Named"));  // known to itself only
    }
    CHECK(has(in_main("const x = new <|>"), "held"));
    CHECK_FALSE(has(in_main("const x = new <|>"), "Mode"));
    CHECK(has(in_main("let x: <|>"), "Mode"));
    CHECK(has(in_main("class More extends <|> {}"), "Derived"));
    CHECK(has(in_main("Mode.<|>"), "Slow"));
    CHECK(has(in_main("Derived.<|>"), "made"));
    CHECK(has(in_main("d.<|>"), "twin"));
    CHECK(has(in_main("d.<|>"), "area"));
    CHECK(has(in_main("new Derived(1).<|>"), "name"));
    CHECK(has(in_main("if (d instanceof <|>) {}"), "Base"));

    CHECK(has(offered("println(new Inner());", "new <|>"), "Inner"));
    CHECK(has(offered("v = 7;", "v: <|>"), "Named"));
    auto in_method = [&](const std::string& line) { return offered("return new Derived(this.side * scale);", line); };
    CHECK(has(in_method("return new <|>"), "Derived"));
    CHECK(has(in_method("return <|>"), "Mode"));
    CHECK(has(in_method("return <|>"), "scale"));
    CHECK(has(in_method("return this.<|>"), "side"));
    CHECK(has(in_method("return this.<|>"), "area"));
    CHECK(has(offered("static made = 0;", "static made = new <|>;"), "Base"));
    CHECK(has(offered("super(); Derived", "super(); <|>"), "Derived"));

    auto outside = offered("main(2);", "new <|>");
    CHECK_FALSE(has(outside, "Derived"));
    CHECK_FALSE(has(outside, "Inner"));
    CHECK_FALSE(has(offered("main(2);", "<|>"), "Mode"));
    CHECK_FALSE(has(offered("main(2);", "<|>"), "scale"));
}

TEST_CASE("Local classes: a variable around them has its members there", "[ide][completion][local]") {
    auto [text, offset] =
        cursor_in("function main(names: string[]) {\n    class C {\n        f() { names.<|> }\n    }\n}\n");
    World world("a.velox", text);
    auto list = world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at); });
    CHECK(has(list, "map"));
    CHECK_FALSE(has(list, "toUpperCase"));
}

TEST_CASE("Local classes: hover, definition, references", "[ide][local]") {
    World world("a.velox", kMain);
    CHECK(world.hover_at("Derived(2)").find("class Derived") != std::string::npos);
    CHECK(world.hover_at("Mode.Fast").find("enum Mode") != std::string::npos);
    CHECK(world.hover_at("twin(),").find("twin(): Derived") != std::string::npos);
    CHECK(world.hover_at("d = new").find("Derived") != std::string::npos);
    CHECK(world.hover_at("scale; }").find("scale: number") != std::string::npos);
    auto leads_to = [&](std::string_view use, size_t nth, std::string_view declaration) {
        auto targets = world.definition_at(use, nth);
        INFO(use);
        REQUIRE(targets.size() == 1);
        CHECK(targets[0].name.begin == world.offset_of(declaration));
    };
    leads_to("Derived(2)", 0, "Derived extends");
    leads_to("Base {", 1, "Base {");
    leads_to("Fast);", 0, "Fast,");
    leads_to("area(),", 0, "area():");
    leads_to("side *", 0, "side: number");
    leads_to("scale; }", 0, "scale: number");
    leads_to("held()", 0, "held =");
    auto uses = [&](std::string_view name) {
        uint32_t at = world.offset_of(name);
        return world.ask([&](QueryContext& context) { return references(context, world.file(), at, true); }).size();
    };
    CHECK(uses("Derived extends") == 5);
    CHECK(uses("Base {") == 2);
    CHECK(uses("scale: number") == 4);
    CHECK(uses("Mode {") == 2);
}

TEST_CASE("Local classes: rename and outline", "[ide][rename][local]") {
    auto at = [](std::string_view word, size_t behind = 0) {
        std::string text = kMain;
        return text.insert(text.find(word) + behind, "<|>");
    };
    CHECK(renamed(at("Derived(2)"), "Other") == std::regex_replace(kMain, std::regex("Derived"), "Other"));
    CHECK(count_of(renamed(at("scale: number"), "factor"), "factor") == 4);
    CHECK(count_of(renamed(at("scale; }"), "factor"), "factor") == 4);
    CHECK(count_of(renamed(at("side *"), "edge"), "edge") == 2);
    CHECK(renamed("function f(n: number) {\n    class C {\n        a(n: number) { return n; }\n        b() { return { "
                  "n, m: [1].map(n => n), k: this.n }; }\n        n = 1;\n    }\n    return [new C(), <|>n];\n}\n",
                  "q") ==
          "function f(q: number) {\n    class C {\n        a(n: number) { return n; }\n        b() { return { n: q, m: "
          "[1].map(n => n), k: this.n }; }\n        n = 1;\n    }\n    return [new C(), q];\n}\n");
    World world("a.velox", kMain);
    CHECK(outline(world.ask([&](QueryContext& context) { return document_symbols(context, world.file()); })) ==
          "main(Mode(Fast Slow ) Base(name area ) Derived(made constructor side twin ) Named(v ) Inner ) ");
}

}  // namespace braid::test
