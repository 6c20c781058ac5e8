#include "analyzer/syntax/chunks.h"

#include <algorithm>

namespace braid {

uint32_t list_height(GreenSlot slot) {
    // All elements of a list lie equally deep, so the first path tells.
    uint32_t height = 0;
    while (slot.is_list()) {
        ++height;
        slot = slot.heap()->slot(0);
    }
    return height;
}

namespace {

/// The first or last element below a list; other slots are their own.
GreenSlot edge(GreenSlot slot, bool first) {
    while (slot.is_list()) slot = slot.heap()->slot(first ? 0 : slot.heap()->slot_count() - 1);
    return slot;
}

/// A list node over `count` slots. It can be taken over whole if all its nodes can, in the same context; tokens
/// (separators) depend on their own text and one byte more. Two separators in a row, or trivia before one, may have
/// been reported, and such a report belongs to the owner of the list: it would be lost.
GreenSlot make_list(const GreenSlot* slots, uint32_t count) {
    GreenNode::Header header;
    constexpr uint32_t TokenLookahead = 2;
    constexpr uint16_t Inherited = GreenNode::HasErrors | GreenNode::Unreusable;
    bool reusable = true;
    bool has_context = false;
    uint32_t reach = 0;  // furthest byte that decided something, from the list's begin
    for (uint32_t i = 0; i < count; ++i) {
        GreenSlot slot = slots[i];
        header.length += slot.length();
        header.size += slot.size();
        const GreenNode* node = slot.node();
        uint32_t lookahead = TokenLookahead;
        GreenSlot first = edge(slot, true);
        if (first.is_token() && (first.trivia_length() > 0 || (i > 0 && edge(slots[i - 1], false).is_token())))
            reusable = false;
        if (node) {
            header.flags |= node->flags() & Inherited;
            header.height = std::max(header.height, node->height());
            lookahead = node->lookahead();
            if (!node->has(GreenNode::Reusable) || lookahead == GreenNode::SaturatedLookahead ||
                (has_context && node->context() != header.context))
                reusable = false;
            header.context = node->context();
            has_context = true;
        }
        reach = std::max(reach, header.length + lookahead);
        if (i + 1 == count && node) header.flags |= node->flags() & GreenNode::ErrorAtEnd;
    }
    if (reusable && has_context) header.flags |= GreenNode::Reusable;
    header.lookahead = uint16_t(std::min<uint32_t>(reach - header.length, GreenNode::SaturatedLookahead));
    return GreenSlot(GreenNode::make(header, slots, count));
}

/// Collects elements level by level; `levels_[h]` holds finished slots of height h that still lack a parent, those of
/// higher levels standing before those of lower ones in the text. Keeps every list it makes or takes at `MinChunk`
/// slots or more, but for the last of each level; the surplus kept back in `push` is what stops an opened list from
/// forcing its neighbours open.
class Balancer {
  public:
    void append(GreenSlot slot, uint32_t height) {
        if (height > 0 && must_open(slot, height)) {
            open(slot, height);
            return;
        }
        for (uint32_t h = 0; h < height && h < levels_.size(); ++h) close(h);
        push(slot, height);
    }

    /// Joins all levels into the highest.
    void finish(std::vector<GreenSlot>& out) {
        size_t h = 0;
        while (any_above(h)) close(uint32_t(h++));
        out = std::move(levels_[h]);
    }

  private:
    bool any_above(size_t h) const {
        return std::any_of(levels_.begin() + std::min(h + 1, levels_.size()), levels_.end(),
                           [](const auto& level) { return !level.empty(); });
    }

    /// An incoming list is opened when it is small itself or when what waits below its level would make a small one.
    bool must_open(GreenSlot slot, uint32_t height) const {
        if (slot.heap()->slot_count() < MinChunk) return true;
        uint32_t closed = 0;  // lists that closing the level below adds
        for (uint32_t h = 0; h < height && h < levels_.size(); ++h) {
            size_t waiting = levels_[h].size() + closed;
            if (waiting > 0 && waiting < MinChunk) return true;
            closed = waiting > 0;
        }
        return closed && height > levels_.size();
    }

    void open(GreenSlot slot, uint32_t height) {
        const GreenNode* list = slot.heap();
        for (GreenSlot child : *list) {
            if (!child.is_inline()) child.heap()->retain();
            append(child, height - 1);
        }
        list->release();
    }

    void push(GreenSlot slot, uint32_t height) {
        if (levels_.size() <= height) levels_.resize(height + 1);
        if (levels_[height].size() == MaxChunk) pack(height, MaxChunk - MinChunk);
        levels_[height].push_back(slot);
    }

    /// Makes a list of the first `count` slots of a level, one level up.
    void pack(uint32_t height, uint32_t count) {
        GreenSlot list = make_list(levels_[height].data(), count);
        levels_[height].erase(levels_[height].begin(), levels_[height].begin() + count);
        push(list, height + 1);
    }

    void close(uint32_t height) {
        if (!levels_[height].empty()) pack(height, uint32_t(levels_[height].size()));
    }

    std::vector<std::vector<GreenSlot>> levels_{1};
};

}  // namespace

void balance(std::vector<GreenSlot>& slots) {
    Balancer balancer;
    for (GreenSlot slot : slots) balancer.append(slot, list_height(slot));
    balancer.finish(slots);
}

}  // namespace braid
