#include "analyzer/semantics/bodies.h"

#include "analyzer/semantics/queries.h"

namespace braid {

bool may_have_body(ItemKind kind) {
    switch (kind) {
        case ItemKind::File:
        case ItemKind::Function:
        case ItemKind::Constant:
        case ItemKind::Static:
        case ItemKind::Struct:
        case ItemKind::Class:
        case ItemKind::Actor: return true;
        default: return false;
    }
}

std::vector<ItemId> items_with_bodies(QueryContext& context, FileId file) {
    std::vector<ItemId> result;
    for (const ItemEntry& entry : context.get<FileItems>(file)->entries)
        if (entry.owns_syntax && may_have_body(kind_of(entry.item))) result.push_back(entry.item);
    return result;
}

}  // namespace braid
