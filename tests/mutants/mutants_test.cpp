// No damaged program that the verifiers accept crashes the process.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

#include "tests/mutants/mutants.h"
#include "tests/support/cases.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

// What the sequential languages have; without programs that read or write files, or wait for others.
constexpr const char* kPrograms[] = {
    "altru/actor_impl.altru",
    "altru/closures.altru",
    "altru/collections.altru",
    "altru/drops.altru",
    "altru/map_lookups.altru",
    "altru/receive_everything.altru",
    "altru/programs/actors_advanced.altru",
    "altru/programs/algorithms.altru",
    "altru/programs/drop_order.altru",
    "altru/programs/error_handling.altru",
    "altru/programs/functions_as_values.altru",
    "altru/programs/generic_containers.altru",
    "altru/programs/lists_maps_sets.altru",
    "altru/programs/patterns.altru",
    "altru/programs/state_machine.altru",
    "altru/programs/strings.altru",
    "altru/programs/trait_objects.altru",
    "altru/programs/unions.altru",
    "velox/classes.velox",
    "velox/closures.velox",
    "velox/destructuring.velox",
    "velox/exceptions.velox",
    "velox/finally.velox",
    "velox/generators.velox",
    "velox/match.velox",
    "velox/regexps.velox",
    "velox/typed_calls.velox",
    "velox/typescript_habits.velox",
};

void check_mutants(const fs::path& path) {
    // BRAID_MUTANTS says how many of each program run; as many more are rejected as it takes.
    const char* wanted = std::getenv("BRAID_MUTANTS");
    const char* seed = std::getenv("BRAID_MUTANTS_SEED");
    const int runs = wanted ? std::atoi(wanted) : 8;
    std::mt19937_64 random(seed ? std::strtoull(seed, nullptr, 10) : 1);
    auto choose = [&](uint64_t bound) { return random() % bound; };
    mutants::Original original(path);
    int ran = 0;
    for (int tries = 0; ran < runs && tries < 100 * runs; ++tries) {
        mutants::Outcome outcome = original.run_mutant(choose);
        if (outcome.kind == mutants::Outcome::Kind::Crashed) FAIL_CHECK(outcome.change);
        ran += outcome.kind != mutants::Outcome::Kind::Rejected;
    }
    CHECK(ran > runs / 2);
}

REGISTER_CASES(mutants) {
    for (const char* program : kPrograms)
        register_case(std::string("mutants of ") + program, "[mutants]",
                      [=] { check_mutants(fs::path(BRAID_SOURCE_DIR) / "tests/run" / program); });
}

}  // namespace
}  // namespace braid::test
