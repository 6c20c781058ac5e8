#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

struct WorkspaceSymbol {
    std::string name;
    std::string container;  ///< the type or module it stands in, else the file's name
    ItemKind kind{};
    ItemId item = ItemId::None;
    DeclaredAt place;
};
/// Declarations of the workspace whose names fit the letters, the best first; all when there are none. At most `limit`.
std::vector<WorkspaceSymbol> workspace_symbols(QueryContext&, std::string_view typed, size_t limit = 256);

}  // namespace braid
