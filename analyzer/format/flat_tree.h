#pragma once
#include <string_view>
#include <vector>

#include "analyzer/syntax/tree.h"

namespace braid::format {

/// A tree's nodes and tokens in preorder, with all that a walk asks for in constant time. Nodes without tokens are left
/// out. Elements are named by their index; the root is 0.
class FlatTree {
  public:
    struct Element {
        SyntaxKind kind;
        bool is_token;
        uint32_t end;    ///< the index behind its subtree
        uint32_t token;  ///< number of its first token
        uint32_t parent;
    };
    struct Token {
        uint32_t full_begin, begin, end;
        bool first_on_line;
    };
    static constexpr uint32_t None = 0xffffffff;

    explicit FlatTree(const SyntaxTree& tree);

    const SyntaxTree& tree() const { return tree_; }
    std::string_view source() const { return tree_.text(); }
    uint32_t size() const { return uint32_t(elements_.size()); }
    const Element& operator[](uint32_t element) const { return elements_[element]; }
    SyntaxKind kind(uint32_t element) const { return elements_[element].kind; }
    bool is_token(uint32_t element) const { return elements_[element].is_token; }
    uint32_t parent(uint32_t element) const { return elements_[element].parent; }

    uint32_t first_child(uint32_t element) const {
        return !is_token(element) && elements_[element].end > element + 1 ? element + 1 : None;
    }
    uint32_t next_sibling(uint32_t element) const {
        uint32_t next = elements_[element].end;
        uint32_t parent = elements_[element].parent;
        return parent != None && next < elements_[parent].end ? next : None;
    }
    uint32_t last_child(uint32_t element) const;
    uint32_t child(uint32_t element, SyntaxKind kind) const;  ///< the first one of a kind

    uint32_t token_count() const { return uint32_t(tokens_.size()); }
    const Token& token(uint32_t number) const { return tokens_[number]; }
    uint32_t first_token(uint32_t element) const { return elements_[element].token; }
    uint32_t last_token(uint32_t element) const { return end_token(element) - 1; }
    uint32_t end_token(uint32_t element) const {
        uint32_t end = elements_[element].end;
        return end < elements_.size() ? elements_[end].token : token_count();
    }
    SyntaxKind token_kind(uint32_t number) const { return token_kinds_[number]; }
    std::string_view token_text(uint32_t number) const {
        return source().substr(tokens_[number].begin, tokens_[number].end - tokens_[number].begin);
    }
    /// Whether a line end stands before the element's first token.
    bool begins_line(uint32_t element) const { return tokens_[first_token(element)].first_on_line; }
    bool on_one_line(uint32_t element) const;
    /// Column of a place, with tabs to the next multiple of 8; of the first character of its line for `line_column`.
    uint32_t column(uint32_t offset) const;
    uint32_t line_column(uint32_t offset) const;

  private:
    void add_token(const SyntaxElement& token);

    const SyntaxTree& tree_;
    std::vector<Element> elements_;
    std::vector<Token> tokens_;
    std::vector<SyntaxKind> token_kinds_;
};

}  // namespace braid::format
