#pragma once
#include <functional>
#include <string>

#include "analyzer/semantics/queries.h"

namespace braid {

/// Calls `use` with each declaration of other files that a file of the same language could import, nested modules
/// included.
void for_each_importable(QueryContext&, FileId file, const std::function<void(ItemId)>& use);
/// Where an import takes a declaration from, for people: "sync", "shop.velox".
std::string origin_of(ItemId item);

}  // namespace braid
