#include "analyzer/semantics/named_children.h"

namespace braid {

NamedChildren::Value NamedChildren::compute(QueryContext& context, const Key& parent) {
    Value value;
    for (const auto& child : *context.get<ItemChildren>(parent)) value[name_of(child.item)].push_back(child.item);
    return value;
}

}  // namespace braid
