#include "analyzer/ide/hierarchy.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "analyzer/ide/expression_types.h"
#include "analyzer/ide/navigation.h"
#include "analyzer/ide/rename.h"
#include "analyzer/semantics/language.h"

namespace braid {
namespace {

std::optional<HierarchyItem> describe(QueryContext& context, ItemId item) {
    auto place = declaration_of_item(context, item);
    if (!place) return std::nullopt;
    HierarchyItem out{item, std::string(name_of(item).text()), {}, *place};
    if (kind_of(item) == ItemKind::File) {
        const std::string& path = files().path(file_of(item));
        out.name = path.substr(path.rfind('/') + 1);
        return out;
    }
    out.detail = language_of(item).print_signature(context, item);
    return out;
}

/// The function whose body an item's text belongs to: itself, or the file for a script.
ItemId caller_of(ItemId owner) {
    ItemId item = owner;
    while (item != ItemId::None && kind_of(item) != ItemKind::Function && kind_of(item) != ItemKind::File)
        item = parent_of(item);
    return item == ItemId::None ? owner : item;
}

void add(QueryContext& context, ItemId item, std::vector<HierarchyItem>& out) {
    for (const HierarchyItem& known : out)
        if (known.item == item) return;
    if (auto described = describe(context, item)) out.push_back(std::move(*described));
}

template <typename F>
void for_each_use(QueryContext& context, std::string_view name, F&& f) {
    for (FileId file : *context.get<SourceFiles>()) {
        auto tree = context.get<FileTree>(file);
        if (is_std(file) || !tree || !*tree || (*tree)->text().find(name) == std::string_view::npos) continue;
        context.check_cancelled();
        for (const NameUse& use : *context.get<FileNames>(file))
            if (auto* item = std::get_if<ItemId>(&use.target); item && !use.is_declaration) f(file, use, *item);
    }
}

/// What a use calls: a function, or the constructor of a class that is called, the class where it has none. None: it
/// calls nothing.
ItemId called_by(QueryContext& context, FileId file, const NameUse& use) {
    auto* item = std::get_if<ItemId>(&use.target);
    if (!item || use.is_declaration) return ItemId::None;
    if (kind_of(*item) == ItemKind::Function) return *item;
    if (kind_of(*item) != ItemKind::Class) return ItemId::None;
    auto tree = context.get<FileTree>(file);
    const EditingRules* rules = editing_rules_of(file);
    if (!tree || !*tree || !rules) return ItemId::None;
    SyntaxNode around = (*tree)->token_at(use.range.begin).parent();
    while (around && around.text_range().end == use.range.end) around = around.parent();
    SyntaxToken first = around ? around.first_token() : SyntaxToken();
    bool is_made = around && rules->is(around, syntax_role::Call) && rules->is(first, syntax_role::BeforeClass) &&
                   first.next().begin() == use.range.begin;
    if (!is_made) return ItemId::None;
    ItemId constructor = context.get<DefinitionOf>(*item)->constructor;
    return constructor == ItemId::None ? *item : constructor;
}

/// The functions whose calls may run this one: itself; what an interface, a trait or a base class declares that it
/// implements; for what an interface or a trait declares, what implements it.
std::vector<ItemId> reached_with(QueryContext& context, ItemId function) {
    if (kind_of(function) != ItemKind::Function || parent_of(function) == ItemId::None) return {function};
    auto is_open = [](ItemId type) { return kind_of(type) == ItemKind::Interface || kind_of(type) == ItemKind::Trait; };
    std::unordered_set<ItemId> bases;
    for (ItemId type = parent_of(function); kind_of(type) == ItemKind::Class && bases.insert(type).second;)
        if (Type base = context.get<DefinitionOf>(type)->base; base && base->is(TypeKind::Nominal)) type = base->item;
    std::vector<ItemId> out = items_of_one_name(context, function);
    std::erase_if(out, [&](ItemId other) {
        const ItemId type = parent_of(other);
        return other != function && !is_open(parent_of(function)) && !is_open(type) && !bases.count(type);
    });
    return out;
}

}  // namespace

std::vector<HierarchyItem> prepare_call_hierarchy(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<HierarchyItem> out;
    for (const NameUse& use : names_at(context, file, offset)) {
        auto* item = std::get_if<ItemId>(&use.target);
        bool is_function = item && kind_of(*item) == ItemKind::Function;
        if (ItemId called = is_function ? *item : called_by(context, file, use); called != ItemId::None)
            add(context, called, out);
    }
    ItemId around = caller_of(item_at(context, file, offset));
    if (out.empty() && kind_of(around) == ItemKind::Function) add(context, around, out);
    return out;
}

std::vector<Call> incoming_calls(QueryContext& context, ItemId function) {
    std::map<ItemId, Call> calls;
    const bool is_constructor =
        kind_of(function) == ItemKind::Function && context.get<SignatureOf>(function)->is_constructor;
    const std::vector<ItemId> wanted = is_constructor ? std::vector{function} : reached_with(context, function);
    const ItemId named = is_constructor ? parent_of(function) : function;
    for_each_use(context, name_of(named).text(), [&](FileId file, const NameUse& use, ItemId target) {
        const bool is_method = kind_of(function) == ItemKind::Function && !is_constructor;
        const ItemId called = is_method ? implementation_called(context, file, use) : ItemId::None;
        const bool is_meant = is_method ? std::find(wanted.begin(), wanted.end(), called) != wanted.end()
                                        : target == named && called_by(context, file, use) == function;
        if (!is_meant) return;
        ItemId caller = caller_of(use.owner);
        auto [it, is_new] = calls.try_emplace(caller);
        if (is_new)
            if (auto described = describe(context, caller)) it->second.other = std::move(*described);
        it->second.places.push_back(use.range);
    });
    std::vector<Call> out;
    for (auto& [caller, call] : calls)
        if (call.other.item != ItemId::None) out.push_back(std::move(call));
    return out;
}

std::vector<Call> outgoing_calls(QueryContext& context, ItemId function) {
    std::vector<Call> out;
    for (const NameUse& use : *context.get<FileNames>(file_of(function))) {
        if (caller_of(use.owner) != function) continue;
        const ItemId called = called_by(context, file_of(function), use);
        if (called == ItemId::None) continue;
        auto known = std::find_if(out.begin(), out.end(), [&](const Call& c) { return c.other.item == called; });
        if (known == out.end()) {
            auto described = describe(context, called);
            if (!described) continue;
            known = out.insert(out.end(), {std::move(*described), {}});
        }
        known->places.push_back(use.range);
    }
    return out;
}

std::vector<HierarchyItem> prepare_type_hierarchy(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<HierarchyItem> out;
    for (const NameUse& use : names_at(context, file, offset))
        if (auto* item = std::get_if<ItemId>(&use.target); item && is_type(kind_of(*item))) add(context, *item, out);
    return out;
}

std::vector<HierarchyItem> supertypes(QueryContext& context, ItemId type) {
    std::vector<HierarchyItem> out;
    if (!is_type(kind_of(type))) return out;
    auto definition = context.get<DefinitionOf>(type);
    if (definition->base && definition->base->is(TypeKind::Nominal)) add(context, definition->base->item, out);
    for (Type each : definition->interfaces)
        if (each->is(TypeKind::Nominal)) add(context, each->item, out);
    for (ItemId impl : context.get<ImplIndex>()->impls) {
        auto info = context.get<ImplOf>(impl);
        if (info->self && info->trait && info->self->item == type && info->trait->is(TypeKind::Nominal))
            add(context, info->trait->item, out);
    }
    return out;
}

std::vector<HierarchyItem> subtypes(QueryContext& context, ItemId type) {
    std::vector<HierarchyItem> out;
    if (!is_type(kind_of(type))) return out;
    for (FileId file : *context.get<SourceFiles>()) {
        if (is_std(file) && !is_std(file_of(type))) continue;
        context.check_cancelled();
        for (const ItemEntry& entry : context.get<FileItems>(file)->entries) {
            if (!is_type(kind_of(entry.item))) continue;
            auto definition = context.get<DefinitionOf>(entry.item);
            bool is_sub = definition->base && definition->base->item == type;
            for (Type each : definition->interfaces) is_sub |= each->item == type;
            if (is_sub) add(context, entry.item, out);
        }
    }
    auto index = context.get<ImplIndex>();
    if (auto it = index->by_trait.find(type); it != index->by_trait.end())
        for (ItemId impl : it->second)
            if (Type self = context.get<ImplOf>(impl)->self; self && self->item != ItemId::None)
                add(context, self->item, out);
    return out;
}

std::vector<Target> implementations(QueryContext& context, FileId file, uint32_t offset) {
    std::vector<Target> out;
    auto add_target = [&](TextRange origin, ItemId item) {
        if (auto place = declaration_of_item(context, item))
            out.push_back({origin, place->file, place->name, place->whole});
    };
    for (const NameUse& use : names_at(context, file, offset)) {
        auto* item = std::get_if<ItemId>(&use.target);
        if (!item) continue;
        if (is_type(kind_of(*item))) {
            auto index = context.get<ImplIndex>();
            auto impls = index->by_trait.find(*item);
            if (impls != index->by_trait.end())
                for (ItemId impl : impls->second) add_target(use.range, impl);
            std::set<ItemId> seen{*item};
            std::vector<ItemId> pending{*item};
            while (!pending.empty()) {
                ItemId next = pending.back();
                pending.pop_back();
                for (const HierarchyItem& sub : subtypes(context, next)) {
                    bool by_impl = impls != index->by_trait.end() && kind_of(sub.item) != ItemKind::Trait;
                    if (!seen.insert(sub.item).second) continue;
                    if (!by_impl) add_target(use.range, sub.item);
                    pending.push_back(sub.item);
                }
            }
        } else if (kind_of(*item) == ItemKind::Function) {
            for (ItemId other : items_of_one_name(context, *item))
                if (other != *item && context.get<SignatureOf>(other)->has_body) add_target(use.range, other);
        }
        if (out.empty()) add_target(use.range, *item);
        break;
    }
    return out;
}

}  // namespace braid
