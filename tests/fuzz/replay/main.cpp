// Runs a fuzz target over inputs that are always the same: its regressions in tests/fuzz/corpus/TARGET, the examples,
// and what is left of them when they are cut off or have bytes changed. Needs no fuzzer, so every `./dev test` does it.
#include <catch2/catch.hpp>

#include <cstdint>
#include <random>

#include "tests/support/cases.h"
#include "tests/support/process.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace braid::test {
namespace {

namespace fs = std::filesystem;

void run(const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

void run_cut_off(const std::string& text) {
    constexpr size_t pieces = 40;
    for (size_t i = 0; i <= pieces; ++i) run(text.substr(0, text.size() * i / pieces));
}

void run_changed(const std::string& text) {
    std::mt19937 random(1);  // NOLINT: the same inputs every time
    for (int round = 0; round < 40 && !text.empty(); ++round) {
        std::string changed = text;
        for (int i = 0; i < 8; ++i) changed[random() % changed.size()] = static_cast<char>(random());
        run(changed);
        changed.insert(random() % changed.size(), std::string(random() % 200, "([{:\n\t\"'#/"[random() % 11]));
        run(changed);
    }
}

REGISTER_CASES(inputs) {
    fs::path root = BRAID_SOURCE_DIR;
    fs::path corpus = root / "tests/fuzz/corpus" / BRAID_FUZZ_TARGET;
    if (fs::is_directory(corpus)) {
        for (const auto& entry : fs::directory_iterator(corpus)) {
            fs::path path = entry.path();
            register_case("corpus/" + path.filename().string(), "", [path] { run(*read_file(path)); });
        }
    }
    for (const fs::path& path : files_below(root / "examples", {".altru", ".velox"})) {
        register_case(fs::relative(path, root).string(), "", [path] {
            std::string text = *read_file(path);
            run(text);
            run_cut_off(text);
            run_changed(text);
        });
    }
    register_case("no input", "", [] { run({}); });
}

}  // namespace
}  // namespace braid::test
