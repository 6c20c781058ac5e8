#pragma once
#include "analyzer/format/layout.h"
#include "analyzer/format/spacing.h"
#include "analyzer/syntax/velox/kinds.h"

namespace braid::velox {

format::Layout layout_of(Kind kind);
const format::Spacing& spacing();
/// The list that the token `open` begins in the node; null: none.
const format::ListRule* list_rule(SyntaxKind node, SyntaxKind open);
/// Whether the node ends with a `;` that may be left off.
bool ends_with_semicolon(Kind node);

}  // namespace braid::velox
