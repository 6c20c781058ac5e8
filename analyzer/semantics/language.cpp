#include "analyzer/semantics/language.h"

#include <algorithm>
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid {
namespace {
std::vector<const Language*>& registered() {
    static auto& languages = *new std::vector<const Language*>;
    return languages;
}
}  // namespace

void register_languages(std::span<const Language* const> languages) {
    registered().assign(languages.begin(), languages.end());
}

const Language* language_of_path(std::string_view path) {
    auto& all = registered();
    auto it =
        std::find_if(all.begin(), all.end(), [&](const Language* l) { return path.ends_with(l->file_extension); });
    return it == all.end() ? nullptr : *it;
}

const Language& language_of(ItemId item) { return *language_of_path(files().path(file_of(item))); }

}  // namespace braid
