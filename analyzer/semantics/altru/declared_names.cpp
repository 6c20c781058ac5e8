#include "analyzer/semantics/altru/types.h"

namespace braid::altru_semantics {
namespace {

/// The segments of the trees around a `use`, up to and with `name`.
std::vector<Name> imported_path(ast::UseTree tree, const SyntaxToken& name) {
    std::vector<Name> path;
    for (const SyntaxToken& segment : tree.segments()) {
        path.emplace_back(segment.text());
        if (segment == name) break;
    }
    for (SyntaxNode parent = tree.node.parent(); parent; parent = parent.parent()) {
        ast::UseTree outer = ast::UseTree::cast(parent);
        if (!outer) continue;
        std::vector<Name> prefix;
        for (const SyntaxToken& segment : outer.segments()) prefix.emplace_back(segment.text());
        path.insert(path.begin(), prefix.begin(), prefix.end());
    }
    return path;
}

/// `Clone` of `[derive(Clone)]`.
bool is_derived(const SyntaxToken& name) {
    SyntaxNode argument = name.parent();
    SyntaxNode list = argument && argument.kind() == raw(Kind::AttributeArgument) ? argument.parent() : SyntaxNode();
    SyntaxNode attribute = list ? list.parent() : SyntaxNode();
    return attribute && attribute.first_token().text() == "derive" && argument.first_token() == name;
}

bool is_generic_parameter(QueryContext& context, ItemId owner, Name name) {
    for (; owner != ItemId::None; owner = parent_of(owner))
        for (Name parameter : generic_names(context, owner))
            if (parameter == name) return true;
    return false;
}

ItemId self_item(QueryContext& context, ItemId owner) {
    Type self = self_type(context, owner);
    bool is_named = self && (self->is(TypeKind::Nominal) || self->is(TypeKind::ActorHandle));
    return is_named ? self->item : ItemId::None;
}

}  // namespace

ItemId declared_name(QueryContext& context, ItemId owner, const SyntaxToken& name) {
    SyntaxNode parent = name.parent();
    if (!parent) return ItemId::None;
    std::vector<Name> path;
    if (ast::UseTree use = ast::UseTree::cast(parent)) {
        if (name == use.alias())
            for (const SyntaxToken& segment : use.segments()) path.emplace_back(segment.text());
        else path = imported_path(use, name);
    } else if (ast::PathType type = ast::PathType::cast(parent)) {
        for (const SyntaxToken& segment : type.segments()) {
            path.emplace_back(segment.text());
            if (segment == name) break;
        }
        if (path.size() == 1 && type.segments().size() == 1 && scalar_named(path[0].text())) return ItemId::None;
        if (path.size() == 1 && path[0].text() == "Self") return self_item(context, owner);
        if (path.size() == 1 && is_generic_parameter(context, owner, path[0])) return ItemId::None;
    }
    if (is_derived(name)) path.emplace_back(name.text());
    if (path.empty()) return ItemId::None;
    PathResolution found = resolve_path(context, enclosing_scope(owner), path, Want::Any);
    return found.resolved == path.size() ? found.item : ItemId::None;
}

}  // namespace braid::altru_semantics
