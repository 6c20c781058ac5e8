#pragma once
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/ide/host.h"
#include "analyzer/text/line_index.h"
#include "protocol/message.h"

namespace braid::lsp {

using protocol::Json;

/// A document the client has open.
struct Document {
    std::string uri;  ///< as the client spells it
    FileId file = FileId::None;
    int64_t version = 0;
    bool is_standard = false;  ///< a module of the standard library: shown, never changed
};

/// The open documents at one moment; shared with the pool.
class DocumentTable {
  public:
    const Document* by_uri(std::string_view uri) const;
    const Document* by_file(FileId file) const;
    std::vector<Document> documents;
};
using Documents = std::shared_ptr<const DocumentTable>;

/// Keeps the host's texts what the client says they are, and those of files that are not open what the disk says. Used
/// by the reading thread only; the tables it hands out go anywhere.
class DocumentStore {
  public:
    explicit DocumentStore(AnalysisHost& host) : host_(host), table_(std::make_shared<DocumentTable>()) {}

    Documents table() const { return table_; }
    /// Says stop as soon as an edit of the file's present text is at hand, before that is made: what is asked about the
    /// text needs no answer any more.
    std::stop_token superseded(FileId file) const { return editions_[file].get_token(); }
    /// Each gives a message for the user, or an empty one; `didOpen`, `didChange` and `didClose` take their params.
    std::string open(const Json& params);
    std::string change(const Json& params, ColumnUnit unit);
    void close(const Json& params);
    /// Files that were created, changed or removed, for `workspace/didChangeWatchedFiles`. Whether it concerns us.
    bool changed_on_disk(const Json& params);

    /// The sources below a folder of the workspace become known to the host, and stay so until the folder is left: what
    /// is searched for is found in files that nobody opened.
    void enter_folder(const std::string& path);
    void leave_folder(const std::string& path);

    /// The file of a URI, open or known to the host; None otherwise.
    FileId find(const std::string& uri) const;

  private:
    void put(Document document);
    void manifest_changed(const std::string& path);
    void forget_unused();
    bool is_in_folder(std::string_view path) const;

    AnalysisHost& host_;
    std::vector<std::string> folders_;  // absolute, each with a slash at its end
    Documents table_;
    mutable std::unordered_map<FileId, std::stop_source> editions_;  // made when first asked for
};

/// The host's path for a document: `language` decides when the name does not. Empty: none of our languages.
std::string path_of_document(const std::string& uri, std::string_view language);

/// The changes of `didChange` applied to a text of these lines, one after the other. Ranges are clamped.
std::vector<TextEdit> edits_of_changes(std::string_view before, const LineIndex& lines, const Json& changes,
                                       ColumnUnit unit);

}  // namespace braid::lsp
