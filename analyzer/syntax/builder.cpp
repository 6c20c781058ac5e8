#include "analyzer/syntax/builder.h"

#include <algorithm>

#include "analyzer/syntax/chunks.h"

namespace braid {

void SlotStack::grow() {
    capacity_ = std::max(256u, 2 * capacity_);
    auto slots = std::make_unique<GreenSlot[]>(capacity_);
    std::copy_n(slots_.get(), size_, slots.get());
    slots_ = std::move(slots);
}

GreenBuilder::~GreenBuilder() { rewind({.mark = {}, .errors = 0, .last_error = 0, .unreusable = 0}); }

/// The rare cases of `token`: the stack must grow, or the token is too big to pack.
void GreenBuilder::push_token(SyntaxKind kind, uint32_t trivia, uint32_t length) {
    slots_.push_back(GreenSlot::packs(trivia, length) ? GreenSlot::token(kind, trivia, length)
                                                      : GreenSlot(GreenNode::make_token(kind, trivia, length)));
    position_ += trivia + length;
    ++size_;
}

/// Cuts the slots from the first on into lists where they are many, or some of them lists already; how many are left.
uint32_t GreenBuilder::balance_since(uint32_t first_slot) {
    uint32_t count = slots_.size() - first_slot;
    auto slots = std::span(slots_.data() + first_slot, count);
    bool has_lists = std::any_of(slots.begin(), slots.end(), [](GreenSlot slot) { return slot.is_list(); });
    if (count <= MaxChunk && !has_lists) return count;
    std::vector<GreenSlot> children(slots.begin(), slots.end());
    balance(children);
    std::copy(children.begin(), children.end(), slots.begin());
    return uint32_t(children.size());
}

/// Of the slots since the mark, which the caller takes away.
inline GreenNode* GreenBuilder::make_node(const Mark& mark, SyntaxKind kind) {
    uint32_t count = slots_.size() - mark.slots;
    if (count > MaxChunk || reuse_) count = balance_since(mark.slots);
    GreenNode* node = GreenNode::make_plain(kind, position_ - mark.position, size_ - mark.size + 1,
                                            slots_.data() + mark.slots, count);
    if (errors_seen_ != mark.errors_seen) node->header_.flags |= GreenNode::HasErrors;
    return node;
}

void GreenBuilder::finish(const Mark& mark, SyntaxKind kind) {
    push_node(make_node(mark, kind), mark.slots);
    ++size_;
}

GreenBuilder::UnitMark GreenBuilder::unit(uint16_t context) {
    UnitMark unit{mark(), uint32_t(errors_.size()), deepest_, unreusable_, unit_begin_, context};
    deepest_ = depth_;
    unit_begin_ = position_;
    return unit;
}

std::unique_ptr<std::vector<SyntaxError>> GreenBuilder::take_errors(uint32_t first, uint32_t base) {
    if (errors_.size() == first) return nullptr;
    auto own = std::make_unique<std::vector<SyntaxError>>(std::make_move_iterator(errors_.begin() + first),
                                                          std::make_move_iterator(errors_.end()));
    errors_.resize(first);
    for (SyntaxError& error : *own) error.shift(0u - base);
    return own;
}

void GreenBuilder::add_unit_facts(GreenNode* node, const UnitMark& unit) const {
    GreenNode::Header& header = node->header_;
    uint32_t lookahead = looked_at_ > position_ ? looked_at_ - position_ : 0;
    header.lookahead = uint16_t(std::min<uint32_t>(lookahead, GreenNode::SaturatedLookahead));
    header.height = uint16_t(deepest_ - depth_);
    header.context = unit.context;
    if (unreusable_ != unit.saved_unreusable) header.flags |= GreenNode::Unreusable;
    else if (lookahead < GreenNode::SaturatedLookahead && unit.context != NoReuse) header.flags |= GreenNode::Reusable;
    if (last_error_ == position_) header.flags |= GreenNode::ErrorAtEnd;
}

/// The node, which nobody else has seen yet, with the errors from the first on as its own.
GreenNode* GreenBuilder::with_errors(GreenNode* node, uint32_t first_error, uint32_t base) {
    if (errors_.size() == first_error || node->has(GreenNode::OwnsErrors)) return node;
    for (GreenSlot slot : *node)
        if (!slot.is_inline()) slot.heap()->retain();
    const GreenNode* made =
        GreenNode::make(node->header_, node->begin(), node->slot_count(), take_errors(first_error, base));
    node->release();
    return const_cast<GreenNode*>(made);
}

void GreenBuilder::finish_unit(const UnitMark& unit, SyntaxKind kind) {
    GreenNode* node = make_node(unit.mark, kind);
    add_unit_facts(node, unit);
    push_node(with_errors(node, unit.first_error, unit.mark.position), unit.mark.slots);
    ++size_;
    abandon_unit(unit);
}

void GreenBuilder::finish_unit(const UnitMark& unit) {
    bool single = slots_.size() == unit.mark.slots + 1 && slots_.back().node() && !slots_.back().is_list() &&
                  !slots_.back().heap()->has(GreenNode::Reusable);
    if (single) {
        auto* node = const_cast<GreenNode*>(slots_.back().heap());
        add_unit_facts(node, unit);
        slots_.back() = GreenSlot(with_errors(node, unit.first_error, unit.mark.position));
    }
    abandon_unit(unit);
}

void GreenBuilder::abandon_unit(const UnitMark& unit) {
    deepest_ = std::max(deepest_, unit.saved_deepest);
    unit_begin_ = unit.saved_unit;
}

const GreenNode* GreenBuilder::reuse(ReuseCursor::Request request, bool* ended_with_separator) {
    if (!reuse_ || depth_ >= MaxDepth) return nullptr;
    request.max_height = MaxDepth - depth_;
    request.without_errors |= just_failed();
    const GreenNode* node = reuse_->find(position_, request);
    if (!node) return nullptr;
    node->retain();
    slots_.push_back(GreenSlot(node));
    position_ += node->length();
    size_ += node->size();
    looked_at(position_ + node->lookahead());
    deepest_ = std::max(deepest_, depth_ + node->height());
    if (node->has(GreenNode::HasErrors)) ++errors_seen_;
    if (node->has(GreenNode::ErrorAtEnd)) last_error_ = position_;
    if (ended_with_separator) {
        GreenSlot last(node);
        while (last.is_list()) last = last.heap()->slot(last.heap()->slot_count() - 1);
        *ended_with_separator = last.is_token();
    }
    return node;
}

bool GreenBuilder::error(SyntaxError error) {
    bool hint = default_severity(error.code) == Severity::Hint;  // neither silences nor is silenced
    if (!hint && just_failed()) {
        // What was said before this unit silences it: in another place it would not be silent.
        if (unit_begin_ == position_) ++unreusable_;
        return false;
    }
    if (!hint) last_error_ = position_;
    ++errors_seen_;
    errors_.push_back(std::move(error));
    return true;
}

GreenRef GreenBuilder::finish_root(const Mark& mark, SyntaxKind kind) {
    GreenNode* root = with_errors(make_node(mark, kind), 0, mark.position);
    slots_.shrink(mark.slots);
    return GreenRef::adopt(root);
}

void GreenBuilder::rewind(const Snapshot& snapshot) {
    for (uint32_t i = snapshot.mark.slots; i < slots_.size(); ++i)
        if (!slots_[i].is_inline()) slots_[i].heap()->release();
    slots_.shrink(snapshot.mark.slots);
    position_ = snapshot.mark.position;
    size_ = snapshot.mark.size;
    errors_seen_ = snapshot.mark.errors_seen;
    errors_.resize(snapshot.errors);
    last_error_ = snapshot.last_error;
    unreusable_ = snapshot.unreusable;
}

}  // namespace braid
