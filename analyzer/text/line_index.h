#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "analyzer/text/range.h"

namespace braid {

/// What a column counts. LSP negotiates one of them; `braid check` speaks code points.
enum class ColumnUnit : uint8_t { Utf8, Utf16, CodePoint };

/// Counted from zero. (What people read counts from one; renderers add it.)
struct LineColumn {
    uint32_t line = 0;
    uint32_t column = 0;
    friend auto operator<=>(const LineColumn&, const LineColumn&) = default;
};

/// Lines of a text and the way between byte offsets and columns. A line ends at "\n", "\r\n" or a lone "\r", as in LSP;
/// a text that ends in a terminator has one more, empty, line. Conversions never fail: offsets and positions outside
/// are clamped, an offset inside a character or between "\r" and "\n" becomes the nearest position before it.
///
/// It refers to the text it was made for; `SourceText::lines()` keeps both together. Conversions cost O(log n): counts
/// are kept at check points, so that a file of one huge line is no trap.
class LineIndex {
  public:
    explicit LineIndex(std::string_view text);
    /// The index of `after`, which is the text of `before` with an edit within its bounds: without reading it all, if
    /// it is plain.
    LineIndex(const LineIndex& before, const TextEdit& edit, std::string_view after);

    uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
    uint32_t line_of(uint32_t offset) const;
    uint32_t line_start(uint32_t line) const;
    /// The line without and with its terminator. Lines past the last are empty ranges at the end of the text.
    TextRange line_range(uint32_t line) const;
    TextRange full_line_range(uint32_t line) const;

    LineColumn position(uint32_t offset, ColumnUnit unit) const;
    uint32_t offset(LineColumn position, ColumnUnit unit) const;

  private:
    struct CheckPoint {
        uint32_t offset;       ///< start of a character
        uint32_t utf16;        ///< units before it, from the start of the text
        uint32_t code_points;  ///< characters before it
    };
    uint32_t units_before(uint32_t offset, ColumnUnit unit) const;
    uint32_t offset_of_unit(uint32_t target, uint32_t limit, ColumnUnit unit) const;

    std::string_view text_;
    std::vector<uint32_t> line_starts_;
    std::vector<CheckPoint> check_points_;  ///< empty when the text is ASCII
    bool is_plain_ = false;                 ///< ASCII, and lines end in "\n" only
};

}  // namespace braid
