#include "analyzer/semantics/impls.h"

#include <algorithm>

namespace braid {

bool match_type(Type pattern, Type actual, ItemId owner, std::vector<Type>& arguments) {
    if (pattern->is(TypeKind::Parameter) && pattern->item == owner) {
        if (arguments.size() <= pattern->index) arguments.resize(pattern->index + 1, nullptr);
        if (!arguments[pattern->index]) arguments[pattern->index] = actual;
        return arguments[pattern->index] == actual;
    }
    if (pattern == actual && !pattern->has(TypeHasParameter)) return true;
    if (pattern->kind != actual->kind || pattern->item != actual->item || pattern->length != actual->length ||
        pattern->arguments.size() != actual->arguments.size() || pattern->fields.size() != actual->fields.size() ||
        (pattern->flags & TypeMutable) != (actual->flags & TypeMutable))
        return false;
    bool structural = !pattern->arguments.empty() || !pattern->fields.empty();
    if (!structural) return pattern == actual;
    for (size_t i = 0; i < pattern->arguments.size(); ++i)
        if (!match_type(pattern->arguments[i], actual->arguments[i], owner, arguments)) return false;
    for (size_t i = 0; i < pattern->fields.size(); ++i) {
        if (pattern->fields[i].name != actual->fields[i].name) return false;
        if (!match_type(pattern->fields[i].type, actual->fields[i].type, owner, arguments)) return false;
    }
    return true;
}

namespace {

struct ImplMatch {
    ItemId impl = ItemId::None;
    std::vector<Type> arguments;
};

/// `of_trait`: the trait's arguments where they are known; a type may implement `Mul[float]` and `Mul[Vector]`.
ImplMatch find_impl(QueryContext& context, Type self, ItemId trait, std::span<const Type> of_trait = {}) {
    for (ItemId impl : *context.get<ImplsFor>({trait, head_of(self)})) {
        auto info = context.get<ImplOf>(impl);
        std::vector<Type> arguments(info->generics.size(), nullptr);
        if (!info->self || !match_type(info->self, self, impl, arguments)) continue;
        bool bounds_hold = true;
        for (size_t i = 0; info->trait && i < of_trait.size() && i < info->trait->arguments.size(); ++i)
            bounds_hold &= match_type(info->trait->arguments[i], of_trait[i], impl, arguments);
        for (size_t i = 0; i < info->generics.size() && bounds_hold; ++i)
            for (Type bound : info->generics[i].bounds)
                if (arguments[i] && bound->is(TypeKind::Nominal) && kind_of(bound->item) == ItemKind::Trait)
                    bounds_hold &= implements(context, arguments[i], bound->item);
        if (bounds_hold) return {impl, std::move(arguments)};
    }
    return {};
}

}  // namespace

namespace {

/// The traits that Altru's built-in types have and that `derive` gives: their methods are natives of the trait itself.
bool has_by_structure(QueryContext& context, Type self, std::string_view trait) {
    constexpr std::string_view kStructural[] = {"Clone", "Eq", "Ord", "Hash", "Debug", "Default", "Show"};
    if (std::find(std::begin(kStructural), std::end(kStructural), trait) == std::end(kStructural)) return false;
    if (!self->is(TypeKind::Nominal)) return !self->is(TypeKind::Parameter) && !self->is(TypeKind::Dyn);
    if (trait == "Clone" && context.get<CapabilitiesOf>(self)->copy) return true;
    for (const Attribute& attribute : context.get<DefinitionOf>(self->item)->attributes)
        if (attribute.name.text() == "derive" &&
            std::find(attribute.arguments.begin(), attribute.arguments.end(), trait) != attribute.arguments.end())
            return true;
    return false;
}

}  // namespace

bool implements(QueryContext& context, Type self, ItemId trait) {
    if (self->has(TypeHasError)) return true;
    std::string_view name = name_of(trait).text();
    if (is_std(file_of(trait))) {
        auto capabilities = context.get<CapabilitiesOf>(self);
        if (name == "Copy") return capabilities->copy;
        if (name == "Send") return capabilities->send;
        if (name == "Sync") return capabilities->sync;
        if (has_by_structure(context, self, name)) return true;
    }
    return find_impl(context, self, trait).impl != ItemId::None;
}

namespace {

/// `T::Item` as the impl for T, or else the trait, says it; null when there is none.
Type associated_type(QueryContext& context, Type projection) {
    Type self = projection->element();
    if (self->is(TypeKind::Dyn))  // `dyn Source[Item = int]` says so itself
        for (const RecordField& said : self->fields)
            if (said.name == projection->text) return said.type;
    ImplMatch match = find_impl(context, self, projection->item);
    if (match.impl == ItemId::None) return nullptr;
    auto info = context.get<ImplOf>(match.impl);
    for (const auto& [name, target] : info->associated_types)
        if (name == projection->text) return substitute(target, match.impl, match.arguments);
    for (const auto& child : *context.get<ItemChildren>(projection->item)) {
        if (kind_of(child.item) != ItemKind::TraitType || name_of(child.item) != projection->text) continue;
        std::vector<Type> arguments;
        for (Type argument : info->trait->arguments)
            arguments.push_back(substitute(argument, match.impl, match.arguments));
        arguments.push_back(self);
        return substitute(*context.get<ValueTypeOf>(child.item), projection->item, arguments);
    }
    return nullptr;
}

Type with_associated_types(QueryContext& context, Type type, int depth) {
    constexpr int kMaxDepth = 16;
    return map_type(type, [&](Type part) {
        if (!part->is(TypeKind::Projection) || depth > kMaxDepth) return part;
        Type target = associated_type(context, part);
        // What is found may be about another type: `impl[I: Iterator] IntoIterator for I: type Item = I::Item`.
        return target && target != part ? with_associated_types(context, target, depth + 1) : part;
    });
}

}  // namespace

Type with_associated_types(QueryContext& context, Type type) { return with_associated_types(context, type, 0); }

ResolvedMethod resolve_trait_method(QueryContext& context, ItemId trait_method, Type self,
                                    std::span<const Type> arguments) {
    ItemId trait = parent_of(trait_method);
    size_t of_trait = context.get<DefinitionOf>(trait)->generics.size();
    ImplMatch match = find_impl(context, self, trait, arguments.first(std::min(of_trait, arguments.size())));
    if (match.impl == ItemId::None) match = find_impl(context, self, trait);
    ResolvedMethod resolved;
    if (match.impl == ItemId::None) {
        // Derived and built-in: the trait's own native or default serves every such type.
        auto signature = context.get<SignatureOf>(trait_method);
        if (!signature->is_native && !signature->has_body) return resolved;
        resolved.function = trait_method;
        resolved.type_arguments.assign(arguments.begin(), arguments.end());
        return resolved;
    }
    // Type arguments come as the trait's then the method's; the impl's replace the trait's.
    for (ItemId method : context.get<ImplOf>(match.impl)->methods) {
        if (name_of(method) != name_of(trait_method)) continue;
        resolved.function = method;
        resolved.type_arguments = std::move(match.arguments);
        for (size_t i = of_trait; i < arguments.size(); ++i) resolved.type_arguments.push_back(arguments[i]);
        return resolved;
    }
    resolved.function = trait_method;  // the trait's default: `Self` is found through DirectCallee::self
    resolved.type_arguments.assign(arguments.begin(), arguments.end());
    return resolved;
}

}  // namespace braid
