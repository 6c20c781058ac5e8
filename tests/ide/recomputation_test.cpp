#include "analyzer/checks/checks.h"
#include "analyzer/ide/file_diagnostics.h"
#include "bench/programs.h"
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

namespace {

/// How many answers were looked at, however they were found, to bring all diagnostics up to date.
uint64_t looked_at(World& world) {
    world.host().database().reset_statistics();
    CHECK(world.ask([&](QueryContext& context) { return context.get<FileDiagnostics>(world.file())->empty(); }));
    uint64_t all = 0;
    for (const auto& [query, how] : world.host().database().all_statistics())
        all += how.computed + how.verified + how.reused;
    return all;
}

uint64_t cost_of_keystroke(const std::string& name, const bench::ProgramShape& shape, size_t lines) {
    World world(name, bench::program(shape, lines));
    REQUIRE(to_text(world.diagnostics()) == "");
    uint64_t most = 0;
    for (size_t occurrence : {3, 7, 11}) {
        world.replace("total = total + entry.amount", "total = total + entry.amount + 1", occurrence);
        most = std::max(most, looked_at(world));
    }
    return most;
}

}  // namespace

TEST_CASE("What a keystroke looks at does not depend on the length of the file", "[ide][recomputation]") {
    struct Program {
        std::string ending;
        const bench::ProgramShape& shape;
    };
    for (const Program& program : {Program{".altru", bench::kAltruShape}, Program{".velox", bench::kVeloxShape}}) {
        const uint64_t small = cost_of_keystroke("small" + program.ending, program.shape, 1000);
        const uint64_t large = cost_of_keystroke("large" + program.ending, program.shape, 8000);
        INFO(program.ending);
        CHECK(large <= small + 64);  // one more level of groups, where there were a thousand more items
    }
}

TEST_CASE("Ten thousand keystrokes leave as much behind as none", "[ide][recomputation]") {
    for (bool velox : {false, true}) {
        World world(velox ? "many.velox" : "many.altru",
                    bench::program(velox ? bench::kVeloxShape : bench::kAltruShape, 60));
        REQUIRE(to_text(world.diagnostics()) == "");
        auto edit = [&](const char* from, const char* to) {
            world.replace(from, to);
            world.diagnostics();
        };
        auto type = [&] {
            edit("= total + entry.amount", "= totalx + entry.amount");
            edit("= totalx + entry.amount", "= total + entry.amount");
        };
        type();
        const size_t before = world.host().database().memo_count();
        for (int i = 0; i < 5000; ++i) type();
        CHECK(world.host().database().memo_count() == before);
        CHECK(to_text(world.diagnostics()) == "");
    }
}

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
