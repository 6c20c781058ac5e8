#include "analyzer/semantics/velox/object_members.h"

#include <algorithm>

#include "analyzer/semantics/velox/types.h"

namespace braid::velox_semantics {
namespace {

/// The token that names a member of an object type; none for what has no name of its own.
SyntaxToken name_of_member(const ast::Member& member) {
    if (auto field = member.as<ast::FieldDecl>()) return field.name().word();
    if (auto method = member.as<ast::MethodDecl>()) return method.name().word();
    if (auto getter = member.as<ast::GetterDecl>()) return getter.name().word();
    return {};
}

}  // namespace

std::vector<DeclaredMember> object_members(QueryContext& context, ItemId item) {
    std::vector<DeclaredMember> out;
    auto syntax = context.get<ItemSyntax>(item);
    if (!*syntax) return out;
    TypeReader reader(context, item, silent_report());
    reader.enter(item);
    syntax->each_own([&](const SyntaxElement& element) {
        if (!element.is_node()) return true;
        auto object = ast::ObjectType::cast(SyntaxNode(element));
        if (!object) return true;
        const Type type = reader.read(ast::Type::cast(SyntaxNode(element)));
        if (!type->is(TypeKind::Record)) return true;
        for (const ast::Member& member : object.members())
            if (SyntaxToken name = name_of_member(member); name && name.begin() < name.end())
                out.push_back({syntax->node_of(name), Name(name.text()), type});
        return true;
    });
    return out;
}

std::vector<Type> object_types(QueryContext& context, Type type) {
    std::vector<Type> out;
    constexpr size_t kMost = 256;
    std::vector<Type> pending{type};
    for (size_t i = 0; i < pending.size() && i < kMost; ++i) {
        Type each = resolved(context, pending[i]);
        if (each->is(TypeKind::Union)) pending.insert(pending.end(), each->arguments.begin(), each->arguments.end());
        else if (each->is(TypeKind::Record) && std::find(out.begin(), out.end(), each) == out.end())
            out.push_back(each);
        if (!each->is(TypeKind::Parameter)) continue;
        auto generics = context.get<GenericsOf>(each->item);
        if (each->index < generics->size() && !(*generics)[each->index].bounds.empty())
            pending.push_back((*generics)[each->index].bounds[0]);
    }
    return out;
}

}  // namespace braid::velox_semantics
