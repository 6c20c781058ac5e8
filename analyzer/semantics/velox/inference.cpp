#include <algorithm>

#include "analyzer/semantics/velox/relations.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/type_operators.h"

// What a call says of the type parameters of what is called.
namespace braid::velox_semantics {

bool Inference::owns(Type parameter) const {
    for (const auto& [owner, types] : owners)
        if (parameter->item == owner && parameter->index < types.size()) return true;
    return false;
}

Type& Inference::slot(Type parameter) {
    for (auto& [owner, types] : owners)
        if (parameter->item == owner) return types[parameter->index];
    return owners.front().second.front();  // callers ask owns() first
}

Type Inference::apply(Type t, Type unknown) const {
    if (!t->has(TypeHasParameter)) return t;
    return map_type(t, [&](Type part) -> Type {
        if (!part->is(TypeKind::Parameter)) return part;
        for (const auto& [owner, types] : owners)
            if (part->item == owner && part->index < types.size())
                return types[part->index] ? types[part->index] : unknown ? unknown : part;
        return part;
    });
}

namespace {

Type bound_of(QueryContext& context, Type parameter) {
    auto generics = context.get<GenericsOf>(parameter->item);
    bool has = parameter->index < generics->size() && !(*generics)[parameter->index].bounds.empty();
    return has ? (*generics)[parameter->index].bounds[0] : nullptr;
}

bool keeps_literals(QueryContext& context, Type bound) {
    bound = resolved(context, bound);
    if (bound->is(TypeKind::Projection)) return bound->text.text() == "keyof";
    for (Type member : members_of(bound))
        if (!member->is(TypeKind::Literal) && !member->is(TypeKind::String) && !member->is(TypeKind::Float))
            return false;
    return true;
}

/// A parameter that is said to be two things by turns. Of numbers, texts and truth values the first counts (and the
/// other argument is a mistake, as in TypeScript), unless the context takes both; the rest is either.
Type agreed(QueryContext& context, const Inference& inference, Type parameter, Type before, Type now) {
    auto is_plain = [](Type t) {
        return t->is(TypeKind::String) || t->is(TypeKind::Bool) || t->is(TypeKind::Integer) || t->is(TypeKind::Float);
    };
    if (!is_plain(before) || !is_plain(now) || is_std(file_of(parameter->item))) return joined(context, before, now);
    Type wanted = inference.from_context(parameter);
    bool takes_both =
        wanted != parameter && is_assignable(context, before, wanted) && is_assignable(context, now, wanted);
    return takes_both ? wanted : before;
}

}  // namespace

static bool has_index_signature(Type t) {
    return t->is(TypeKind::Record) && std::any_of(t->fields.begin(), t->fields.end(),
                                                  [](const RecordField& f) { return f.name == index_signature(); });
}

void infer(QueryContext& context, Inference& inference, Type pattern, Type actual) {
    if (!pattern->has(TypeHasParameter) || actual->is(TypeKind::Error)) return;
    // Types that reach themselves say what they have to say soon.
    static thread_local int nesting = 0;
    struct Nested {
        Nested() { ++nesting; }
        ~Nested() { --nesting; }
    } nested;
    if (nesting > 40) return;
    bool same_alias = pattern->is(TypeKind::Nominal) && actual->is(TypeKind::Nominal) &&
                      pattern->item == actual->item && kind_of(pattern->item) == ItemKind::TypeAlias;
    if (same_alias) {
        for (size_t i = 0; i < pattern->arguments.size() && i < actual->arguments.size(); ++i)
            infer(context, inference, pattern->arguments[i], actual->arguments[i]);
        return;
    }
    if (!pattern->is(TypeKind::Parameter)) {
        actual = resolved(context, actual);
        if (pattern->is(TypeKind::Nominal) && kind_of(pattern->item) == ItemKind::TypeAlias) {
            infer(context, inference, resolved(context, pattern), actual);
            return;
        }
    }
    if (pattern->is(TypeKind::Parameter)) {
        if (!inference.owns(pattern)) return;
        Type& slot = inference.slot(pattern);
        // `K extends keyof T` and `T extends string` tell literals apart.
        Type bound = bound_of(context, pattern);
        bool keeps = (bound && keeps_literals(context, bound)) || is_choice(actual);
        Type wide = keeps ? actual : widened(actual);
        if (!slot || slot->is(TypeKind::Never)) slot = wide;
        else if (slot != wide && !is_assignable(context, wide, slot))
            slot = is_assignable(context, slot, wide) ? wide : agreed(context, inference, pattern, slot, wide);
        return;
    }
    if (pattern->is(TypeKind::Union)) {
        // What the fixed members take is theirs; the rest belongs to the bare parameter.
        std::vector<Type> rest;
        Type bare = nullptr;
        std::vector<Type> members = actual->is(TypeKind::Union) ? actual->arguments : std::vector<Type>{actual};
        for (Type member : members) {
            bool taken = false;
            for (Type part : pattern->arguments) {
                if (part->is(TypeKind::Parameter)) {
                    bare = part;
                    continue;
                }
                bool same_head = part->kind == member->kind && part->item == member->item;
                if (part == member || (same_head && part->has(TypeHasParameter))) {
                    infer(context, inference, part, member);
                    taken = true;
                }
            }
            if (!taken) rest.push_back(member);
        }
        for (Type part : pattern->arguments)
            if (part->is(TypeKind::Parameter)) bare = part;
        if (!bare)
            for (Type part : pattern->arguments)
                if (is_std_type(part, "Iterable"))
                    for (Type member : rest) infer(context, inference, part, member);
        if (bare && !rest.empty()) infer(context, inference, bare, type::union_of(std::move(rest)));
        return;
    }
    if (actual->is(TypeKind::Any)) return;
    if (pattern->is(TypeKind::Nominal)) {
        Type base = as_class(context, actual, pattern->item);
        if (!base && is_std_type(pattern, "Promise")) return;
        for (size_t i = 0; base && i < base->arguments.size() && i < pattern->arguments.size(); ++i)
            infer(context, inference, pattern->arguments[i], base->arguments[i]);
        if (!base && is_std_type(pattern, "Iterable"))
            if (Type element = built_in_element(actual))
                return infer(context, inference, pattern->arguments[0], element);
        // An interface may be met by structure.
        if (!base && kind_of(pattern->item) == ItemKind::Interface)
            for (const RecordField& f : fields_of(context, pattern))
                if (MemberInfo member = find_member(context, actual, f.name); member.kind != MemberInfo::None)
                    infer(context, inference, f.type, member.type);
        return;
    }
    if (pattern->is(TypeKind::List)) {
        if (actual->is(TypeKind::List)) infer(context, inference, pattern->element(), actual->element());
        else if (actual->is(TypeKind::Tuple))
            for (Type element : actual->arguments) infer(context, inference, pattern->element(), element);
        return;
    }
    if (pattern->is(TypeKind::Tuple) && actual->is(TypeKind::Tuple)) {
        for (size_t i = 0; i < pattern->arguments.size() && i < actual->arguments.size(); ++i)
            infer(context, inference, pattern->arguments[i], actual->arguments[i]);
        return;
    }
    if (pattern->is(TypeKind::Function) && actual->is(TypeKind::Function)) {
        auto want = pattern->parameters(), have = actual->parameters();
        // `(...args: T) => R`: T is the tuple of the parameters.
        bool gathers = pattern->has(TypeVariadic) && !want.empty() && want.back()->is(TypeKind::Parameter);
        size_t plain = gathers ? want.size() - 1 : want.size();
        for (size_t i = 0; i < plain && i < have.size(); ++i) infer(context, inference, want[i], have[i]);
        if (gathers && inference.owns(want.back())) {
            bool list = have.size() == plain || (have.size() == plain + 1 && actual->has(TypeVariadic));
            std::vector<Type> others(have.begin() + long(std::min(plain, have.size())), have.end());
            Type taken = !list            ? type::tuple(std::move(others), TypeShared)
                         : others.empty() ? list_of(type::any())
                                          : others[0];
            infer(context, inference, want.back(), taken);
        }
        infer(context, inference, pattern->result(), actual->result());
        return;
    }
    if (pattern->is(TypeKind::Record))
        for (const RecordField& f : pattern->fields)
            if (f.name == index_signature() && has_index_signature(actual)) {
                std::vector<Type> all;  // `{ a: number, [key: string]: boolean }`: what any name may give
                for (const RecordField& own : actual->fields) all.push_back(own.type);
                infer(context, inference, f.type, type::union_of(std::move(all)));
            } else if (MemberInfo member = find_member(context, actual, f.name); member.kind != MemberInfo::None)
                infer(context, inference, f.type, member.type);
}

}  // namespace braid::velox_semantics
