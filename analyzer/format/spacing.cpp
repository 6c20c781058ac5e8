#include "analyzer/format/spacing.h"

#include <algorithm>

namespace braid::format {

Spacing::Spacing(std::initializer_list<SpacingRule> rules, std::initializer_list<SyntaxKind> tight_before,
                 std::initializer_list<SyntaxKind> tight_after, size_t kinds)
    : rules_(rules), first_(kinds + 1), before_(kinds), after_(kinds) {
    std::stable_sort(rules_.begin(), rules_.end(),
                     [](const SpacingRule& a, const SpacingRule& b) { return a.node < b.node; });
    for (const SpacingRule& rule : rules_) ++first_[rule.node + 1];
    for (size_t kind = 0; kind < kinds; ++kind) first_[kind + 1] += first_[kind];
    for (SyntaxKind kind : tight_before) before_[kind] = true;
    for (SyntaxKind kind : tight_after) after_[kind] = true;
}

Separator Spacing::between(SyntaxKind node, SyntaxKind left, SyntaxKind right, SyntaxKind left_token,
                           SyntaxKind right_token) const {
    for (uint32_t i = first_[node]; i < first_[node + 1]; ++i) {
        const SpacingRule& rule = rules_[i];
        bool fits = (rule.left == 0 || rule.left == left) && (rule.right == 0 || rule.right == right);
        if (fits) return rule.separator;
    }
    bool tight = before_[right] || before_[right_token] || after_[left] || after_[left_token];
    return tight ? Separator::None : Separator::Space;
}

}  // namespace braid::format
