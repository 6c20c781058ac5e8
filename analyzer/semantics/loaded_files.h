#pragma once
#include <string_view>

#include "analyzer/database/database.h"
#include "analyzer/text/files.h"

namespace braid {

/// The program's file of that path; None while there is none. Depends on which files there are, not on what is in
/// them: the importer is asked again when the file comes or goes, and not when it is edited.
FileId loaded_file(QueryContext&, std::string_view path);

}  // namespace braid
