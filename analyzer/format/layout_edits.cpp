#include "analyzer/format/layout_edits.h"

#include <algorithm>

#include "analyzer/format/flat_tree.h"

namespace braid::format {

namespace {

/// Takes what both begin and end with off the edit. None: nothing is left.
void add_edit(std::string_view source, TextRange range, std::string_view to, std::vector<TextEdit>& edits) {
    std::string_view from = source.substr(range.begin, range.length());
    size_t most = std::min(from.size(), to.size());
    size_t begin =
        size_t(std::mismatch(from.begin(), from.begin() + std::ptrdiff_t(most), to.begin()).first - from.begin());
    size_t end = 0;
    while (end < most - begin && from[from.size() - 1 - end] == to[to.size() - 1 - end]) ++end;
    if (from.size() == to.size() && begin == from.size()) return;
    edits.push_back({{range.begin + uint32_t(begin), range.end - uint32_t(end)},
                     std::string(to.substr(begin, to.size() - end - begin))});
}

uint32_t columns_of(std::string_view space, const Options& options) {
    uint32_t column = 0;
    for (char c : space) column += c == '\t' ? options.tab_width - column % options.tab_width : 1;
    return column;
}

/// The white space that the line around `offset` begins with.
std::string_view line_indent(std::string_view text, uint32_t offset) {
    size_t line = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    size_t begin = line == std::string_view::npos ? 0 : line + 1;
    size_t end = text.find_first_not_of(" \t", begin);
    return text.substr(begin, std::min<size_t>(end, offset) - begin);
}

/// A gap's text with its lines indented by `by` more columns.
std::string moved(std::string_view gap, int64_t by, const Options& options) {
    std::string out;
    size_t at = 0;
    for (;;) {
        size_t line = gap.find('\n', at);
        out += gap.substr(at, line == std::string_view::npos ? line : line + 1 - at);
        if (line == std::string_view::npos) return out;
        at = std::min(gap.find_first_not_of(" \t", line + 1), gap.size());
        bool blank = at < gap.size() && (gap[at] == '\n' || gap[at] == '\r');
        if (blank) continue;
        int64_t columns = int64_t(columns_of(gap.substr(line + 1, at - line - 1), options)) + by;
        out += indentation(uint32_t(std::max<int64_t>(columns, 0)), options);
    }
}

}  // namespace

std::string indentation(uint32_t columns, const Options& options) {
    uint32_t tabs = options.tabs ? columns / options.indent : 0;
    return std::string(tabs, '\t') + std::string(columns - tabs * options.indent, ' ');
}

std::vector<TextEdit> edits_of(std::string_view source, const Printed& printed) {
    std::vector<TextEdit> edits;
    uint32_t from = 0, to = 0;
    std::string_view output = printed.text;
    for (const Anchor& anchor : printed.anchors) {
        if (anchor.source_begin < from) continue;  // a comment that a separator was put in front of
        add_edit(source, {from, anchor.source_begin}, output.substr(to, anchor.output_begin - to), edits);
        add_edit(source, {anchor.source_begin, anchor.source_end},
                 output.substr(anchor.output_begin, anchor.output_end - anchor.output_begin), edits);
        from = anchor.source_end;
        to = anchor.output_end;
    }
    add_edit(source, {from, uint32_t(source.size())}, output.substr(to), edits);
    return edits;
}

std::vector<TextEdit> edits_within(std::string_view source, const Printed& printed, TextRange range,
                                   const Options& options) {
    const auto& anchors = printed.anchors;
    std::string_view output = printed.text;
    auto first = std::lower_bound(anchors.begin(), anchors.end(), range.begin,
                                  [](const Anchor& anchor, uint32_t begin) { return anchor.source_begin < begin; });
    std::vector<TextEdit> edits;
    if (first == anchors.end() || first->source_begin >= range.end) return edits;
    int64_t by = int64_t(columns_of(line_indent(source, range.begin), options)) -
                 columns_of(line_indent(output, first->output_begin), options);
    auto anchor = first;
    const Anchor* before = nullptr;
    for (; anchor != anchors.end() && anchor->source_end <= range.end; ++anchor) {
        if (before && anchor->source_begin < before->source_end) continue;  // see edits_of
        if (before) {
            std::string_view gap = output.substr(before->output_end, anchor->output_begin - before->output_end);
            add_edit(source, {before->source_end, anchor->source_begin}, moved(gap, by, options), edits);
        }
        before = &*anchor;
    }
    // A separator that the last statement lacked.
    if (!before) return edits;
    uint32_t end = before->output_end;
    bool is_added =
        end < output.size() && output[end] == ';' && (anchor == anchors.end() || anchor->output_begin > end);
    if (is_added) edits.push_back({{before->source_end, before->source_end}, ";"});
    return edits;
}

std::vector<TextRange> units_in(const SyntaxTree& tree, const Rules& rules, TextRange range) {
    FlatTree flat(tree);
    auto range_of = [&](uint32_t element) {
        return TextRange{flat.token(flat.first_token(element)).begin, flat.token(flat.last_token(element)).end};
    };
    std::vector<TextRange> units;
    for (uint32_t element = 1; element < flat.size();) {
        TextRange own = range_of(element);
        bool touches = own.begin <= range.end && range.begin <= own.end;
        bool is_unit = !flat.is_token(element) && rules.is_statement(flat.kind(element));
        if (!touches) {
            element = flat[element].end;
            continue;
        }
        // A statement around the whole range gives way to the one inside of it that holds the range, too.
        bool descends = !is_unit;
        if (is_unit) {
            for (uint32_t inner = element + 1; inner < flat[element].end && !descends; ++inner) {
                TextRange part = range_of(inner);
                bool inside = part.begin <= range.begin && range.end <= part.end;
                descends = inside && !flat.is_token(inner) && rules.is_statement(flat.kind(inner));
            }
        }
        if (is_unit && !descends) {
            units.push_back(own);
            element = flat[element].end;
        } else {
            ++element;
        }
    }
    return units;
}

std::string applied(std::string_view source, const std::vector<TextEdit>& edits) {
    std::string text;
    uint32_t from = 0;
    for (const TextEdit& edit : edits) {
        text += source.substr(from, edit.range.begin - from);
        text += edit.replacement;
        from = edit.range.end;
    }
    text += source.substr(from);
    return text;
}

}  // namespace braid::format
