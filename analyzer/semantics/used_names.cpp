#include "analyzer/semantics/used_names.h"

#include "analyzer/semantics/language.h"

namespace braid {
namespace {

/// Those of some hundreds of items at once, so that an edit in one asks its groups alone.
struct NamesInGroup {
    using Key = ItemGroup;
    using Value = std::set<Name>;
    static constexpr const char* name = "names_in_group";
    static Value compute(QueryContext& context, const Key& group) {
        Value names;
        auto add = [&](const Value& more) { names.insert(more.begin(), more.end()); };
        if (group.level == 0)
            for (ItemId item : *context.get<GroupItems>(group)) add(*context.get<NamesIn>(item));
        else
            for (ItemGroup part : *context.get<SubGroups>(group)) add(*context.get<NamesInGroup>(part));
        return names;
    }
};

}  // namespace

NamesIn::Value NamesIn::compute(QueryContext& context, const Key& item) {
    Value names;
    auto tree = context.get<ItemSyntax>(item);
    if (!*tree) return names;
    const Language& language = language_of(item);
    tree->each_own([&](const SyntaxElement& element) {
        if (element.is_token() && element.kind() == language.identifier) names.insert(Name(element.text()));
        return element.kind() != language.import;
    });
    return names;
}

bool is_named_in(QueryContext& context, FileId file, Name name) {
    for (ItemGroup group : groups_at(context, file, 1))
        if (context.get<NamesInGroup>(group)->count(name)) return true;
    return false;
}

}  // namespace braid
