#include "analyzer/semantics/velox/foreign_names.h"

#include <algorithm>

namespace braid::velox_semantics {
namespace {

constexpr ForeignName kNames[] = {
#define FOREIGN(name, place, instead, message) {name, ForeignPlace::place, instead, message},
#include "analyzer/semantics/velox/foreign_names.def"
#undef FOREIGN
};

}  // namespace

const ForeignName* foreign_name(std::string_view name, ForeignPlace place) {
    for (const ForeignName& candidate : kNames)
        if (candidate.place == place && candidate.name == name) return &candidate;
    return nullptr;
}

std::string foreign_member(std::string_view name, const std::vector<std::string>& members) {
    for (const ForeignName& candidate : kNames)
        if (candidate.place == ForeignPlace::Member && candidate.name == name &&
            std::find(members.begin(), members.end(), candidate.instead) != members.end())
            return std::string(candidate.instead);
    return {};
}

}  // namespace braid::velox_semantics
