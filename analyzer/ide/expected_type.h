#pragma once
#include "analyzer/ide/expression_types.h"

namespace braid {

/// The type wanted of an expression that begins behind `before`, at `offset`, whether or not it is written yet: of a
/// parameter, a declared variable, a result, a field, an element, the other side of a comparison. Null when anything
/// goes.
Type expected_type(QueryContext&, FileId file, const SyntaxToken& before, uint32_t offset);

/// The type of what a literal `{ name: value }` makes or a pattern of such a form takes apart, from where it stands.
Type type_of_fields(QueryContext&, FileId file, const SyntaxNode& literal);

/// What may be given in a literal `{ name: value }` whose type follows from where it stands, and what may be taken out
/// of a value by a pattern of such a form.
std::vector<Offer> fields_wanted(QueryContext&, FileId file, const SyntaxNode& literal, ItemId scope);

}  // namespace braid
