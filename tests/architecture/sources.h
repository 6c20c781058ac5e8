#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace braid::test {

/// One `braid_library(…)` line of cmake/folders.cmake.
struct Library {
    std::string name;
    std::string folder;
    std::set<std::string> depends;  ///< names of libraries, as written
};

/// cmake/folders.cmake as data. The build and these tests read the same table.
class FolderTable {
  public:
    /// Reads the text of folders.cmake; lines of other commands are skipped.
    static FolderTable parse(const std::string& text);

    const std::vector<Library>& libraries() const { return libraries_; }
    const Library* by_folder(const std::string& folder) const;
    /// The folders that files of `library` may include from: its own and everything it depends on.
    std::set<std::string> reachable_folders(const Library& library) const;

  private:
    const Library* by_name(const std::string& name) const;

    std::vector<Library> libraries_;
};

struct Include {
    std::string file;  ///< of the including file, from the root of the checkout
    int line = 0;
    std::string target;
    bool quoted = false;
};

std::vector<Include> includes_of(const std::string& file, const std::string& text);

/// Why the includes of the files of one library are not allowed; one line each.
std::vector<std::string> forbidden_includes(const FolderTable& table, const std::vector<Include>& includes);

struct SourceFile {
    std::string path;  ///< from the root of the checkout
    std::string text;
};

/// All text of ours: what is built, installed or generated is left out.
std::vector<SourceFile> sources(const std::filesystem::path& root);

/// The text without comments and literals, so that a rule about code does not stumble over prose.
std::string code_only(const std::string& text);

}  // namespace braid::test
