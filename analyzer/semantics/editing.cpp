#include "analyzer/semantics/editing.h"

#include "analyzer/semantics/queries.h"

namespace braid {

const EditingRules* editing_rules_of(FileId file) {
    const Language* language = language_of_path(files().path(file));
    return language ? language->editing : nullptr;
}

}  // namespace braid
