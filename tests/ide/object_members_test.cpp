#include "analyzer/ide/navigation.h"
#include "analyzer/ide/rename.h"
#include "tests/ide/cursor.h"

namespace braid::test {
namespace {

const std::string kShapes =
    "type P = { x: number, y: number };\n"
    "type Shape = { kind: \"circle\", r: number } | { kind: \"square\", side: number };\n"
    "type Box<T> = { value: T, tag?: string };\n"
    "function area(s: Shape): number {\n"
    "    if (s.kind === \"circle\") return s.r * s.r;\n"
    "    return s.side * s.side;\n"
    "}\n"
    "function add(a: P, b: P): P { return { x: a.x + b.x, y: a.y + b.y }; }\n"
    "function unbox(b: Box<number>): number { return b.value; }\n"
    "const p: P = { x: 1, y: 2 };\n"
    "const q = { left: 3, right: 4 };\n"
    "const ps: P[] = [p];\n"
    "console.log(q.left + p.x, ps.map(({ x }) => x), area({ kind: \"circle\", r: 2 }), unbox({ value: 3 }));\n";

uint32_t place(const std::string& text, const std::string& around, size_t in) {
    return uint32_t(text.find(around) + in);
}

/// Where the name at a place is declared, as the text from there on.
std::string declared(const std::string& text, const std::string& around, size_t in = 0) {
    World world("a.velox", text);
    auto targets =
        world.ask([&](QueryContext& context) { return definition(context, world.file(), place(text, around, in)); });
    std::string out;
    for (const Target& target : targets) {
        std::string whole = text.substr(target.whole.begin, target.whole.length());
        if (whole.ends_with(',') || whole.ends_with(';')) whole.pop_back();
        out += (out.empty() ? "" : " | ") + whole;
    }
    return out;
}

size_t references_of(const std::string& text, const std::string& around, size_t in = 0) {
    World world("a.velox", text);
    return world
        .ask([&](QueryContext& context) { return references(context, world.file(), place(text, around, in), true); })
        .size();
}

std::string renamed(std::string text, const std::string& around, size_t in, const std::string& to) {
    World world("a.velox", text);
    auto result =
        world.ask([&](QueryContext& context) { return rename(context, world.file(), place(text, around, in), to); });
    if (!result) return "refused: " + result.error();
    for (const FileEdits& edits : *result) text = applied(text, edits.edits);
    return text;
}

std::string replaced(std::string text, const std::vector<std::pair<std::string, std::string>>& changes) {
    for (const auto& [from, to] : changes)
        for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    return text;
}

}  // namespace

TEST_CASE("A member of an object type is found where its alias declares it", "[ide][objects]") {
    CHECK(declared(kShapes, "a.x", 2) == "x: number");
    CHECK(declared(kShapes, "{ x: a", 2) == "x: number");
    CHECK(declared(kShapes, "{ x: 1", 2) == "x: number");
    CHECK(declared(kShapes, "s.kind", 2) == "kind: \"circle\" | kind: \"square\"");
    CHECK(declared(kShapes, "s.side", 2) == "side: number");
    CHECK(declared(kShapes, "b.value", 2) == "value: T");
    CHECK(declared(kShapes, "value: 3") == "value: T");
    CHECK(declared(kShapes, "q.left", 2) == "left: 3");
    CHECK(references_of(kShapes, "{ x: number", 2) == 7);
    CHECK(references_of(kShapes, "r: number") == 4);
    CHECK(references_of(kShapes, "q.left", 2) == 2);
    CHECK(references_of(kShapes, "tag?: string") == 1);
}

TEST_CASE("Members of types made from an alias are those of the alias", "[ide][objects]") {
    const std::string text =
        "type User = { name: string, age: number };\n"
        "type Named = { name: string };\n"
        "type Both = User & { mail: string };\n"
        "function patch(change: Partial<User>, only: Pick<User, \"age\">, all: Both): string {\n"
        "    return `${change.age} ${only.age} ${all.age} ${all.mail}`;\n"
        "}\n"
        "function call(n: Named): string { return n.name; }\n";
    CHECK(declared(text, "change.age", 7) == "age: number");
    CHECK(declared(text, "only.age", 5) == "age: number");
    CHECK(declared(text, "all.age", 4) == "age: number");
    CHECK(declared(text, "all.mail", 4) == "mail: string");
    CHECK(declared(text, "n.name;", 2) == "name: string");
    CHECK(references_of(text, "n.name;", 2) == 2);
    // Other things of the name.
    CHECK(declared("class C { x: number = 1; }\ntype P = { x: number };\nfunction f(c: C): number { return c.x; }\n",
                   "c.x", 2) == "x: number = 1");
    CHECK(declared("type P = { x: number };\nfunction f(m: any): number { return m.x; }\n", "m.x", 2).empty());
}

TEST_CASE("Members of object types are renamed in all that has the type", "[ide][objects][rename]") {
    const std::string all = replaced(kShapes, {{"x: number", "left: number"},
                                               {"x: a.x + b.x", "left: a.left + b.left"},
                                               {"{ x: 1", "{ left: 1"},
                                               {"p.x", "p.left"},
                                               {"({ x })", "({ left: x })"}});
    CHECK(renamed(kShapes, "a.x", 2, "left") == all);
    CHECK(renamed(kShapes, "{ x: number", 2, "left") == all);
    CHECK(renamed(kShapes, "{ x: 1", 2, "left") == all);
    CHECK(renamed(kShapes, "({ x })", 3, "left") == replaced(kShapes, {{"({ x }) => x", "({ x: left }) => left"}}));
    CHECK(renamed(kShapes, "s.kind", 2, "tag") == replaced(kShapes, {{"kind", "tag"}}));
    CHECK(renamed(kShapes, "q.left", 2, "west") == replaced(kShapes, {{"left", "west"}}));
    CHECK(renamed(kShapes, "a.x", 2, "y").starts_with("refused: "));
    // A literal without a type of its own that goes where the type is wanted.
    const std::string later =
        "type P = { x: number };\nfunction f(p: P): number { return p.x; }\nconst q = { x: 1 };\nf(q);\n";
    CHECK(renamed(later, "p.x", 2, "left") == replaced(later, {{"x: ", "left: "}, {"p.x", "p.left"}}));
    CHECK(renamed("type P = { x: number };\nconst q = { x: 1 };\nconsole.log(q.x);\n", "q.x", 2, "left") ==
          "type P = { x: number };\nconst q = { left: 1 };\nconsole.log(q.left);\n");
    CHECK(renamed("type P = { x: number };\nconst p: P = { x: 1 };\nconst { x } = p;\nconsole.log(x);\n", "log(x", 4,
                  "left") ==
          "type P = { x: number };\nconst p: P = { x: 1 };\nconst { x: left } = p;\nconsole.log(left);\n");
}

}  // namespace braid::test
