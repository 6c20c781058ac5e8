#include "analyzer/semantics/velox/signatures.h"

namespace braid::velox_semantics {
namespace {

bool is_type_parameter(QueryContext& context, ItemId owner, std::string_view name) {
    for (; owner != ItemId::None; owner = parent_of(owner)) {
        if (kind_of(owner) == ItemKind::File) return false;
        for (const GenericParameter& parameter : *context.get<GenericsOf>(owner))
            if (parameter.name.text() == name) return true;
    }
    return false;
}

}  // namespace

ItemId declared_name(QueryContext& context, ItemId owner, const SyntaxToken& name) {
    SyntaxNode parent = name.parent();
    if (!parent) return ItemId::None;
    FileScope scope(context, file_of(owner), owner);
    switch (to_kind(parent.kind())) {
        case Kind::Path: {
            SyntaxNode type = parent.parent();
            bool is_first = parent.first_token() == name;
            if (!type || !is_first || ast::group(to_kind(type.kind())) != ast::Group::Type) return ItemId::None;
            return is_type_parameter(context, owner, name.text()) ? ItemId::None : scope.find_type(name);
        }
        case Kind::ImportSpecifier: {
            ast::ImportSpecifier specifier = ast::Ast(parent).as<ast::ImportSpecifier>();
            return scope.find(specifier.alias() && specifier.alias().name() ? specifier.alias().name().text()
                                                                            : name.text());
        }
        case Kind::ImportAlias:
        case Kind::DefaultImport: return scope.find(name.text());
        default: return ItemId::None;
    }
}

}  // namespace braid::velox_semantics
