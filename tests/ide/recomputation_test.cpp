#include "analyzer/checks/checks.h"
#include "tests/ide/world.h"

// What a keystroke costs: counted, not timed.
namespace braid::test {
namespace {

struct Counts {
    uint64_t bodies, mir, checks;
    friend bool operator==(const Counts&, const Counts&) = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& c) {
    return out << c.bodies << " bodies, " << c.mir << " MIR, " << c.checks << " checks";
}

/// How often functions were analyzed to bring the diagnostics up to date.
Counts recomputed(World& world) {
    world.host().database().reset_statistics();
    world.diagnostics();
    const Database& database = world.host().database();
    return {database.statistics<BodyOf>().computed, database.statistics<BuiltMir>().computed,
            database.statistics<CheckDiagnostics>().computed};
}

size_t line_count(const std::string& text) { return size_t(std::count(text.begin(), text.end(), '\n')); }

void check_costs(World& world, std::string_view comment) {
    REQUIRE(line_count(world.text()) >= 2000);
    INFO(to_text(world.diagnostics()));
    REQUIRE(world.diagnostics().empty());
    CHECK(recomputed(world) == Counts{0, 0, 0});

    SECTION("a keystroke in one body analyzes that body") {
        world.replace("total + k", "total + k + 12", 100);
        CHECK(recomputed(world) == Counts{1, 1, 1});
    }
    SECTION("a mistake in one body is found by analyzing that body, and forgotten by it") {
        world.replace("(total) + 100", "(totl) + 100");
        CHECK(recomputed(world).bodies == 1);
        CHECK(world.diagnostics().size() >= 1);
        world.replace("(totl) + 100", "(total) + 100");
        CHECK(recomputed(world) == Counts{1, 1, 1});
        CHECK(world.diagnostics().empty());
    }
    SECTION("a comment, a space and an empty line cost no analysis") {
        world.replace("The one before.", "The one before this.", 100);
        CHECK(recomputed(world) == Counts{0, 0, 0});
        world.replace(" + 100", "  +  100");
        CHECK(recomputed(world) == Counts{0, 0, 0});
        world.replace("A long file.", "A long file.\n\n\n" + std::string(comment) + " Really.");
        CHECK(recomputed(world) == Counts{0, 0, 0});
    }
    SECTION("a changed signature reaches its callers and nobody else") {
        world.replace("step_100(value", "step_100(amount");
        CHECK(recomputed(world).bodies == 2);
    }
}

}  // namespace

TEST_CASE("What a keystroke costs in Altru", "[ide][recomputation]") {
    World world("long.altru", long_altru(223));
    check_costs(world, "#");
}

TEST_CASE("What a keystroke costs in Velox", "[ide][recomputation]") {
    World world("long.velox", long_velox(200));
    check_costs(world, "//");
}

TEST_CASE("An import that finds no file is asked again when the file comes, and when it goes", "[ide][recomputation]") {
    struct Program {
        const char *importer, *text, *imported, *declarations;
    };
    const Program programs[] = {
        {"comes.altru", "mod late_file\n\nfn main():\n    println(late_file::one())\n", "/test/late_file.altru",
         "pub fn one() -> int:\n    return 1\n"},
        {"comes.velox", "import { one } from \"./late_file.velox\";\nprintln(one());\n", "/test/late_file.velox",
         "export function one(): number { return 1; }\n"},
    };
    for (const Program& program : programs) {
        World world(program.importer, program.text);
        REQUIRE(to_text(world.diagnostics()).find("unresolved-import") != std::string::npos);
        FileId imported = world.host().set_file(program.imported, program.declarations);
        CHECK(to_text(world.diagnostics()) == "");
        world.host().remove_file(imported);
        CHECK(to_text(world.diagnostics()).find("unresolved-import") != std::string::npos);
    }
}

}  // namespace braid::test
