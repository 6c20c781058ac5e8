#include "analyzer/ide/code_actions.h"
#include "analyzer/ide/completion.h"
#include "analyzer/ide/hierarchy.h"
#include "analyzer/ide/inlay_hints.h"
#include "analyzer/ide/rename.h"
#include "analyzer/ide/signature_help.h"
#include "analyzer/ide/structure.h"
#include "analyzer/ide/workspace_symbols.h"
#include "tests/ide/cursor.h"

namespace braid::test {
namespace {

/// The text with every hint written into it, in `‹…›`.
std::string hinted(const std::string& name, const std::string& text) {
    World world(name, text);
    auto hints = world.ask([&](QueryContext& context) {
        return inlay_hints(context, world.file(), {0, uint32_t(text.size())});
    });
    std::string out = text;
    for (auto it = hints.rbegin(); it != hints.rend(); ++it) out.insert(it->offset, "‹" + it->label + "›");
    return out;
}

std::string names(const std::vector<HierarchyItem>& items) {
    std::string out;
    for (const HierarchyItem& item : items) out += (out.empty() ? "" : " ") + item.name;
    return out;
}

std::string places(World& world, const std::vector<FileRange>& ranges) {
    std::string out;
    for (const FileRange& each : ranges)
        out += fmt::format("{}{}:{}", out.empty() ? "" : " ",
                           files().path(each.file).substr(files().path(each.file).rfind('/') + 1),
                           LineIndex(world.host().tree(each.file)->text()).line_of(each.range.begin) + 1);
    return out;
}

}  // namespace

TEST_CASE("Inlay hints", "[ide][hints]") {
    CHECK(
        hinted("a.altru",
               "fn f(count: int, name: string) -> [int]:\n    return [count]\n\nlet xs = f(1, \"a\")\n"
               "let ys: [int] = f(count = 2, name = \"b\")\nfor x in xs:\n    println(\"${x}\")\n") ==
        "fn f(count: int, name: string) -> [int]:\n    return [count]\n\nlet xs‹: [int]› = f(‹count:›1, ‹name:›\"a\")\n"
        "let ys: [int] = f(count = 2, name = \"b\")\nfor x‹: int› in xs:\n    println(\"${x}\")\n");
    CHECK(hinted("a.velox",
                 "function f(count: number, name: string): number { return count; }\n"
                 "function g(count: number): void {\n  const a = f(1, \"x\");\n  const b: number = f(count, \"y\");\n"
                 "  [1].map(n => n + a + b);\n}\n") ==
          "function f(count: number, name: string): number { return count; }\n"
          "function g(count: number): void {\n  const a‹: number› = f(‹count:›1, ‹name:›\"x\");\n"
          "  const b: number = f(count, ‹name:›\"y\");\n  [1].map(n‹: number› => n + a + b);\n}\n");
    CHECK(hinted("a.altru", "let _x = 1\nlet y = undefined_name\n") == "let _x = 1\nlet y = undefined_name\n");
    std::string half = "fn half(xs: [int]) -> Future[[int]]:\n    return xs.map_async(async |x: int| x / 2)\n";
    CHECK(hinted("a.altru", half) == half);
    CHECK(hinted("a.altru", "[ai_concurrent_optimize]\n" + half) ==
          "[ai_concurrent_optimize]\n" + half.substr(0, half.size() - 1) + "‹ as many at once as pays›\n");
}

TEST_CASE("Workspace symbols: fuzzy, the best first", "[ide][symbols]") {
    World world("shop.altru",
                "struct Account:\n    balance: int\n\nimpl Account:\n    fn deposit(self, n: int):\n        "
                "self.balance += n\n\nfn account_total() -> int:\n    return 1\n");
    world.host().set_file("/test/other.velox", "class Accountant { run(): void {} }\n");
    auto find = [&](std::string_view typed) {
        std::string out;
        for (const WorkspaceSymbol& symbol :
             world.ask([&](QueryContext& context) { return workspace_symbols(context, typed); }))
            out += (out.empty() ? "" : " ") + symbol.name + "@" + symbol.container;
        return out;
    };
    CHECK(find("Account").starts_with("Account@shop.altru Accountant@other.velox account_total@shop.altru"));
    CHECK(find("dep") == "deposit@Account");
    CHECK(find("Account.dep") == "deposit@Account");
    CHECK(find("act").find("account_total@shop.altru") != std::string::npos);
    CHECK(find("zzz").empty());
    CHECK(find("println").empty());
    CHECK(world.ask([&](QueryContext& context) { return workspace_symbols(context, "", 2); }).size() == 2);
}

TEST_CASE("Calls and types as hierarchies", "[ide][hierarchy]") {
    World world("a.velox",
                "interface Shape { area(): number }\nclass Square implements Shape {\n  function area(): number { "
                "return side(); }\n}\nclass Big extends Square {\n  function area(): number { return side() + side(); "
                "}\n}\nfunction side(): number { return 1; }\nside();\n");
    auto at = [&](std::string_view marked, auto question) {
        uint32_t offset = world.offset_of(marked);
        return world.ask([&](QueryContext& context) { return question(context, world.file(), offset); });
    };
    auto items = at("side(): number", prepare_call_hierarchy);
    REQUIRE(names(items) == "side");
    auto incoming = world.ask([&](QueryContext& context) { return incoming_calls(context, items[0].item); });
    std::string callers;
    for (const Call& call : incoming) callers += call.other.name + fmt::format("*{} ", call.places.size());
    CHECK(callers.find("area*1") != std::string::npos);
    CHECK(callers.find("area*2") != std::string::npos);
    CHECK(callers.find("a.velox*1") != std::string::npos);
    auto outgoing = world.ask([&](QueryContext& context) {
        return outgoing_calls(
            context, prepare_call_hierarchy(context, world.file(), world.offset_of("return side(); ")).at(0).item);
    });
    REQUIRE(outgoing.size() == 1);
    CHECK(outgoing[0].other.name == "side");
    auto type = at("Square implements", prepare_type_hierarchy);
    REQUIRE(names(type) == "Square");
    CHECK(names(world.ask([&](QueryContext& c) { return supertypes(c, type[0].item); })) == "Shape");
    CHECK(names(world.ask([&](QueryContext& c) { return subtypes(c, type[0].item); })) == "Big");
    CHECK(at("Shape {", implementations).size() == 2);
    CHECK(at("area(): number }", implementations).size() == 2);
    CHECK(at("area(): number { return side() +", declaration).size() == 1);
    CHECK(at("1; }\nside", prepare_type_hierarchy).empty());
}

TEST_CASE("Calls through interfaces and traits, and of constructors", "[ide][hierarchy]") {
    auto callers = [](const char* name, const char* text, std::string_view marked) {
        World world(name, text);
        return world.ask([&](QueryContext& context) {
            std::string out;
            for (const HierarchyItem& item : prepare_call_hierarchy(context, world.file(), world.offset_of(marked)))
                for (const Call& call : incoming_calls(context, item.item)) out += call.other.name + " ";
            return out;
        });
    };
    const char* velox =
        "interface Shape { area(): number; }\nclass Dot implements Shape { function area(): number { return 0; } }\n"
        "class Box extends Dot {\n  constructor(public n: number) { super(); }\n  function area(): number { return 1; "
        "}\n}\n"
        "function by_shape(s: Shape): number { return s.area(); }\n"
        "function by_box(b: Box): number { return b.area(); }\nfunction make(): Box { return new Box(1); }\n"
        "function plain(): Dot { return new Dot(); }\n";
    CHECK(callers("a.velox", velox, "area(): number; }") == "by_shape by_box ");
    CHECK(callers("a.velox", velox, "area(): number { return 0") == "by_shape ");
    CHECK(callers("a.velox", velox, "area(): number { return 1") == "by_shape by_box ");
    CHECK(callers("a.velox", velox, "constructor(public") == "make ");
    CHECK(callers("a.velox", velox, "Box(1)") == "make ");
    CHECK(callers("a.velox", velox, "Dot(); }\n") == "plain ");
    const char* altru =
        "trait Shape:\n    fn area(self) -> int\n\nstruct Dot:\n    x: int\n\nstruct Box:\n    x: int\n\n"
        "impl Shape for Dot:\n    fn area(self) -> int:\n        return 0\n\n"
        "impl Shape for Box:\n    fn area(self) -> int:\n        return 1\n\n"
        "fn any[T: Shape](s: &T) -> int:\n    return s.area()\n\nfn dot(d: &Dot) -> int:\n    return d.area()\n";
    CHECK(callers("a.altru", altru, "area(self) -> int\n\n") == "any dot ");
    CHECK(callers("a.altru", altru, "area(self) -> int:\n        return 0") == "any dot ");
    CHECK(callers("a.altru", altru, "area(self) -> int:\n        return 1") == "any ");
}

TEST_CASE("Implementations of traits", "[ide][hierarchy]") {
    World world("a.altru",
                "trait Named:\n    fn label(self) -> string\n\nstruct A:\n    x: int\n\nimpl Named for A:\n"
                "    fn label(self) -> string:\n        return \"a\"\n\nlet s = A::new(1).label()\n");
    auto at = [&](std::string_view marked, auto question) {
        uint32_t offset = world.offset_of(marked);
        return world.ask([&](QueryContext& context) { return question(context, world.file(), offset); });
    };
    auto found = at("Named:", implementations);
    REQUIRE(found.size() == 1);
    CHECK(found[0].whole.begin == world.offset_of("impl Named"));
    found = at("label(self) -> string\n", implementations);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name.begin == world.offset_of("label(self) -> string:"));
    found = at("label()", declaration);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name.begin == world.offset_of("label(self) -> string\n"));
    CHECK(names(at("A:\n", prepare_type_hierarchy)) == "A");
}

TEST_CASE("References reach other files and named arguments", "[ide][references]") {
    World world("main.velox", "import { area as size } from \"./shape.velox\";\nconsole.log(size(2));\n");
    FileId other = world.host().set_file("/test/shape.velox",
                                         "export function area(w: number): number {\n  return w;\n}\narea(1);\n");
    auto from = [&](FileId file, std::string_view marked, bool with) {
        std::string text(world.host().tree(file)->text());
        return places(world, world.ask([&](QueryContext& context) {
            return references(context, file, uint32_t(text.find(marked)), with);
        }));
    };
    CHECK(from(other, "area", true).find("shape.velox:1") != std::string::npos);
    CHECK(from(other, "area", true).find("main.velox:2") != std::string::npos);
    CHECK(from(other, "area", false).find("shape.velox:1") == std::string::npos);
    CHECK(from(world.file(), "size(2)", false) == from(other, "area", false));
    CHECK(from(other, "w: number", true) == "shape.velox:1 shape.velox:2");
    World altru("a.altru", "fn f(count: int) -> int:\n    return count\n\nlet x = f(count = 1)\n");
    CHECK(places(altru, altru.ask([&](QueryContext& context) {
              return references(context, altru.file(), altru.offset_of("count: int"), true);
          })) == "a.altru:1 a.altru:2 a.altru:4");
    auto marks = altru.ask([&](QueryContext& context) {
        return document_highlights(context, altru.file(), altru.offset_of("count: int"));
    });
    REQUIRE(marks.size() == 3);
    CHECK(marks[0].kind == Highlight::Kind::Write);
    CHECK(marks[1].kind == Highlight::Kind::Read);
}

TEST_CASE("Every question has an answer at every place of every example, whole and broken", "[ide][laws]") {
    for (const ExampleFile& example : example_files()) {
        // Whole, cut off in the middle, and with a piece taken out.
        size_t half = example.text.size() / 2;
        for (const std::string& text : {example.text, example.text.substr(0, half),
                                        example.text.substr(0, half) + example.text.substr(half + half / 8)}) {
            World world(example.name, text);
            uint32_t step = text.size() == example.text.size() ? 1 : 5;
            for (uint32_t offset = 0; offset <= text.size() + 1; offset += step) {
                FileId file = world.file();
                INFO(example.name << " at " << offset);
                world.ask([&](QueryContext& context) {
                    CompletionList list = completion(context, file, offset);
                    for (const CompletionItem& item : list.items)
                        if (item.replaced.value_or(list.replaced).end > text.size())
                            FAIL("a range outside of the text");
                    signature_help(context, file, offset);
                    hover(context, file, offset);
                    definition(context, file, offset);
                    declaration(context, file, offset);
                    type_definition(context, file, offset);
                    implementations(context, file, offset);
                    document_highlights(context, file, offset);
                    references(context, file, offset, true);
                    prepare_rename(context, file, offset);
                    prepare_call_hierarchy(context, file, offset);
                    prepare_type_hierarchy(context, file, offset);
                    auto ranges = selection_ranges(context, file, offset);
                    for (size_t i = 1; i < ranges.size(); ++i)
                        if (ranges[i - 1].begin < ranges[i].begin || ranges[i - 1].end > ranges[i].end)
                            FAIL("selections do not grow");
                    auto tree = world.host().tree(file);
                    indentation_of_line(*tree, *editing_rules_of(file), offset, "    ");
                    if (offset % 7 == 0)
                        code_actions(context, file, {offset, std::min(offset + 20, uint32_t(text.size()))});
                    return 0;
                });
            }
            world.ask([&](QueryContext& context) {
                return folding_ranges(context, world.file()).size() + document_symbols(context, world.file()).size() +
                       inlay_hints(context, world.file(), {0, uint32_t(text.size())}).size() +
                       organize_imports(context, world.file()).size();
            });
        }
    }
}

TEST_CASE("What has no `self` of its own is not one: an actor's message, a module with words of its own", "[ide]") {
    World actor("a.altru", "actor Acc:\n    total: int = 0\n    fn add(n: int):\n        self.total += n\n");
    CHECK(actor.hover_at("add").find("fn add") != std::string::npos);
    CHECK(actor.hover_at("self").find("self:") != std::string::npos);
    World module("b.altru", "use std::sync::Mutex\n");
    CHECK(module.hover_at("sync").find("what else tasks meet at") != std::string::npos);
}

}  // namespace braid::test
