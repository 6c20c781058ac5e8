#pragma once
#include <cstdint>
#include <string_view>

#include "analyzer/semantics/queries.h"

namespace braid::altru_semantics {

enum class ForeignPlace : uint8_t { Type, Value, Call };

/// A name that other languages have, and what Altru has instead.
struct ForeignName {
    std::string_view name;
    ForeignPlace place;
    std::string_view instead;  // replaces the name; empty when that would not do
    std::string_view message;  // follows "there is no `name` in Altru"; empty: "; write `instead`"
};

/// Null when the name is nobody's habit at this place. A type's name may also begin a path: `HashMap::new()`.
const ForeignName* foreign_name(std::string_view name, ForeignPlace place);

/// Says what to write, and how to fix it where a word does.
void describe_foreign(ItemDiagnostic& diagnostic, const ForeignName& foreign);

}  // namespace braid::altru_semantics
