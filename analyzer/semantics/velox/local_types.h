#pragma once
#include "analyzer/semantics/velox/common.h"

/// Classes, interfaces, enums and aliases in the code of a function (or of a block of the top level): items below the
/// one in whose code they stand, known in their block.
namespace braid::velox_semantics {

/// Where the parts of an item that own syntax stand in it, in order.
std::vector<uint32_t> holes_of(const ItemTree& tree);
/// The children that own syntax, in order.
std::vector<ItemId> parts_of(QueryContext&, ItemId item);

/// The type of this name that is declared in the code around: in the innermost block that `at` is in, a token in the
/// syntax of `within`, or of the item whose syntax that is a part of. None: there is none.
ItemId find_local_type(QueryContext&, ItemId within, Name name, const SyntaxElement& at);
/// Whether it is declared in a block of its file's top level, so that the file does not know it.
bool is_in_block_of_file(QueryContext&, ItemId type);

/// What a type in a function may name of the type parameters around it. Those of items count as its own, after those
/// that it declares: `Box` in `function box<T>(…)` is a `Box<T>`. Those of functions in the code may be anything.
struct OuterParameters {
    struct Parameter {
        ItemId owner;
        uint32_t index;
        friend bool operator==(const Parameter&, const Parameter&) = default;
    };
    struct Names {
        std::vector<Parameter> parameters;
        std::vector<Name> open;
        friend bool operator==(const Names&, const Names&) = default;
    };
    using Key = ItemId;
    using Value = Names;
    static constexpr const char* name = "velox_outer_parameters";
    static Value compute(QueryContext&, const Key&);
};
OuterParameters::Names outer_parameters(QueryContext&, ItemId item);  // none for what is no type in a function
/// Whether the item is a type in a function, or a part of one.
bool is_of_local_type(QueryContext&, ItemId item);
/// What such a parameter is called in the code of an item.
Type outer_argument(QueryContext&, ItemId within, const OuterParameters::Parameter& parameter);
/// The arguments of a type in the code of `within`, for those parameters that it has from around it.
std::vector<Type> outer_arguments(QueryContext&, ItemId within, ItemId type);

}  // namespace braid::velox_semantics
