#include <algorithm>
#include <set>

#include "analyzer/semantics/altru/scope.h"
#include "analyzer/semantics/altru/visibility.h"

// What `pub` lets out of a module, and which files are whose modules.
namespace braid::altru_semantics {

FileModules::Value FileModules::compute(QueryContext& context, const Key&) {
    Value value;
    auto sources = context.get<SourceFiles>();
    if (!sources) return value;
    const Language* altru = &language_of(std_module("core"));
    std::vector<ItemId> open;
    for (FileId file : *sources)
        if (!is_std(file) && language_of_path(files().path(file)) == altru) open.push_back(file_item(file));
    for (size_t i = 0; i < open.size(); ++i) {
        for (const auto& child : *context.get<ItemChildren>(open[i])) {
            if (kind_of(child.item) != ItemKind::Module) continue;
            ItemId contents = module_contents(context, child.item);
            if (contents == child.item) open.push_back(child.item);
            else value[file_of(contents)].push_back(child.item);
        }
    }
    return value;
}

ItemId outer_scope(QueryContext& context, ItemId scope) {
    if (parent_of(scope) != ItemId::None) return enclosing_scope(parent_of(scope));
    auto modules = context.get<FileModules>();
    auto declared = modules->find(file_of(scope));
    return declared == modules->end() ? ItemId::None : enclosing_scope(parent_of(declared->second.front()));
}

bool is_inside(QueryContext& context, ItemId scope, ItemId module) {
    std::set<FileId> seen;
    std::vector<ItemId> open{scope};
    for (size_t i = 0; i < open.size(); ++i) {
        ItemId at = open[i];
        while (at != module && parent_of(at) != ItemId::None) at = parent_of(at);
        if (at == module) return true;
        if (!seen.insert(file_of(at)).second) continue;
        auto modules = context.get<FileModules>();
        auto declared = modules->find(file_of(at));
        if (declared != modules->end()) open.insert(open.end(), declared->second.begin(), declared->second.end());
    }
    return false;
}

bool closes_circle(QueryContext& context, ItemId scope, ItemId contents) {
    if (!is_inside(context, scope, contents)) return false;
    auto modules = context.get<FileModules>();
    std::set<ItemId> circle{contents};
    for (const auto& [file, declarations] : *modules)
        if (is_inside(context, file_item(file), contents) && is_inside(context, contents, file_item(file)))
            circle.insert(file_item(file));
    auto is_entered = [&](ItemId member) {
        auto declared = modules->find(file_of(member));
        return declared != modules->end() &&
               std::any_of(declared->second.begin(), declared->second.end(),
                           [&](ItemId module) { return !circle.count(file_item(file_of(module))); });
    };
    if (std::any_of(circle.begin(), circle.end(), is_entered)) return is_entered(contents);
    // Nobody comes in from outside: programs begin with `main`, else each `mod` of the circle is as wrong as the next.
    auto is_main = [](ItemId member) { return files().path(file_of(member)).ends_with("/main.altru"); };
    return is_main(contents) || std::none_of(circle.begin(), circle.end(), is_main);
}

std::optional<ItemDiagnostic::Fix> publish(QueryContext& context, ItemId item) {
    if (is_std_item(item) || kind_of(item) == ItemKind::File) return std::nullopt;
    Place at{item, 0};
    // Attributes stay above.
    auto tree = context.get<ItemSyntax>(item);
    if (*tree)
        for (const SyntaxElement& child : tree->root().children())
            if (altru::to_kind(child.kind()) != Kind::AttributeList) {
                at.node = tree->node_of(child);
                break;
            }
    return ItemDiagnostic::Fix{"Make `" + std::string(name_of(item).text()) + "` public",
                               {{at, ItemDiagnostic::FixEdit::InsertBefore, "pub "}}};
}

bool lets_out(QueryContext& context, ItemId container, Name name, ItemId member, ItemId scope) {
    ItemKind kind = kind_of(container);
    if (is_std_item(container) || (kind != ItemKind::Module && kind != ItemKind::File)) return true;
    ItemId contents = module_contents(context, container);
    if (is_inside(context, scope, contents)) return true;
    for (const auto& child : *context.get<ItemChildren>(contents))
        if (child.item == member) return child.is_public;
    for (const Import& import : context.get<ScopeNames>(contents)->imports)
        if (import.is_public && (import.is_glob || import.name == name)) return true;
    return false;
}

bool may_use_member(QueryContext& context, ItemId member, ItemId scope) {
    ItemId owner = parent_of(member);
    if (is_std_item(member) || owner == ItemId::None) return true;
    ItemKind kind = kind_of(owner);
    if (kind == ItemKind::Impl ? context.get<ImplOf>(owner)->trait != nullptr
                               : kind != ItemKind::Struct && kind != ItemKind::Actor)
        return true;
    if (is_inside(context, scope, enclosing_scope(owner))) return true;
    bool any_marked = false;
    for (const auto& child : *context.get<ItemChildren>(owner)) {
        if (child.item == member && child.is_public) return true;
        any_marked |= child.is_public;
    }
    return !any_marked;
}

namespace {
/// What a file is called as a module: `shop` for `shop.altru` and for `shop/mod.altru`.
std::string module_name_of(FileId file) {
    std::string_view path = files().path(file);
    path = path.substr(0, path.rfind('.'));
    if (path.ends_with("/mod")) path.remove_suffix(4);
    return std::string(path.substr(path.rfind('/') + 1));
}
}  // namespace

std::string private_message(ItemId item, std::string_view name) {
    ItemId home = enclosing_scope(parent_of(item) == ItemId::None ? item : parent_of(item));
    std::string module =
        kind_of(home) == ItemKind::File ? module_name_of(file_of(home)) : std::string(name_of(home).text());
    return "`" + std::string(name) + "` is private to the module `" + module +
           "`; `pub` before its declaration lets it out";
}

std::string no_outer_module(ItemId item) {
    return "`super` is the module around this one, and there is none: no file of this program declares `mod " +
           module_name_of(file_of(item)) + "`";
}

}  // namespace braid::altru_semantics
