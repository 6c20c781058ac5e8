// What the compiler and the optimizer make of real programs has the types that the type verifier asks for.
#include <catch2/catch.hpp>

#include "interpreter/bytecode/code.h"
#include "interpreter/loader/executable.h"
#include "tests/support/cases.h"
#include "tests/support/process.h"
#include "workspace/workspace.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

void check_types(const fs::path& path, bool optimize) {
    auto host = make_host();
    auto file = load_file(*host, path.string());
    REQUIRE(file);
    auto made = loader::compile(*host, *file, {bytecode::ContractChecks::All, optimize});
    if (!made) return;
    for (const bytecode::Function& f : made->program->functions) CHECK(bytecode::verify_types(*made->program, f) == "");
}

REGISTER_CASES(programs) {
    fs::path root = BRAID_SOURCE_DIR;
    for (const char* folder : {"tests/run", "examples", "bench/vm"})
        for (const fs::path& path : files_below(root / folder, {".altru", ".velox"}))
            for (bool optimize : {false, true})
                register_case("types of " + fs::relative(path, root).string() + (optimize ? " optimized" : " plain"),
                              "[types]", [=] { check_types(path, optimize); });
}

}  // namespace
}  // namespace braid::test
