#pragma once
#include "analyzer/semantics/altru/types.h"

namespace braid::altru_semantics {

/// The lifetimes that a signature names, as an attribute of it: types do not have them, the borrow check reads them.
/// Each argument is `SLOT TERM 'a`: in the type of the slot (a parameter's number, `result`, `&self` for the borrow of
/// the receiver, `self` for its type), the term of that number, in preorder, borrows for `'a`.
constexpr std::string_view kLifetimes = "lifetimes";

/// Nothing if the function names none.
std::optional<Attribute> lifetimes_of(QueryContext&, ItemId item, const ast::FunctionDecl&, const FunctionSignature&);

}  // namespace braid::altru_semantics
