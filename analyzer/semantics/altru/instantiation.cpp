#include "analyzer/semantics/altru/builder.h"

// What stands for the type parameters of a signature in one of its uses.
namespace braid::altru_semantics {

Type BodyBuilder::instantiate(Type t, const Target& target) {
    if (!t->has(TypeHasParameter)) return traits_.normalize(t);
    ItemId parent = parent_of(target.function);
    t = substitute(t, target.function, target.own_arguments);
    if (parent != ItemId::None) {
        std::vector<Type> arguments = target.parent_arguments;
        if (kind_of(parent) == ItemKind::Trait && target.self) {
            arguments.resize(generic_names(context_, parent).size(), type::error());
            arguments.push_back(target.self);
        }
        t = substitute(t, parent, arguments);
    }
    return with_open_projections(traits_.normalize(t));
}

/// An associated type of a type that is not known yet gets a variable, bound once it is: no term that is unified with
/// others holds a projection that could still become something else.
Type BodyBuilder::with_open_projections(Type t) {
    if (!t->has(TypeHasInference)) return t;
    return map_type(t, [this](Type part) {
        if (!part->is(TypeKind::Projection) || !part->has(TypeHasInference)) return part;
        Type variable = table_.fresh();
        defer([this, part, variable](bool) {
            Type known = traits_.normalize(table_.resolve(part));
            if (known->is(TypeKind::Projection) && known->has(TypeHasInference)) return false;
            --open_projections_;
            table_.unify(variable, known);
            return true;
        });
        ++open_projections_;
        return variable;
    });
}

}  // namespace braid::altru_semantics
