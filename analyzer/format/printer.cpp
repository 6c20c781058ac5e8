#include "analyzer/format/printer.h"

#include <algorithm>

#include "analyzer/format/measure.h"

namespace braid::format {

namespace {

enum class Mode : uint8_t { Broken, Fill, Flat, Hug };

class Printer {
  public:
    Printer(const Document& document, const Options& options)
        : document_(document), options_(options), line_end_(options.line_end == LineEnd::CrLf ? "\r\n" : "\n") {
        printed_.text.reserve(document.source().size() + document.source().size() / 8);
    }

    Printed run() {
        for (const Op& op : document_.ops()) step(op);
        flush_comments();
        return std::move(printed_);
    }

  private:
    void step(const Op& op) {
        switch (op.kind) {
            case OpKind::Text: return text(op);
            case OpKind::Line: return line(op);
            case OpKind::Begin: modes_.push_back(mode_of(op)); return;
            case OpKind::End: modes_.pop_back(); return;
            case OpKind::Indent: {
                bool counts = !(op.flags & Op::IfGroupBroken) || modes_.back() == Mode::Broken;
                indents_.push_back(counts);
                level_ += counts;
                return;
            }
            case OpKind::Dedent:
                level_ -= indents_.back();
                indents_.pop_back();
                return;
            case OpKind::IfBroken:
                if (modes_.back() == Mode::Broken) write(document_.text_of(op));
                return;
            case OpKind::Comment: comments_.push_back(op); return;
            case OpKind::HugPoint: return;
        }
    }

    /// Prettier's rule: a group is flat where it fits with what must follow on its line, else its lines break. A
    /// hugging one tries first to keep what stands before its HugPoint on the line.
    Mode mode_of(const Op& op) const {
        if (modes_.back() == Mode::Flat) return Mode::Flat;
        bool must_break = op.flags & (Op::Forced | Op::ForcedTail);
        uint32_t column = at_line_start_ ? level_ * options_.indent : column_;
        if (!must_break && column + op.a <= options_.width) return Mode::Flat;
        switch (GroupKind(op.variant)) {
            case GroupKind::Normal: return Mode::Broken;
            case GroupKind::Fill: return Mode::Fill;
            case GroupKind::Hug:
                if (op.flags & Op::Forced || column + op.b > options_.width) return Mode::Broken;
                return Mode::Hug;
        }
        return Mode::Broken;
    }

    bool breaks(const Op& op) const {
        LineKind kind = LineKind(op.variant);
        if (kind == LineKind::Hard) return true;
        switch (modes_.back()) {
            case Mode::Broken: return true;
            case Mode::Fill: return column_ + (kind == LineKind::Space) + op.a > options_.width;
            case Mode::Flat: return false;
            case Mode::Hug: return kind == LineKind::Tail;
        }
        return true;
    }

    void line(const Op& op) {
        if (breaks(op)) end_line(op.flags & Op::Blank);
        else if (LineKind(op.variant) == LineKind::Space) write(" ");
    }

    void end_line(bool blank) {
        line_must_end_ = false;
        flush_comments();
        trim();
        for (int lines = blank ? 2 : 1; lines > 0; --lines) printed_.text += line_end_;
        at_line_start_ = true;
        column_ = 0;
    }

    void trim() {
        std::string& out = printed_.text;
        size_t end = out.find_last_not_of(' ');
        end = end == std::string::npos ? 0 : end + 1;
        if (!printed_.anchors.empty()) end = std::max<size_t>(end, printed_.anchors.back().output_end);
        out.resize(end);
    }

    void flush_comments() {
        bool first = true;
        for (const Op& op : comments_) {
            if (first) trim();
            if (!first) printed_.text += line_end_;
            if (first && !at_line_start_) printed_.text.append(op.c, ' ');
            else indentation(level_ * options_.indent);
            first = false;
            anchored(op, document_.text_of(op));
        }
        comments_.clear();
    }

    void indentation(uint32_t columns) {
        if (options_.tabs) {
            printed_.text.append(columns / options_.indent, '\t');
            columns %= options_.indent;
        }
        printed_.text.append(columns, ' ');
    }

    void write(std::string_view text) {
        if (line_must_end_) end_line(false);
        if (at_line_start_) {
            indentation(level_ * options_.indent);
            column_ = level_ * options_.indent;
            at_line_start_ = false;
        }
        printed_.text += text;
        column_ += width_of(text);
    }

    void text(const Op& op) {
        std::string_view text = document_.text_of(op);
        if (op.flags & Op::Pooled) return write(text);
        write({});
        line_must_end_ = op.flags & Op::EndsLine;
        if (!(op.flags & Op::ManyLines)) {
            column_ += width_of(text);
            return anchored(op, text);
        }
        if (op.flags & Op::Shifted) return shifted(op, text);
        anchored(op, text);
        column_ = width_of(text.substr(text.rfind('\n') + 1));
    }

    void anchored(const Op& op, std::string_view text) {
        auto begin = uint32_t(printed_.text.size());
        printed_.text += text;
        printed_.anchors.push_back({op.a, op.a + op.b, begin, uint32_t(printed_.text.size())});
    }

    /// Lines that begin with `*` stand one column right of their comment; others keep their distance to its begin.
    void shifted(const Op& op, std::string_view text) {
        Anchor anchor{op.a, op.a + op.b, uint32_t(printed_.text.size()), 0};
        uint32_t column = column_;
        bool stars = true;
        for_each_later_line(text, [&](std::string_view rest, uint32_t) { stars &= !rest.empty() && rest[0] == '*'; });
        size_t first = text.find('\n');
        printed_.text += without_trailing_space(text.substr(0, first));
        for_each_later_line(text, [&](std::string_view rest, uint32_t old) {
            printed_.text += line_end_;
            if (rest.empty()) return;
            int64_t moved = int64_t(old) + column - op.c;
            uint32_t to = stars ? column + 1 : uint32_t(std::max<int64_t>(moved, 0));
            indentation(to);
            printed_.text += rest;
            column_ = to + width_of(rest);
        });
        anchor.output_end = uint32_t(printed_.text.size());
        printed_.anchors.push_back(anchor);
    }

    static std::string_view without_trailing_space(std::string_view line) {
        size_t end = line.find_last_not_of(" \t\r");
        return line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    }

    /// What each line but the first holds behind its leading white space, and the column of that.
    template <typename Visit>
    void for_each_later_line(std::string_view text, Visit&& visit) const {
        for (size_t at = text.find('\n'); at != std::string_view::npos;) {
            size_t next = text.find('\n', at + 1);
            std::string_view line =
                without_trailing_space(text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1));
            uint32_t column = 0;
            while (!line.empty() && (line[0] == ' ' || line[0] == '\t')) {
                column += line[0] == '\t' ? options_.tab_width - column % options_.tab_width : 1;
                line.remove_prefix(1);
            }
            visit(line, column);
            at = next;
        }
    }

    const Document& document_;
    const Options& options_;
    const std::string_view line_end_;
    Printed printed_;
    std::vector<Mode> modes_{Mode::Broken};
    std::vector<uint8_t> indents_;
    std::vector<Op> comments_;  ///< held back until the line ends
    uint32_t level_ = 0;
    uint32_t column_ = 0;
    bool at_line_start_ = true;
    bool line_must_end_ = false;
};

}  // namespace

Printed print(Document& document, const Options& options) {
    measure(document);
    return Printer(document, options).run();
}

}  // namespace braid::format
