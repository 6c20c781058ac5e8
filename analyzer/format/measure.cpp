#include "analyzer/format/measure.h"

#include <algorithm>

namespace braid::format {

namespace {

/// The group being measured, at the place reached.
struct Level {
    uint32_t flat = 0;   ///< width from here to the end of the group, or to the first line end in it
    uint32_t ahead = 0;  ///< width from here to the next place where the line may end
    uint32_t after = 0;  ///< width ahead at the group's end
    bool forced = false;
    bool has_line = false;       ///< the line may end between here and the end of the group
    bool line_hugs = false;      ///< … and does where the group hugs
    bool comment_waits = false;  ///< for a line end behind the group
    bool hugs = false;           ///< its HugPoint is behind us; `forced` and `has_line` are for what is before it
    bool forced_tail = false, tail_has_line = false;
    bool cannot_hug = false;            ///< a comment ends in a line that is not broken where the group hugs
    uint32_t tail = 0, tail_ahead = 0;  ///< `flat` and `ahead` at the HugPoint
};

void measure_line(Op& op, Level& level) {
    op.a = level.ahead;
    level.ahead = 0;
    level.has_line = true;
    level.line_hugs = LineKind(op.variant) == LineKind::Hard || LineKind(op.variant) == LineKind::Tail;
    if (LineKind(op.variant) == LineKind::Hard) {
        level.flat = 0;
        level.forced = true;
    } else if (LineKind(op.variant) == LineKind::Space) {
        ++level.flat;
    }
}

void measure_text(const Op& op, uint32_t width, Level& level) {
    bool ends_line = op.flags & Op::ManyLines;
    level.flat = ends_line ? width : level.flat + width;
    level.ahead = ends_line ? width : level.ahead + width;
}

/// A comment ends a line: the first possible one behind it, whatever group that is in, and whatever group the comment
/// stands in.
void measure_comment(Level& level) {
    if (level.has_line) {
        level.forced = true;
        level.cannot_hug |= !level.line_hugs;
    } else if (level.tail_has_line) {
        level.forced_tail = true;
    } else {
        level.comment_waits = true;
    }
}

/// Leaves a group at its begin and adds it to the one around it.
void measure_begin(Op& op, const Level& group, Level& outer) {
    bool forced = group.forced || group.forced_tail;
    op.a = group.flat + group.after;
    if (group.forced) op.flags |= Op::Forced;
    if (group.forced_tail) op.flags |= Op::ForcedTail;
    op.b = group.hugs && group.flat >= group.tail ? group.flat - group.tail + group.tail_ahead : group.flat;
    outer.flat = forced ? group.flat : outer.flat + group.flat;
    outer.ahead = group.ahead;
    outer.forced |= forced;
    if (forced) outer.has_line = outer.line_hugs = true;
    if (group.comment_waits) measure_comment(outer);
}

}  // namespace

uint32_t width_of(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    return uint32_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void measure(Document& document) {
    auto& ops = document.ops();
    std::vector<Level> levels{{}};
    for (auto op = ops.rbegin(); op != ops.rend(); ++op) {
        Level& level = levels.back();
        switch (op->kind) {
            case OpKind::Text: measure_text(*op, width_of(document.text_of(*op)), level); break;
            case OpKind::Line: measure_line(*op, level); break;
            case OpKind::End: {
                Level inner;
                inner.ahead = inner.after = level.ahead;
                levels.push_back(inner);
                break;
            }
            case OpKind::Begin: {
                Level group = level;
                levels.pop_back();
                measure_begin(*op, group, levels.back());
                break;
            }
            case OpKind::Comment: measure_comment(level); break;
            case OpKind::HugPoint:
                level.hugs = true;
                level.tail = level.flat;
                level.tail_ahead = level.ahead;
                level.forced_tail = level.forced;
                level.forced = level.cannot_hug;
                level.tail_has_line = level.has_line;
                level.has_line = false;
                break;
            case OpKind::Indent:
            case OpKind::Dedent:
            case OpKind::IfBroken: break;
        }
    }
}

}  // namespace braid::format
