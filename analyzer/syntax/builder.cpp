#include "analyzer/syntax/builder.h"

#include <algorithm>

#include "analyzer/syntax/chunks.h"

namespace braid {

GreenBuilder::~GreenBuilder() {
    for (GreenSlot slot : slots_)
        if (!slot.is_inline()) slot.heap()->release();
}

GreenNode::Header GreenBuilder::header(const Mark& mark, SyntaxKind kind) const {
    GreenNode::Header header;
    header.kind = kind;
    header.length = position_ - mark.position;
    header.size = size_ - mark.size + 1;
    if (errors_seen_ != mark.errors_seen) header.flags |= GreenNode::HasErrors;
    return header;
}

void GreenBuilder::push_node(GreenNode::Header header, uint32_t first_slot,
                             std::unique_ptr<std::vector<SyntaxError>> errors) {
    uint32_t count = uint32_t(slots_.size()) - first_slot;
    const GreenNode* node;
    bool has_lists = false;
    if (reuse_)
        for (uint32_t i = first_slot; i < slots_.size() && !has_lists; ++i) has_lists = slots_[i].is_list();
    if (count > MaxChunk || has_lists) {
        std::vector<GreenSlot> children(slots_.begin() + first_slot, slots_.end());
        slots_.resize(first_slot);
        balance(children);
        node = GreenNode::make(header, children.data(), uint32_t(children.size()), std::move(errors));
    } else {
        node = GreenNode::make(header, slots_.data() + first_slot, count, std::move(errors));
        slots_.resize(first_slot);
    }
    slots_.push_back(GreenSlot(node));
}

void GreenBuilder::finish(const Mark& mark, SyntaxKind kind) {
    push_node(header(mark, kind), mark.slots, nullptr);
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

void GreenBuilder::add_unit_facts(GreenNode::Header& header, const UnitMark& unit) const {
    uint32_t lookahead = looked_at_ > position_ ? looked_at_ - position_ : 0;
    header.lookahead = uint16_t(std::min<uint32_t>(lookahead, GreenNode::SaturatedLookahead));
    header.height = uint16_t(deepest_ - depth_);
    header.context = unit.context;
    if (unreusable_ != unit.saved_unreusable) header.flags |= GreenNode::Unreusable;
    else if (lookahead < GreenNode::SaturatedLookahead && unit.context != NoReuse) header.flags |= GreenNode::Reusable;
    if (last_error_ == position_) header.flags |= GreenNode::ErrorAtEnd;
}

void GreenBuilder::finish_unit(const UnitMark& unit, SyntaxKind kind) {
    GreenNode::Header header = this->header(unit.mark, kind);
    add_unit_facts(header, unit);
    push_node(header, unit.mark.slots, take_errors(unit.first_error, unit.mark.position));
    ++size_;
    abandon_unit(unit);
}

void GreenBuilder::finish_unit(const UnitMark& unit) {
    bool single = slots_.size() == unit.mark.slots + 1 && slots_.back().node() && !slots_.back().is_list() &&
                  !slots_.back().heap()->has(GreenNode::Reusable);
    if (single) {
        // Nobody else has seen the node yet.
        auto* node = const_cast<GreenNode*>(slots_.back().heap());
        add_unit_facts(node->header_, unit);
        if (errors_.size() > unit.first_error && !node->has(GreenNode::OwnsErrors)) {
            for (GreenSlot slot : *node)
                if (!slot.is_inline()) slot.heap()->retain();
            slots_.back() = GreenSlot(GreenNode::make(node->header_, node->begin(), node->slot_count(),
                                                      take_errors(unit.first_error, unit.mark.position)));
            node->release();
        }
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
    request.without_errors = just_failed();
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
    push_node(header(mark, kind), mark.slots, take_errors(0, mark.position));
    GreenSlot root = slots_.back();
    slots_.pop_back();
    return GreenRef::adopt(root.heap());
}

void GreenBuilder::rewind(const Snapshot& snapshot) {
    for (size_t i = snapshot.mark.slots; i < slots_.size(); ++i)
        if (!slots_[i].is_inline()) slots_[i].heap()->release();
    slots_.resize(snapshot.mark.slots);
    position_ = snapshot.mark.position;
    size_ = snapshot.mark.size;
    errors_seen_ = snapshot.mark.errors_seen;
    errors_.resize(snapshot.errors);
    last_error_ = snapshot.last_error;
    unreusable_ = snapshot.unreusable;
}

}  // namespace braid
