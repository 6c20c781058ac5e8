#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "analyzer/diagnostics/render.h"
#include "analyzer/ide/host.h"

namespace braid {

/// Larger files are refused: 32-bit offsets and an editor's patience end somewhere, and no program is that long.
constexpr size_t kMaxSourceBytes = 32u << 20;

/// The text of a source file, or a message for the user that names the file, the cause and the remedy.
tl::expected<std::string, std::string> read_source_file(const std::string& path);

/// Absolute, without `.` and `..`; what FileTable knows a file by.
std::string normalized_path(const std::string& path);

/// `path` itself, or the sources below it when it is a folder (hidden folders, build and node_modules left out),
/// sorted. A manifest (`Altru.toml`, `Velox.toml`) stands for its folder.
tl::expected<std::vector<std::string>, std::string> find_sources(const std::string& path);
/// The folders that decide what `find_sources` gives, absolute: those below `path` that it looks into, and the one that
/// `path` is in.
std::vector<std::string> source_folders(const std::string& path);

/// The project that a file or folder belongs to: the nearest manifest of its language at or above it.
struct Project {
    std::string manifest;             ///< absolute
    std::string text;                 ///< of the manifest; empty when it cannot be read
    std::optional<std::string> main;  ///< absolute; none: there is no such file
};
/// Of a file at most one, of a folder at most one for each language.
std::vector<Project> projects_of(const std::string& path);
/// The file that the project of `path` starts with. None: no project, or it starts nowhere.
std::optional<std::string> project_main(const std::string& path);
/// Hands the manifest and that file in, so that the settings and the modules around the file of `path` are known.
void load_project(AnalysisHost& host, const std::string& path);
/// What the manifests that the host knows say by now; those that are gone are forgotten.
void read_manifests_again(AnalysisHost& host);

/// Reads the file, what its project starts with, and everything these import, directly or not, into the host. A folder
/// stands for what its project starts with. Imports that cannot be read are left out: the analyzer reports them where
/// they stand.
tl::expected<FileId, std::string> load_file(AnalysisHost& host, const std::string& path);
/// Reads this one file into the host.
tl::expected<FileId, std::string> read_into(AnalysisHost& host, const std::string& path);
void load_imports(AnalysisHost& host);

/// A host with the standard library, languages registered.
std::unique_ptr<AnalysisHost> make_host();
/// For one program: with the standard modules of its language only, which is a third of what a start costs.
std::unique_ptr<AnalysisHost> make_host_for(const std::string& program);

/// Sources of a host for the renderers; paths relative to the working directory where that is shorter. Keeps the texts
/// it has given out, with their lines: for one thread, and for as long as the host's files stay as they are.
class HostSources : public SourceProvider {
  public:
    explicit HostSources(const AnalysisHost& host);
    std::string path(FileId file) const override;
    std::optional<SourceText> text(FileId file) const override;

  private:
    const AnalysisHost& host_;
    std::string working_directory_;
    mutable std::map<FileId, std::optional<SourceText>> texts_;
};

}  // namespace braid
