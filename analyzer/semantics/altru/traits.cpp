#include "analyzer/semantics/altru/traits.h"

#include "analyzer/semantics/altru/associated.h"

#include <algorithm>

namespace braid::altru_semantics {

namespace {
constexpr int kMaxDepth = 24;
}

std::vector<Type> TraitSolver::fresh_arguments(ItemId item, uint32_t node) {
    std::vector<Type> arguments;
    size_t count = generic_names(context_, item).size();
    for (size_t i = 0; i < count; ++i) arguments.push_back(table_.fresh(VariableKind::General, node));
    return arguments;
}

std::vector<Type> TraitSolver::supertraits(Type trait) {
    std::vector<Type> result{trait};
    for (size_t i = 0; i < result.size() && result.size() < 64; ++i) {
        if (!result[i]->is(TypeKind::Nominal) || ::braid::kind_of(result[i]->item) != ItemKind::Trait) continue;
        for (Type super : context_.get<DefinitionOf>(result[i]->item)->interfaces) {
            Type bound = substitute(super, result[i]->item, result[i]->arguments);
            if (std::find(result.begin(), result.end(), bound) == result.end()) result.push_back(bound);
        }
    }
    return result;
}

std::vector<Type> TraitSolver::all_bounds(Type parameter) {
    std::vector<Type> result;
    std::vector<Type> bounds = bounds_of(context_, parameter);
    for (const auto& [subject, bound] : extra_bounds)
        if (subject == parameter) bounds.push_back(bound);
    for (Type bound : bounds)
        for (Type t : supertraits(bound))
            if (std::find(result.begin(), result.end(), t) == result.end()) result.push_back(t);
    return result;
}

bool TraitSolver::is_copy(Type t) {
    t = table_.resolve(t);
    if (t->is(TypeKind::Inference)) return table_.kind_of(t) != VariableKind::General;
    if (t->is(TypeKind::Parameter)) {
        for (Type bound : all_bounds(t))
            if (is_nominal(bound, Known::get().trait_copy)) return true;
        return false;
    }
    if (t->has(TypeHasInference)) {
        // `Option[?]`, `(int, ?)`: unresolved general parts count as not Copy.
        Type closed = map_type(t, [this](Type part) {
            if (!part->is(TypeKind::Inference)) return part;
            Type known = table_.default_of(part);
            return known ? known : type::list(type::unit());
        });
        return context_.get<CapabilitiesOf>(closed)->copy;
    }
    return context_.get<CapabilitiesOf>(t)->copy;
}

TraitSolver::Answer TraitSolver::all(const std::vector<Type>& parts, ItemId trait, int depth) {
    Answer result = Answer::Yes;
    for (Type part : parts) {
        Answer answer = satisfies(part, type::nominal(trait), depth + 1);
        if (answer == Answer::No) return Answer::No;
        if (answer == Answer::Unknown) result = Answer::Unknown;
    }
    return result;
}

/// The traits every type may have by its structure: Clone, Eq, Ord, Hash, Default, Debug, Show.
TraitSolver::Answer TraitSolver::structural(Type self, ItemId trait, int depth) {
    const Known& known = Known::get();
    bool shows = trait == known.trait_show || trait == known.trait_debug;
    if (trait == known.trait_clone && is_copy(self)) return Answer::Yes;
    switch (self->kind) {
        case TypeKind::Unit:
        case TypeKind::Bool:
        case TypeKind::Integer:
        case TypeKind::Char:
        case TypeKind::String:
            return trait == known.trait_clone || trait == known.trait_eq || trait == known.trait_ord ||
                           trait == known.trait_hash || trait == known.trait_default || shows
                       ? Answer::Yes
                       : Answer::No;
        case TypeKind::Float:
            return trait == known.trait_hash ? Answer::No
                   : trait == known.trait_clone || trait == known.trait_eq || trait == known.trait_ord ||
                           trait == known.trait_default || shows
                       ? Answer::Yes
                       : Answer::No;
        case TypeKind::List:
        case TypeKind::Array:
            if (trait == known.trait_default) return Answer::Yes;
            [[fallthrough]];
        case TypeKind::Tuple:
        case TypeKind::Union: {
            bool derivable = trait == known.trait_clone || trait == known.trait_eq || trait == known.trait_ord ||
                             trait == known.trait_hash || trait == known.trait_debug || trait == known.trait_default ||
                             trait == known.trait_show;
            return derivable ? all(self->arguments, trait, depth) : Answer::No;
        }
        case TypeKind::Reference:
            if (trait == known.trait_default) return Answer::No;
            return satisfies(self->element(), type::nominal(trait), depth + 1);
        case TypeKind::Nominal: {
            auto definition = context_.get<DefinitionOf>(self->item);
            std::string_view name = name_of(trait).text();
            bool is_container = self->item == known.map || self->item == known.set;
            if (derives(definition->attributes, name) || (is_container && trait == known.trait_default))
                return all(self->arguments, trait, depth);
            return Answer::No;
        }
        case TypeKind::ActorHandle:
            return trait == known.trait_eq || trait == known.trait_hash || trait == known.trait_clone || shows
                       ? Answer::Yes
                       : Answer::No;
        case TypeKind::Function: return trait == known.trait_clone && is_copy(self) ? Answer::Yes : Answer::No;
        default: return Answer::No;
    }
}

TraitSolver::Answer TraitSolver::satisfies(Type self, Type trait, int depth) {
    const Known& known = Known::get();
    self = normalize(table_.shallow(self));
    if (self->has(TypeHasError) || self->is(TypeKind::Never) || depth > kMaxDepth) return Answer::Yes;
    if (trait->is(TypeKind::Function)) {  // a bound `F: fn(A) -> B`
        if (self->is(TypeKind::Inference)) return Answer::Unknown;
        return table_.unify(self, trait) ? Answer::Yes : Answer::No;
    }
    if (!trait->is(TypeKind::Nominal)) return Answer::Yes;
    ItemId item = trait->item;
    if (item == known.trait_send || item == known.trait_sync) return Answer::Yes;
    if (self->is(TypeKind::Inference)) {
        if (table_.kind_of(self) == VariableKind::General) return Answer::Unknown;
        if (item == known.trait_copy) return Answer::Yes;
        Answer builtin = structural(table_.default_of(self), item, depth);
        if (builtin == Answer::Yes) return builtin;
        auto match = find_impl(self, trait, depth + 1);
        return match ? Answer::Yes : Answer::No;
    }
    if (item == known.trait_copy) return is_copy(self) ? Answer::Yes : Answer::No;
    if (self->is(TypeKind::Parameter)) {
        for (Type bound : all_bounds(self))
            if (bound->item == item && table_.unify(bound, trait)) return Answer::Yes;
        // A parameter that is Copy can be cloned; Ord implies Eq.
        if (item == known.trait_clone && is_copy(self)) return Answer::Yes;
        for (Type bound : all_bounds(self))
            if (item == known.trait_eq && (is_nominal(bound, known.trait_ord) || is_nominal(bound, known.trait_hash)))
                return Answer::Yes;
        return find_impl(self, trait, depth + 1) ? Answer::Yes : Answer::No;
    }
    if (self->is(TypeKind::Dyn)) {
        for (Type super : supertraits(type::nominal(self->item, self->arguments)))
            if (super->item == item) return table_.unify(super, trait) ? Answer::Yes : Answer::No;
    }
    if (self->is(TypeKind::Projection)) {
        return Answer::Yes;  // bounds of associated types are checked where the trait is implemented
    }
    Answer builtin = structural(self, item, depth);
    if (builtin != Answer::No) return builtin;
    return find_impl(self, trait, depth + 1) ? Answer::Yes : Answer::No;
}

std::optional<TraitSolver::ImplMatch> TraitSolver::find_impl(Type self, Type trait, int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    auto impls = context_.get<ImplsFor>({trait->item, head_of(table_.shallow(self))});
    std::optional<ImplMatch> found;
    int matches = 0;
    InferenceTable::Snapshot before = table_.snapshot();
    for (ItemId impl : *impls) {
        auto info = context_.get<ImplOf>(impl);
        if (!info->self || !info->trait || !info->trait->is(TypeKind::Nominal)) continue;
        std::vector<Type> arguments = fresh_arguments(impl);
        bool fits = table_.unify(substitute(info->self, impl, arguments), self) &&
                    table_.unify(substitute(info->trait, impl, arguments), trait);
        for (size_t i = 0; fits && i < info->generics.size(); ++i)
            for (Type bound : info->generics[i].bounds)
                fits = fits && satisfies(arguments[i], substitute(bound, impl, arguments), depth + 1) != Answer::No;
        table_.rollback(before);
        if (!fits) continue;
        ++matches;
        if (!found) found = ImplMatch{impl, {}};
    }
    if (!found) return std::nullopt;
    auto info = context_.get<ImplOf>(found->impl);
    found->arguments = fresh_arguments(found->impl);
    bool self_known = !table_.shallow(self)->is(TypeKind::Inference);
    if (matches == 1 || self_known) {
        table_.unify(substitute(info->self, found->impl, found->arguments), self);
        if (matches == 1) table_.unify(substitute(info->trait, found->impl, found->arguments), trait);
    }
    return found;
}

Type TraitSolver::project(Type self, ItemId trait, Name name) {
    self = normalize(table_.shallow(self));
    if (self->is(TypeKind::Inference)) return nullptr;
    if (self->has(TypeHasError)) return type::error();
    if (self->is(TypeKind::Reference)) return project(self->element(), trait, name);
    if (self->is(TypeKind::Parameter)) {
        for (const auto& binding : *context_.get<AssociatedBindings>(self->item))
            if (binding.subject == self && binding.trait == trait && binding.name == name) return normalize(binding.is);
        return nullptr;
    }
    if (self->is(TypeKind::Projection)) return nullptr;
    if (self->is(TypeKind::Dyn))
        for (const RecordField& said : self->fields)
            if (said.name == name && trait_with_type(context_, self->item, name) == trait) return normalize(said.type);
    auto match = find_impl(self, type::nominal(trait, fresh_arguments(trait)));
    // What has no such type has been told that it lacks the trait.
    if (!match) return self->has(TypeHasInference) || self->is(TypeKind::Dyn) ? nullptr : type::error();
    auto info = context_.get<ImplOf>(match->impl);
    for (const auto& [associated, t] : info->associated_types)
        if (associated == name) return normalize(substitute(t, match->impl, match->arguments));
    // What the trait says when the impl does not.
    ItemId declared = find_child(context_, trait, name, ItemKind::TraitType);
    if (declared == ItemId::None) return nullptr;
    Type standard = *context_.get<ValueTypeOf>(declared);
    if (standard->is(TypeKind::Error)) return standard;  // the impl lacks it, and has been told
    std::vector<Type> arguments;
    for (Type argument : info->trait->arguments)
        arguments.push_back(substitute(argument, match->impl, match->arguments));
    arguments.push_back(self);
    return normalize(substitute(standard, trait, arguments));
}

Type TraitSolver::normalize(Type t) {
    bool any = false;
    walk_type(t, [&](Type part) {
        any |= part->is(TypeKind::Projection);
        return !any;
    });
    if (!any) return t;
    return map_type(t, [this](Type part) {
        if (!part->is(TypeKind::Projection)) return part;
        Type known = project(part->element(), part->item, part->text);
        return known ? known : part;
    });
}

}  // namespace braid::altru_semantics
