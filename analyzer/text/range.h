#pragma once
#include <cstdint>
#include <string>

namespace braid {

/// Identifies one file of a workspace for the life of the process. Interned by `FileTable` (text/files.h).
enum class FileId : uint32_t { None = 0xffffffff };

/// Half-open range of byte offsets into one text.
struct TextRange {
    uint32_t begin = 0;
    uint32_t end = 0;

    uint32_t length() const { return end - begin; }
    bool empty() const { return begin == end; }
    bool contains(uint32_t offset) const { return begin <= offset && offset < end; }
    bool touches(uint32_t offset) const { return begin <= offset && offset <= end; }
    friend bool operator==(const TextRange&, const TextRange&) = default;
};

/// Replaces `range` of the old text by `replacement`.
struct TextEdit {
    TextRange range;
    std::string replacement;
    friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

/// A place in a file at one moment; made only when a result is rendered.
struct FileRange {
    FileId file = FileId::None;
    TextRange range;
    friend bool operator==(const FileRange&, const FileRange&) = default;
};

}  // namespace braid
