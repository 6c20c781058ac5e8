#pragma once
#include <string>

#include "analyzer/syntax/tree.h"

namespace braid {

/// One token per line: range, kind, text; comments on lines of their own. For goldens and `braid dump tokens`.
std::string dump_tokens(const SyntaxTree& tree);
/// One node or token per line, indented; then the errors. For goldens and `braid dump tree`.
std::string dump_tree(const SyntaxTree& tree);

}  // namespace braid
