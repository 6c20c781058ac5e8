#include "analyzer/syntax/tree.h"

#include <algorithm>

namespace braid {

namespace {

/// One step on the way from a node down: the n-th slot and where it begins.
struct Step {
    const GreenNode* node;
    uint32_t index;
    uint32_t begin;  ///< of the slot
    GreenSlot slot() const { return node->slot(index); }
};

/// The way from `root` to the slot that is `target` at `target_begin`, lists included. Empty elements may stand at the
/// same offset, so a step that leads nowhere is taken back. Empty when there is no such slot.
std::vector<Step> path_to(const GreenNode* root, uint32_t root_begin, GreenSlot target, uint32_t target_begin) {
    std::vector<Step> path{{root, 0, root_begin}};
    uint32_t target_end = target_begin + target.length();
    while (!path.empty()) {
        Step& step = path.back();
        if (step.index >= step.node->slot_count() || step.begin > target_begin) {
            path.pop_back();
            if (!path.empty()) {
                path.back().begin += path.back().slot().length();
                ++path.back().index;
            }
            continue;
        }
        GreenSlot slot = step.slot();
        if (step.begin == target_begin && slot == target) return path;
        uint32_t end = step.begin + slot.length();
        if (end >= target_end && end >= target_begin && !slot.is_token() && step.begin <= target_begin) {
            path.push_back({slot.heap(), 0, step.begin});
            continue;
        }
        step.begin = end;
        ++step.index;
    }
    return path;
}

void collect_errors(const GreenNode* root, std::vector<SyntaxError>& out) {
    std::vector<std::pair<const GreenNode*, uint32_t>> pending{{root, 0}};
    while (!pending.empty()) {
        auto [node, begin] = pending.back();
        pending.pop_back();
        if (const auto* own = node->own_errors())
            for (const SyntaxError& error : *own) {
                out.push_back(error);
                out.back().shift(begin);
            }
        for (GreenSlot slot : *node) {
            const GreenNode* child = slot.node();
            if (child && child->has(GreenNode::HasErrors)) pending.emplace_back(child, begin);
            begin += slot.length();
        }
    }
}

}  // namespace

std::vector<SyntaxError> SyntaxTree::errors() const {
    std::vector<SyntaxError> errors;
    if (has_errors()) collect_errors(root_.get(), errors);
    std::stable_sort(errors.begin(), errors.end(), [](const SyntaxError& a, const SyntaxError& b) {
        return std::pair(a.range.begin, a.range.end) < std::pair(b.range.begin, b.range.end);
    });
    return errors;
}

SyntaxToken SyntaxTree::token_at(uint32_t offset) const { return root().token_at(offset); }

TextRange SyntaxElement::text_range() const {
    TextRange range = full_range();
    if (is_token()) range.begin += slot_.trivia_length();
    else if (SyntaxToken first = SyntaxNode(*this).first_token()) range.begin = first.begin();
    return range;
}

std::string_view SyntaxElement::text() const {
    TextRange range = text_range();
    return tree_->text().substr(range.begin, range.length());
}

std::string_view SyntaxElement::leading_trivia() const {
    return tree_->text().substr(offset_, text_range().begin - offset_);
}

SyntaxNode SyntaxElement::parent() const {
    if (!tree_ || (is_node() && slot_.heap() == tree_->green_root().get())) return {};
    auto path = path_to(tree_->green_root().get(), 0, slot_, offset_);
    while (!path.empty() && path.back().node->is_list()) path.pop_back();
    if (path.empty()) return {};
    const GreenNode* node = path.back().node;
    path.pop_back();
    return SyntaxNode(SyntaxElement(tree_, GreenSlot(node), path.empty() ? 0 : path.back().begin));
}

namespace {

/// The next token (dir +1) or the previous one (dir -1) after leaving the last step of `path`.
SyntaxToken neighbour(const SyntaxTree* tree, std::vector<Step> path, bool forward) {
    while (!path.empty()) {
        Step& step = path.back();
        if (forward) {
            step.begin += step.slot().length();
            ++step.index;
        } else if (step.index > 0) {
            --step.index;
            step.begin -= step.slot().length();
        } else {
            path.pop_back();
            continue;
        }
        if (step.index >= step.node->slot_count()) {
            path.pop_back();
            continue;
        }
        SyntaxElement element(tree, step.slot(), step.begin);
        if (element.is_token()) return SyntaxToken(element);
        SyntaxNode node(element);
        if (SyntaxToken token = forward ? node.first_token() : node.last_token()) return token;
    }
    return {};
}

}  // namespace

SyntaxToken SyntaxToken::next() const {
    return neighbour(tree_, path_to(tree_->green_root().get(), 0, slot_, offset_), true);
}

SyntaxToken SyntaxToken::previous() const {
    return neighbour(tree_, path_to(tree_->green_root().get(), 0, slot_, offset_), false);
}

std::vector<SyntaxNode> SyntaxNode::child_nodes() const {
    std::vector<SyntaxNode> nodes;
    for (SyntaxElement element : children())
        if (element.is_node()) nodes.emplace_back(element);
    return nodes;
}

SyntaxElement SyntaxNode::first_child() const {
    ChildIterator it = children().begin();
    return it.done() ? SyntaxElement() : *it;
}

SyntaxElement SyntaxNode::last_child() const {
    const GreenNode* node = green();
    uint32_t end = offset_ + node->length();
    for (;;) {
        if (node->slot_count() == 0) return {};
        GreenSlot last = node->slot(node->slot_count() - 1);
        if (!last.is_list()) return {tree_, last, end - last.length()};
        node = last.heap();
    }
}

SyntaxNode SyntaxNode::child(SyntaxKind kind) const {
    for (SyntaxElement element : children())
        if (element.kind() == kind && element.is_node()) return SyntaxNode(element);
    return {};
}

SyntaxToken SyntaxNode::token(SyntaxKind kind) const {
    for (SyntaxElement element : children())
        if (element.kind() == kind && element.is_token()) return SyntaxToken(element);
    return {};
}

SyntaxToken SyntaxNode::first_token() const {
    GreenSlot slot = slot_;
    while (!slot.is_token() && slot.heap()->slot_count() > 0) slot = slot.heap()->slot(0);
    if (slot.is_token()) return SyntaxToken(SyntaxElement(tree_, slot, offset_));
    // An empty node stands first.
    for (Preorder walk(*this); walk; walk.next())
        if (walk->is_token()) return SyntaxToken(*walk);
    return {};
}

SyntaxToken SyntaxNode::last_token() const {
    // Preorder from the right: the last child pushed is looked at first.
    std::vector<std::pair<GreenSlot, uint32_t>> pending{{slot_, offset_}};
    while (!pending.empty()) {
        auto [slot, begin] = pending.back();
        pending.pop_back();
        if (slot.is_token()) return SyntaxToken(SyntaxElement(tree_, slot, begin));
        for (GreenSlot child : *slot.heap()) {
            pending.emplace_back(child, begin);
            begin += child.length();
        }
    }
    return {};
}

SyntaxNode SyntaxNode::covering(TextRange range) const {
    SyntaxNode best = *this;
    const GreenNode* node = green();
    uint32_t begin = offset_;
    for (;;) {
        bool descended = false;
        for (GreenSlot slot : *node) {
            uint32_t end = begin + slot.length();
            if (begin <= range.begin && range.end <= end && (range.begin < end || slot.length() == 0) && slot.node()) {
                node = slot.heap();
                if (!node->is_list()) best = SyntaxNode(SyntaxElement(tree_, slot, begin));
                descended = true;
                break;
            }
            if (begin > range.begin) break;
            begin = end;
        }
        if (!descended) return best;
    }
}

SyntaxToken SyntaxNode::token_at(uint32_t offset) const {
    if (!tree_ || offset < offset_ || offset > offset_ + green()->length()) return {};
    if (offset == offset_ + green()->length()) return last_token();
    const GreenNode* node = green();
    uint32_t begin = offset_;
    for (;;) {
        GreenSlot found;
        for (GreenSlot slot : *node) {
            if (offset < begin + slot.length()) {
                found = slot;
                break;
            }
            begin += slot.length();
        }
        if (!found) return {};
        if (found.is_token()) return SyntaxToken(SyntaxElement(tree_, found, begin));
        node = found.heap();
    }
}

ChildIterator::ChildIterator(const SyntaxTree* tree, const GreenNode* node, uint32_t offset)
    : tree_(tree), offset_(offset) {
    levels_[0] = {node->begin(), node->end()};
    settle();
}

void ChildIterator::settle() {
    while (depth_ >= 0) {
        Level& level = levels_[depth_];
        if (level.next == level.end) {
            if (--depth_ >= 0) ++levels_[depth_].next;
            continue;
        }
        if (!level.next->is_list()) return;
        const GreenNode* list = level.next->heap();
        levels_[++depth_] = {list->begin(), list->end()};
    }
}

Preorder::Preorder(const SyntaxNode& root) : tree_(root.tree()), current_(root) {
    if (root) stack_.push_back({root.green()->begin(), root.green()->end(), root.full_begin(), 1});
}

void Preorder::next() {
    if (enter_ && current_.is_node() && current_depth_ > 0) {
        const GreenNode* node = current_.slot().heap();
        stack_.push_back({node->begin(), node->end(), current_.full_begin(), current_depth_ + 1});
    }
    enter_ = true;
    advance();
}

void Preorder::skip_children() {
    if (current_depth_ == 0) stack_.assign(1, Level{nullptr, nullptr, 0, 0});
    else enter_ = false;
}

void Preorder::advance() {
    while (!stack_.empty()) {
        Level& level = stack_.back();
        if (level.next == level.end) {
            stack_.pop_back();
            continue;
        }
        GreenSlot slot = *level.next++;
        uint32_t offset = level.offset;
        int depth = level.depth;
        level.offset += slot.length();
        if (slot.is_list()) {
            stack_.push_back({slot.heap()->begin(), slot.heap()->end(), offset, depth});
            continue;
        }
        current_ = SyntaxElement(tree_, slot, offset);
        current_depth_ = depth;
        return;
    }
}

}  // namespace braid
