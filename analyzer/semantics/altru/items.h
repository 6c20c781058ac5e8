#pragma once
#include "analyzer/semantics/altru/common.h"

namespace braid::altru_semantics {

/// The declarations in a piece of a file, nested ones in functions included (their parent is the function).
std::vector<DeclaredItem> declared_items(FileId file, const SyntaxNode& piece);
/// The files of `mod name` declarations: beside this one, `name.altru` or `name/mod.altru`.
std::vector<std::string> imported_paths(std::string_view path, const SyntaxTree& tree);

}  // namespace braid::altru_semantics
