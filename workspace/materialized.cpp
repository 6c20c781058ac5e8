#include "workspace/materialized.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "stdlib/stdlib.h"
#include "workspace/workspace.h"

namespace braid {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStandard = "std:";

std::string cache_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (cache && *cache == '/') return normalized_path(std::string(cache) + "/braid");
    if (home && *home == '/') return normalized_path(std::string(home) + "/.cache/braid");
    return {};
}

bool holds(const fs::path& path, std::string_view text) {
    std::error_code error;
    if (fs::file_size(path, error) != text.size() || error) return false;
    std::ifstream in(path, std::ios::binary);
    std::string found(text.size(), '\0');
    return in.read(found.data(), std::streamsize(found.size())) && found == text;
}

}  // namespace

std::optional<std::string> materialized(std::string_view relative_path, std::string_view text) {
    std::string folder = cache_folder();
    if (folder.empty()) return std::nullopt;
    fs::path path = fs::path(folder) / relative_path;
    if (holds(path, text)) return path.string();
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return std::nullopt;
    // Another process may do the same at this moment: each writes a file of its own and moves it into place.
    fs::path fresh = path;
    fresh += fmt::format(".{}.new", getpid());
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out.write(text.data(), std::streamsize(text.size()));
        if (!out.flush()) {
            fs::remove(fresh, error);
            return std::nullopt;
        }
    }
    fs::permissions(fresh, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read, error);
    fs::rename(fresh, path, error);
    if (!error) return path.string();
    fs::remove(fresh, error);
    return std::nullopt;
}

std::optional<std::string> materialized_standard_file(std::string_view standard_path, std::string_view text) {
    if (!standard_path.starts_with(kStandard)) return std::nullopt;
    return materialized("std/" + std::string(standard_path.substr(kStandard.size())), text);
}

std::optional<std::string> standard_path_of(const std::string& path) {
    std::string cache = cache_folder(), folder = cache + "/std/";
    if (!cache.empty() && path.starts_with(folder)) return std::string(kStandard) + path.substr(folder.size());
    return std::nullopt;
}

std::optional<std::string> standard_path_of_source(const std::string& path) {
    static constexpr std::string_view kSources = "/stdlib/";
    size_t at = path.rfind(kSources);
    if (at == std::string::npos) return std::nullopt;
    std::string name = std::string(kStandard) + path.substr(at + kSources.size());
    for (const StandardFile& file : standard_library())
        if (file.path == name) return name;
    return std::nullopt;
}

}  // namespace braid
