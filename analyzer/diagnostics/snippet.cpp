#include "analyzer/diagnostics/snippet.h"

#include <algorithm>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"

namespace braid::snippet {

namespace {

constexpr std::string_view cut_mark = "...";
constexpr uint32_t most_lines_of_a_range = 6;  ///< a longer one shows its beginning and its end

/// A character as it is drawn. `column` counts terminal cells from the start of the line.
struct Cell {
    std::string text;
    uint32_t offset;
    int width;
};

bool is_confusing(char32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x202A && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069) || value == 0x2028 || value == 0x2029;
}

/// The characters of a part of a line that is enough to fill the width on both sides of `around`.
std::vector<Cell> cells_of(const Canvas& canvas, const SourceText& text, TextRange line, TextRange around) {
    const uint32_t reach = canvas.style.max_width * 4;
    const uint32_t wanted = around.begin > line.begin + reach ? around.begin - reach : line.begin;
    const auto begin = static_cast<uint32_t>(utf8::floor_boundary(text.view(), wanted));
    const uint32_t last = std::min(around.end, line.end);
    const uint32_t end = line.end - last > reach ? last + reach : line.end;
    const uint32_t limit = std::min(end, begin + 4 * reach);
    std::vector<Cell> cells;
    int column = 0;
    for (uint32_t offset = begin; offset < limit;) {
        const utf8::Decoded character = utf8::decode(text.view(), offset);
        Cell cell{{}, offset, 1};
        if (character.value == '\t') {
            const int tab = static_cast<int>(std::max<uint32_t>(canvas.style.tab_width, 1));
            cell.width = tab - column % tab;
            cell.text.assign(static_cast<size_t>(cell.width), ' ');
        } else if (is_confusing(character.value)) {
            utf8::append(cell.text, utf8::replacement);
        } else {
            utf8::append(cell.text, character.value);
            cell.width = utf8::display_width(character.value);
        }
        column += cell.width;
        cells.push_back(std::move(cell));
        offset += character.length;
    }
    return cells;
}

struct Drawn {
    std::string text;
    int mark_begin = 0;  ///< columns within `text`
    int mark_end = 0;
};

/// The line, cut to the width so that the beginning of `range` is seen.
Drawn draw(const Canvas& canvas, const SourceText& text, uint32_t line_number, TextRange range) {
    const TextRange line = text.lines().line_range(line_number);
    range.begin = std::clamp(range.begin, line.begin, line.end);
    range.end = std::clamp(range.end, range.begin, line.end);
    const std::vector<Cell> cells = cells_of(canvas, text, line, range);
    const int max_width = static_cast<int>(std::max<uint32_t>(canvas.style.max_width, 20));

    std::vector<int> starts{0};  // column of each cell, and of the end
    for (const Cell& cell : cells) starts.push_back(starts.back() + cell.width);
    auto cell_at = [&](uint32_t offset) {
        auto found = std::partition_point(cells.begin(), cells.end(), [&](const Cell& c) { return c.offset < offset; });
        return static_cast<size_t>(found - cells.begin());
    };
    const size_t mark_first = cell_at(range.begin), mark_last = cell_at(range.end);
    size_t first = 0, last = cells.size();
    if (starts.back() > max_width) {
        const int context = max_width / 3;
        while (starts[mark_first] - starts[first] > context && starts.back() - starts[first] > max_width) ++first;
        while (last > first && starts[last] - starts[first] > max_width) --last;
    }
    Drawn drawn;
    int shift = -starts[first];
    if (first > 0 || (!cells.empty() && cells.front().offset > line.begin)) {
        drawn.text = cut_mark;
        shift += static_cast<int>(cut_mark.size());
    }
    for (size_t i = first; i < last; ++i) drawn.text += cells[i].text;
    if (last < cells.size() || (!cells.empty() && cells.back().offset + 4 < line.end)) drawn.text += cut_mark;
    drawn.mark_begin = starts[std::clamp(mark_first, first, last)] + shift;
    drawn.mark_end = std::max(starts[std::clamp(mark_last, first, last)] + shift, drawn.mark_begin + 1);
    return drawn;
}

std::string trim_right(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

std::string coloured(const Canvas& canvas, const Mark& mark, std::string_view text) {
    return mark.severity ? canvas.paint.severity(*mark.severity, text) : canvas.paint.note(text);
}

std::string with_label(const Mark& mark, std::string symbols) {
    if (!mark.label.empty()) symbols += " " + printable(mark.label);
    return symbols;
}

/// A range of several lines: a bar leads from its beginning to its end.
std::string spanning(const Canvas& canvas, const SourceText& text, const Mark& mark, uint32_t first, uint32_t last) {
    const LineIndex& lines = text.lines();
    std::string out;
    auto put = [&](std::optional<uint32_t> line, const std::string& bar, const std::string& rest) {
        out += canvas.gutter(line) + " " + coloured(canvas, mark, bar) + trim_right(rest) + "\n";
    };
    const Drawn begin = draw(canvas, text, first, {mark.range.begin, lines.line_range(first).end});
    put(first + 1, "  ", begin.text);
    put(std::nullopt, " " + std::string(static_cast<size_t>(begin.mark_begin) + 1, '_') + mark.symbol, "");
    const bool all = last - first < most_lines_of_a_range;
    for (uint32_t line = first + 1; line <= last; ++line) {
        if (!all && line == first + 3) {
            out += canvas.paint.gutter(cut_mark) + "\n";
            line = last - 1;
        }
        put(line + 1, "| ", plain_line(canvas, text, line));
    }
    const TextRange last_line = lines.line_range(last);
    const Drawn end =
        draw(canvas, text, last, {std::max(last_line.begin, std::min(mark.range.end, last_line.end)), mark.range.end});
    const int column = mark.range.end > last_line.begin ? end.mark_begin : 1;
    put(std::nullopt, with_label(mark, "|" + std::string(static_cast<size_t>(std::max(column, 1)), '_') + mark.symbol),
        "");
    return out;
}

}  // namespace

std::string Paint::wrap(std::string_view start, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    return fmt::format("{}{}\x1b[0m", start, text);
}

std::string Paint::severity(Severity severity, std::string_view text) const {
    switch (severity) {
        case Severity::Error: return wrap("\x1b[1;31m", text);
        case Severity::Warning: return wrap("\x1b[1;33m", text);
        case Severity::Information: return wrap("\x1b[1;34m", text);
        case Severity::Hint: return wrap("\x1b[1;36m", text);
    }
    return std::string(text);
}

std::string Canvas::gutter(std::optional<uint32_t> line) const {
    return paint.gutter(line ? fmt::format("{:>{}} |", *line + lines_before, gutter_width)
                             : fmt::format("{:>{}} |", "", gutter_width));
}

std::string printable(std::string_view text) {
    std::string out;
    for (size_t offset = 0; offset < text.size();) {
        const utf8::Decoded character = utf8::decode(text, offset);
        const bool keep = character.value == '\n' || !is_confusing(character.value);
        utf8::append(out, character.value == '\t' ? U' ' : keep ? character.value : utf8::replacement);
        offset += character.length;
    }
    return out;
}

std::string plain_line(const Canvas& canvas, const SourceText& text, uint32_t line) {
    const TextRange range = text.lines().line_range(line);
    return draw(canvas, text, line, {range.begin, range.begin}).text;
}

std::string marked_line(const Canvas& canvas, const SourceText& text, uint32_t line, const Mark& mark) {
    const Drawn drawn = draw(canvas, text, line, mark.range);
    const std::string symbols(static_cast<size_t>(drawn.mark_end - drawn.mark_begin), mark.symbol);
    return canvas.gutter(line + 1) + trim_right(" " + drawn.text) + "\n" + canvas.gutter() + " " +
           std::string(static_cast<size_t>(drawn.mark_begin), ' ') + coloured(canvas, mark, with_label(mark, symbols)) +
           "\n";
}

std::string marked_range(const Canvas& canvas, const SourceText& text, const Mark& mark) {
    const TextRange range = text.clamp(mark.range);
    const LineIndex& lines = text.lines();
    const uint32_t first = lines.line_of(range.begin);
    uint32_t last = lines.line_of(range.end);
    // A range that ends behind a line break does not reach into the next line.
    if (last > first && range.end == lines.line_start(last)) --last;
    if (first == last) return marked_line(canvas, text, first, mark);
    return spanning(canvas, text, mark, first, last);
}

std::string marked_lines(const Canvas& canvas, const SourceText& text, const std::vector<Mark>& marks) {
    std::string out;
    std::optional<uint32_t> previous;
    for (const Mark& mark : marks) {
        const uint32_t line = text.lines().line_of(mark.range.begin);
        if (previous && line == *previous + 2) {
            out += canvas.gutter(line) + trim_right(" " + plain_line(canvas, text, line - 1)) + "\n";
        } else if (previous && line > *previous + 2) {
            out += canvas.paint.gutter(cut_mark) + "\n";
        }
        out += marked_line(canvas, text, line, mark);
        previous = line;
    }
    return out;
}

}  // namespace braid::snippet
