#include "analyzer/semantics/altru/scope.h"

#include <algorithm>
#include <array>

namespace braid::altru_semantics {
namespace {

constexpr int kMaxImportDepth = 16;  // imports of imports; a circle ends here

void collect_imports(const ItemTree& tree, const ast::UseTree& use, std::vector<Name> prefix,
                     std::vector<uint32_t> nodes, bool is_public, std::vector<Import>& out) {
    for (SyntaxToken segment : use.segments()) {
        prefix.emplace_back(segment.text());
        nodes.push_back(tree.node_of(segment));
    }
    if (use.has_group()) {
        for (const ast::UseTree& inner : use.group()) collect_imports(tree, inner, prefix, nodes, is_public, out);
        return;
    }
    if (prefix.empty()) return;
    Import import;
    import.path = prefix;
    import.nodes = nodes;
    import.is_glob = use.is_glob();
    import.is_public = is_public;
    import.name_node = nodes.back();
    if (!import.is_glob) {
        import.name = prefix.back();
        if (import.name.text() == "self" && prefix.size() > 1) {  // `use a::b::{self, c}`
            import.path.pop_back();
            import.nodes.pop_back();
            import.name = import.path.back();
        }
        if (SyntaxToken alias = use.alias()) {
            import.name = Name(alias.text());
            import.name_node = tree.node_of(alias);
        }
    }
    out.push_back(std::move(import));
}

void collect_uses(const ItemTree& tree, const SyntaxNode& parent, std::vector<Import>& out) {
    for (SyntaxElement child : parent.children()) {
        if (ast::UseDecl use = ast::UseDecl::cast(child))
            collect_imports(tree, use.tree(), {}, {}, ast::is_public(use), out);
        if (ast::MemberList members = ast::MemberList::cast(child)) collect_uses(tree, members.node, out);
        if (ast::Block block = ast::Block::cast(child)) collect_uses(tree, block.node, out);
    }
}

bool fits(ItemId item, Want want) {
    ItemKind kind = kind_of(item);
    switch (want) {
        case Want::Any: return true;
        case Want::Type: return is_type_item(kind) || kind == ItemKind::Module || kind == ItemKind::File;
        case Want::Value:
            return kind == ItemKind::Function || kind == ItemKind::Constant || kind == ItemKind::Static ||
                   kind == ItemKind::Variant || kind == ItemKind::Struct || kind == ItemKind::Actor;
    }
    return true;
}

ItemId pick(const std::vector<ItemId>& items, Want want) {
    for (ItemId item : items)
        if (fits(item, want)) return item;
    return ItemId::None;
}

constexpr std::array kStdModules = {"core", "sync", "thread", "async", "actor", "stream",   "string",
                                    "list", "map",  "set",    "math",  "time",  "random",   "env",
                                    "io",   "fs",   "json",   "log",   "http",  "database", "number"};

ItemId std_module_named(QueryContext& context, Name name) {
    bool known =
        std::any_of(kStdModules.begin(), kStdModules.end(), [&](std::string_view m) { return m == name.text(); });
    if (!known) return ItemId::None;
    ItemId module = std_module(name.text());
    auto tree = context.get<FileTree>(file_of(module));
    return tree && *tree ? module : ItemId::None;
}

/// The module of a scope that may be a function's body.
ItemId module_of(ItemId scope) {
    while (kind_of(scope) == ItemKind::Function) scope = enclosing_scope(parent_of(scope));
    return scope;
}

/// The prelude: the public items of core, its public imports, and `Some None Ok Err`.
ItemId lookup_prelude(QueryContext& context, Name name, Want want) {
    const Known& known = Known::get();
    for (ItemId variant : {known.some, known.none, known.ok, known.err})
        if (name_of(variant) == name && want != Want::Type) return variant;
    ItemId core = std_module("core");
    if (ItemId found = lookup_in_scope(context, core, name, want); found != ItemId::None) return found;
    if (name.text() == "map" || name.text() == "set") return name.text() == "map" ? known.map : known.set;
    return ItemId::None;
}

}  // namespace

bool is_type_item(ItemKind kind) {
    switch (kind) {
        case ItemKind::Struct:
        case ItemKind::Enum:
        case ItemKind::Trait:
        case ItemKind::Actor:
        case ItemKind::TypeAlias: return true;
        default: return false;
    }
}

ScopeNames::Value ScopeNames::compute(QueryContext& context, const Key& scope) {
    Value value;
    for (const auto& child : *context.get<ItemChildren>(scope))
        if (kind_of(child.item) != ItemKind::Impl && !name_of(child.item).empty())
            value.names[name_of(child.item)].push_back(child.item);
    auto tree = context.get<ItemSyntax>(scope);
    if (*tree) collect_uses(*tree, tree->root(), value.imports);
    return value;
}

ScriptLocals::Value ScriptLocals::compute(QueryContext& context, const Key& file) {
    Value names;
    auto tree = context.get<ItemSyntax>(file);
    if (!*tree) return names;
    ast::SourceFile source = ast::SourceFile::cast(tree->root());
    for (const ast::Statement& statement : source.statements()) {
        ast::LetStmt let = statement.as<ast::LetStmt>();
        if (!let || !let.pattern()) continue;
        for (Preorder walk(let.pattern().node); walk; walk.next()) {
            ast::NamePattern name = ast::NamePattern::cast(*walk);
            if (name && name.name()) names.emplace_back(Name(name.name().text()), tree->node_of(name.name()));
        }
    }
    return names;
}

MethodIndex::Value MethodIndex::compute(QueryContext& context, const Key&) {
    Value value;
    auto sources = context.get<SourceFiles>();
    if (!sources) return value;
    std::vector<ItemId> pending;
    for (FileId file : *sources)
        if (language_of_path(files().path(file)) == &language_of(std_module("core")))
            pending.push_back(file_item(file));
    for (size_t i = 0; i < pending.size(); ++i) {
        for (const auto& child : *context.get<ItemChildren>(pending[i])) {
            ItemKind kind = kind_of(child.item);
            if (kind == ItemKind::Module || kind == ItemKind::Function) pending.push_back(child.item);
            bool inherent = kind == ItemKind::Impl && !context.get<ImplOf>(child.item)->trait;
            if (!inherent && kind != ItemKind::Trait) continue;
            for (const auto& member : *context.get<ItemChildren>(child.item))
                if (kind_of(member.item) == ItemKind::Function || kind_of(member.item) == ItemKind::Constant)
                    value.by_name[name_of(member.item)].push_back({child.item, member.item});
        }
    }
    return value;
}

ItemId enclosing_scope(ItemId item) {
    while (parent_of(item) != ItemId::None) {
        ItemKind kind = kind_of(item);
        if (kind == ItemKind::Module || kind == ItemKind::Function) return item;
        item = parent_of(item);
    }
    return item;
}

ItemId module_contents(QueryContext& context, ItemId module) {
    if (kind_of(module) != ItemKind::Module) return module;
    if (!context.get<ItemChildren>(module)->empty()) return module;
    const std::string& path = files().path(file_of(module));
    size_t slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    for (const char* end : {".altru", "/mod.altru"}) {
        auto file = files().find(folder + std::string(name_of(module).text()) + end);
        if (!file) continue;
        auto tree = context.get<FileTree>(*file);
        if (tree && *tree) return file_item(*file);
    }
    return module;
}

ItemId lookup_in_scope(QueryContext& context, ItemId scope, Name name, Want want, int depth) {
    auto names = context.get<ScopeNames>(scope);
    if (auto it = names->names.find(name); it != names->names.end())
        if (ItemId found = pick(it->second, want); found != ItemId::None) return found;
    if (depth > kMaxImportDepth) return ItemId::None;
    for (const Import& import : names->imports) {
        if (import.is_glob) {
            PathResolution module = resolve_path(context, scope, import.path, Want::Any, depth + 1);
            if (module.resolved != import.path.size() || module.item == ItemId::None) continue;
            ItemId found = lookup_member(context, module.item, name, want, depth + 1);
            if (found != ItemId::None && lets_out(context, module.item, name, found, scope)) return found;
        } else if (import.name == name) {
            PathResolution target = resolve_path(context, scope, import.path, want, depth + 1);
            if (target.resolved == import.path.size() && target.item != ItemId::None) return target.item;
        }
    }
    return ItemId::None;
}

ItemId lookup_name(QueryContext& context, ItemId scope, Name name, Want want) {
    for (ItemId s = scope; s != ItemId::None;
         s = parent_of(s) == ItemId::None ? ItemId::None : enclosing_scope(parent_of(s)))
        if (ItemId found = lookup_in_scope(context, s, name, want); found != ItemId::None) return found;
    if (ItemId found = lookup_prelude(context, name, want); found != ItemId::None) return found;
    return want == Want::Value ? ItemId::None : std_module_named(context, name);
}

ItemId lookup_member(QueryContext& context, ItemId container, Name name, Want want, int depth) {
    ItemKind kind = kind_of(container);
    if (kind == ItemKind::Module || kind == ItemKind::File)
        return lookup_in_scope(context, module_contents(context, container), name, want, depth);
    if (kind == ItemKind::Enum && want != Want::Type) return find_child(context, container, name, ItemKind::Variant);
    return ItemId::None;
}

PathResolution resolve_path(QueryContext& context, ItemId scope, const std::vector<Name>& segments, Want want,
                            int depth) {
    PathResolution result;
    if (segments.empty() || depth > kMaxImportDepth) return result;
    bool in_std = segments[0].text() == "std";
    size_t i = 0;
    auto step = [&](ItemId item) {
        result.item = item;
        result.steps.push_back(item);
        result.resolved = ++i;
    };
    auto want_at = [&](size_t index) { return index + 1 == segments.size() ? want : Want::Type; };
    if (in_std) {
        if (segments.size() == 1) return result;
        ItemId module = std_module_named(context, segments[1]);
        if (module == ItemId::None) {  // `std::Option`: the prelude's names
            result.steps.push_back(ItemId::None);
            i = 1;
            ItemId found = lookup_prelude(context, segments[1], want_at(1));
            if (found == ItemId::None) return result;
            step(found);
        } else {
            result.steps.push_back(ItemId::None);
            i = 1;
            step(module);
        }
    } else if (segments[0].text() == "self" && segments.size() > 1) {
        step(module_of(scope));
    } else if (segments[0].text() == "super" && segments.size() > 1) {
        ItemId module = module_of(scope);
        while (i + 1 < segments.size() && segments[i].text() == "super") {
            module = outer_scope(context, module);
            if (module == ItemId::None) return result;
            step(module);
        }
    } else {
        ItemId first = lookup_name(context, scope, segments[0], want_at(0));
        // While an import `use a::b` is looked up, `a` may be the import's own name: std modules stay reachable.
        if (first == ItemId::None && segments.size() > 1) first = std_module_named(context, segments[0]);
        if (first == ItemId::None) return result;
        step(first);
    }
    while (i < segments.size()) {
        ItemId next = lookup_member(context, result.item, segments[i], want_at(i), depth + 1);
        if (next == ItemId::None && want == Want::Value && i + 1 == segments.size())
            next = lookup_member(context, result.item, segments[i], Want::Any, depth + 1);
        if (next == ItemId::None) return result;
        if (!result.hidden && !lets_out(context, result.item, segments[i], next, scope)) result.hidden = i;
        step(next);
    }
    return result;
}

std::vector<std::string> visible_names(QueryContext& context, ItemId scope) {
    std::vector<std::string> names;
    auto add = [&](ItemId s) {
        auto found = context.get<ScopeNames>(s);
        for (const auto& [name, items] : found->names) names.emplace_back(name.text());
        for (const Import& import : found->imports) names.emplace_back(import.name.text());
    };
    for (ItemId s = scope; s != ItemId::None;
         s = parent_of(s) == ItemId::None ? ItemId::None : enclosing_scope(parent_of(s)))
        add(s);
    add(std_module("core"));
    for (const char* name : {"Some", "None", "Ok", "Err", "self"}) names.emplace_back(name);
    for (std::string_view name : kStdModules) names.emplace_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace braid::altru_semantics
