#include "analyzer/semantics/altru/scope.h"

#include "analyzer/semantics/altru/std_modules.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "analyzer/semantics/loaded_files.h"
#include "analyzer/semantics/names.h"

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

constexpr std::array<std::string_view, 23> kStdModules = {
    "core", "iterator", "operators", "sync", "thread", "async", "actor", "stream", "string", "list",     "map",   "set",
    "math", "time",     "random",    "env",  "io",     "fs",    "json",  "log",    "http",   "database", "number"};

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

/// One question for a name. Imports go in circles (`use super::*` asks the module around, which may ask back): what is
/// being looked up is not asked again, and what was found out is kept, so that no web of imports costs more than it has
/// edges.
class Lookup {
  public:
    explicit Lookup(QueryContext& context) : context_(context) {}

    ItemId in_scope(ItemId scope, Name name, Want want);
    ItemId visible(ItemId scope, Name name, Want want);
    ItemId member(ItemId container, Name name, Want want);
    PathResolution path(ItemId scope, const std::vector<Name>& segments, Want want);
    ItemId in_prelude(Name name, Want want);

  private:
    ItemId imported(const ScopeNames::Value& names, ItemId scope, Name name, Want want);

    QueryContext& context_;
    std::map<std::tuple<ItemId, Name, Want>, ItemId> imported_;
    int depth_ = 0;
};

ItemId Lookup::in_prelude(Name name, Want want) {
    const Known& known = Known::get();
    for (ItemId variant : {known.some, known.none, known.ok, known.err})
        if (name_of(variant) == name && want != Want::Type) return variant;
    ItemId core = std_module("core");
    if (ItemId found = in_scope(core, name, want); found != ItemId::None) return found;
    if (name.text() == "map" || name.text() == "set") return name.text() == "map" ? known.map : known.set;
    return ItemId::None;
}

ItemId Lookup::in_scope(ItemId scope, Name name, Want want) {
    auto names = context_.get<ScopeNames>(scope);
    if (auto it = names->names.find(name); it != names->names.end())
        if (ItemId found = pick(it->second, want); found != ItemId::None) return found;
    if (names->imports.empty() || depth_ >= kMaxImportDepth) return ItemId::None;
    auto [entry, is_new] = imported_.try_emplace({scope, name, want}, ItemId::None);
    if (!is_new) return entry->second;
    ++depth_;
    entry->second = imported(*names, scope, name, want);
    --depth_;
    return entry->second;
}

ItemId Lookup::imported(const ScopeNames::Value& names, ItemId scope, Name name, Want want) {
    for (const Import& import : names.imports) {
        if (import.is_glob) {
            PathResolution module = path(scope, import.path, Want::Any);
            if (module.resolved != import.path.size() || module.item == ItemId::None) continue;
            ItemId found = member(module.item, name, want);
            if (found != ItemId::None && lets_out(context_, module.item, name, found, scope)) return found;
        } else if (import.name == name) {
            PathResolution target = path(scope, import.path, want);
            if (target.resolved == import.path.size() && target.item != ItemId::None) return target.item;
        }
    }
    return ItemId::None;
}

}  // namespace

std::span<const std::string_view> std_module_names() { return kStdModules; }

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
            if (kind != ItemKind::Impl && kind != ItemKind::Trait) continue;
            TypeHead head = 0;
            if (kind == ItemKind::Impl) {
                auto info = context.get<ImplOf>(child.item);
                if (info->trait) continue;
                if (info->self) head = head_of(info->self);
            }
            for (const auto& member : *context.get<ItemChildren>(child.item)) {
                if (kind_of(member.item) != ItemKind::Function && kind_of(member.item) != ItemKind::Constant) continue;
                auto& namesakes = value.by_name[name_of(member.item)];
                value.by_head[{name_of(member.item), head}].push_back(uint32_t(namesakes.size()));
                namesakes.push_back({child.item, member.item});
            }
        }
    }
    return value;
}

MethodsNamed::Value MethodsNamed::compute(QueryContext& context, const Key& name) {
    auto index = context.get<MethodIndex>();
    auto found = index->by_name.find(name);
    return found == index->by_name.end() ? Value() : found->second;
}

MethodsOf::Value MethodsOf::compute(QueryContext& context, const Key& key) {
    if (key.second == 0) return *context.get<MethodsNamed>(key.first);
    auto index = context.get<MethodIndex>();
    std::vector<uint32_t> fitting;
    for (TypeHead head : {key.second, TypeHead(0)}) {
        auto found = index->by_head.find({key.first, head});
        if (found != index->by_head.end()) fitting.insert(fitting.end(), found->second.begin(), found->second.end());
    }
    if (fitting.empty()) return {};
    std::sort(fitting.begin(), fitting.end());
    const auto& namesakes = index->by_name.at(key.first);
    Value methods;
    for (uint32_t position : fitting) methods.push_back(namesakes[position]);
    return methods;
}

ItemId enclosing_scope(ItemId item) {
    while (parent_of(item) != ItemId::None) {
        ItemKind kind = kind_of(item);
        if (kind == ItemKind::Module || kind == ItemKind::Function) return item;
        item = parent_of(item);
    }
    return item;
}

bool is_without_file(QueryContext& context, ItemId module) {
    if (module == ItemId::None || kind_of(module) != ItemKind::Module) return false;
    auto tree = context.get<ItemSyntax>(module);
    return *tree && !ast::ModDecl::cast(tree->root()).members() && module_contents(context, module) == module;
}

ItemId module_contents(QueryContext& context, ItemId module) {
    if (kind_of(module) != ItemKind::Module) return module;
    if (!context.get<ItemChildren>(module)->empty()) return module;
    const std::string& path = files().path(file_of(module));
    size_t slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    for (const char* end : {".altru", "/mod.altru"}) {
        FileId file = loaded_file(context, folder + std::string(name_of(module).text()) + end);
        if (file != FileId::None) return file_item(file);
    }
    return module;
}

ItemId Lookup::visible(ItemId scope, Name name, Want want) {
    for (ItemId s = scope; s != ItemId::None;
         s = parent_of(s) == ItemId::None ? ItemId::None : enclosing_scope(parent_of(s)))
        if (ItemId found = in_scope(s, name, want); found != ItemId::None) return found;
    if (ItemId found = in_prelude(name, want); found != ItemId::None) return found;
    return want == Want::Value ? ItemId::None : std_module_named(context_, name);
}

ItemId Lookup::member(ItemId container, Name name, Want want) {
    ItemKind kind = kind_of(container);
    if (kind == ItemKind::Module || kind == ItemKind::File)
        return in_scope(module_contents(context_, container), name, want);
    if (kind == ItemKind::Enum && want != Want::Type) return find_child(context_, container, name, ItemKind::Variant);
    return ItemId::None;
}

PathResolution Lookup::path(ItemId scope, const std::vector<Name>& segments, Want want) {
    PathResolution result;
    if (segments.empty()) return result;
    // `use super::*`; by itself `self` is a value.
    bool names_module = segments.size() > 1 || want == Want::Any;
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
        ItemId module = std_module_named(context_, segments[1]);
        if (module == ItemId::None) {  // `std::Option`: the prelude's names
            result.steps.push_back(ItemId::None);
            i = 1;
            ItemId found = in_prelude(segments[1], want_at(1));
            if (found == ItemId::None) return result;
            step(found);
        } else {
            result.steps.push_back(ItemId::None);
            i = 1;
            step(module);
        }
    } else if (segments[0].text() == "self" && names_module) {
        step(module_of(scope));
    } else if (segments[0].text() == "super" && names_module) {
        ItemId module = module_of(scope);
        while (i + (want == Want::Any ? 0 : 1) < segments.size() && segments[i].text() == "super") {
            module = outer_scope(context_, module);
            if (module == ItemId::None) return result;
            step(module);
        }
    } else {
        ItemId first = visible(scope, segments[0], want_at(0));
        // While an import `use a::b` is looked up, `a` may be the import's own name: std modules stay reachable.
        if (first == ItemId::None && segments.size() > 1) first = std_module_named(context_, segments[0]);
        if (first == ItemId::None) return result;
        step(first);
    }
    while (i < segments.size()) {
        ItemId next = member(result.item, segments[i], want_at(i));
        if (next == ItemId::None && want == Want::Value && i + 1 == segments.size())
            next = member(result.item, segments[i], Want::Any);
        if (next == ItemId::None) return result;
        if (!result.hidden && !lets_out(context_, result.item, segments[i], next, scope)) result.hidden = i;
        step(next);
    }
    return result;
}

ItemId lookup_in_scope(QueryContext& context, ItemId scope, Name name, Want want) {
    return Lookup(context).in_scope(scope, name, want);
}
ItemId in_prelude(QueryContext& context, Name name, Want want) { return Lookup(context).in_prelude(name, want); }
ItemId lookup_name(QueryContext& context, ItemId scope, Name name, Want want) {
    return Lookup(context).visible(scope, name, want);
}
ItemId lookup_member(QueryContext& context, ItemId container, Name name, Want want) {
    return Lookup(context).member(container, name, want);
}
PathResolution resolve_path(QueryContext& context, ItemId scope, const std::vector<Name>& segments, Want want) {
    return Lookup(context).path(scope, segments, want);
}

bool is_import_missing(QueryContext& context, ItemId scope, Name name) {
    for (; scope != ItemId::None; scope = outer_scope(context, scope)) {
        auto names = context.get<ScopeNames>(scope);
        for (const Import& import : names->imports) {
            if (import.is_glob || import.name != name) continue;
            PathResolution path = resolve_path(context, scope, import.path, Want::Any);
            if (path.resolved < import.path.size() || path.item == ItemId::None) return true;
        }
        if (kind_of(scope) == ItemKind::File || kind_of(scope) == ItemKind::Module) break;
    }
    return false;
}

std::vector<std::string> visible_names(QueryContext& context, ItemId scope, std::string_view mistyped) {
    std::vector<std::string> names;
    auto offer = [&](std::string_view name) {
        if (may_be_near(mistyped, name)) names.emplace_back(name);
    };
    auto add = [&](ItemId s) {
        auto found = context.get<ScopeNames>(s);
        for (const auto& [name, items] : found->names) offer(name.text());
        for (const Import& import : found->imports) offer(import.name.text());
    };
    for (ItemId s = scope; s != ItemId::None;
         s = parent_of(s) == ItemId::None ? ItemId::None : enclosing_scope(parent_of(s)))
        add(s);
    add(std_module("core"));
    for (const char* name : {"Some", "None", "Ok", "Err", "self"}) offer(name);
    for (std::string_view name : kStdModules) offer(name);
    return names;
}

}  // namespace braid::altru_semantics
