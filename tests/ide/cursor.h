#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/ide/world.h"

namespace braid::test {

struct Cursor {
    std::string text;
    uint32_t offset;
};
/// Takes `<|>` out of a text.
inline Cursor cursor_in(std::string text) {
    size_t at = text.find("<|>");
    REQUIRE(at != std::string::npos);
    text.erase(at, 3);
    return {std::move(text), uint32_t(at)};
}

/// As LSP has it: what is inserted where a replacement begins stands in front of it.
inline std::string applied(std::string text, std::vector<TextEdit> edits) {
    std::stable_sort(edits.begin(), edits.end(),
                     [](const TextEdit& a, const TextEdit& b) { return a.range.begin < b.range.begin; });
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit)
        text.replace(edit->range.begin, edit->range.length(), edit->replacement);
    return text;
}

struct ExampleFile {
    std::string name, text;
};
/// The programs below a folder, by name.
inline std::vector<ExampleFile> source_files(const std::string& folder) {
    std::vector<ExampleFile> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        std::string ending = entry.path().extension().string();
        if (ending != ".altru" && ending != ".velox") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        out.push_back({entry.path().filename().string(),
                       std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>())});
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return out;
}
/// The programs of examples/.
inline std::vector<ExampleFile> example_files() {
    std::vector<ExampleFile> out = source_files(BRAID_SOURCE_DIR "/examples");
    REQUIRE(out.size() >= 10);
    return out;
}

}  // namespace braid::test
