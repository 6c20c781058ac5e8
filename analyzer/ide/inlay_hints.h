#pragma once
#include <string>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

struct InlayHint {
    enum class Kind : uint8_t { Note = 0, Type = 1, Parameter = 2 };
    uint32_t offset = 0;
    std::string label;
    Kind kind{};
    std::vector<TextEdit> edits;  ///< that write the hint into the text; empty: it cannot be written
    ItemId item = ItemId::None;   ///< declaration of the type or parameter, if there is one
};
/// Types of variables that do not say theirs, results of functions that do not, names of parameters at arguments that
/// do not tell by themselves, and what `ai_concurrent_optimize` does to a call; by place.
std::vector<InlayHint> inlay_hints(QueryContext&, FileId file, TextRange range);

}  // namespace braid
