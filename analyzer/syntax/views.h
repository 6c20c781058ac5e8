#pragma once
#include <vector>

#include "analyzer/syntax/tree.h"

namespace braid {

/// Base of a language's typed views: a syntax node known to be of a kind, or null. An accessor returns a null view (or
/// token) when the part is missing from the text; a null view's accessors return null. `Kind` is the language's enum
/// over SyntaxKind.
template <typename Kind>
struct SyntaxView {
    SyntaxNode node;

    SyntaxView() = default;
    explicit SyntaxView(SyntaxNode n) : node(n) {}
    explicit operator bool() const { return bool(node); }
    /// `Error` for a null view: no view is of that kind.
    Kind kind() const { return node ? Kind(node.kind()) : Kind::Error; }
    TextRange range() const { return node ? node.text_range() : TextRange(); }
    std::string_view text() const { return node ? node.text() : std::string_view(); }
    friend bool operator==(const SyntaxView& a, const SyntaxView& b) { return a.node == b.node; }

    template <typename T>
    T as() const {
        return node ? T::cast(node) : T();
    }

    // -- tokens --
    SyntaxToken token(Kind kind) const { return node ? node.token(SyntaxKind(kind)) : SyntaxToken(); }
    bool has(Kind kind) const { return bool(token(kind)); }
    SyntaxToken token_in(bool (*accepts)(Kind)) const {
        if (node)
            for (SyntaxElement element : node.children())
                if (element.is_token() && accepts(Kind(element.kind()))) return SyntaxToken(element);
        return {};
    }
    std::vector<SyntaxToken> all_tokens(Kind kind) const {
        std::vector<SyntaxToken> result;
        if (node)
            for (SyntaxElement element : node.children())
                if (element.kind() == SyntaxKind(kind)) result.push_back(SyntaxToken(element));
        return result;
    }

    // -- children that are a T --
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
    /// First one after (before) the first child token `mark`.
    template <typename T>
    T child_after(Kind mark) const {
        bool seen = false;
        if (node)
            for (SyntaxElement element : node.children()) {
                if (element.kind() == SyntaxKind(mark)) seen = true;
                if (!seen) continue;
                if (T view = T::cast(element)) return view;
            }
        return {};
    }
    template <typename T>
    T child_before(Kind mark) const {
        if (node)
            for (SyntaxElement element : node.children()) {
                if (element.kind() == SyntaxKind(mark)) break;
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
};

/// A view of exactly one node kind.
template <typename Derived, auto K>
struct KindView : SyntaxView<decltype(K)> {
    using Kind = decltype(K);
    static constexpr Kind KindOf = K;
    using SyntaxView<Kind>::SyntaxView;
    static Derived cast(const SyntaxElement& element) {
        Derived view;
        if (element.is_node() && element.kind() == SyntaxKind(K)) view.node = SyntaxNode(element);
        return view;
    }
    static Derived cast(const SyntaxView<Kind>& view) { return cast(static_cast<const SyntaxElement&>(view.node)); }
};

/// A view of any node of a group (an expression, a type…); the language's `group(Kind)` tells.
template <typename Derived, typename Kind, auto G>
struct GroupView : SyntaxView<Kind> {
    using SyntaxView<Kind>::SyntaxView;
    static Derived cast(const SyntaxElement& element) {
        Derived view;
        if (element.is_node() && group(Kind(element.kind())) == G) view.node = SyntaxNode(element);
        return view;
    }
    static Derived cast(const SyntaxView<Kind>& view) { return cast(static_cast<const SyntaxElement&>(view.node)); }
};

}  // namespace braid
