#include "analyzer/text/line_index.h"

#include <algorithm>
#include <cstring>

#include "analyzer/text/utf8.h"

namespace braid {

namespace {

constexpr uint32_t check_point_distance = 1024;

uint32_t units_of(char32_t character, uint32_t bytes, ColumnUnit unit) {
    switch (unit) {
        case ColumnUnit::Utf8: return bytes;
        case ColumnUnit::Utf16: return utf8::utf16_length(character);
        case ColumnUnit::CodePoint: return 1;
    }
    return bytes;
}

bool is_ascii(std::string_view text) {
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
        uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof(word));
        if (word & 0x8080808080808080u) return false;
    }
    return std::all_of(text.begin() + at, text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text) {
    line_starts_.push_back(0);
    const auto size = static_cast<uint32_t>(text.size());
    // `\n` is found by the processor's widest steps; where there is a `\r` at all, the slow way.
    const bool has_returns = text.find('\r') != std::string_view::npos;
    if (!has_returns) {
        for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
            line_starts_.push_back(static_cast<uint32_t>(end + 1));
    } else {
        for (uint32_t offset = 0; offset < size; ++offset) {
            const char byte = text[offset];
            if (byte == '\n' || (byte == '\r' && (offset + 1 == size || text[offset + 1] != '\n')))
                line_starts_.push_back(offset + 1);
        }
    }
    if (is_ascii(text)) {
        is_plain_ = !has_returns;
        return;
    }
    CheckPoint at{0, 0, 0};
    uint32_t next = 0;
    while (at.offset < size) {
        if (at.offset >= next) {
            check_points_.push_back(at);
            next += check_point_distance;
        }
        utf8::Decoded character = utf8::decode(text, at.offset);
        at.offset += character.length;
        at.utf16 += utf8::utf16_length(character.value);
        at.code_points += 1;
    }
}

LineIndex::LineIndex(const LineIndex& before, const TextEdit& edit, std::string_view after) : text_(after) {
    const std::string_view inserted = edit.replacement;
    if (!before.is_plain_ || !is_ascii(inserted) || inserted.find('\r') != std::string_view::npos) {
        *this = LineIndex(after);
        return;
    }
    is_plain_ = true;
    const auto& old = before.line_starts_;
    const auto kept = std::upper_bound(old.begin(), old.end(), edit.range.begin);
    const auto moved = std::upper_bound(kept, old.end(), edit.range.end);
    line_starts_.reserve(old.size() + size_t(std::count(inserted.begin(), inserted.end(), '\n')));
    line_starts_.assign(old.begin(), kept);
    for (size_t end = inserted.find('\n'); end != std::string_view::npos; end = inserted.find('\n', end + 1))
        line_starts_.push_back(edit.range.begin + static_cast<uint32_t>(end + 1));
    const uint32_t shift = static_cast<uint32_t>(inserted.size()) - edit.range.length();  // modulo 2^32
    for (auto start = moved; start != old.end(); ++start) line_starts_.push_back(*start + shift);
}

uint32_t LineIndex::line_of(uint32_t offset) const {
    auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    return static_cast<uint32_t>(after - line_starts_.begin()) - 1;
}

uint32_t LineIndex::line_start(uint32_t line) const {
    return line < line_count() ? line_starts_[line] : static_cast<uint32_t>(text_.size());
}

TextRange LineIndex::full_line_range(uint32_t line) const {
    const auto size = static_cast<uint32_t>(text_.size());
    if (line >= line_count()) return {size, size};
    return {line_starts_[line], line + 1 < line_count() ? line_starts_[line + 1] : size};
}

TextRange LineIndex::line_range(uint32_t line) const {
    TextRange range = full_line_range(line);
    if (line + 1 >= line_count()) return range;  // the last line has no terminator
    --range.end;
    if (text_[range.end] == '\n' && range.end > range.begin && text_[range.end - 1] == '\r') --range.end;
    return range;
}

/// Units from the start of the text to `offset`, which is the start of a character.
uint32_t LineIndex::units_before(uint32_t offset, ColumnUnit unit) const {
    if (unit == ColumnUnit::Utf8 || check_points_.empty()) return offset;
    auto after = std::upper_bound(check_points_.begin(), check_points_.end(), offset,
                                  [](uint32_t wanted, const CheckPoint& point) { return wanted < point.offset; });
    const CheckPoint& point = *std::prev(after);
    uint32_t units = unit == ColumnUnit::Utf16 ? point.utf16 : point.code_points;
    for (uint32_t at = point.offset; at < offset;) {
        utf8::Decoded character = utf8::decode(text_, at);
        units += units_of(character.value, character.length, unit);
        at += character.length;
    }
    return units;
}

/// The last start of a character, not after `limit`, with at most `target` units before it.
uint32_t LineIndex::offset_of_unit(uint32_t target, uint32_t limit, ColumnUnit unit) const {
    auto units = [&](const CheckPoint& point) { return unit == ColumnUnit::Utf16 ? point.utf16 : point.code_points; };
    auto after = std::upper_bound(check_points_.begin(), check_points_.end(), target,
                                  [&](uint32_t wanted, const CheckPoint& point) { return wanted < units(point); });
    const CheckPoint& point = *std::prev(after);
    uint32_t at = point.offset;
    uint32_t seen = units(point);
    while (at < limit) {
        utf8::Decoded character = utf8::decode(text_, at);
        seen += units_of(character.value, character.length, unit);
        if (seen > target) break;
        at += character.length;
    }
    return std::min(at, limit);
}

LineColumn LineIndex::position(uint32_t offset, ColumnUnit unit) const {
    offset = static_cast<uint32_t>(utf8::floor_boundary(text_, offset));
    const uint32_t line = line_of(offset);
    const TextRange range = line_range(line);
    const uint32_t at = std::min(offset, range.end);
    return {line, units_before(at, unit) - units_before(range.begin, unit)};
}

uint32_t LineIndex::offset(LineColumn position, ColumnUnit unit) const {
    const TextRange range = line_range(position.line);
    if (unit == ColumnUnit::Utf8 || check_points_.empty()) {
        if (position.column >= range.length()) return range.end;
        const uint32_t at = range.begin + position.column;
        return check_points_.empty() ? at : static_cast<uint32_t>(utf8::floor_boundary(text_, at));
    }
    const uint32_t start = units_before(range.begin, unit);
    const uint32_t length = units_before(range.end, unit) - start;
    if (position.column >= length) return range.end;
    return offset_of_unit(start + position.column, range.end, unit);
}

}  // namespace braid
