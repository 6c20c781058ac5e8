#pragma once
#include <vector>

#include "analyzer/syntax/tree.h"
#include "analyzer/syntax/velox/kinds.h"

/// Typed views of Velox trees, one struct per node of nodes.def with the accessors listed there:
///     if (auto call = CallExpr::cast(node)) for (Expression argument : call.arguments().arguments()) …
///     switch (expression.kind()) { case Kind::BinaryExpr: lower(expression.as<BinaryExpr>()); … }
namespace braid::velox {

/// Base of the views: a syntax node known to be of a kind, or null. An accessor returns a null view (or token) when the
/// part is missing from the text; a null view's accessors return null.
struct Ast {
    SyntaxNode node;

    Ast() = default;
    explicit Ast(SyntaxNode n) : node(n) {}
    explicit operator bool() const { return bool(node); }
    Kind kind() const { return node ? to_kind(node.kind()) : Kind::Error; }
    TextRange range() const { return node ? node.text_range() : TextRange(); }
    std::string_view text() const { return node ? node.text() : std::string_view(); }
    friend bool operator==(const Ast& a, const Ast& b) { return a.node == b.node; }

    template <typename T>
    T as() const {
        return node ? T::cast(node) : T();
    }
    SyntaxToken token(Kind kind) const { return node ? node.token(raw(kind)) : SyntaxToken(); }
    SyntaxToken token_in(bool (*accepts)(Kind)) const {
        if (node)
            for (SyntaxElement element : node.children())
                if (element.is_token() && accepts(to_kind(element.kind()))) return SyntaxToken(element);
        return {};
    }
    bool has(Kind kind) const { return bool(token(kind)); }
    /// The n-th child that is a T.
    template <typename T>
    T nth(size_t n) const {
        if (node)
            for (SyntaxElement element : node.children())
                if (T view = T::cast(element); view && n-- == 0) return view;
        return {};
    }
    template <typename T>
    T child() const {
        return nth<T>(0);
    }
    template <typename T>
    std::vector<T> all() const {
        std::vector<T> result;
        if (node)
            for (SyntaxElement element : node.children())
                if (T view = T::cast(element)) result.push_back(view);
        return result;
    }
    std::vector<SyntaxToken> all_tokens(Kind kind) const {
        std::vector<SyntaxToken> result;
        if (node)
            for (SyntaxElement element : node.children())
                if (element.kind() == raw(kind)) result.push_back(SyntaxToken(element));
        return result;
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
};

struct Statement : AstGroup<Statement, Group::Statement> {};
struct Expression : AstGroup<Expression, Group::Expression> {};
struct Type : AstGroup<Type, Group::Type> {};
struct Pattern : AstGroup<Pattern, Group::Pattern> {};
struct Binding : AstGroup<Binding, Group::Binding> {};
struct Member : AstGroup<Member, Group::Member> {};

#define NODE(Name, group) struct Name;
#include "analyzer/syntax/velox/nodes.def"

// The parameter lets an accessor name a view that is declared further down; callers leave it alone.
#define NODE(Name, group) struct Name : AstOf<Name, Kind::Name> {
#define CHILD(Class, name, index)   \
    template <typename T = Class>   \
    T name() const {                \
        return this->nth<T>(index); \
    }
#define CHILDREN(Class, name)     \
    template <typename T = Class> \
    std::vector<T> name() const { \
        return this->all<T>();    \
    }
#define WORD(name, kind) \
    SyntaxToken name() const { return token(Kind::kind); }
#define WORDS(name, kind) \
    std::vector<SyntaxToken> name() const { return all_tokens(Kind::kind); }
#define WORD_IN(name, predicate) \
    SyntaxToken name() const { return token_in(predicate); }
#define FLAG(name, kind) \
    bool name() const { return has(Kind::kind); }
#define END \
    }       \
    ;
#include "analyzer/syntax/velox/nodes.def"

}  // namespace braid::velox
