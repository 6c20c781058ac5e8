#include <algorithm>

#include "analyzer/format/format.h"
#include "analyzer/format/gap.h"

namespace braid::format {

namespace {

/// A tree's nodes and tokens one after the other, what is optional left out.
class Essentials {
  public:
    Essentials(const FlatTree& tree, const Rules& rules) : tree_(tree), rules_(rules) { settle(); }

    bool done() const { return at_ >= tree_.size(); }
    uint32_t element() const { return at_; }
    void next() {
        ++at_;
        settle();
    }

  private:
    void settle() {
        while (!done() && is_optional(at_)) at_ = tree_[at_].end;
    }
    bool is_optional(uint32_t element) const {
        uint32_t parent = tree_.parent(element);
        if (parent == FlatTree::None) return false;
        return rules_.is_optional(tree_.kind(parent), tree_.kind(element), tree_.first_child(parent) == element);
    }

    const FlatTree& tree_;
    const Rules& rules_;
    uint32_t at_ = 0;
};

bool same_structure(const FlatTree& a, const FlatTree& b, const Rules& rules) {
    // Depths need not be compared: an element's parent is the one its parent's counterpart is.
    std::vector<uint32_t> counterpart(a.size(), FlatTree::None);
    Essentials left(a, rules), right(b, rules);
    for (; !left.done() && !right.done(); left.next(), right.next()) {
        uint32_t x = left.element(), y = right.element();
        counterpart[x] = y;
        if (a.kind(x) != b.kind(y)) return false;
        uint32_t parent = a.parent(x);
        if (parent != FlatTree::None && counterpart[parent] != b.parent(y)) return false;
        if (a.is_token(x) && a.token_text(a.first_token(x)) != b.token_text(b.first_token(y))) return false;
    }
    return left.done() && right.done();
}

/// The texts of all comments without white space, sorted: formatting indents their lines and may move one behind a
/// separator.
std::vector<std::string> comments_of(const FlatTree& tree) {
    std::vector<std::string> texts;
    for (uint32_t token = 0; token < tree.token_count(); ++token) {
        if (tree.token(token).full_begin == tree.token(token).begin) continue;
        Gap gap;
        read_gap(tree, token, gap);
        for (const Comment& comment : gap.comments) {
            std::string text(tree.source().substr(comment.begin, comment.end - comment.begin));
            text.erase(std::remove_if(text.begin(), text.end(),
                                      [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }),
                       text.end());
            texts.push_back(std::move(text));
        }
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

}  // namespace

bool means_the_same(const SyntaxTree& a, const SyntaxTree& b, const Rules& rules) {
    FlatTree left(a), right(b);
    return same_structure(left, right, rules) && comments_of(left) == comments_of(right);
}

}  // namespace braid::format
