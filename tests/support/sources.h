#pragma once
// Files of this repository that tests read.
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace braid::test {

/// The text of a file; a test whose file is missing fails.
inline std::string text_of(const std::filesystem::path& path) {
    auto text = read_file(path);
    if (!text) throw std::runtime_error(text.error());
    return *std::move(text);
}

/// The files with an ending below folders of the repository: folder after folder, each sorted.
inline std::vector<std::filesystem::path> sources(const std::vector<std::string>& folders, std::string_view ending) {
    std::vector<std::filesystem::path> result;
    for (const std::string& folder : folders)
        for (auto& path : files_below(std::filesystem::path(BRAID_SOURCE_DIR) / folder, {std::string(ending)}))
            result.push_back(std::move(path));
    return result;
}

}  // namespace braid::test
