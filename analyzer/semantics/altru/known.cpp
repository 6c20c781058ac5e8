#include <algorithm>

#include "analyzer/semantics/altru/common.h"

namespace braid::altru_semantics {

ItemId std_module(std::string_view name) {
    return file_item(files().intern("std:altru/" + std::string(name) + ".altru"));
}

ItemId std_item(ItemKind kind, std::string_view module, std::string_view name) {
    ItemId parent = std_module(module);
    return intern_item({parent, kind, Name(name), 0, file_of(parent)});
}

ItemId find_child(QueryContext& context, ItemId parent, Name name, ItemKind kind) {
    for (const auto& child : *context.get<ItemChildren>(parent))
        if (kind_of(child.item) == kind && name_of(child.item) == name) return child.item;
    return ItemId::None;
}

const Known& Known::get() {
    static const Known known = [] {
        Known k;
        auto child = [](ItemId parent, std::string_view name) {
            return intern_item({parent, ItemKind::Variant, Name(name), 0, file_of(parent)});
        };
        auto trait = [](std::string_view name) { return std_item(ItemKind::Trait, "core", name); };
        k.option = std_item(ItemKind::Enum, "core", "Option");
        k.some = child(k.option, "Some");
        k.none = child(k.option, "None");
        k.result = std_item(ItemKind::Enum, "core", "Result");
        k.ok = child(k.result, "Ok");
        k.err = child(k.result, "Err");
        k.error = std_item(ItemKind::Struct, "core", "error");
        k.range = std_item(ItemKind::Struct, "core", "Range");
        k.ordering = std_item(ItemKind::Enum, "core", "Ordering");
        k.future = std_item(ItemKind::Struct, "async", "Future");
        k.task = std_item(ItemKind::Struct, "async", "Task");
        k.sender = std_item(ItemKind::Struct, "sync", "Sender");
        k.receiver = std_item(ItemKind::Struct, "sync", "Receiver");
        k.channel = std_item(ItemKind::Struct, "sync", "Channel");
        k.mutex_guard = std_item(ItemKind::Struct, "sync", "MutexGuard");
        k.map = std_item(ItemKind::Struct, "map", "map");
        k.set = std_item(ItemKind::Struct, "set", "set");
        k.actor = std_item(ItemKind::Struct, "actor", "Actor");
        k.trait_clone = trait("Clone");
        k.trait_show = trait("Show");
        k.trait_eq = trait("Eq");
        k.trait_ord = trait("Ord");
        k.trait_hash = trait("Hash");
        k.trait_default = trait("Default");
        k.trait_debug = trait("Debug");
        k.trait_copy = trait("Copy");
        k.trait_send = trait("Send");
        k.trait_sync = trait("Sync");
        k.trait_iterator = std_item(ItemKind::Trait, "iterator", "Iterator");
        k.trait_deref = trait("Deref");
        k.trait_drop = trait("Drop");
        k.trait_awaitable = std_item(ItemKind::Trait, "async", "Awaitable");
        return k;
    }();
    return known;
}

Type option_of(Type t) { return type::nominal(Known::get().option, {t}); }
Type result_of(Type t, Type e) { return type::nominal(Known::get().result, {t, e}); }
Type future_of(Type t) { return type::nominal(Known::get().future, {t}); }
Type error_type() { return type::nominal(Known::get().error); }
Type range_of(Type t) { return type::nominal(Known::get().range, {t}); }
Type map_of(Type key, Type value) { return type::nominal(Known::get().map, {key, value}); }
Type set_of(Type element) { return type::nominal(Known::get().set, {element}); }

bool derives(const std::vector<Attribute>& attributes, std::string_view trait) {
    return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute& a) {
        return a.name.text() == "derive" &&
               std::find(a.arguments.begin(), a.arguments.end(), trait) != a.arguments.end();
    });
}

std::vector<Attribute> attributes_of(const ItemTree& tree, const ast::Ast& declaration) {
    std::vector<Attribute> result;
    for (const ast::Attribute& attribute : ast::attributes_of(declaration)) {
        Attribute out;
        out.name = Name(attribute.name() ? attribute.name().text() : std::string_view());
        for (const ast::AttributeArgument& argument : attribute.arguments())
            out.arguments.emplace_back(argument.text());
        out.node = tree.node_of(attribute.node);
        result.push_back(std::move(out));
    }
    return result;
}

ast::Ast declaration_of(QueryContext& context, ItemId item) {
    auto tree = context.get<ItemSyntax>(item);
    return *tree ? ast::Ast(tree->root()) : ast::Ast();
}

}  // namespace braid::altru_semantics
