#include "workspace/workspace.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "analyzer/project/project.h"
#include "analyzer/text/utf8.h"
#include "stdlib/stdlib.h"
#include "workspace/materialized.h"

namespace braid {

namespace fs = std::filesystem;

namespace {

std::string megabytes(uintmax_t bytes) { return fmt::format("{} MB", bytes >> 20); }

/// Where the text stops being text; none when it does not.
std::optional<std::string> why_not_text(std::string_view bytes) {
    size_t zero = bytes.find('\0');
    if (zero == std::string_view::npos && utf8::is_valid(bytes)) return std::nullopt;
    size_t bad = 0;
    while (bad < bytes.size() && bad != zero) {
        utf8::Decoded next = utf8::decode(bytes, bad);
        if (!next.valid) break;
        bad += next.length;
    }
    size_t line = 1 + size_t(std::count(bytes.begin(), bytes.begin() + ptrdiff_t(bad), '\n'));
    return fmt::format("line {} is not UTF-8 text (byte 0x{:02x} at offset {}); save the file as UTF-8", line,
                       static_cast<unsigned char>(bytes[bad]), bad);
}

bool is_left_out(const fs::path& folder) {
    std::string name = folder.filename().string();
    return name.starts_with(".") || name == "node_modules" || name == "build";
}

bool is_manifest(const fs::path& path) {
    std::error_code error;
    return project_kind_of(path.string()) && fs::is_regular_file(path, error);
}
/// What is asked for when `path` is named.
fs::path meant_by(const std::string& path) {
    if (!is_manifest(path)) return path;
    fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder;
}

}  // namespace

tl::expected<std::string, std::string> read_source_file(const std::string& path) {
    auto fail = [&](std::string_view why) { return tl::make_unexpected(fmt::format("{}: {}", path, why)); };
    std::error_code error;
    fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return fail("no such file");
    if (status.type() == fs::file_type::directory) return fail("is a folder, not a file; name a file in it");
    if (error) return fail(error.message());
    uintmax_t size = status.type() == fs::file_type::regular ? fs::file_size(path, error) : 0;
    if (size > kMaxSourceBytes)
        return fail(
            fmt::format("{} is more than the {} a source file may have", megabytes(size), megabytes(kMaxSourceBytes)));
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(std::strerror(errno));
    std::string text;
    text.reserve(size);
    char buffer[1 << 16];
    while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
        text.append(buffer, size_t(in.gcount()));
        if (text.size() > kMaxSourceBytes)  // a pipe or a device tells no size
            return fail(fmt::format("has more than the {} a source file may have", megabytes(kMaxSourceBytes)));
    }
    if (in.bad()) return fail("cannot be read");
    if (auto why = why_not_text(text)) return fail(*why);
    return text;
}

std::string normalized_path(const std::string& path) {
    std::error_code error;
    fs::path absolute = fs::weakly_canonical(fs::absolute(path, error), error);
    return error ? path : absolute.string();
}

tl::expected<std::vector<std::string>, std::string> find_sources(const std::string& asked) {
    std::error_code error;
    const std::string path = meant_by(asked).string();
    if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
    register_all_languages();  // who formats or lists files has no host that did it
    std::vector<std::string> found;
    fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
    if (error) return tl::make_unexpected(fmt::format("{}: {}", path, error.message()));
    for (; it != end; it.increment(error)) {
        if (error) return tl::make_unexpected(fmt::format("{}: {}", path, error.message()));
        if (it->is_directory(error) && is_left_out(it->path())) it.disable_recursion_pending();
        else if (it->is_regular_file(error) && language_of_path(it->path().string()))
            found.push_back(it->path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::string> source_folders(const std::string& asked) {
    std::error_code error;
    const fs::path path = normalized_path(meant_by(asked).string());
    fs::path above = path.parent_path();
    while (!fs::is_directory(above, error) && above.has_relative_path()) above = above.parent_path();
    std::vector<std::string> found{above.string()};
    if (!fs::is_directory(path, error)) return found;
    found.push_back(path.string());
    fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && it != end; it.increment(error)) {
        if (!it->is_directory(error)) continue;
        if (is_left_out(it->path())) it.disable_recursion_pending();
        else found.push_back(it->path().string());
    }
    return found;
}

namespace {

/// The manifest of this kind in the folder or the nearest one above it that has one; empty: none.
fs::path nearest_manifest(fs::path folder, const ProjectKind& kind) {
    std::error_code error;
    while (!fs::is_regular_file(folder / kind.manifest, error) && folder.has_relative_path())
        folder = folder.parent_path();
    return fs::is_regular_file(folder / kind.manifest, error) ? folder / kind.manifest : fs::path();
}

std::optional<std::string> main_of(const fs::path& manifest, const ProjectKind& kind, std::string_view text) {
    std::error_code error;
    for (const std::string& main : read_manifest(text).mains(kind))
        if (std::string path = beside(manifest.string(), main); fs::is_regular_file(path, error)) return path;
    return std::nullopt;
}

}  // namespace

std::vector<Project> projects_of(const std::string& path) {
    std::vector<Project> found;
    std::error_code error;
    fs::path start = normalized_path(meant_by(path).string());
    bool is_folder = fs::is_directory(start, error);
    for (const ProjectKind& kind : kProjectKinds) {
        if (!is_folder && start.extension() != fs::path(kind.ending)) continue;
        fs::path manifest = nearest_manifest(is_folder ? start : start.parent_path(), kind);
        if (manifest.empty()) continue;
        auto text = read_source_file(manifest.string());
        found.push_back({manifest.string(), text.value_or(""), main_of(manifest, kind, text.value_or(""))});
    }
    return found;
}

std::optional<std::string> project_main(const std::string& path) {
    for (const Project& project : projects_of(path))
        if (project.main) return project.main;
    return std::nullopt;
}

void load_project(AnalysisHost& host, const std::string& path) {
    for (Project& project : projects_of(path)) {
        host.set_manifest(project.manifest, std::move(project.text));
        if (!project.main) continue;
        auto known = files().find(*project.main);
        if (known && host.has_file(*known)) continue;
        if (auto text = read_source_file(*project.main)) host.set_file(*project.main, std::move(*text));
    }
}

void read_manifests_again(AnalysisHost& host) {
    for (FileId manifest : host.manifests()) {
        const std::string& path = files().path(manifest);
        if (auto text = read_source_file(path)) host.set_manifest(path, std::move(*text));
        else host.remove_manifest(manifest);
    }
}

void load_imports(AnalysisHost& host) {
    std::vector<std::string> failed;
    for (;;) {
        std::vector<std::string> missing = host.missing_imports();
        std::erase_if(missing, [&](const std::string& path) {
            return std::find(failed.begin(), failed.end(), path) != failed.end();
        });
        if (missing.empty()) return;
        for (const std::string& path : missing) {
            auto text = read_source_file(path);
            if (!text || host.set_file(path, std::move(*text)) == FileId::None) failed.push_back(path);
        }
    }
}

namespace {
std::string starts_nowhere(const Project& project) {
    const ProjectKind& kind = *project_kind_of(project.manifest);
    Manifest manifest = read_manifest(project.text);
    if (manifest.main)
        return fmt::format("{}: the project starts with {}, and there is no such file", project.manifest,
                           beside(project.manifest, manifest.main->value));
    std::vector<std::string> mains = manifest.mains(kind);
    return fmt::format("{}: the project starts nowhere: there is no {}; `main = \"…\"` names its file",
                       project.manifest, fmt::join(mains, " and no "));
}
}  // namespace

tl::expected<FileId, std::string> load_file(AnalysisHost& host, const std::string& asked) {
    std::string path = asked;
    std::error_code error;
    if (fs::is_directory(asked, error) || is_manifest(asked)) {
        auto main = project_main(asked);
        auto projects = main ? std::vector<Project>() : projects_of(asked);
        if (!projects.empty()) return tl::make_unexpected(starts_nowhere(projects[0]));
        if (main) path = *main;
    }
    auto file = read_into(host, path);
    if (!file) return file;
    load_project(host, path);
    load_imports(host);
    return file;
}

tl::expected<FileId, std::string> read_into(AnalysisHost& host, const std::string& path) {
    auto text = read_source_file(path);
    if (!text) return tl::make_unexpected(text.error());
    if (!language_of_path(path))
        return tl::make_unexpected(path + ": not a language Braid knows; the file's name must end in .altru or .velox");
    std::string known = normalized_path(path);
    return host.set_file(standard_path_of_source(known).value_or(known), std::move(*text));
}

std::unique_ptr<AnalysisHost> make_host() {
    register_all_languages();
    return std::make_unique<AnalysisHost>(standard_library());
}

std::unique_ptr<AnalysisHost> make_host_for(const std::string& program) {
    register_all_languages();
    const Language* language = language_of_path(program);
    if (!language) language = language_of_path(project_main(program).value_or(""));
    std::vector<StandardFile> modules;
    for (const StandardFile& module : standard_library())
        if (!language || language_of_path(module.path) == language) modules.push_back(module);
    return std::make_unique<AnalysisHost>(modules);
}

HostSources::HostSources(const AnalysisHost& host) : host_(host) {
    std::error_code error;
    working_directory_ = fs::current_path(error).string() + "/";
}

std::string HostSources::path(FileId file) const {
    const std::string& path = files().path(file);
    return path.starts_with(working_directory_) ? path.substr(working_directory_.size()) : path;
}

std::optional<SourceText> HostSources::text(FileId file) const {
    auto [known, is_new] = texts_.try_emplace(file);
    if (!is_new) return known->second;
    if (SyntaxTreePtr tree = host_.tree(file)) known->second.emplace(std::string(tree->text()));
    else if (auto manifest = host_.manifest_text(file)) known->second.emplace(*manifest);
    return known->second;
}

}  // namespace braid
