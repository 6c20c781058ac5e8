#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/syntax/error.h"
#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/green.h"

namespace braid {

class SyntaxNode;
class SyntaxToken;
class ChildRange;

/// A text and its tree. Immutable; hold it by `SyntaxTreePtr` for as long as any `SyntaxNode` into it lives.
class SyntaxTree {
  public:
    SyntaxTree(const Grammar& grammar, SharedText text, GreenRef root)
        : grammar_(&grammar), text_(std::move(text)), root_(std::move(root)) {}

    const Grammar& grammar() const { return *grammar_; }
    std::string_view text() const { return *text_; }
    const SharedText& shared_text() const { return text_; }
    const GreenRef& green_root() const { return root_; }
    inline SyntaxNode root() const;

    /// Whether `errors()` has anything to say; that may be hints only, see `default_severity(code)`.
    bool has_errors() const { return root_->has(GreenNode::HasErrors); }
    /// All reports with absolute ranges, by position.
    std::vector<SyntaxError> errors() const;

    /// The token that covers `offset`, trivia counted as part of the token it leads; at the end of the text the EOF
    /// token.
    SyntaxToken token_at(uint32_t offset) const;

  private:
    const Grammar* grammar_;
    SharedText text_;
    GreenRef root_;
};

/// A node or a token at its place in a tree: three words, cheap to copy. Valid while the tree lives.
class SyntaxElement {
  public:
    SyntaxElement() = default;
    SyntaxElement(const SyntaxTree* tree, GreenSlot slot, uint32_t offset)
        : tree_(tree), slot_(slot), offset_(offset) {}

    explicit operator bool() const { return tree_ != nullptr; }
    SyntaxKind kind() const { return slot_.kind(); }
    bool is_node() const { return tree_ && !slot_.is_token(); }
    bool is_token() const { return tree_ && slot_.is_token(); }
    inline SyntaxNode as_node() const;    ///< null when it is a token
    inline SyntaxToken as_token() const;  ///< null when it is a node
    std::string_view kind_name() const { return tree_->grammar().kind_name(kind()); }

    const SyntaxTree* tree() const { return tree_; }
    GreenSlot slot() const { return slot_; }
    uint32_t full_begin() const { return offset_; }
    TextRange full_range() const { return {offset_, offset_ + slot_.length()}; }
    TextRange text_range() const;  ///< without the leading trivia
    std::string_view full_text() const { return tree_->text().substr(offset_, slot_.length()); }
    std::string_view text() const;
    std::string_view leading_trivia() const;

    /// The enclosing node (hidden lists skipped); null for the root. Found from the root: O(depth).
    SyntaxNode parent() const;

    friend bool operator==(const SyntaxElement& a, const SyntaxElement& b) {
        return a.tree_ == b.tree_ && a.slot_ == b.slot_ && a.offset_ == b.offset_;
    }

  protected:
    const SyntaxTree* tree_ = nullptr;
    GreenSlot slot_;
    uint32_t offset_ = 0;
};

class SyntaxToken : public SyntaxElement {
  public:
    SyntaxToken() = default;
    explicit SyntaxToken(const SyntaxElement& element) : SyntaxElement(element) {}
    uint32_t begin() const { return offset_ + slot_.trivia_length(); }
    uint32_t end() const { return offset_ + slot_.length(); }
    SyntaxToken next() const;      ///< in the whole tree; null at the end
    SyntaxToken previous() const;  ///< null at the beginning
};

class SyntaxNode : public SyntaxElement {
  public:
    SyntaxNode() = default;
    explicit SyntaxNode(const SyntaxElement& element) : SyntaxElement(element) {}

    /// Identity across versions: the same pointer in two trees means the same text and structure.
    const GreenNode* green() const { return slot_.heap(); }
    bool has_errors() const { return green()->has(GreenNode::HasErrors); }
    uint32_t size() const { return green()->size(); }  ///< nodes and tokens, itself included

    inline ChildRange children() const;  ///< nodes and tokens, in order
    std::vector<SyntaxNode> child_nodes() const;
    SyntaxElement first_child() const;
    SyntaxElement last_child() const;
    SyntaxNode child(SyntaxKind kind) const;   ///< first child node of a kind, or null
    SyntaxToken token(SyntaxKind kind) const;  ///< first child token of a kind, or null
    SyntaxToken first_token() const;
    SyntaxToken last_token() const;
    /// The innermost node below (or this) whose full range contains the range.
    SyntaxNode covering(TextRange range) const;
    SyntaxToken token_at(uint32_t offset) const;  ///< see SyntaxTree::token_at; null outside of the node
};

/// Iterates children through the hidden list nodes, without allocation.
class ChildIterator {
  public:
    ChildIterator(const SyntaxTree* tree, const GreenNode* node, uint32_t offset);
    SyntaxElement operator*() const { return {tree_, slot(), offset_}; }
    ChildIterator& operator++() {
        offset_ += slot().length();
        ++levels_[depth_].next;
        settle();
        return *this;
    }
    bool done() const { return depth_ < 0; }
    friend bool operator==(const ChildIterator& it, std::default_sentinel_t) { return it.done(); }

  private:
    // Lists hold at least two children each, most of them at least eight: 16 levels are beyond any 32-bit text.
    static constexpr int MaxLevels = 16;
    struct Level {
        const GreenSlot* next;
        const GreenSlot* end;
    };
    GreenSlot slot() const { return *levels_[depth_].next; }
    void settle();

    const SyntaxTree* tree_;
    uint32_t offset_;
    int depth_ = 0;
    std::array<Level, MaxLevels> levels_;
};

class ChildRange {
  public:
    explicit ChildRange(const SyntaxNode& node) : node_(node) {}
    ChildIterator begin() const { return {node_.tree(), node_.green(), node_.full_begin()}; }
    std::default_sentinel_t end() const { return {}; }

  private:
    SyntaxNode node_;
};

/// Walks a subtree in preorder, the root first: `for (Preorder walk(node); walk; walk.next())`.
class Preorder {
  public:
    explicit Preorder(const SyntaxNode& root);
    explicit operator bool() const { return !stack_.empty(); }
    const SyntaxElement& operator*() const { return current_; }
    const SyntaxElement* operator->() const { return &current_; }
    int depth() const { return current_depth_; }
    void next();
    void skip_children();  ///< the next `next()` goes past the current node's subtree

  private:
    struct Level {
        const GreenSlot* next;
        const GreenSlot* end;
        uint32_t offset;
        int depth;
    };
    void advance();
    const SyntaxTree* tree_;
    std::vector<Level> stack_;
    SyntaxElement current_;
    int current_depth_ = 0;
    bool enter_ = true;
};

// ---- Places that outlive an edit ----

/// Preorder number of `element` among the nodes and tokens below `root` (which is 0); trivia does not count. It stays
/// the same when text outside of `root` or trivia inside of it changes. `element` must be inside `root`. O(depth).
uint32_t index_of(const SyntaxNode& root, const SyntaxElement& element);
/// The inverse; null when `index` is out of range.
SyntaxElement element_at(const SyntaxNode& root, uint32_t index);

/// Same structure, kinds and token texts, trivia ignored. What reads neither trivia nor positions need not be computed
/// again.
bool tokens_equal(const SyntaxNode& a, const SyntaxNode& b);

/// A node of one version of a file, found again by kind and range.
struct NodePointer {
    SyntaxKind kind = KindList;
    TextRange range;  ///< text_range()

    static NodePointer of(const SyntaxElement& element) { return {element.kind(), element.text_range()}; }
    SyntaxElement resolve(const SyntaxTree& tree) const;  ///< null when there is none
    friend bool operator==(const NodePointer&, const NodePointer&) = default;
};

/// The documentation comment in the leading trivia of the element: the `DocComment` pieces after the last blank line,
/// one line each, marks and one following space removed.
std::string doc_comment(const SyntaxElement& element);

// ---- inline definitions ----

inline SyntaxNode SyntaxTree::root() const { return SyntaxNode(SyntaxElement(this, GreenSlot(root_.get()), 0)); }
inline SyntaxNode SyntaxElement::as_node() const { return is_node() ? SyntaxNode(*this) : SyntaxNode(); }
inline SyntaxToken SyntaxElement::as_token() const { return is_token() ? SyntaxToken(*this) : SyntaxToken(); }
inline ChildRange SyntaxNode::children() const { return ChildRange(*this); }

}  // namespace braid
