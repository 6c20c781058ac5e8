#pragma once
#include "analyzer/ide/completion.h"
#include "tests/ide/cursor.h"

namespace braid::test {

inline CompletionList completed(const std::string& name, const std::string& marked, char typed = 0) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    return world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at, typed); });
}

/// The first labels, separated by spaces.
inline std::string first(const CompletionList& list, size_t count) {
    std::string out;
    for (size_t i = 0; i < count && i < list.items.size(); ++i) out += (i ? " " : "") + list.items[i].label;
    return out;
}
inline const CompletionItem* find(const CompletionList& list, std::string_view label) {
    for (const CompletionItem& item : list.items)
        if (item.label == label) return &item;
    return nullptr;
}
inline bool has(const CompletionList& list, std::string_view label) { return find(list, label) != nullptr; }

/// The same in a folder of files.
inline CompletionList completed_beside(const std::vector<std::string>& others, const std::string& name,
                                       const std::string& marked, char typed = 0) {
    auto [text, offset] = cursor_in(marked);
    World world(name, text);
    for (const std::string& other : others) world.host().set_file("/test/" + other, "");
    return world.ask([&, at = offset](QueryContext& context) { return completion(context, world.file(), at, typed); });
}

}  // namespace braid::test
