#pragma once
#include "analyzer/semantics/altru/types.h"

namespace braid::altru_semantics {

FunctionSignature function_signature(QueryContext&, ItemId function);
TypeDefinition type_definition(QueryContext&, ItemId type);
ImplInfo impl_info(QueryContext&, ItemId impl);
Type value_type(QueryContext&, ItemId item);
std::vector<ItemDiagnostic> item_diagnostics(QueryContext&, ItemId item);
/// A struct, alias or trait that would contain itself without end.
void report_type_cycles(QueryContext&, ItemId item, std::vector<ItemDiagnostic>&);

/// The trait method that a method of a trait impl implements; None for others.
ItemId implemented_method(QueryContext&, ItemId function);

/// Bounds of a parameter, those of supertraits not added. Bounds of a trait's Self: the trait itself.
std::vector<Type> bounds_of(QueryContext&, Type parameter);
/// The generics of any item that has some.
std::vector<GenericParameter> generics_of_item(QueryContext&, ItemId item);

}  // namespace braid::altru_semantics
