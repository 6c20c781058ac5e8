#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/semantics/body.h"

/// Names of the typed body's operations, for dumps and messages.
namespace braid {
std::string_view operator_name(hir::UnaryOp op);
std::string_view operator_name(hir::BinaryOp op);
std::string_view operator_name(hir::LogicalOp op);
std::string_view conversion_name(hir::ConvertKind kind);
/// The candidate nearest to a mistyped name (edit distance a third of its length at most, the first in the alphabet
/// among equally near ones), or empty.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);
/// Whether `nearest_name` might choose a candidate. Most of many are told apart by their lengths and letters; that
/// spares them being collected.
bool may_be_near(std::string_view name, std::string_view candidate);
std::string quote(std::string_view text);  // "…" with escapes
}  // namespace braid
