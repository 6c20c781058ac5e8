// What a start of a file runs, and in which order: interpreter/loader/entries.h.
#include <catch2/catch.hpp>

#include "tests/cli/braid.h"

namespace braid::test {
namespace {

using Catch::Contains;

/// Writes the files, runs the first of them.
ProcessResult run(const std::vector<std::pair<std::string, std::string>>& files) {
    TemporaryFolder folder;
    for (const auto& [name, text] : files) folder.write(name, text);
    ProcessResult result = braid({"run", files.front().first}, folder.path());
    INFO(result.errors);
    return result;
}

TEST_CASE("velox: imports run once, before those that import them; then the file, then its main") {
    ProcessResult result = run({{"a.velox",
                                 "import { bump, count } from \"./c.velox\";\n"
                                 "import { x } from \"./b\";\n"
                                 "println(\"a\", x, count);\n"
                                 "async function main() { await Async.sleep(1); println(\"main\", bump()); }\n"},
                                {"b.velox",
                                 "import { bump } from \"./c.velox\";\n"
                                 "println(\"b before\");\n"
                                 "await Async.sleep(5);\n"
                                 "println(\"b after\", bump());\n"
                                 "export let x = 5;\n"
                                 "function main() { println(\"main of b\"); }\n"},
                                {"c.velox",
                                 "println(\"c\");\n"
                                 "export let count = 1;\n"
                                 "export function bump(): number { count = count + 1; return count; }\n"}});
    CHECK(result.output == "c\nb before\nb after 2\na 5 2\nmain 3\n");
    CHECK(result.status == 0);
}

TEST_CASE("velox: modules that import each other run once each") {
    ProcessResult result = run({{"a.velox",
                                 "import { b } from \"./b\";\nexport function a(): int { return 1; }\n"
                                 "println(\"a\", b());\n"},
                                {"b.velox",
                                 "import { a } from \"./a\";\nexport function b(): int { return a() + 1; }\n"
                                 "println(\"b\", a());\n"}});
    CHECK(result.output == "b 1\na 2\n");
}

TEST_CASE("altru: of a module only the declarations count") {
    ProcessResult result = run({{"main.altru",
                                 "mod shapes\n"
                                 "println(\"top\")\n"
                                 "fn main():\n"
                                 "    println(shapes::area(2))\n"},
                                {"shapes.altru",
                                 "pub fn area(side: int) -> int:\n"
                                 "    side * side\n"
                                 "fn main():\n"
                                 "    println(\"main of shapes\")\n"}});
    CHECK(result.output == "top\n4\n");
    CHECK(result.status == 0);
}

TEST_CASE("a main that the top level calls itself is not called again") {
    CHECK(run({{"a.altru", "fn main():\n    println(\"once\")\n\nmain()\n"}}).output == "once\n");
    CHECK(run({{"a.velox", "async function main() { println(\"once\"); }\nawait main();\n"}}).output == "once\n");
    CHECK(run({{"a.velox", "function main() { println(\"once\"); }\nsetTimeout(main, 1);\n"}}).output == "once\n");
    // To export it is no use of it.
    CHECK(run({{"a.velox", "function main() { println(\"once\"); }\nexport default main;\n"}}).output == "once\n");
    CHECK(run({{"a.velox", "function main() { println(\"once\"); }\nexport { main };\n"}}).output == "once\n");
    // A function of another name that calls it says nothing about the start.
    CHECK(run({{"a.altru", "fn again():\n    main()\n\nfn main():\n    println(\"once\")\n"}}).output == "once\n");
}

TEST_CASE("what has nothing to run does nothing, and says so") {
    for (const char* text : {"", "\n\n", "# only a comment\n", "fn helper() -> int:\n    1\n"}) {
        ProcessResult result = run({{"empty.altru", text}});
        CHECK(result.status == 0);
        CHECK(result.output.empty());
        CHECK_THAT(result.errors, Contains("empty.altru does nothing"));
    }
    for (const char* text : {"", "// only a comment\n", "export function helper(): int { return 1; }\n"}) {
        ProcessResult result = run({{"empty.velox", text}});
        CHECK(result.status == 0);
        CHECK_THAT(result.errors, Contains("empty.velox does nothing"));
    }
    // An import that runs, or a main, is something.
    CHECK(run({{"a.velox", "import \"./b.velox\";\n"}, {"b.velox", "println(\"b\");\n"}}).errors.empty());
    CHECK(run({{"a.altru", "fn main():\n    return\n"}}).errors.empty());
}

TEST_CASE("the exit status is that of main") {
    CHECK(run({{"a.altru", "fn main() -> Result[(), error]:\n    Err(error(\"no\"))\n"}}).status == 1);
    CHECK(run({{"a.altru", "fn main() -> Result[(), error]:\n    Ok(())\n"}}).status == 0);
    CHECK(run({{"a.altru", "fn main():\n    panic(\"no\")\n"}}).status == 101);
    CHECK(run({{"a.velox", "function main() { throw new Error(\"no\"); }\n"}}).status == 1);
    CHECK(run({{"a.velox", "async function main() { await Async.sleep(1); throw new Error(\"no\"); }\n"}}).status == 1);
    CHECK(run({{"a.velox", "await new Promise<void>((resolve) => {});\n"}}).status == 3);
    // An import that fails is the end: what imports it does not run.
    ProcessResult failed = run({{"a.velox", "import \"./b.velox\";\nprintln(\"a\");\n"},
                                {"b.velox", "println(\"b\");\nthrow new Error(\"no\");\n"}});
    CHECK(failed.status == 1);
    CHECK(failed.output == "b\n");
}

}  // namespace
}  // namespace braid::test
