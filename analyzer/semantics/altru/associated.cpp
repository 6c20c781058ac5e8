#include "analyzer/semantics/altru/associated.h"

#include <algorithm>
#include <set>
#include <utility>

namespace braid::altru_semantics {

ItemId trait_with_type(QueryContext& context, ItemId trait, Name name) {
    std::vector<ItemId> pending{trait};
    std::set<ItemId> seen;
    for (size_t i = 0; i < pending.size(); ++i) {
        if (!seen.insert(pending[i]).second) continue;
        if (find_child(context, pending[i], name, ItemKind::TraitType) != ItemId::None) return pending[i];
        for (Type super : context.get<DefinitionOf>(pending[i])->interfaces)
            if (super->is(TypeKind::Nominal)) pending.push_back(super->item);
    }
    return ItemId::None;
}

AssociatedBindings::Value AssociatedBindings::compute(QueryContext& context, const Key& item) {
    Value value;
    const bool is_function = kind_of(item) == ItemKind::Function;
    auto tree = is_function ? context.get<FunctionHeader>(item) : context.get<ItemSyntax>(item);
    if (!*tree) return value;
    TypeLowering lowering(context, item, *tree, nullptr);  // the declaration's own checks report
    auto read = [&](Type subject, const ast::TypeBounds& bounds) {
        lowering.subject = subject;
        for (const ast::Type& bound : bounds.bounds()) {
            auto bindings = bound.as<ast::PathType>().arguments().bindings();
            Type trait = bindings.empty() ? type::error() : lowering.lower(bound);
            if (!trait->is(TypeKind::Nominal)) continue;
            for (const ast::AssociatedTypeBinding& binding : bindings) {
                Name name(binding.name() ? binding.name().text() : std::string_view());
                ItemId declares = trait_with_type(context, trait->item, name);
                if (declares != ItemId::None && binding.type())
                    value.push_back({subject, declares, name, lowering.lower(binding.type())});
            }
        }
    };
    std::map<std::string_view, Type> parameters;
    ast::Ast declaration(tree->root());
    for (const ast::GenericParameter& written : declaration.child<ast::GenericParameterList>().parameters()) {
        if (!written.name()) continue;  // a lifetime
        Type subject = type::parameter(item, uint32_t(parameters.size()), Name(written.name().text()));
        parameters.emplace(written.name().text(), subject);
        read(subject, written.bounds());
    }
    for (const ast::WherePredicate& predicate : declaration.child<ast::WhereClause>().predicates())
        if (auto own = parameters.find(predicate.type().text()); own != parameters.end())
            read(own->second, predicate.bounds());
    return value;
}

/// `dyn Source[Item = int]`: the type says what its trait's associated types are.
Type TypeLowering::with_bindings(Type dyn, const ast::TypeBounds& written) {
    TypeData data = *dyn;
    auto* report = std::exchange(report_, nullptr);  // `bounds` has looked at them
    for (const ast::Type& bound : written.bounds())
        for (const ast::AssociatedTypeBinding& binding : bound.as<ast::PathType>().arguments().bindings())
            if (binding.name() && binding.type())
                data.fields.push_back({Name(binding.name().text()), lower(binding.type())});
    report_ = report;
    if (data.fields.empty()) return dyn;
    std::sort(data.fields.begin(), data.fields.end(),
              [](const RecordField& a, const RecordField& b) { return a.name < b.name; });
    return intern(std::move(data));
}

/// `Iterator[Item = int]`: there is such a type, and what it is said to be is one.
void TypeLowering::check_bindings(const ast::PathType& bound, ItemId trait) {
    for (const ast::AssociatedTypeBinding& binding : bound.arguments().bindings()) {
        lower(binding.type());
        Name name(binding.name() ? binding.name().text() : std::string_view());
        if (trait_with_type(context_, trait, name) == ItemId::None)
            report(DiagnosticCode::MissingMember, tree_.node_of(binding.name()),
                   "`" + std::string(name_of(trait).text()) + "` has no type `" + std::string(name.text()) + "`");
    }
}

}  // namespace braid::altru_semantics
