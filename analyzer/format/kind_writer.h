#pragma once
#include "analyzer/format/format.h"
#include "analyzer/format/writer.h"

namespace braid::format {

/// A writer that knows the elements of the tree by the kinds of its language.
template <typename Kind>
class KindWriter : public Writer {
  public:
    using Writer::Writer;

  protected:
    Kind kind(uint32_t element) const { return static_cast<Kind>(tree_.kind(element)); }
    bool is(uint32_t element, Kind wanted) const { return element != None && kind(element) == wanted; }

    bool is_call(uint32_t link) const override { return is(link, Kind::CallExpr); }
    SyntaxKind comma() const override { return raw(Kind::Comma); }

    /// The first token of a binary expression, which its operator is; `Count`: it has none.
    Kind operator_of(uint32_t binary) const {
        for (uint32_t child = tree_.first_child(binary); child != None; child = tree_.next_sibling(child))
            if (tree_.is_token(child)) return kind(child);
        return Kind::Count;
    }
};

/// `Rules::write`.
template <typename LanguageWriter>
Document write(const SyntaxTree& tree, const Options& options) {
    return LanguageWriter(tree, options).write();
}

template <typename Kind>
bool opens_bracket(SyntaxKind token) {
    return token == raw(Kind::LeftParen) || token == raw(Kind::LeftBracket) || token == raw(Kind::LeftBrace);
}

/// `Rules::closes`.
template <typename Kind>
bool closes_bracket(SyntaxKind token) {
    return token == raw(Kind::RightParen) || token == raw(Kind::RightBracket) || token == raw(Kind::RightBrace);
}

}  // namespace braid::format
