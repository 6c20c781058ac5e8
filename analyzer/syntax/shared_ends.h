#pragma once
#include "analyzer/syntax/tree.h"

namespace braid {

/// What two versions of a node have in common before and behind an edit: whole children, known by identity. Costs
/// O(log n) for a tree that was re-parsed, because it descends only into the lists that are not shared.
struct SharedEnds {
    uint32_t before = 0;  ///< nodes and tokens in the children that are the same at the beginning
    uint32_t behind = 0;  ///< in those that are the same at the end; the two do not overlap
};
SharedEnds shared_ends(const SyntaxNode& old_root, const SyntaxNode& new_root);

}  // namespace braid
