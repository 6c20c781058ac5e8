#pragma once
#include "analyzer/semantics/velox/common.h"

/// What TypeScript calls utility types and type operators, as functions on types.
namespace braid::velox_semantics {

/// `Partial`, `Record`, `Pick`… with this many arguments.
bool is_type_operator(std::string_view name, size_t arguments);
/// The operator applied: `Partial`, `Pick`, …, "keyof", "[]" (indexed access), "&". Where an argument is still open, a
/// Projection that says so and is applied once it is known (`settled`).
Type type_operator(QueryContext&, std::string_view name, std::vector<Type> arguments);
/// The same, applied only where a value of the type is used: for the declarations that the arguments name may be what
/// is being read.
Type late_operator(QueryContext&, std::string_view name, std::vector<Type> arguments);
/// Applies what has become known by putting arguments for parameters.
Type settled(QueryContext&, Type t);
/// What an alias that is worked out late stands for; a union's members too. Anything else is itself.
Type resolved(QueryContext&, Type t);
/// The public members of a class, interface or record, as fields.
std::vector<RecordField> fields_of(QueryContext&, Type t);

}  // namespace braid::velox_semantics
