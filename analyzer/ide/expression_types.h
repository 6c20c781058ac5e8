#pragma once
#include "analyzer/ide/names.h"
#include "analyzer/semantics/editing.h"

/// From syntax to what the typed body says of it.
namespace braid {

/// The innermost item with a body around an element of a file's tree, and the element's number in it.
Place place_of(QueryContext&, FileId file, const SyntaxElement& element);
/// The innermost item whose text an offset is in; the file's item at least.
ItemId item_at(QueryContext&, FileId file, uint32_t offset);

/// The type of an expression, narrowed as it is there; null where nothing is known.
Type type_of_expression(QueryContext&, FileId file, const SyntaxNode& expression);

/// A named local variable that code at an offset sees.
struct VisibleLocal {
    ItemId home = ItemId::None;
    LocalId local{};
    Name name;
    Type type = nullptr;
    uint32_t declared = 0;  ///< where
};
/// Innermost declarations first; of one name only the innermost.
std::vector<VisibleLocal> locals_at(QueryContext&, FileId file, uint32_t offset);
/// Whether a place is in the block that declares an item of the same file; a class that is a value knows itself only.
bool is_in_block_of(QueryContext&, ItemId item, FileId file, uint32_t offset);

/// What a call's list of arguments belongs to.
struct CalledFunction {
    std::vector<ItemId> overloads;  ///< a function, or the type whose generated `new` is called; the chosen one first
    Type type = nullptr;            ///< of a called value, when no declaration is known
    Name name;
};
std::optional<CalledFunction> called_function(QueryContext&, FileId file, const SyntaxNode& call);

/// The position in a list of arguments at an offset.
struct ArgumentPosition {
    SyntaxNode call;
    SyntaxNode list;
    uint32_t index = 0;
    std::string_view name;  ///< where the argument names its parameter
};
std::optional<ArgumentPosition> argument_at(const SyntaxTree& tree, const EditingRules& rules, uint32_t offset);

}  // namespace braid
