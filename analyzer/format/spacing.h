#pragma once
#include <initializer_list>
#include <vector>

#include "analyzer/format/layout.h"

namespace braid::format {

/// Between two children of a node, by their kinds; 0 stands for any. Of the rules that fit the first one counts.
struct SpacingRule {
    SyntaxKind node, left, right;
    Separator separator;
};

/// What a language's tables say of the space between tokens.
class Spacing {
  public:
    Spacing(std::initializer_list<SpacingRule> rules, std::initializer_list<SyntaxKind> tight_before,
            std::initializer_list<SyntaxKind> tight_after, size_t kinds);

    /// Kinds of the children, then of the tokens that touch.
    Separator between(SyntaxKind node, SyntaxKind left, SyntaxKind right, SyntaxKind left_token,
                      SyntaxKind right_token) const;

  private:
    std::vector<SpacingRule> rules_;  // by node
    std::vector<uint32_t> first_;     // rules of a node: from first_[node] to first_[node + 1]
    std::vector<bool> before_, after_;
};

}  // namespace braid::format
