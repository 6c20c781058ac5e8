#include "analyzer/ide/workspace_symbols.h"

#include <algorithm>

#include "analyzer/ide/completion.h"

namespace braid {
namespace {

struct Candidate {
    int score;
    ItemId item;
};

bool is_listed(ItemId item) {
    ItemKind kind = kind_of(item);
    return kind != ItemKind::File && kind != ItemKind::Impl && !name_of(item).empty();
}

/// `Shop.item`, `Shop::item`: the last part is the name, what is before it has to fit the container.
std::pair<std::string_view, std::string_view> split_query(std::string_view typed) {
    size_t cut = typed.find_last_of(".:");
    if (cut == std::string_view::npos) return {{}, typed};
    std::string_view container = typed.substr(0, cut);
    while (container.ends_with(':')) container.remove_suffix(1);
    return {container, typed.substr(cut + 1)};
}

std::string file_name(FileId file) {
    const std::string& path = files().path(file);
    return path.substr(path.rfind('/') + 1);
}

std::string container_of(QueryContext& context, ItemId item) {
    ItemId parent = parent_of(item);
    if (parent == ItemId::None || kind_of(parent) == ItemKind::File) return file_name(file_of(item));
    if (kind_of(parent) == ItemKind::Impl)
        if (Type self = context.get<ImplOf>(parent)->self) return language_of(parent).print_type(self);
    return qualified_name(parent);
}

}  // namespace

std::vector<WorkspaceSymbol> workspace_symbols(QueryContext& context, std::string_view typed, size_t limit) {
    auto [container, name] = split_query(typed);
    std::vector<Candidate> found;
    for (FileId file : *context.get<SourceFiles>()) {
        if (is_std(file)) continue;
        context.check_cancelled();
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries) {
            if (!is_listed(entry.item)) continue;
            auto score = fuzzy_score(name, name_of(entry.item).text());
            if (!score || (!container.empty() && !fuzzy_score(container, container_of(context, entry.item)))) continue;
            bool is_part = kind_of(entry.item) == ItemKind::Field || kind_of(entry.item) == ItemKind::Variant;
            found.push_back({*score + (is_part ? 2 : 0), entry.item});
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
        if (a.score != b.score) return a.score < b.score;
        return name_of(a.item).text() < name_of(b.item).text();
    });
    if (found.size() > limit) found.resize(limit);
    std::vector<WorkspaceSymbol> out;
    for (const Candidate& candidate : found) {
        auto place = declaration_of_item(context, candidate.item);
        if (place)
            out.push_back({std::string(name_of(candidate.item).text()), container_of(context, candidate.item),
                           kind_of(candidate.item), candidate.item, *place});
    }
    return out;
}

}  // namespace braid
