#include <algorithm>

#include "analyzer/semantics/queries.h"

// Copy, drop, Send and Sync are derived structurally; attributes of native types are the leaves (item.h).
namespace braid {
namespace {

bool has_attribute(const TypeDefinition& definition, std::string_view name) {
    return find_attribute(definition.attributes, name);
}

bool derives(const TypeDefinition& definition, std::string_view trait) {
    return std::any_of(definition.attributes.begin(), definition.attributes.end(), [&](const Attribute& a) {
        return a.name.text() == "derive" &&
               std::find(a.arguments.begin(), a.arguments.end(), trait) != a.arguments.end();
    });
}

Type in_instance(Type part, Type instance) { return substitute(part, instance->item, instance->arguments); }

/// The types a nominal value holds: fields, or the payloads of all variants.
template <typename F>
void for_each_part(QueryContext& context, Type t, const TypeDefinition& definition, F&& f) {
    for (const FieldInfo& field : definition.fields)
        if (!field.is_static) f(field.name, in_instance(field.type, t));
    for (ItemId variant : definition.variants)
        for (const FieldInfo& field : context.get<DefinitionOf>(variant)->fields)
            f(name_of(variant), in_instance(field.type, t));
}

struct HasDropImpl {
    using Key = ItemId;
    using Value = bool;
    static constexpr const char* name = "has_drop_impl";
    static Value compute(QueryContext& context, const Key& type) {
        return context.get<ImplIndex>()->dropped.count(type) != 0;
    }
};

/// One question, answered without asking the query about the parts: recursive types would make it a cycle, and only the
/// type that was asked about has its greatest fixed point when the walk ends.
struct Walk {
    QueryContext& context;
    std::vector<Type> active;
    Capabilities of(Type t);
    Capabilities parts_of(Type t);
    bool grows_into(Type t) const;
};

constexpr size_t kMaxTypeDepth = 64;
constexpr size_t kMaxGrowth = 2;

size_t size_of(Type t) {
    size_t size = 0;
    walk_type(t, [&](Type) {
        ++size;
        return true;
    });
    return size;
}

/// Types that grow as they recurse, `class Box<T> { inner: Box<List<T>> }`, have no end: their larger instances hold
/// what the smaller ones do. Two such fields double the walk with each step, so it ends early.
bool Walk::grows_into(Type t) const {
    if (!t->is(TypeKind::Nominal) || t->arguments.empty()) return false;
    size_t size = 0, smaller = 0;
    for (Type a : active) {
        if (!a->is(TypeKind::Nominal) || a->item != t->item) continue;
        if (size == 0) size = size_of(t);
        smaller += size_of(a) < size;
    }
    return smaller >= kMaxGrowth;
}

Capabilities all_of(Walk& walk, std::span<const Type> parts) {
    Capabilities result{true, false, true, true};
    for (Type part : parts) {
        Capabilities c = walk.of(part);
        result.copy &= c.copy;
        result.needs_drop |= c.needs_drop;
        result.send &= c.send;
        result.sync &= c.sync;
    }
    return result;
}

Capabilities of_native(Walk& walk, Type t, const TypeDefinition& definition) {
    Capabilities parts = all_of(walk, t->arguments);
    Capabilities result = parts;
    bool handle = has_attribute(definition, "handle");
    result.copy = handle || derives(definition, "Copy") || definition.by_reference;
    result.needs_drop = !definition.by_reference && (handle || has_attribute(definition, "drops") || parts.needs_drop);
    if (handle || has_attribute(definition, "shared")) result.send = result.sync = true;
    if (has_attribute(definition, "sync_if_send")) result.send = result.sync = parts.send;
    if (has_attribute(definition, "not_send")) result.send = false;
    if (has_attribute(definition, "not_sync")) result.sync = false;
    return result;
}

Capabilities of_nominal(Walk& walk, Type t) {
    QueryContext& context = walk.context;
    auto definition = context.get<DefinitionOf>(t->item);
    if (definition->is_native) return of_native(walk, t, *definition);
    std::vector<Type> parts;
    for_each_part(context, t, *definition, [&](Name, Type part) { parts.push_back(part); });
    if (definition->base) parts.push_back(in_instance(definition->base, t));
    Capabilities result = all_of(walk, parts);
    if (has_attribute(*definition, "shared")) result.send = result.sync = true;
    if (has_attribute(*definition, "not_send")) result.send = false;
    if (definition->by_reference) {
        result.copy = true;
        result.needs_drop = false;
        return result;
    }
    result.copy &= derives(*definition, "Copy");
    result.needs_drop |= *context.get<HasDropImpl>(t->item);
    return result;
}

/// A parameter has what its bounds say; without a bound it may own anything.
Capabilities of_parameter(QueryContext& context, Type t) {
    const auto& generics = [&]() -> std::vector<GenericParameter> {
        switch (kind_of(t->item)) {
            case ItemKind::Function: return context.get<SignatureOf>(t->item)->generics;
            case ItemKind::Impl: return context.get<ImplOf>(t->item)->generics;
            default: return context.get<DefinitionOf>(t->item)->generics;
        }
    }();
    Capabilities result{false, true, false, false};
    if (language_of(t->item).errors_are_exceptions)
        return {true, false, true, true};  // values by reference, checked when they cross
    if (t->index >= generics.size()) return result;
    for (Type bound : generics[t->index].bounds) {
        if (!bound->is(TypeKind::Nominal)) continue;
        std::string_view name = name_of(bound->item).text();
        result.copy |= name == "Copy";
        result.send |= name == "Send";
        result.sync |= name == "Sync";
    }
    result.needs_drop = true;  // the instance decides; an instance without drop glue drops nothing
    return result;
}

Capabilities Walk::of(Type t) {
    if (std::find(active.begin(), active.end(), t) != active.end() || active.size() > kMaxTypeDepth || grows_into(t))
        return {true, false, true, true};
    active.push_back(t);
    Capabilities result = parts_of(t);
    active.pop_back();
    return result;
}

Capabilities Walk::parts_of(Type t) {
    switch (t->kind) {
        case TypeKind::Nominal: return of_nominal(*this, t);
        case TypeKind::ActorHandle: return {true, true, true, true};
        case TypeKind::Parameter: return of_parameter(context, t);
        case TypeKind::Projection:
            // An operator on types (`Partial<T>`) that has yet to be applied gives values by reference.
            return t->item == ItemId::None ? Capabilities{true, false, true, true}
                                           : Capabilities{false, true, false, false};
        case TypeKind::Inference: return {true, false, true, true};
        case TypeKind::Dyn: return {false, true, t->has(TypeSendBound), false};
        case TypeKind::Reference: {
            Capabilities target = of(t->element());
            return {!t->has(TypeMutable), false, false, target.sync};  // borrows of locals may not leave their task
        }
        case TypeKind::Function: {
            bool shared = t->has(TypeShared);
            return {!t->has(TypeMoveOnly), !shared, t->has(TypeSendBound), t->has(TypeSendBound)};
        }
        case TypeKind::List:
        case TypeKind::Array:
        case TypeKind::Tuple:
        case TypeKind::Union:
        case TypeKind::Record: {
            std::vector<Type> parts = t->arguments;
            for (const RecordField& field : t->fields) parts.push_back(field.type);
            Capabilities result = all_of(*this, parts);
            if (t->has(TypeShared)) {
                result.copy = true;
                result.needs_drop = false;
            } else if (t->is(TypeKind::List)) {
                result.copy = false;
            }
            return result;
        }
        default: return {true, false, true, true};  // scalars, string, null, any (checked when it crosses), error
    }
}

struct Explanation {
    QueryContext& context;
    bool sync;
    CapabilityPath path;
    int depth = 0;

    bool fine(Type t) {
        auto c = context.get<CapabilitiesOf>(t);
        return sync ? c->sync : c->send;
    }
    void explain(Type t) {
        path.culprit = t;
        if (++depth > 16) return;
        auto enter = [&](std::string step, Type part) {
            path.steps.push_back(std::move(step));
            explain(part);
        };
        if (t->is(TypeKind::Nominal)) {
            auto definition = context.get<DefinitionOf>(t->item);
            bool entered = false;
            if (!definition->is_native) {
                for_each_part(context, t, *definition, [&](Name field, Type part) {
                    if (entered || fine(part)) return;
                    entered = true;
                    enter(std::string(name_of(t->item).text()) + "." + std::string(field.text()), part);
                });
            } else if (!has_attribute(*definition, sync ? "not_sync" : "not_send")) {
                for (Type part : t->arguments)
                    if (!fine(part)) return enter("content of " + std::string(name_of(t->item).text()), part);
            }
            return;
        }
        for (const RecordField& field : t->fields)
            if (!fine(field.type)) return enter("." + std::string(field.name.text()), field.type);
        if (t->is(TypeKind::List) || t->is(TypeKind::Array)) return enter("element of the list", t->arguments[0]);
        if (t->is(TypeKind::Tuple)) {
            for (size_t i = 0; i < t->arguments.size(); ++i)
                if (!fine(t->arguments[i])) return enter("." + std::to_string(i), t->arguments[i]);
        }
        if (t->is(TypeKind::Union)) {
            for (Type part : t->arguments)
                if (!fine(part)) return explain(part);
        }
    }
};

}  // namespace

Capabilities CapabilitiesOf::compute(QueryContext& context, const Key& t) { return Walk{context, {}}.of(t); }

bool is_guard(QueryContext& context, Type t) {
    return t && t->is(TypeKind::Nominal) && is_std(file_of(t->item)) && kind_of(t->item) == ItemKind::Struct &&
           has_attribute(*context.get<DefinitionOf>(t->item), "guard");
}

CapabilityPath explain_not_send(QueryContext& context, Type t) {
    Explanation explanation{context, false, {}};
    explanation.explain(t);
    return explanation.path;
}

CapabilityPath explain_not_sync(QueryContext& context, Type t) {
    Explanation explanation{context, true, {}};
    explanation.explain(t);
    return explanation.path;
}

std::vector<Type> field_types(QueryContext& context, Type aggregate, ItemId variant) {
    if (aggregate->is(TypeKind::Tuple)) return aggregate->arguments;
    std::vector<Type> types;
    ItemId owner = variant != ItemId::None ? variant : aggregate->item;
    if (owner == ItemId::None) return types;
    for (const FieldInfo& field : context.get<DefinitionOf>(owner)->fields)
        if (!field.is_static) types.push_back(in_instance(field.type, aggregate));
    return types;
}

}  // namespace braid
