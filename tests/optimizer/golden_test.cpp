// What the optimizer makes of programs/*: `braid dump bytecode`, beside each as .bytecode. That the code still does the
// same is what tests/run checks, which runs every program both ways.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/cases.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

/// The functions of the program itself; those of the library have a module before their name.
std::string own_functions(const std::string& dump) {
    std::string result;
    for (size_t at = 0; at < dump.size();) {
        size_t end = std::min(dump.find("\n\n", at), dump.size() - 2) + 2;
        std::string function = dump.substr(at, end - at);
        if (function.find("::") >= function.find('\n')) result += function;
        at = end;
    }
    return result;
}

void check_code(const fs::path& program) {
    Command command{.program = braid_program(), .arguments = {"dump", "bytecode", program.filename().string()}};
    command.directory = program.parent_path();
    ProcessResult result = run_process(command);
    REQUIRE(result.status == 0);
    CHECK(golden_difference(fs::path(program).replace_extension(".bytecode"), own_functions(result.output)) == "");
}

REGISTER_CASES(optimized_code) {
    fs::path folder = fs::path(BRAID_SOURCE_DIR) / "tests/optimizer/programs";
    for (const fs::path& program : files_below(folder, {".altru", ".velox"}))
        register_case("code of " + program.filename().string(), "[optimizer]", [=] { check_code(program); });
}

}  // namespace
}  // namespace braid::test
