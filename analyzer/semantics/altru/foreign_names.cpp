#include "analyzer/semantics/altru/foreign_names.h"

namespace braid::altru_semantics {

const ForeignName* foreign_name(std::string_view name, ForeignPlace place) {
    static constexpr ForeignName kNames[] = {
#define FOREIGN(name, place, instead, message) {name, ForeignPlace::place, instead, message},
#include "analyzer/semantics/altru/foreign_names.def"
#undef FOREIGN
    };
    for (const ForeignName& candidate : kNames)
        if (candidate.place == place && candidate.name == name) return &candidate;
    return nullptr;
}

void describe_foreign(ItemDiagnostic& diagnostic, const ForeignName& foreign) {
    std::string instead(foreign.instead);
    diagnostic.message = "there is no `" + std::string(foreign.name) + "` in Altru" +
                         (foreign.message.empty() ? "; write `" + instead + "`" : std::string(foreign.message));
    if (!instead.empty())
        diagnostic.fixes.push_back(
            {"Change to `" + instead + "`", {{diagnostic.location, ItemDiagnostic::FixEdit::Replace, instead}}});
}

}  // namespace braid::altru_semantics
