#pragma once
#include "analyzer/semantics/velox/common.h"

namespace braid::velox_semantics {
std::vector<DeclaredItem> declared_items(FileId file, const SyntaxNode& piece);
std::vector<std::string> imported_paths(std::string_view path, const SyntaxTree& tree);
/// The item that a declaration's name stands for among the children of `parent`, whatever its kind.
ItemId find_child(QueryContext&, ItemId parent, Name name);
/// Name of a member as written: identifier, string or number; empty when computed.
/// What the member `[Symbol.iterator]` is called; empty: the key is no symbol.
Name symbol_name(const ast::Expression& key);
Name member_name(const ast::PropertyName& name);
}  // namespace braid::velox_semantics
