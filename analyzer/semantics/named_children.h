#pragma once
#include <unordered_map>
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid {

/// Direct children by name, namesakes in order: for looking one name up without walking over a whole file.
struct NamedChildren {
    using Key = ItemId;
    using Value = std::unordered_map<Name, std::vector<ItemId>>;
    static constexpr const char* name = "named_children";
    static Value compute(QueryContext&, const Key&);
};

/// The first child of this name that `fits`; None: there is none.
template <typename Predicate>
ItemId find_child(QueryContext& context, ItemId parent, Name name, Predicate fits) {
    auto children = context.get<NamedChildren>(parent);
    auto found = children->find(name);
    if (found == children->end()) return ItemId::None;
    for (ItemId item : found->second)
        if (fits(item)) return item;
    return ItemId::None;
}

}  // namespace braid
