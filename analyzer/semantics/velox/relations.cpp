#include "analyzer/semantics/velox/relations.h"

#include <algorithm>
#include <set>

#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/signatures.h"
#include "analyzer/semantics/velox/type_operators.h"

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
        Type a = resolved(context, from), b = resolved(context, to);
        if (a != from || b != to) return holds(a, b);
        // What depends on a type parameter is judged where the parameter is known.
        if (a->is(TypeKind::Projection) || b->is(TypeKind::Projection)) return true;
        if (compare(from, to)) return true;
        assumed.erase({from, to});
        return false;
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
            if (from->is(TypeKind::Parameter)) return bound_of(from) && holds(bound_of(from), to);
            if (is_plain_enum(context, from)) {  // an enum is one of its variants
                for (Type variant : variant_types(context, from))
                    if (!holds(variant, to)) return false;
                return true;
            }
            if (from->is(TypeKind::Record) && told_apart_fits(from, to)) return true;
            // boolean is `true | false`
            return from->is(TypeKind::Bool) && holds(type::literal(type::boolean(), "true"), to) &&
                   holds(type::literal(type::boolean(), "false"), to);
        }
        if (from->is(TypeKind::Undefined)) return to->is(TypeKind::Unit);
        if (from->is(TypeKind::Unit)) return to->is(TypeKind::Undefined);
        if (to->is(TypeKind::Null) || to->is(TypeKind::Undefined) || to->is(TypeKind::Unit)) return false;
        if (from->is(TypeKind::Parameter)) return holds(bound_of(from) ? bound_of(from) : type::unknown(), to);
        if (from->is(TypeKind::Literal)) {
            if (to->is(TypeKind::Literal)) return false;
            return holds(from->element(), to);
        }
        if (is_plain_enum(context, from) && (to->is(TypeKind::Float) || to->is(TypeKind::String)))
            return has_values(from, to->is(TypeKind::String));
        if (from->is(TypeKind::Float) && is_plain_enum(context, to)) return has_values(to, false);
        if (to->is(TypeKind::Nominal) && kind_of(to->item) == ItemKind::Interface) return structural(from, to);
        if (to->is(TypeKind::Record)) return structural(from, to);
        if (from->is(TypeKind::Nominal) && to->is(TypeKind::Nominal)) {
            Type base = as_class(context, from, to->item);
            return base && arguments_fit(base, to);
        }
        if (is_std_type(to, "Object") || is_std_type(to, "Function"))
            return is_std_type(to, "Object") || from->is(TypeKind::Function);
        if (from->is(TypeKind::Nominal) && to->is(TypeKind::List))
            if (Type list = array_base(context, from)) return holds(list, to);
        if (from->is(TypeKind::List) && to->is(TypeKind::List)) return holds(from->element(), to->element());
        if (from->is(TypeKind::Tuple) && to->is(TypeKind::List)) {
            for (Type element : from->arguments)
                if (!holds(element, to->element())) return false;
            return true;
        }
        if (from->is(TypeKind::Tuple) && to->is(TypeKind::Tuple)) {
            if (from->arguments.size() > to->arguments.size()) return false;
            for (size_t i = 0; i < to->arguments.size(); ++i)
                if (!holds(i < from->arguments.size() ? from->arguments[i] : type::undefined(), to->arguments[i]))
                    return false;
            return true;
        }
        if (to->is(TypeKind::Function)) return function_fits(from, to);
        return false;
    }

    /// All values of a plain enum are texts, or all numbers.
    bool has_values(Type plain_enum, bool texts) {
        auto values = context.get<EnumValuesOf>(plain_enum->item);
        return std::all_of(values->begin(), values->end(), [&](const EnumValue& v) { return v.is_text == texts; });
    }

    Type bound_of(Type parameter) {
        auto generics = context.get<GenericsOf>(parameter->item);
        bool has = parameter->index < generics->size() && !(*generics)[parameter->index].bounds.empty();
        return has ? (*generics)[parameter->index].bounds[0] : nullptr;
    }

    /// `{ t: "a" | "b" }` is `{ t: "a" } | { t: "b" }`.
    bool told_apart_fits(Type from, Type to) {
        constexpr size_t kMost = 25;
        for (size_t i = 0; i < from->fields.size(); ++i) {
            Type field = resolved(context, from->fields[i].type);
            bool tells = field->is(TypeKind::Union) && field->arguments.size() <= kMost && !from->fields[i].optional &&
                         std::all_of(field->arguments.begin(), field->arguments.end(),
                                     [](Type member) { return member->is(TypeKind::Literal); });
            if (!tells) continue;
            return std::all_of(field->arguments.begin(), field->arguments.end(), [&](Type literal) {
                std::vector<RecordField> fields = from->fields;
                fields[i].type = literal;
                return holds(type::record(std::move(fields)), to);
            });
        }
        return false;
    }

    bool arguments_fit(Type from, Type to) {
        for (size_t i = 0; i < from->arguments.size() && i < to->arguments.size(); ++i)
            if (!holds(from->arguments[i], to->arguments[i])) return false;
        return true;
    }

    /// The function whose type parameters a type names.
    static ItemId generic_function(Type t) {
        ItemId found = ItemId::None;
        if (t->has(TypeHasParameter))
            walk_type(t, [&](Type part) {
                if (part->is(TypeKind::Parameter) && kind_of(part->item) == ItemKind::Function) found = part->item;
                return found == ItemId::None;
            });
        return found;
    }

    bool function_fits(Type from, Type to) {
        if (is_std_type(from, "Resolver")) from = type::function({from->arguments[0]}, type::unit(), TypeShared, 1);
        if (!from->is(TypeKind::Function)) return false;
        from = with_tuple_taken_apart(from), to = with_tuple_taken_apart(to);
        // Generic functions are compared for anything: `accept<R>(v: Visitor<R>): R` of a class and of its interface.
        ItemId mine_owner = generic_function(from), their_owner = generic_function(to);
        if (mine_owner != their_owner && mine_owner != ItemId::None && their_owner != ItemId::None)
            from = for_anything(from, mine_owner), to = for_anything(to, their_owner);
        auto have = from->parameters(), want = to->parameters();
        size_t required =
            have.size() - std::min<size_t>(have.size(), from->optional_parameters + (from->has(TypeVariadic) ? 1 : 0));
        // Trailing void parameters may be left off by a caller.
        while (required > 0 && required > want.size() && have[required - 1]->is(TypeKind::Unit)) --required;
        if (required > want.size() && !to->has(TypeVariadic)) return false;
        auto parameter = [](Type f, size_t i) -> Type {
            auto list = f->parameters();
            if (!f->has(TypeVariadic) || i + 1 < list.size()) return i < list.size() ? list[i] : nullptr;
            return list.back()->is(TypeKind::List) ? list.back()->element() : list.back();
        };
        for (size_t i = 0; i < std::max(have.size(), want.size()); ++i) {
            Type mine = parameter(from, i), wanted = parameter(to, i);
            if (!mine || !wanted) break;
            mine = without_undefined(mine, from, i), wanted = without_undefined(wanted, to, i);
            if (!holds(wanted, mine) && !holds(mine, wanted)) return false;  // methods are bivariant
        }
        Type result = to->result();
        return result->is(TypeKind::Unit) || holds(from->result(), result);
    }

    /// Every member is what the index signature says.
    bool index_fits(Type from, Type wanted) {
        if (from->is(TypeKind::Record) || (from->is(TypeKind::Nominal) && kind_of(from->item) == ItemKind::Interface)) {
            for (const RecordField& f : fields_of(context, from))
                if (!holds(f.type, wanted)) return false;
            return true;
        }
        return from->is(TypeKind::Nominal) && find_member(context, from, index_signature()).kind != MemberInfo::None;
    }

    /// A parameter that may be left off counts as what it is when it is given.
    Type without_undefined(Type parameter, Type function, size_t i) {
        bool optional = i + function->optional_parameters >= function->parameters().size();
        return optional ? excluded(context, parameter, type::undefined()) : parameter;
    }

    bool structural(Type from, Type to) {
        if (from->is(TypeKind::Null) || from->is(TypeKind::Undefined) || from->is(TypeKind::Unit)) return false;
        auto member_fits = [&](Name name, Type wanted, bool optional) {
            if (name == index_signature()) return index_fits(from, wanted);
            MemberInfo have = find_member(context, from, name);
            if (have.kind == MemberInfo::None || have.by_index) return optional || have.by_index;
            if (have.is_private && have.owner != to->item) return false;
            // A length is a number, or an `int` where one is wanted.
            bool is_length = is_int(have.type) && have.owner != ItemId::None && is_std(file_of(have.owner));
            if (is_length && holds(type::float_(), wanted)) return true;
            Type given = have.kind == MemberInfo::Method ? for_anything(have.type, have.item) : have.type;
            return holds(given, wanted) || (optional && have.type->is(TypeKind::Undefined));
        };
        if (to->is(TypeKind::Record)) {
            for (const RecordField& f : to->fields)
                if (!member_fits(f.name, f.optional ? or_undefined(f.type) : f.type, f.optional)) return false;
            return true;
        }
        if (Type base = from->is(TypeKind::Nominal) ? as_class(context, from, to->item) : nullptr)
            return arguments_fit(base, to);
        if (is_std_type(to, "Iterable") || is_std_type(to, "AsyncIterable"))
            if (Type element = built_in_element(from)) return holds(element, to->arguments[0]);
        auto definition = context.get<DefinitionOf>(to->item);
        for (const FieldInfo& f : definition->fields)
            if (!f.is_static && !member_fits(f.name, substitute(f.type, to->item, to->arguments), f.is_optional))
                return false;
        for (ItemId method : definition->methods) {
            auto signature = context.get<SignatureOf>(method);
            bool accessor = signature->is_getter || signature->is_setter;
            Type wanted = accessor ? find_member(context, to, name_of(method)).type : function_type(context, method);
            if (!accessor) wanted = for_anything(substitute(wanted, to->item, to->arguments), method);
            bool optional = is_optional_method(context, method);
            if (wanted && !member_fits(name_of(method), wanted, optional)) return false;
        }
        for (Type base : definition->interfaces)
            if (!holds(from, substitute(base, to->item, to->arguments))) return false;
        return true;
    }
};

}  // namespace

Type built_in_element(Type t) {
    if (t->is(TypeKind::List)) return t->element();
    if (t->is(TypeKind::Tuple)) return type::union_of(t->arguments);
    if (widened(t)->is(TypeKind::String)) return type::string();
    if (is_std_type(t, "Map")) return type::tuple({t->arguments[0], t->arguments[1]}, TypeShared);
    bool takes_one = is_std_type(t, "Set") || is_std_type(t, "Generator") || is_std_type(t, "AsyncGenerator");
    return takes_one ? t->arguments[0] : nullptr;
}

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

Type array_base(QueryContext& context, Type t) {
    for (int depth = 0; depth < 64 && t && t->is(TypeKind::Nominal); ++depth) {
        if (kind_of(t->item) != ItemKind::Class) return nullptr;
        Type base = context.get<DefinitionOf>(t->item)->base;
        t = base ? substitute(base, t->item, t->arguments) : nullptr;
    }
    return t && t->is(TypeKind::List) ? t : nullptr;
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
        case TypeKind::Nominal:
            // A value of a plain enum is the number or the text it stands for.
            if (!is_plain_enum(context, t)) return nullptr;
            return wrapper_class(context,
                                 context.get<EnumValuesOf>(t->item)->front().is_text ? type::string() : type::float_());
        default: return nullptr;
    }
}

Type function_type(QueryContext& context, ItemId function) {
    FunctionSignature s = complete_signature(context, function);
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool rest = false;
    for (const ParameterInfo& p : s.parameters) {
        parameters.push_back(p.has_default ? or_undefined(p.type) : p.type);
        if (p.has_default) ++optional;
        rest |= p.rest;
    }
    Type result = s.is_async && !s.is_generator ? promise_of(context, s.result) : s.result;
    return type::function(std::move(parameters), result, uint16_t(TypeShared | (rest ? TypeVariadic : 0)), optional);
}

namespace {

/// What all members of a union have under one name.
MemberInfo common_member(QueryContext& context, Type t, Name name) {
    MemberInfo common;
    std::vector<Type> types;
    for (Type member : t->arguments) {
        MemberInfo info = find_member(context, member, name);
        if (info.kind == MemberInfo::None) return {};
        if (types.empty()) common = info;
        else common.is_private |= info.is_private, common.is_readonly |= info.is_readonly;
        if (info.item != common.item) common.kind = MemberInfo::Field;
        types.push_back(info.type);
    }
    common.type = type::union_of(std::move(types));
    return common;
}

MemberInfo record_member(Type t, Name name) {
    for (Name wanted : {name, index_signature()})
        for (const RecordField& f : t->fields) {
            if (f.name != wanted) continue;
            bool by_index = wanted == index_signature();
            Type type = f.optional && !by_index ? or_undefined(f.type) : f.type;
            return {MemberInfo::Field, type, ItemId::None, ItemId::None, {}, false, f.readonly, by_index};
        }
    return {};
}

}  // namespace

bool is_optional_method(QueryContext& context, ItemId method) {
    auto syntax = context.get<ItemSyntax>(method);
    auto declared = *syntax ? ast::MethodDecl::cast(syntax->root()) : ast::MethodDecl();
    return declared && declared.is_optional();
}

MemberInfo find_member(QueryContext& context, Type t, Name name, bool is_static) {
    t = resolved(context, t);
    if (t->is(TypeKind::Union)) return common_member(context, t, name);
    if (t->is(TypeKind::Record)) {
        MemberInfo own = record_member(t, name);
        if (own.kind != MemberInfo::None) return own;
        ItemId object = std_item(context, "Object");  // toString and the like
        return object == ItemId::None ? MemberInfo() : find_member(context, type::nominal(object), name);
    }
    if (t->is(TypeKind::Projection)) return {MemberInfo::Field, type::any(), ItemId::None, ItemId::None, {}};
    if (t->is(TypeKind::Parameter)) {
        auto generics = context.get<GenericsOf>(t->item);
        bool bound = t->index < generics->size() && !(*generics)[t->index].bounds.empty();
        return bound ? find_member(context, (*generics)[t->index].bounds[0], name) : MemberInfo();
    }
    Type klass = t->is(TypeKind::Nominal) && !is_plain_enum(context, t) ? t : wrapper_class(context, t);
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
        MemberInfo accessor;
        bool is_written = false;
        for (ItemId method : definition->methods) {
            if (name_of(method) != name) continue;
            auto signature = context.get<SignatureOf>(method);
            if (signature->is_static != is_static) continue;
            if (signature->is_setter) {
                is_written = true;
                Type taken = signature->parameters.empty() ? type::any() : signature->parameters[0].type;
                if (accessor.kind == MemberInfo::None)
                    accessor = {MemberInfo::Getter, here(taken),      method,
                                klass->item,        klass->arguments, signature->is_private};
                continue;
            }
            if (signature->is_getter) {
                accessor = {MemberInfo::Getter,
                            here(complete_signature(context, method).result),
                            method,
                            klass->item,
                            klass->arguments,
                            signature->is_private};
                continue;
            }
            Type callable = here(function_type(context, method));
            if (is_optional_method(context, method)) callable = or_undefined(callable);
            return {MemberInfo::Method, callable, method, klass->item, klass->arguments, signature->is_private, true};
        }
        if (accessor.kind != MemberInfo::None) {
            accessor.is_readonly = !is_written;
            return accessor;
        }
        for (const FieldInfo& f : definition->fields)
            if (f.name == index_signature() && !is_static)
                return {MemberInfo::Field, here(f.type), ItemId::None,  klass->item,
                        klass->arguments,  false,        f.is_readonly, true};
        for (Type i : definition->interfaces) pending.push_back(here(i));
        klass = definition->base ? resolved(context, here(definition->base)) : nullptr;
    }
    if (klass && !klass->is(TypeKind::Nominal)) return find_member(context, klass, name, is_static);
    // An interface may, wrongly, extend itself.
    static thread_local int nesting = 0;
    struct Nested {
        Nested() { ++nesting; }
        ~Nested() { --nesting; }
    } nested;
    if (nesting > 32) return {};
    for (Type i : pending)
        if (MemberInfo found = find_member(context, i, name, is_static); found.kind != MemberInfo::None) return found;
    return {};
}

std::vector<std::string> member_names(QueryContext& context, Type t) {
    std::vector<std::string> names;
    t = resolved(context, t);
    for (const RecordField& f : t->fields)
        if (f.name != index_signature()) names.emplace_back(f.name.text());
    Type klass = t->is(TypeKind::Nominal) ? t : wrapper_class(context, t);
    for (int depth = 0; depth < 64 && klass && klass->is(TypeKind::Nominal); ++depth) {
        auto definition = context.get<DefinitionOf>(klass->item);
        for (const FieldInfo& f : definition->fields) names.emplace_back(f.name.text());
        for (ItemId method : definition->methods) names.emplace_back(name_of(method).text());
        klass = definition->base;
    }
    return names;
}

// ---- narrowing of types ----

Type widened(Type t) {
    if (t->is(TypeKind::Literal)) return t->element();
    if (!t->is(TypeKind::Union)) return t;
    std::vector<Type> members;
    for (Type member : t->arguments) members.push_back(widened(member));
    return type::union_of(std::move(members));
}

bool is_choice(Type t) {
    Type there = nullable_parts_removed(t);
    return there->is(TypeKind::Union) && std::all_of(there->arguments.begin(), there->arguments.end(), [](Type member) {
               return member->is(TypeKind::Literal) && member->element()->is(TypeKind::String);
           });
}

/// `from` has fields that `to` does not know: as `to` they could not be reached any more.
static bool loses_fields(Type from, Type to) {
    if (!from->is(TypeKind::Record) || !to->is(TypeKind::Record)) return false;
    for (const RecordField& f : from->fields) {
        bool known = false;
        for (const RecordField& other : to->fields) known |= other.name == f.name || other.name == index_signature();
        if (!known) return true;
    }
    return false;
}

Type joined(QueryContext& context, Type a, Type b) {
    if (a->is(TypeKind::Error) || b->is(TypeKind::Error)) return a->is(TypeKind::Error) ? b : a;
    if (a->is(TypeKind::Any) || b->is(TypeKind::Any)) return type::any();
    // An object literal that lacks what the other may have joins it only if it says nothing else.
    if (is_assignable(context, a, b) && !loses_fields(a, b)) return b;
    if (is_assignable(context, b, a) && !loses_fields(b, a)) return a;
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
    t = resolved(context, t);
    if (t->is(TypeKind::Any) || t->is(TypeKind::Unknown) || t->is(TypeKind::Error)) return t;
    if (t->is(TypeKind::Bool) && removed->is(TypeKind::Literal))
        return type::literal(type::boolean(), removed->text.text() == "true" ? "false" : "true");
    // A plain enum without one of its variants is the others.
    bool of_enum = false;
    for (Type part : members_of(removed)) of_enum |= part->is(TypeKind::Literal) && part->item != ItemId::None;
    if (of_enum) t = type::union_of(told_apart_members(context, t));
    return filter_members(
        t, [&](Type member) { return !is_assignable(context, member, removed) || member->is(TypeKind::Any); });
}

Type restricted(QueryContext& context, Type t, Type wanted) {
    t = resolved(context, t);
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
    if (t->is(TypeKind::Union) || t->is(TypeKind::Bool)) {
        std::vector<Type> members;
        for (Type member : members_of(t))
            members.push_back(member->is(TypeKind::Bool) ? type::literal(type::boolean(), "true") : member);
        t = type::union_of(std::move(members));
    }
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
