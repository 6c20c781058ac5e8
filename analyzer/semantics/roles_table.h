#pragma once
#include <array>

#include "analyzer/semantics/editing.h"

namespace braid {

template <typename Kind>
struct RoleRow {
    Kind kind;
    uint64_t roles;
};

/// `EditingRules::roles` of a language: a kind has the roles of its rows, and that of its group.
template <typename Kind, size_t Size>
std::array<uint64_t, size_t(Kind::Count)> roles_by_kind(const RoleRow<Kind> (&rows)[Size]) {
    std::array<uint64_t, size_t(Kind::Count)> all{};
    for (const RoleRow<Kind>& row : rows) all[raw(row.kind)] |= row.roles;
    for (size_t i = 0; i < all.size(); ++i) {
        using Group = decltype(group(Kind(i)));
        switch (group(Kind(i))) {
            case Group::Statement: all[i] |= syntax_role::Statement; break;
            case Group::Expression: all[i] |= syntax_role::Expression; break;
            case Group::Type: all[i] |= syntax_role::TypeSyntax; break;
            case Group::Pattern: all[i] |= syntax_role::PatternSyntax; break;
            default: break;
        }
    }
    return all;
}

}  // namespace braid
