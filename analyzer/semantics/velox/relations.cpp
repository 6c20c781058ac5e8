#include "analyzer/semantics/velox/relations.h"

#include <set>

#include "analyzer/semantics/velox/signatures.h"

namespace braid::velox_semantics {
namespace {

bool is_top(Type t) { return t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Error); }

/// Structural comparison may meet the same pair again inside of itself: then it holds.
struct Relation {
    QueryContext& context;
    std::set<std::pair<Type, Type>> assumed;

    bool holds(Type from, Type to) {
        if (from == to || is_top(to) || from->is(TypeKind::Any) || from->is(TypeKind::Error) ||
            from->is(TypeKind::Never))
            return true;
        if (!assumed.insert({from, to}).second) return true;
        return compare(from, to);
    }

    bool compare(Type from, Type to) {
        if (from->is(TypeKind::Union)) {
            for (Type member : from->arguments)
                if (!holds(member, to)) return false;
            return true;
        }
        if (to->is(TypeKind::Union)) {
            for (Type member : to->arguments)
                if (holds(from, member)) return true;
            // boolean is `true | false`
            return from->is(TypeKind::Bool) && holds(type::literal(type::boolean(), "true"), to) &&
                   holds(type::literal(type::boolean(), "false"), to);
        }
        if (from->is(TypeKind::Undefined)) return to->is(TypeKind::Unit);
        if (from->is(TypeKind::Unit)) return to->is(TypeKind::Undefined);
        if (from->is(TypeKind::Parameter)) return bound_of(from) && holds(bound_of(from), to);
        if (from->is(TypeKind::Literal)) {
            if (to->is(TypeKind::Literal)) return false;
            return holds(from->element(), to);
        }
        if (to->is(TypeKind::Nominal) && kind_of(to->item) == ItemKind::Interface) return structural(from, to);
        if (to->is(TypeKind::Record)) return structural(from, to);
        if (from->is(TypeKind::Nominal) && to->is(TypeKind::Nominal)) {
            Type base = as_class(context, from, to->item);
            return base && arguments_fit(base, to);
        }
        if (from->is(TypeKind::List) && to->is(TypeKind::List)) return holds(from->element(), to->element());
        if (from->is(TypeKind::Tuple) && to->is(TypeKind::List)) {
            for (Type element : from->arguments)
                if (!holds(element, to->element())) return false;
            return true;
        }
        if (from->is(TypeKind::Tuple) && to->is(TypeKind::Tuple)) {
            if (from->arguments.size() != to->arguments.size()) return false;
            for (size_t i = 0; i < from->arguments.size(); ++i)
                if (!holds(from->arguments[i], to->arguments[i])) return false;
            return true;
        }
        if (to->is(TypeKind::Function)) return function_fits(from, to);
        return false;
    }

    Type bound_of(Type parameter) {
        auto generics = context.get<GenericsOf>(parameter->item);
        bool has = parameter->index < generics->size() && !(*generics)[parameter->index].bounds.empty();
        return has ? (*generics)[parameter->index].bounds[0] : nullptr;
    }

    bool arguments_fit(Type from, Type to) {
        for (size_t i = 0; i < from->arguments.size() && i < to->arguments.size(); ++i)
            if (!holds(from->arguments[i], to->arguments[i])) return false;
        return true;
    }

    bool function_fits(Type from, Type to) {
        if (is_std_type(from, "Resolver")) from = type::function({from->arguments[0]}, type::unit(), TypeShared, 1);
        if (!from->is(TypeKind::Function)) return false;
        auto have = from->parameters(), want = to->parameters();
        size_t required =
            have.size() - std::min<size_t>(have.size(), from->optional_parameters + (from->has(TypeVariadic) ? 1 : 0));
        // Trailing void parameters may be left off by a caller.
        while (required > 0 && required > want.size() && have[required - 1]->is(TypeKind::Unit)) --required;
        if (required > want.size() && !to->has(TypeVariadic)) return false;
        for (size_t i = 0; i < have.size() && i < want.size(); ++i)
            if (!holds(want[i], have[i]) && !holds(have[i], want[i])) return false;  // methods are bivariant
        Type result = to->result();
        return result->is(TypeKind::Unit) || holds(from->result(), result);
    }

    bool structural(Type from, Type to) {
        if (from->is(TypeKind::Null) || from->is(TypeKind::Undefined) || from->is(TypeKind::Unit)) return false;
        auto member_fits = [&](Name name, Type wanted, bool optional) {
            MemberInfo have = find_member(context, from, name);
            if (have.kind == MemberInfo::None) return optional;
            return holds(have.type, wanted) || (optional && have.type->is(TypeKind::Undefined));
        };
        if (to->is(TypeKind::Record)) {
            for (const RecordField& f : to->fields)
                if (!member_fits(f.name, f.optional ? type::union_of({f.type, type::undefined()}) : f.type, f.optional))
                    return false;
            return true;
        }
        if (from->is(TypeKind::Nominal) && as_class(context, from, to->item)) return true;
        auto definition = context.get<DefinitionOf>(to->item);
        for (const FieldInfo& f : definition->fields)
            if (!f.is_static && !member_fits(f.name, substitute(f.type, to->item, to->arguments), f.is_optional))
                return false;
        for (ItemId method : definition->methods)
            if (!member_fits(name_of(method), substitute(function_type(context, method), to->item, to->arguments),
                             false))
                return false;
        for (Type base : definition->interfaces)
            if (base->is(TypeKind::Nominal) && !holds(from, substitute(base, to->item, to->arguments))) return false;
        return true;
    }
};

}  // namespace

bool is_assignable(QueryContext& context, Type from, Type to) { return Relation{context, {}}.holds(from, to); }

Type as_class(QueryContext& context, Type t, ItemId klass) {
    for (int depth = 0; depth < 64 && t && t->is(TypeKind::Nominal); ++depth) {
        if (t->item == klass) return t;
        auto definition = context.get<DefinitionOf>(t->item);
        for (Type i : definition->interfaces)
            if (i->is(TypeKind::Nominal) && i->item == klass) return substitute(i, t->item, t->arguments);
        t = definition->base ? substitute(definition->base, t->item, t->arguments) : nullptr;
    }
    return nullptr;
}

bool derives_from(QueryContext& context, Type t, ItemId klass) { return as_class(context, t, klass) != nullptr; }

Type wrapper_class(QueryContext& context, Type t) {
    auto make = [&](std::string_view name, std::vector<Type> arguments) -> Type {
        ItemId item = std_item(context, name);
        return item == ItemId::None ? nullptr : type::nominal(item, std::move(arguments));
    };
    switch (t->kind) {
        case TypeKind::List:
        case TypeKind::Array: return make("Array", {t->element()});
        case TypeKind::Tuple: return make("Array", {type::union_of(t->arguments)});
        case TypeKind::String: return make("String", {});
        case TypeKind::Integer:
        case TypeKind::Float: return make("Number", {});
        case TypeKind::Bool: return make("Boolean", {});
        case TypeKind::Function: return make("Function", {});
        case TypeKind::Literal: return wrapper_class(context, t->element());
        default: return nullptr;
    }
}

Type function_type(QueryContext& context, ItemId function) {
    FunctionSignature s = complete_signature(context, function);
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool rest = false;
    for (const ParameterInfo& p : s.parameters) {
        parameters.push_back(p.has_default ? type::union_of({p.type, type::undefined()}) : p.type);
        if (p.has_default) ++optional;
        rest |= p.rest;
    }
    Type result = s.is_async ? promise_of(context, s.result) : s.result;
    return type::function(std::move(parameters), result, uint16_t(TypeShared | (rest ? TypeVariadic : 0)), optional);
}

MemberInfo find_member(QueryContext& context, Type t, Name name, bool is_static) {
    if (t->is(TypeKind::Record)) {
        for (const RecordField& f : t->fields)
            if (f.name == name)
                return {MemberInfo::Field,
                        f.optional ? type::union_of({f.type, type::undefined()}) : f.type,
                        ItemId::None,
                        ItemId::None,
                        {},
                        false,
                        f.readonly};
        return {};
    }
    if (t->is(TypeKind::Parameter)) {
        auto generics = context.get<GenericsOf>(t->item);
        bool bound = t->index < generics->size() && !(*generics)[t->index].bounds.empty();
        return bound ? find_member(context, (*generics)[t->index].bounds[0], name) : MemberInfo();
    }
    Type klass = t->is(TypeKind::Nominal) ? t : wrapper_class(context, t);
    std::vector<Type> pending;
    for (int depth = 0; depth < 64 && klass && klass->is(TypeKind::Nominal); ++depth) {
        auto definition = context.get<DefinitionOf>(klass->item);
        auto here = [&](Type member) { return substitute(member, klass->item, klass->arguments); };
        for (const FieldInfo& f : definition->fields)
            if (f.name == name && f.is_static == is_static) {
                Type type = f.is_static && f.item != ItemId::None ? *context.get<ValueTypeOf>(f.item) : f.type;
                return {MemberInfo::Field, here(type),   f.item,       klass->item,
                        klass->arguments,  f.is_private, f.is_readonly};
            }
        for (ItemId method : definition->methods) {
            if (name_of(method) != name) continue;
            auto signature = context.get<SignatureOf>(method);
            if (signature->is_static != is_static || signature->is_setter) continue;
            if (signature->is_getter)
                return {MemberInfo::Getter,
                        here(complete_signature(context, method).result),
                        method,
                        klass->item,
                        klass->arguments,
                        signature->is_private,
                        true};
            return {MemberInfo::Method,
                    here(function_type(context, method)),
                    method,
                    klass->item,
                    klass->arguments,
                    signature->is_private,
                    true};
        }
        for (Type i : definition->interfaces) pending.push_back(here(i));
        klass = definition->base ? here(definition->base) : nullptr;
    }
    for (Type i : pending)
        if (MemberInfo found = i->is(TypeKind::Nominal) ? find_member(context, i, name, is_static) : MemberInfo();
            found.kind != MemberInfo::None)
            return found;
    return {};
}

std::vector<std::string> member_names(QueryContext& context, Type t) {
    std::vector<std::string> names;
    for (const RecordField& f : t->fields) names.emplace_back(f.name.text());
    Type klass = t->is(TypeKind::Nominal) ? t : wrapper_class(context, t);
    for (int depth = 0; depth < 64 && klass && klass->is(TypeKind::Nominal); ++depth) {
        auto definition = context.get<DefinitionOf>(klass->item);
        for (const FieldInfo& f : definition->fields) names.emplace_back(f.name.text());
        for (ItemId method : definition->methods) names.emplace_back(name_of(method).text());
        klass = definition->base;
    }
    return names;
}

// ---- inference ----

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

void infer(QueryContext& context, Inference& inference, Type pattern, Type actual) {
    if (!pattern->has(TypeHasParameter) || actual->is(TypeKind::Error)) return;
    if (pattern->is(TypeKind::Parameter)) {
        if (!inference.owns(pattern)) return;
        Type& slot = inference.slot(pattern);
        Type wide = widened(actual);
        if (!slot || slot->is(TypeKind::Never)) slot = wide;
        else if (slot != wide && !is_assignable(context, wide, slot))
            slot = is_assignable(context, slot, wide) ? wide : joined(context, slot, wide);
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
        if (bare && !rest.empty()) infer(context, inference, bare, type::union_of(std::move(rest)));
        return;
    }
    if (actual->is(TypeKind::Any)) return;
    if (pattern->is(TypeKind::Nominal)) {
        Type base = as_class(context, actual, pattern->item);
        if (!base && is_std_type(pattern, "Promise")) return;
        for (size_t i = 0; base && i < base->arguments.size() && i < pattern->arguments.size(); ++i)
            infer(context, inference, pattern->arguments[i], base->arguments[i]);
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
        for (size_t i = 0; i < want.size() && i < have.size(); ++i) infer(context, inference, want[i], have[i]);
        infer(context, inference, pattern->result(), actual->result());
        return;
    }
    if (pattern->is(TypeKind::Record))
        for (const RecordField& f : pattern->fields)
            if (MemberInfo member = find_member(context, actual, f.name); member.kind != MemberInfo::None)
                infer(context, inference, f.type, member.type);
}

// ---- narrowing of types ----

Type widened(Type t) {
    if (t->is(TypeKind::Literal)) return t->element();
    if (!t->is(TypeKind::Union)) return t;
    std::vector<Type> members;
    for (Type member : t->arguments) members.push_back(widened(member));
    return type::union_of(std::move(members));
}

Type joined(QueryContext& context, Type a, Type b) {
    if (a->is(TypeKind::Error) || b->is(TypeKind::Error)) return a->is(TypeKind::Error) ? b : a;
    if (is_assignable(context, a, b) && !a->is(TypeKind::Any)) return b;
    if (is_assignable(context, b, a) && !b->is(TypeKind::Any)) return a;
    if (a->is(TypeKind::Any) || b->is(TypeKind::Any)) return type::any();
    return type::union_of({a, b});
}

template <typename F>
static Type filter_members(Type t, F&& keep) {
    if (!t->is(TypeKind::Union)) return keep(t) ? t : type::never();
    std::vector<Type> members;
    for (Type member : t->arguments)
        if (keep(member)) members.push_back(member);
    return type::union_of(std::move(members));
}

Type excluded(QueryContext& context, Type t, Type removed) {
    if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Error)) return t;
    if (t->is(TypeKind::Bool) && removed->is(TypeKind::Literal))
        return type::literal(type::boolean(), removed->text.text() == "true" ? "false" : "true");
    return filter_members(
        t, [&](Type member) { return !is_assignable(context, member, removed) || member->is(TypeKind::Any); });
}

Type restricted(QueryContext& context, Type t, Type wanted) {
    if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Error)) return wanted;
    std::vector<Type> members;
    for (Type member : t->is(TypeKind::Union) ? t->arguments : std::vector<Type>{t}) {
        if (is_assignable(context, member, wanted)) members.push_back(member);
        else if (is_assignable(context, wanted, member) || member->is(TypeKind::Parameter)) members.push_back(wanted);
        else if (member->is(TypeKind::Nominal) && kind_of(member->item) == ItemKind::Interface)
            members.push_back(wanted);
    }
    return type::union_of(std::move(members));
}

Type truthy_part(Type t) {
    return filter_members(t, [](Type member) {
        if (member->is(TypeKind::Null) || member->is(TypeKind::Undefined) || member->is(TypeKind::Unit)) return false;
        std::string_view text = member->is(TypeKind::Literal) ? member->text.text() : std::string_view("x");
        return text != "false" && text != "0" && text != "\"\"";
    });
}

Type falsy_part(Type t) {
    // Of what is never falsy (objects, functions) nothing remains.
    return filter_members(t, [](Type member) {
        switch (member->kind) {
            case TypeKind::Nominal:
            case TypeKind::Function:
            case TypeKind::List:
            case TypeKind::Tuple:
            case TypeKind::Record: return false;
            case TypeKind::Literal:
                return member->text.text() == "false" || member->text.text() == "0" || member->text.text() == "\"\"";
            default: return true;
        }
    });
}

}  // namespace braid::velox_semantics
