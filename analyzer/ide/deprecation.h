#pragma once
#include <string>
#include <unordered_map>

#include "analyzer/semantics/queries.h"

namespace braid {

/// The declarations of a file whose documentation says that they are deprecated (a line that begins with `@deprecated`
/// or `Deprecated:`), with what it says to do instead.
struct DeprecatedItems {
    using Key = FileId;
    using Value = std::unordered_map<ItemId, std::string>;
    static constexpr const char* name = "deprecated_items";
    static Value compute(QueryContext&, const Key&);
};

/// Of all files.
struct AllDeprecated {
    using Key = NoKey;
    using Value = std::unordered_map<ItemId, std::string>;
    static constexpr const char* name = "all_deprecated";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid
