#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/text/range.h"

namespace braid {

/// Gives every path a FileId for the life of the table. Paths are opaque strings here: who reads files normalizes them
/// (absolute, no `..`) before interning. Thread-safe; does no I/O.
class FileTable {
  public:
    FileTable();
    ~FileTable();
    FileTable(const FileTable&) = delete;
    FileTable& operator=(const FileTable&) = delete;

    FileId intern(std::string_view path);
    std::optional<FileId> find(std::string_view path) const;
    /// The reference stays valid as long as the table. An id of another table, or None, gives the empty string.
    const std::string& path(FileId file) const;
    size_t size() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace braid
