#include "analyzer/semantics/loaded_files.h"

#include <algorithm>

#include "analyzer/semantics/queries.h"

namespace braid {

FileId loaded_file(QueryContext& context, std::string_view path) {
    // The table of paths is no input: what it answers may only be used together with the list of files, which is.
    auto sources = context.get<SourceFiles>();
    auto known = files().find(path);
    bool is_loaded = sources && known && std::binary_search(sources->begin(), sources->end(), *known);
    return is_loaded ? *known : FileId::None;
}

}  // namespace braid
