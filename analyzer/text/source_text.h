#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "analyzer/text/line_index.h"
#include "analyzer/text/range.h"

namespace braid {

/// Why a list of edits cannot be applied.
struct EditError {
    size_t edit;          ///< index into the list
    std::string message;  ///< for the log or the client
};

/// An immutable text; copies share it. Any bytes are allowed. Safe to read from many threads.
class SourceText {
  public:
    /// Offsets are 32 bits wide. A longer text is cut here; who reads files refuses them earlier with a message.
    static constexpr size_t max_size = 0xfffffff0;

    SourceText();
    explicit SourceText(std::string text);

    std::string_view view() const { return view_; }
    uint32_t size() const { return static_cast<uint32_t>(view_.size()); }
    bool empty() const { return view_.empty(); }
    char operator[](uint32_t offset) const { return view_[offset]; }

    /// The bytes of `range`, clamped to the text.
    std::string_view slice(TextRange range) const;
    TextRange clamp(TextRange range) const;

    /// Made on first use and kept.
    const LineIndex& lines() const;

    /// One edit, its range clamped to the text.
    SourceText apply(const TextEdit& edit) const;
    /// All ranges refer to this text and must not overlap; any order; insertions at one offset keep the order of the
    /// list and stand before a replacement that begins there. This is LSP's `TextEdit[]`. (The changes of `didChange`
    /// follow one another instead: apply them one by one.)
    tl::expected<SourceText, EditError> apply(std::span<const TextEdit> edits) const;

    uint64_t hash() const;  ///< of the content; stable within a process
    /// Same content. Cheap when they share it.
    friend bool operator==(const SourceText& left, const SourceText& right) {
        return left.view_.data() == right.view_.data() ? left.view_.size() == right.view_.size()
                                                       : left.view_ == right.view_;
    }

  private:
    struct Shared;
    std::shared_ptr<const Shared> shared_;
    std::string_view view_;
};

/// The smallest single edit that turns `before` into `after` (common prefix and suffix kept, cut at characters).
TextEdit difference(std::string_view before, std::string_view after);

}  // namespace braid
