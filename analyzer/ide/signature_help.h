#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analyzer/ide/names.h"

namespace braid {

struct SignatureInformation {
    std::string label;
    std::string documentation;          ///< Markdown
    std::vector<TextRange> parameters;  ///< within the label
    std::optional<uint32_t> active;     ///< none behind the last one
};
struct SignatureHelp {
    std::vector<SignatureInformation> signatures;
    uint32_t active = 0;
};
/// The signatures of what is called around an offset, and the parameter that is being written.
std::optional<SignatureHelp> signature_help(QueryContext&, FileId file, uint32_t offset);

/// Names and types of what a call of an item takes, the fields for a type's generated `new`.
std::vector<ParameterInfo> parameters_of(QueryContext&, ItemId item);

}  // namespace braid
