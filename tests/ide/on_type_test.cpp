#include "analyzer/ide/on_type.h"

#include "tests/ide/cursor.h"
#include "workspace/formatting.h"

namespace braid::test {
namespace {

/// The text after what stands in front of `|` was typed.
std::string typed(const std::string& name, std::string text) {
    size_t at = text.find('|');
    text.erase(at, 1);
    World world(name, text);
    auto how = formatting_rules("/test/" + name);
    REQUIRE(how);
    auto tree = world.host().tree(world.file());
    return applied(text, edits_on_type(*tree, *editing_rules_of(world.file()), how->rules, how->options, uint32_t(at),
                                       text[at - 1]));
}

}  // namespace

TEST_CASE("a new line is indented and the one above it formatted", "[ide][format]") {
    CHECK(typed("a.altru", "fn f():\n|") == "fn f():\n    ");
    CHECK(typed("a.altru", "fn f():\n    let a=1\n|") == "fn f():\n    let a = 1\n    ");
    CHECK(typed("a.altru", "foo(\n|") == "foo(\n    ");
    CHECK(typed("a.altru", "fn f():\n    if a:\n        return 1\n|") == "fn f():\n    if a:\n        return 1\n    ");
    CHECK(typed("a.velox", "function f() {\n|}\n") == "function f() {\n}\n");
    CHECK(typed("a.velox", "function f() {\n|\n}\n") == "function f() {\n    \n}\n");
    CHECK(typed("a.velox", "let a=1\n|let b=2\n") == "let a = 1;\nlet b=2\n");
    CHECK(typed("a.velox", "if (a) {\n    b(\n|") == "if (a) {\n    b(\n        ");
    CHECK(typed("a.velox", "let s = `a\n|`;\n") == "let s = `a\n`;\n");
}

TEST_CASE("a closing brace goes below the line that opened it", "[ide][format]") {
    CHECK(typed("a.velox", "function f() {\n    a();\n    }|\n") == "function f() {\n    a();\n}\n");
    CHECK(typed("a.velox", "function f() {\n    }|\n") == "function f() {\n}\n");
    // Within a line, and in a string, nothing moves.
    CHECK(typed("a.velox", "let a = \"}|\"\n") == "let a = \"}\"\n");
}

}  // namespace braid::test
