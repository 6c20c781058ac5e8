#pragma once
#include <optional>
#include <type_traits>
#include <vector>

#include "analyzer/syntax/altru/kinds.h"
#include "analyzer/syntax/tree.h"

namespace braid::altru {

/// Base of the typed views: a syntax node known to be of a kind, or null. An accessor returns a null view (or token)
/// when the part is missing from the text; a null view's accessors return null.
struct Ast {
    SyntaxNode node;

    Ast() = default;
    explicit Ast(SyntaxNode n) : node(n) {}
    explicit operator bool() const { return bool(node); }
    Kind kind() const { return to_kind(node.kind()); }
    TextRange range() const { return node.text_range(); }
    std::string_view text() const { return node.text(); }
    friend bool operator==(const Ast& a, const Ast& b) { return a.node == b.node; }

    SyntaxToken token(Kind kind) const { return node ? node.token(raw(kind)) : SyntaxToken(); }
    bool has(Kind kind) const { return bool(token(kind)); }
    /// First child that is a T.
    template <typename T>
    T child() const {
        if (node)
            for (SyntaxElement element : node.children())
                if (T view = T::cast(element)) return view;
        return {};
    }
    /// First child that is a T, after (before) the first child token `mark`.
    template <typename T>
    T child_after(Kind mark) const {
        bool seen = false;
        if (node)
            for (SyntaxElement element : node.children()) {
                if (element.kind() == raw(mark)) seen = true;
                if (!seen) continue;
                if (T view = T::cast(element)) return view;
            }
        return {};
    }
    template <typename T>
    T child_before(Kind mark) const {
        if (node)
            for (SyntaxElement element : node.children()) {
                if (element.kind() == raw(mark)) break;
                if (T view = T::cast(element)) return view;
            }
        return {};
    }
    template <typename T>
    std::vector<T> all() const {
        std::vector<T> result;
        if (node)
            for (SyntaxElement element : node.children())
                if (T view = T::cast(element)) result.push_back(view);
        return result;
    }
    /// The n-th child that is a T.
    template <typename T>
    T nth(size_t n) const {
        if (node)
            for (SyntaxElement element : node.children())
                if (T view = T::cast(element); view && n-- == 0) return view;
        return {};
    }
};

/// A view of exactly one node kind.
template <typename Derived, Kind K>
struct AstOf : Ast {
    static constexpr Kind KindOf = K;
    using Ast::Ast;
    static Derived cast(const SyntaxElement& element) {
        Derived view;
        if (element.is_node() && element.kind() == raw(K)) view.node = SyntaxNode(element);
        return view;
    }
    static Derived cast(const Ast& ast) { return cast(static_cast<const SyntaxElement&>(ast.node)); }
};

/// A view of any node of a group (an expression, a type…).
template <typename Derived, Group G>
struct AstGroup : Ast {
    using Ast::Ast;
    static Derived cast(const SyntaxElement& element) {
        Derived view;
        if (element.is_node() && group(to_kind(element.kind())) == G) view.node = SyntaxNode(element);
        return view;
    }
    static Derived cast(const Ast& ast) { return cast(static_cast<const SyntaxElement&>(ast.node)); }
    template <typename T>
    T as() const {
        return T::cast(node);
    }
};

struct Expression : AstGroup<Expression, Group::Expression> {};
struct Type : AstGroup<Type, Group::Type> {};
struct Pattern : AstGroup<Pattern, Group::Pattern> {};
struct Statement : AstGroup<Statement, Group::Statement> {};
struct Declaration : AstGroup<Declaration, Group::Declaration> {};

struct Block;
struct FunctionDecl;

/// The first Identifier of a node: the name of a declaration.
SyntaxToken name_of(const Ast& ast);
/// The names `a`, `b`, `c` of a path's own tokens (keywords next to `::` are names too).
std::vector<SyntaxToken> path_segments(const SyntaxNode& node);

}  // namespace braid::altru
