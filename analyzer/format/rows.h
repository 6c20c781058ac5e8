#pragma once
#include <array>

#include "analyzer/format/layout.h"
#include "analyzer/format/spacing.h"

// How a language writes the rows of its tables: with its own kinds, of which `Kind::List` stands for any.
namespace braid::format::rows {

template <typename Kind>
constexpr SpacingRule rule(Kind node, Kind left, Kind right, Separator separator) {
    return {raw(node), raw(left), raw(right), separator};
}
template <typename Kind>
constexpr SpacingRule tight(Kind node, Kind left, Kind right) {
    return rule(node, left, right, Separator::None);
}
template <typename Kind>
constexpr SpacingRule space(Kind node, Kind left, Kind right) {
    return rule(node, left, right, Separator::Space);
}

template <typename Kind>
constexpr ListRule list(Kind node, Kind open, Kind close, int flags) {
    return {raw(node), raw(open), raw(close), uint16_t(flags)};
}
template <typename Kind>
constexpr ListRule parens(Kind node, int flags) {
    return list(node, Kind::LeftParen, Kind::RightParen, flags);
}
template <typename Kind>
constexpr ListRule brackets(Kind node, int flags) {
    return list(node, Kind::LeftBracket, Kind::RightBracket, flags);
}
template <typename Kind>
constexpr ListRule braces(Kind node, int flags) {
    return list(node, Kind::LeftBrace, Kind::RightBrace, flags);
}

/// Of the rules of a language, the one for the list that the token `open` begins in the node; null: none.
inline const ListRule* find_list(std::span<const ListRule> lists, SyntaxKind node, SyntaxKind open) {
    for (const ListRule& list : lists)
        if (list.node == node && list.open == open) return &list;
    return nullptr;
}

template <typename Kind>
struct LayoutRow {
    Kind kind;
    Layout layout;
};

/// The layout of each kind; Unknown for those without a row.
template <typename Kind, size_t Size>
constexpr std::array<Layout, size_t(Kind::Count)> by_kind(const LayoutRow<Kind> (&rows)[Size]) {
    std::array<Layout, size_t(Kind::Count)> table{};
    for (const LayoutRow<Kind>& row : rows) table[raw(row.kind)] = row.layout;
    return table;
}

}  // namespace braid::format::rows
