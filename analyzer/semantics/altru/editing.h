#pragma once
#include "analyzer/semantics/editing.h"

namespace braid::altru_semantics {

extern const EditingRules editing_rules;

/// `use super::shop::Item`, below the uses that are there, or above everything but the file's comment; none where no
/// path leads to it that lets it be named.
std::optional<TextEdit> import_of(QueryContext& context, FileId file, ItemId item);

}  // namespace braid::altru_semantics
