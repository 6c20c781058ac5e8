#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/render.h"

// Source lines with marks under them, for render_text.cpp.
namespace braid::snippet {

/// Escape sequences, or nothing when colours are off.
class Paint {
  public:
    explicit Paint(bool on) : on_(on) {}
    std::string bold(std::string_view text) const { return wrap("\x1b[1m", text); }
    std::string gutter(std::string_view text) const { return wrap("\x1b[1;34m", text); }
    std::string note(std::string_view text) const { return wrap("\x1b[1;36m", text); }
    std::string added(std::string_view text) const { return wrap("\x1b[32m", text); }
    std::string removed(std::string_view text) const { return wrap("\x1b[31m", text); }
    std::string severity(Severity severity, std::string_view text) const;

  private:
    std::string wrap(std::string_view start, std::string_view text) const;
    bool on_;
};

/// What one drawing needs to know.
struct Canvas {
    const TextStyle& style;
    const Paint& paint;
    int gutter_width;           ///< digits of the largest line number
    uint32_t lines_before = 0;  ///< of the file, when the text is only a part of it

    /// "12 |" or, without a number, "   |".
    std::string gutter(std::optional<uint32_t> line = std::nullopt) const;
};

/// Something to point at.
struct Mark {
    TextRange range;
    char symbol = '^';
    std::string label;
    std::optional<Severity> severity;  ///< its colour; none: that of notes
};

/// `text` without what would confuse a terminal or a reader: control and bidirectional characters, malformed bytes.
std::string printable(std::string_view text);

/// One source line and the marks under it (each within the line), cut to the width of the style around the first mark.
std::string marked_line(const Canvas& canvas, const SourceText& text, uint32_t line, const Mark& mark);

/// The lines a mark covers: one with carets below, or several with a bar at the left.
std::string marked_range(const Canvas& canvas, const SourceText& text, const Mark& mark);

/// Marks on different lines, in order of lines, with what lies between them left out.
std::string marked_lines(const Canvas& canvas, const SourceText& text, const std::vector<Mark>& marks);

/// A line as it is shown, without gutter.
std::string plain_line(const Canvas& canvas, const SourceText& text, uint32_t line);

}  // namespace braid::snippet
