#pragma once
#include <string>
#include <vector>

#include "analyzer/semantics/item_diagnostic.h"
#include "analyzer/semantics/queries.h"

/// Edits of lists with commas, of blocks and of names, as fixes need them in both languages.
namespace braid {

using FixEdits = std::vector<ItemDiagnostic::FixEdit>;

/// Takes elements of one list out, each with the comma before it (or, where nothing stands before it, behind it).
FixEdits remove_from_list(ItemId item, const ItemTree& tree, const std::vector<SyntaxNode>& removed);

/// Puts an element behind the last one of a list, or behind the bracket that opens it.
FixEdits append_to_list(ItemId item, const ItemTree& tree, const SyntaxNode& list, std::string element);

FixEdits remove_all(ItemId item, const ItemTree& tree, const std::vector<SyntaxNode>& removed);

/// Of two declarations with one name the second gets another: `f2`.
ItemDiagnostic::Fix rename_second(Place name_place, std::string_view name, std::string_view title);

/// What stands before a node on its line; empty where the line begins outside of the item.
std::string indentation_of(const SyntaxNode& node);

}  // namespace braid
