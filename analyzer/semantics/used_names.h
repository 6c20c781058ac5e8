#pragma once
#include <set>

#include "analyzer/semantics/queries.h"

namespace braid {

/// The identifiers in the text of one item: not those of imports, nor what its children own.
struct NamesIn {
    using Key = ItemId;
    using Value = std::set<Name>;
    static constexpr const char* name = "names_in";
    static Value compute(QueryContext&, const Key&);
};

/// Whether any item of the file names it.
bool is_named_in(QueryContext&, FileId file, Name name);

}  // namespace braid
