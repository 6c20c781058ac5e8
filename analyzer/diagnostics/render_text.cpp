#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "analyzer/diagnostics/render.h"
#include "analyzer/diagnostics/snippet.h"

namespace braid {

namespace {

using snippet::Canvas;
using snippet::Mark;
using snippet::Paint;

constexpr uint32_t most_lines_of_a_fix = 8;

std::string_view headline(Severity severity) {
    switch (severity) {
        case Severity::Error: return "error";
        case Severity::Warning: return "warning";
        case Severity::Information: return "info";
        case Severity::Hint: return "hint";
    }
    return "error";
}

/// Renders one diagnostic; fetches each text once.
class Renderer {
  public:
    Renderer(const Diagnostic& diagnostic, const SourceProvider& sources, const TextStyle& style)
        : diagnostic_(diagnostic), sources_(sources), style_(style), paint_(style.colours) {}

    std::string render() {
        out_ = paint_.severity(diagnostic_.severity,
                               fmt::format("{}[{}]", headline(diagnostic_.severity), code_name(diagnostic_.code)));
        out_ += paint_.bold(": " + indented(diagnostic_.message)) + "\n";
        gutter_width_ = digits_of_largest_line();
        if (story_runs_down()) {
            place(diagnostic_.location);
            out_ += canvas().gutter() + "\n" +
                    snippet::marked_lines(canvas(), *text_of(diagnostic_.location.file), marks());
        } else {
            place(diagnostic_.location);
            lines(diagnostic_.location, '^', diagnostic_.severity);
            for (const auto& related : diagnostic_.related) {
                out_ += paint_.note("note") + paint_.bold(": " + indented(related.message)) + "\n";
                place(related.location);
                lines(related.location, '-', std::nullopt);
            }
        }
        if (style_.show_fixes) {
            for (const auto& fix : diagnostic_.fixes) help(fix);
        }
        return std::move(out_);
    }

  private:
    Canvas canvas(uint32_t lines_before = 0) const { return {style_, paint_, gutter_width_, lines_before}; }

    const SourceText* text_of(FileId file) {
        auto known = texts_.find(file);
        if (known == texts_.end()) known = texts_.emplace(file, sources_.text(file)).first;
        return known->second ? &*known->second : nullptr;
    }

    static std::string indented(std::string_view message) {
        std::string text;
        for (char c : snippet::printable(message)) {
            text += c;
            if (c == '\n') text += "  ";
        }
        return text;
    }

    uint32_t line_of(const FileRange& range, bool end) {
        const SourceText* text = text_of(range.file);
        return text ? text->lines().line_of(end ? range.range.end : range.range.begin) + 1 : 1;
    }

    int digits_of_largest_line() {
        uint32_t largest = line_of(diagnostic_.location, true);
        for (const auto& related : diagnostic_.related) largest = std::max(largest, line_of(related.location, true));
        for (const auto& fix : diagnostic_.fixes) {
            for (const auto& edit : fix.edits) largest = std::max(largest, line_of(edit.location, true) + 1);
        }
        return static_cast<int>(std::to_string(largest).size());
    }

    /// The order of the lines is the order of the story, and each line has one mark: one picture tells it all.
    bool story_runs_down() {
        const SourceText* text = text_of(diagnostic_.location.file);
        if (!text || diagnostic_.related.empty()) return false;
        std::optional<uint32_t> previous;
        for (const Mark& mark : marks()) {
            const uint32_t line = text->lines().line_of(mark.range.begin);
            if (line != text->lines().line_of(mark.range.end) || (previous && line <= *previous)) return false;
            previous = line;
        }
        return std::all_of(diagnostic_.related.begin(), diagnostic_.related.end(), [&](const auto& related) {
            return related.location.file == diagnostic_.location.file &&
                   related.message.find('\n') == std::string::npos;
        });
    }

    /// The story's marks with the primary one at its place among the lines; the order of the others stays.
    std::vector<Mark> marks() const {
        std::vector<Mark> marks;
        Mark primary{diagnostic_.location.range, '^', "", diagnostic_.severity};
        bool placed = false;
        for (const auto& related : diagnostic_.related) {
            if (!placed && related.location.range.begin > primary.range.begin) {
                marks.push_back(primary);
                placed = true;
            }
            marks.push_back({related.location.range, '-', related.message, std::nullopt});
        }
        if (!placed) marks.push_back(primary);
        return marks;
    }

    void place(const FileRange& range) {
        std::string where = snippet::printable(sources_.path(range.file));
        if (const SourceText* text = text_of(range.file)) {
            const LineColumn at = text->lines().position(range.range.begin, ColumnUnit::CodePoint);
            where += fmt::format(":{}:{}", at.line + 1, at.column + 1);
        }
        out_ += std::string(static_cast<size_t>(gutter_width_), ' ') + paint_.gutter("-->") + " " + where + "\n";
    }

    void lines(const FileRange& range, char symbol, std::optional<Severity> severity) {
        const SourceText* text = text_of(range.file);
        if (!text) return;
        out_ += canvas().gutter() + "\n";
        out_ += snippet::marked_range(canvas(), *text, {range.range, symbol, "", severity});
    }

    void help(const Diagnostic::Fix& fix) {
        out_ += paint_.note("help") + paint_.bold(": " + indented(fix.title)) + "\n";
        for (const auto& [file, edits] : text_edits(fix)) {
            const SourceText* text = text_of(file);
            if (!text) continue;
            auto fixed = fixed_lines(*text, edits);
            if (!fixed) continue;
            if (file != diagnostic_.location.file) place({file, edits.front().range});
            out_ += canvas().gutter() + "\n";
            if (edits.size() == 1 && on_one_line(*text, edits.front())) {
                const TextEdit& edit = edits.front();
                const uint32_t begin = edit.range.begin - fixed->begin;
                const auto length = static_cast<uint32_t>(edit.replacement.size());
                const char symbol = edit.range.empty() ? '+' : '~';
                out_ += snippet::marked_line(canvas(fixed->first_line), fixed->text, 0,
                                             {{begin, begin + length}, symbol, "", std::nullopt});
            } else {
                LineSpan before{fixed->first_line, text->lines().line_of(edits.back().range.end) + 1};
                LineSpan after{0, fixed->text.lines().line_count()};
                leave_out_what_stays(*text, before, fixed->text, after);
                changed_lines(*text, before, 0, '-');
                changed_lines(fixed->text, after, fixed->first_line, '+');
            }
        }
    }

    /// The lines that edits reach, as they will be. Not the whole text: there may be many fixes in a long one.
    struct FixedLines {
        SourceText text;
        uint32_t first_line;
        uint32_t begin;  ///< offset of the first line, the same before and after
    };
    static std::optional<FixedLines> fixed_lines(const SourceText& before, std::vector<TextEdit> edits) {
        const LineIndex& lines = before.lines();
        const uint32_t first = lines.line_of(edits.front().range.begin), begin = lines.line_start(first);
        const uint32_t end = lines.line_range(lines.line_of(edits.back().range.end)).end;
        for (TextEdit& edit : edits) {
            edit.range.begin -= begin;
            edit.range.end -= begin;
        }
        auto after = SourceText(std::string(before.slice({begin, end}))).apply(edits);
        if (!after) return std::nullopt;
        return FixedLines{std::move(*after), first, begin};
    }

    /// Such an edit is shown as the new line with what is new underlined; a deletion would have nothing to underline.
    static bool on_one_line(const SourceText& text, const TextEdit& edit) {
        return !edit.replacement.empty() && edit.replacement.find_first_of("\r\n") == std::string::npos &&
               text.lines().line_of(edit.range.begin) == text.lines().line_of(edit.range.end);
    }

    struct LineSpan {
        uint32_t begin, end;
    };
    static std::string_view line_text(const SourceText& text, uint32_t line) {
        return text.slice(text.lines().line_range(line));
    }
    /// An edit that removes a whole line reaches into the next one.
    static void leave_out_what_stays(const SourceText& old_text, LineSpan& before, const SourceText& new_text,
                                     LineSpan& after) {
        auto both_have_lines = [&] { return before.begin < before.end && after.begin < after.end; };
        while (both_have_lines() && line_text(old_text, before.begin) == line_text(new_text, after.begin)) {
            ++before.begin;
            ++after.begin;
        }
        while (both_have_lines() && line_text(old_text, before.end - 1) == line_text(new_text, after.end - 1)) {
            --before.end;
            --after.end;
        }
    }

    /// `shift`: how many lines stand before the text.
    void changed_lines(const SourceText& text, LineSpan lines, uint32_t shift, char sign) {
        for (uint32_t line = lines.begin; line < lines.end; ++line) {
            if (line - lines.begin == most_lines_of_a_fix) {
                out_ += paint_.gutter("...") + "\n";
                return;
            }
            const std::string shown = fmt::format("{} {}", sign, snippet::plain_line(canvas(), text, line));
            out_ += paint_.gutter(fmt::format("{:>{}} ", line + shift + 1, gutter_width_)) +
                    (sign == '+' ? paint_.added(shown) : paint_.removed(shown)) + "\n";
        }
    }

    const Diagnostic& diagnostic_;
    const SourceProvider& sources_;
    const TextStyle& style_;
    Paint paint_;
    std::string out_;
    int gutter_width_ = 1;
    std::map<FileId, std::optional<SourceText>> texts_;
};

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const SourceProvider& sources, const TextStyle& style) {
    return Renderer(diagnostic, sources, style).render();
}

}  // namespace braid
