#pragma once
#include "analyzer/syntax/altru/declarations.h"
#include "analyzer/syntax/grammar.h"

namespace braid::altru {

/// Altru as the language-blind part of syntax sees it.
const Grammar& grammar();

SyntaxTreePtr parse(SharedText text);
SyntaxTreePtr parse(std::string_view text);
/// `edits` refer to the text of `old`, sorted and disjoint; `text` is the new text. Equals `parse(text)`, costs what
/// the edit costs.
SyntaxTreePtr reparse(const SyntaxTree& old, std::span<const TextEdit> edits, SharedText text);

inline SourceFile source_file(const SyntaxTree& tree) { return SourceFile::cast(tree.root()); }

}  // namespace braid::altru
