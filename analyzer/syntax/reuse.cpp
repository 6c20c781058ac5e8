#include <algorithm>

#include "analyzer/syntax/builder.h"

namespace braid {

ReuseCursor::ReuseCursor(const GreenNode* old_root, std::span<const TextEdit> edits) : root_(old_root) {
    constexpr uint32_t End = 0xffffffff;
    Segment segment{0, 0, End};
    uint32_t shift = 0;  // new offset - old offset, modulo 2^32
    for (const TextEdit& edit : edits) {
        segment.old_end = edit.range.begin;
        segments_.push_back(segment);
        shift += uint32_t(edit.replacement.size()) - edit.range.length();
        segment = {edit.range.end + shift, edit.range.end, End};
    }
    segments_.push_back(segment);
    reset();
}

void ReuseCursor::reset() { path_.assign(1, Level{root_, 0, 0, 0}); }

bool ReuseCursor::list_suits(const GreenNode* list, const Request& request) const {
    GreenSlot first(list);
    while (first.is_list()) first = first.heap()->slot(0);
    GreenSlot last(list);
    while (last.is_list()) last = last.heap()->slot(last.heap()->slot_count() - 1);
    auto fits = [&](GreenSlot slot) {
        return slot.is_token() ? request.separator && slot.kind() == request.separator : request.elements(slot.kind());
    };
    return fits(first) && fits(last) && (!request.separator || first.is_token() == request.at_separator);
}

bool ReuseCursor::suits(const GreenNode* node, uint32_t begin, uint32_t limit, const Request& request) const {
    if (!node->has(GreenNode::Reusable) || node->length() == 0) return false;
    if (node->context() != request.context && node->context() != request.other_context) return false;
    if (node->height() > request.max_height) return false;
    if (request.without_errors && node->has(GreenNode::HasErrors)) return false;
    if (uint64_t(begin) + node->length() + node->lookahead() > limit) return false;
    if (node->is_list()) return request.whole_chunks && list_suits(node, request);
    return !request.at_separator && request.elements(node->kind());
}

const GreenNode* ReuseCursor::find(uint32_t new_offset, const Request& request) {
    while (segment_ > 0 && segments_[segment_].new_begin > new_offset) --segment_;
    while (segment_ + 1 < segments_.size() && segments_[segment_ + 1].new_begin <= new_offset) ++segment_;
    const Segment& segment = segments_[segment_];
    uint32_t old_offset = segment.old_begin + (new_offset - segment.new_begin);
    if (old_offset >= segment.old_end) return nullptr;  // inside of what the next edit replaced

    // Up to the node that contains the offset, then down to the nodes that begin there, the largest first.
    while (path_.size() > 1 &&
           (old_offset < path_.back().begin || old_offset >= path_.back().begin + path_.back().node->length()))
        path_.pop_back();
    if (path_.size() > 1 && old_offset == path_.back().begin) {
        // The node itself begins here and so may its ancestors: ask the outermost.
        while (path_.size() > 1 && path_.back().begin == old_offset) path_.pop_back();
    }
    if (old_offset < path_.back().child_begin) {
        path_.back().index = 0;
        path_.back().child_begin = path_.back().begin;
    }
    for (;;) {
        Level& level = path_.back();
        while (level.index < level.node->slot_count()) {
            GreenSlot slot = level.node->slot(level.index);
            if (old_offset < level.child_begin + slot.length()) break;
            level.child_begin += slot.length();
            ++level.index;
        }
        if (level.index >= level.node->slot_count()) return nullptr;
        const GreenNode* child = level.node->slot(level.index).node();
        if (!child) return nullptr;
        if (level.child_begin == old_offset && suits(child, old_offset, segment.old_end, request)) return child;
        path_.push_back(Level{child, level.child_begin, 0, level.child_begin});
    }
}

}  // namespace braid
