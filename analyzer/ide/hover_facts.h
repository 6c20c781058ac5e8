#pragma once
#include <string>

#include "analyzer/ide/names.h"

/// What hover says of a place beside types: the facts that the checks go by, as `braid dump facts` shows them for a
/// whole file. Empty where there is nothing to say.
namespace braid {

/// Of a variable: owned, moved, borrowed, locked here; which tasks have it.
std::string why_text(QueryContext&, const Body&, const NameUse&, FileId);

/// Of a function: in which tasks it runs.
std::string tasks_text(QueryContext&, ItemId function);

/// Of a property or a module variable, in a function that waits: which tasks may write it meanwhile.
std::string shared_text(QueryContext&, ItemId, const NameUse&);

}  // namespace braid
