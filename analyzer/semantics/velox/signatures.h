#pragma once
#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {

FunctionSignature function_signature(QueryContext&, ItemId function);
TypeDefinition type_definition(QueryContext&, ItemId type);
ImplInfo impl_info(QueryContext&, ItemId impl);
Type value_type(QueryContext&, ItemId item);
std::vector<ItemDiagnostic> item_diagnostics(QueryContext&, ItemId item);
std::string print_signature(QueryContext&, ItemId item);
std::string documentation(QueryContext&, ItemId item);
/// See Language::declared_name.
ItemId declared_name(QueryContext&, ItemId owner, const SyntaxToken& name);

/// The constructor that a class without one of its own has: an item without syntax.
ItemId implicit_constructor(ItemId klass);
/// The signature with an inferred result filled in.
FunctionSignature complete_signature(QueryContext&, ItemId function);
/// The class's own type with its parameters as arguments.
Type self_type(QueryContext&, ItemId klass);
/// Initializers of instance fields make an initializer function out of the class item itself.
bool has_field_initializers(QueryContext&, ItemId klass);
/// Parts that declarations of functions share.
struct FunctionParts {
    ast::Modifiers modifiers;
    ast::TypeParameterList type_parameters;
    ast::ParameterList parameters;
    ast::TypeAnnotation result;
    ast::Block body;
    bool is_generator = false;
};
/// `this: T` as the first parameter only says what `this` is.
bool is_this_parameter(const ast::Parameter& parameter);
FunctionParts function_parts(const SyntaxNode& node);
/// The fix that puts another word at a place.
ItemDiagnostic::Fix change_to(Place place, std::string_view instead);
Report collect_into(std::vector<ItemDiagnostic>& out, ItemId item, const ItemTree& tree);

/// A variable of a file's top level that takes an element of an object with an index signature, as in `let hit =
/// cache[key]`: the type of what is there. Null: another variable.
struct OpenVariable {
    using Key = ItemId;
    using Value = Type;
    static constexpr const char* name = "velox_open_variable";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return nullptr; }
};

/// A variable of a file's top level that is declared with `const`.
bool is_constant(QueryContext&, ItemId variable);

}  // namespace braid::velox_semantics
