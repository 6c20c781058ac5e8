#include "analyzer/syntax/shared_ends.h"

#include <array>

namespace braid {
namespace {

/// Goes over children, from either end, list by list where nobody enters one.
template <bool Forward>
class ChildCursor {
  public:
    explicit ChildCursor(const SyntaxNode& node)
        : offset_(Forward ? node.full_begin() : node.full_range().end), tree_(node.tree()) {
        push(node.green());
    }
    bool done() const { return depth_ == 0; }
    GreenSlot slot() const { return Forward ? *levels_[depth_ - 1].begin : levels_[depth_ - 1].end[-1]; }
    std::string_view token_text() const {
        const uint32_t begin = Forward ? offset_ : offset_ - slot().length();
        return tree_->text().substr(begin, slot().length());
    }
    void skip() {
        offset_ = Forward ? offset_ + slot().length() : offset_ - slot().length();
        pass();
    }
    void enter() {
        const GreenNode* list = slot().heap();
        pass();
        push(list);
    }

  private:
    struct Level {
        const GreenSlot* begin;
        const GreenSlot* end;
    };
    void push(const GreenNode* node) {
        if (node->begin() != node->end()) levels_[depth_++] = {node->begin(), node->end()};
    }
    void pass() {
        Level& level = levels_[depth_ - 1];
        if (Forward) ++level.begin;
        else --level.end;
        while (depth_ > 0 && levels_[depth_ - 1].begin == levels_[depth_ - 1].end) --depth_;
    }

    static constexpr int kMaxLevels = 32;  // twice what ChildIterator allows: `enter` leaves no empty level behind
    std::array<Level, kMaxLevels> levels_;
    int depth_ = 0;
    uint32_t offset_;
    const SyntaxTree* tree_;
};

/// An inline token says nothing of its text.
template <bool Forward>
bool same(const ChildCursor<Forward>& a, const ChildCursor<Forward>& b) {
    return a.slot() == b.slot() && (!a.slot().is_inline() || a.token_text() == b.token_text());
}

template <bool Forward>
uint32_t shared_from(const SyntaxNode& old_root, const SyntaxNode& new_root, uint32_t most) {
    ChildCursor<Forward> a(old_root), b(new_root);
    uint32_t shared = 0;
    while (!a.done() && !b.done()) {
        if (same(a, b) && shared + a.slot().size() <= most) {
            shared += a.slot().size();
            a.skip();
            b.skip();
            continue;
        }
        const bool a_is_list = a.slot().is_list(), b_is_list = b.slot().is_list();
        if (!a_is_list && !b_is_list) break;
        if (a_is_list) a.enter();
        if (b_is_list) b.enter();
    }
    return shared;
}

}  // namespace

SharedEnds shared_ends(const SyntaxNode& old_root, const SyntaxNode& new_root) {
    const uint32_t most = std::min(old_root.size(), new_root.size()) - 1;
    SharedEnds ends;
    ends.before = shared_from<true>(old_root, new_root, most);
    ends.behind = shared_from<false>(old_root, new_root, most - ends.before);
    return ends;
}

}  // namespace braid
