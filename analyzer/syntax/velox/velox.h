#pragma once
#include <span>
#include <string_view>

#include "analyzer/syntax/grammar.h"
#include "analyzer/syntax/velox/ast.h"

namespace braid::velox {

/// Velox as the language-blind part of syntax sees it.
const Grammar& grammar();

SyntaxTreePtr parse(SharedText text);
SyntaxTreePtr parse(std::string_view text);
/// `edits` refer to the text of `old`, sorted and disjoint; `text` is the new text. Equals `parse(text)`.
SyntaxTreePtr reparse(const SyntaxTree& old, std::span<const TextEdit> edits, SharedText text);

inline SourceFile source_file(const SyntaxTree& tree) { return SourceFile::cast(tree.root()); }

}  // namespace braid::velox
