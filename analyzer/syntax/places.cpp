// What finds a node again: indices, pointers, equality of token streams, documentation comments.
#include <algorithm>
#include <vector>

#include "analyzer/syntax/tree.h"

namespace braid {

uint32_t index_of(const SyntaxNode& root, const SyntaxElement& element) {
    struct Level {
        const GreenNode* node;
        uint32_t slot;
        uint32_t begin;
        uint32_t index;
    };
    if (element.slot() == root.slot() && element.full_begin() == root.full_begin()) return 0;
    uint32_t target = element.full_begin();
    uint32_t target_end = target + element.slot().length();
    std::vector<Level> path{{root.green(), 0, root.full_begin(), 1}};
    while (!path.empty()) {
        Level& level = path.back();
        if (level.slot >= level.node->slot_count() || level.begin > target) {
            path.pop_back();
            continue;
        }
        GreenSlot slot = level.node->slot(level.slot++);
        uint32_t begin = level.begin;
        uint32_t index = level.index;
        level.begin += slot.length();
        level.index += slot.size();
        if (begin == target && slot == element.slot()) return index;
        if (!slot.is_token() && level.begin >= target_end)
            path.push_back({slot.heap(), 0, begin, slot.is_list() ? index : index + 1});
    }
    return 0;
}

SyntaxElement element_at(const SyntaxNode& root, uint32_t index) {
    if (index == 0) return root;
    if (index >= root.size()) return {};
    const GreenNode* node = root.green();
    uint32_t begin = root.full_begin();
    uint32_t next = 1;  // index of the slot looked at
    for (;;) {
        GreenSlot found;
        for (GreenSlot slot : *node) {
            if (index < next + slot.size()) {
                found = slot;
                break;
            }
            next += slot.size();
            begin += slot.length();
        }
        if (!found) return {};
        if (!found.is_list()) {
            if (index == next) return {root.tree(), found, begin};
            ++next;
        }
        node = found.heap();
    }
}

bool tokens_equal(const SyntaxNode& a, const SyntaxNode& b) {
    if (!a || !b) return !a && !b;
    Preorder left(a), right(b);
    for (; left && right; left.next(), right.next()) {
        if (left->kind() != right->kind() || left->is_token() != right->is_token()) return false;
        if (left.depth() != right.depth()) return false;
        if (left->is_node()) {
            if (left->slot() != right->slot()) continue;
            // Shared between the versions.
            left.skip_children();
            right.skip_children();
        } else if (left->text() != right->text()) {
            return false;
        }
    }
    return !left && !right;
}

SyntaxElement NodePointer::resolve(const SyntaxTree& tree) const {
    // Of a range that is not empty all nodes lie on one path; an empty one (a hole in a list) may touch two.
    std::vector<SyntaxElement> pending{tree.root()};
    while (!pending.empty()) {
        SyntaxElement current = pending.back();
        pending.pop_back();
        if (current.kind() == kind && current.text_range() == range) return current;
        if (current.is_token()) continue;
        size_t first = pending.size();
        for (SyntaxElement child : SyntaxNode(current).children()) {
            if (child.full_range().end < range.end) continue;
            TextRange text = child.text_range();
            if (text.begin > range.begin) break;
            if (text.end >= range.end) pending.push_back(child);
        }
        std::reverse(pending.begin() + first, pending.end());
    }
    return {};
}

std::string doc_comment(const SyntaxElement& element) {
    std::string_view trivia = element.leading_trivia();
    const Grammar& grammar = element.tree()->grammar();
    std::string text;
    int line_ends = 0;
    while (!trivia.empty()) {
        TriviaPiece piece = grammar.next_trivia(trivia);
        std::string_view spelling = trivia.substr(0, piece.length);
        trivia.remove_prefix(piece.length);
        switch (piece.kind) {
            case TriviaKind::NewLine:
                if (++line_ends > 1) text.clear();
                break;
            case TriviaKind::DocComment: {
                line_ends = 0;
                if (!text.empty()) text += '\n';
                text += grammar.doc_text ? grammar.doc_text(spelling) : std::string(spelling);
                break;
            }
            case TriviaKind::LineComment:
            case TriviaKind::BlockComment: line_ends = 0; break;
            default: break;
        }
    }
    return text;
}

}  // namespace braid
