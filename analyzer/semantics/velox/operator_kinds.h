#pragma once
#include <optional>

#include "analyzer/semantics/velox/common.h"

/// What the tokens of operators mean.
namespace braid::velox_semantics {
std::optional<hir::BinaryOp> arithmetic_operator(Kind kind);
std::optional<hir::BinaryOp> comparison_operator(Kind kind);
/// The operator of a compound assignment: `+=` is Plus.
Kind compound_operator(Kind kind);
}  // namespace braid::velox_semantics
