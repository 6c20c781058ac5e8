#include <algorithm>

#include "analyzer/semantics/queries.h"

namespace braid {

uint32_t ItemTree::node_of(const SyntaxElement& element) const {
    if (!element) return 0;  // what is missing in a broken text is reported at the item
    uint32_t index = index_of(tree_->root(), element);
    uint32_t hidden = 0;
    for (const Hole& hole : holes_) {
        if (hole.index >= index) break;
        hidden += hole.size - 1;
    }
    return index - hidden;
}

SyntaxElement ItemTree::element(uint32_t node) const {
    uint32_t index = node;
    for (const Hole& hole : holes_) {
        if (hole.index >= index) break;
        index += hole.size - 1;
    }
    return element_at(tree_->root(), index);
}

bool ItemTree::is_hole(const SyntaxElement& element) const {
    if (!element.is_node()) return false;
    uint32_t index = index_of(tree_->root(), element);
    auto it = std::lower_bound(holes_.begin(), holes_.end(), index,
                               [](const Hole& hole, uint32_t i) { return hole.index < i; });
    return it != holes_.end() && it->index == index && SyntaxNode(element).size() == it->size;
}

bool operator==(const ItemTree& a, const ItemTree& b) {
    if (!a || !b) return !a == !b;
    if (a.tree_->green_root() == b.tree_->green_root()) return true;
    if (a.holes_.empty() && b.holes_.empty()) return tokens_equal(a.root(), b.root());
    if (a.holes_.size() != b.holes_.size()) return false;
    Preorder walk_a(a.root()), walk_b(b.root());
    uint32_t index_a = 0, index_b = 0;
    size_t hole = 0;
    while (walk_a && walk_b) {
        bool in_a = hole < a.holes_.size() && a.holes_[hole].index == index_a;
        bool in_b = hole < b.holes_.size() && b.holes_[hole].index == index_b;
        if (in_a != in_b || walk_a->kind() != walk_b->kind() || walk_a.depth() != walk_b.depth()) return false;
        if (in_a) {
            index_a += a.holes_[hole].size;
            index_b += b.holes_[hole].size;
            ++hole;
            walk_a.skip_children();
            walk_b.skip_children();
        } else {
            if (walk_a->is_token() && walk_a->text() != walk_b->text()) return false;
            ++index_a;
            ++index_b;
        }
        walk_a.next();
        walk_b.next();
    }
    return !walk_a && !walk_b;
}

}  // namespace braid
