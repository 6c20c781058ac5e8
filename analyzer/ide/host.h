#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/project/project.h"
#include "analyzer/text/line_index.h"

namespace braid {

/// Owns the database and the current trees of all files. Does no I/O: whoever holds it reads files and hands in texts.
/// One thread writes (all non-const members); snapshots go anywhere. Languages must be registered before.
class AnalysisHost {
  public:
    explicit AnalysisHost(std::span<const StandardFile> standard_library);

    /// The file's text is now `text`; parsed incrementally when it was there before. Files of no language of ours are
    /// ignored (FileId::None). Cancels what runs on older snapshots.
    FileId set_file(std::string_view path, std::string text);
    /// One edit after the other, each in the text the one before left.
    void edit_file(FileId file, std::span<const TextEdit> edits);
    void remove_file(FileId file);

    /// The manifest's text is now `text`.
    FileId set_manifest(std::string_view path, std::string text);
    void remove_manifest(FileId manifest);
    std::vector<FileId> manifests() const;  // sorted
    /// Null when it is not known.
    std::shared_ptr<const std::string> manifest_text(FileId manifest) const;

    bool has_file(FileId file) const { return sources_.count(file) != 0; }
    SyntaxTreePtr tree(FileId file) const;
    /// The lines of its text; null when the file is not there. Kept while the file is edited.
    std::shared_ptr<const LineIndex> lines(FileId file);
    std::vector<FileId> workspace_files() const;  // without the standard library
    /// Paths that one file imports, known or not.
    std::vector<std::string> imports(FileId file) const;
    /// Whether they may be others than those of `before`, an earlier tree of the file; looks at what was edited only.
    bool may_import_anew(FileId file, const SyntaxTree& before) const;
    /// Paths that known files import and that nobody handed in yet; ask again after handing them in.
    std::vector<std::string> missing_imports() const;

    Snapshot snapshot() const { return database_.snapshot(); }
    Database& database() { return database_; }

  private:
    struct Source {
        SyntaxTreePtr tree;
        std::shared_ptr<const LineIndex> lines;  // of the tree's text; null until somebody needs them
    };
    void store(FileId file, Source source, bool is_new);
    std::vector<FileId> sorted_files() const;

    Database database_;
    std::unordered_map<FileId, Source> sources_;
    std::map<FileId, std::shared_ptr<const std::string>> manifests_;
};

}  // namespace braid
