#pragma once
#include "analyzer/format/layout.h"
#include "analyzer/format/spacing.h"
#include "analyzer/syntax/altru/kinds.h"

namespace braid::altru {

format::Layout layout_of(Kind kind);
const format::Spacing& spacing();
/// The list that the token `open` begins in the node; null: none.
const format::ListRule* list_rule(SyntaxKind node, SyntaxKind open);
/// Operators of equal precedence have equal numbers.
int operator_class(Kind op);

}  // namespace braid::altru
