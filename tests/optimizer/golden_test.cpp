// What the optimizer makes of programs/*: `braid dump bytecode`, beside each as .bytecode. That the code still does the
// same is what tests/run checks, which runs every program both ways.
#include <catch2/catch.hpp>

#include "tests/support/cases.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

void check_code(const fs::path& program) {
    Command command{.program = braid_program(), .arguments = {"dump", "bytecode", program.filename().string()}};
    command.directory = program.parent_path();
    ProcessResult result = run_process(command);
    REQUIRE(result.status == 0);
    CHECK(golden_difference(fs::path(program).replace_extension(".bytecode"), result.output) == "");
}

REGISTER_CASES(optimized_code) {
    fs::path folder = fs::path(BRAID_SOURCE_DIR) / "tests/optimizer/programs";
    for (const fs::path& program : files_below(folder, {".altru", ".velox"}))
        register_case("code of " + program.filename().string(), "[optimizer]", [=] { check_code(program); });
}

}  // namespace
}  // namespace braid::test
