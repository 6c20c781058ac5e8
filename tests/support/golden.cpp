#include "tests/support/golden.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "tests/support/process.h"

namespace braid::test {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
    lines.emplace_back();  // a final line break is content, too
    return lines;
}

}  // namespace

bool updating() {
    const char* value = std::getenv("BRAID_UPDATE");
    return value != nullptr && std::string_view(value) == "1";
}

std::string difference(std::string_view expected, std::string_view actual) {
    if (expected == actual) return {};
    auto left = lines_of(expected);
    auto right = lines_of(actual);
    size_t first = 0;
    while (first < left.size() && first < right.size() && left[first] == right[first]) ++first;
    std::string message = fmt::format("differs from line {}:\n", first + 1);
    constexpr size_t shown = 8;
    for (size_t i = first; i < left.size() && i < first + shown; ++i)
        message += fmt::format("  expected | {}\n", left[i]);
    for (size_t i = first; i < right.size() && i < first + shown; ++i)
        message += fmt::format("  actual   | {}\n", right[i]);
    return message;
}

std::string golden_difference(const std::filesystem::path& golden, std::string_view actual) {
    auto expected = read_file(golden);
    if (expected && *expected == actual) return {};
    if (updating()) {
        std::filesystem::create_directories(golden.parent_path());
        std::ofstream(golden, std::ios::binary) << actual;
        return {};
    }
    std::string remedy = "BRAID_UPDATE=1 (or ./dev test --update) rewrites it\n";
    if (!expected) return fmt::format("{} does not exist; {}  actual   | {}", golden.string(), remedy, actual);
    return fmt::format("{} {}{}", golden.string(), difference(*expected, actual), remedy);
}

}  // namespace braid::test
