#include <fmt/format.h>

#include "interpreter/bytecode/instances.h"

namespace braid::bytecode {

namespace {
Repr repr_of(IntegerKind kind) {
    switch (kind) {
        case IntegerKind::I8: return Repr::I8;
        case IntegerKind::I16: return Repr::I16;
        case IntegerKind::I32: return Repr::I32;
        case IntegerKind::U8: return Repr::U8;
        case IntegerKind::U16: return Repr::U16;
        case IntegerKind::U32: return Repr::U32;
        case IntegerKind::U64:
        case IntegerKind::Usize: return Repr::U64;
        case IntegerKind::I64:
        case IntegerKind::Isize: return Repr::I64;
    }
    return Repr::I64;
}
}  // namespace

const TypeDescriptor* Instances::describe(Type type, SlotPolicy policy) {
    if (type->is(TypeKind::Literal) && policy == SlotPolicy::Static) type = type->arguments[0];
    auto& known = types_[{type, policy}];
    if (known) return known;
    TypeDescriptor& d = program_->types.emplace_back();
    known = &d;
    d.id = uint32_t(program_->types.size() - 1);
    d.type = type;
    d.policy = policy;
    d.name = model_.print_type(type);
    if (type->is(TypeKind::Parameter) && policy == SlotPolicy::Static)
        fail({}, fmt::format("internal: the type parameter '{}' has no value here", type->text.text()));
    describe_parts(d, type);
    if (policy == SlotPolicy::Boxed) return &d;
    Capabilities capabilities = model_.capabilities(type);
    d.copy = capabilities.copy;
    d.needs_drop = capabilities.needs_drop && is_traced(d.repr) && d.repr != Repr::Reference;
    bool aggregate = d.kind == DescriptorKind::Struct || d.kind == DescriptorKind::Enum ||
                     d.kind == DescriptorKind::Array || d.kind == DescriptorKind::Union;
    bool handle =
        d.kind == DescriptorKind::Native || d.kind == DescriptorKind::Handle || d.kind == DescriptorKind::Closure;
    d.deep_copy = d.copy && (aggregate || (handle && d.needs_drop));
    return &d;
}

void Instances::describe_parts(TypeDescriptor& d, Type type) {
    using K = DescriptorKind;
    bool boxed = d.policy == SlotPolicy::Boxed;
    auto is_object = [&](K kind) {
        d.kind = kind;
        d.repr = boxed ? Repr::Boxed : Repr::Object;
    };
    auto is_scalar = [&](Repr repr) {
        d.kind = K::Scalar;
        d.repr = repr;
    };
    switch (type->kind) {
        case TypeKind::Never:
        case TypeKind::Unit: return is_scalar(Repr::Unit);
        case TypeKind::Bool: return is_scalar(Repr::Bool);
        case TypeKind::Integer: return is_scalar(repr_of(type->integer));
        case TypeKind::Float: return is_scalar(type->bits == 32 ? Repr::F32 : Repr::F64);
        case TypeKind::Char: return is_scalar(Repr::Char);
        case TypeKind::String: return is_object(K::String);
        case TypeKind::Reference:
            d.kind = K::Reference;
            d.repr = Repr::Reference;
            d.element = describe(type->arguments[0], d.policy);
            return;
        case TypeKind::List:
        case TypeKind::Array:
            is_object(type->is(TypeKind::List) ? K::List : K::Array);
            d.element = describe(type->arguments[0], d.policy);
            d.length = type->length;
            return;
        case TypeKind::Tuple:
            is_object(boxed ? K::List : K::Struct);  // Boxed policy: a tuple is an array
            d.is_tuple = true;
            for (size_t i = 0; i < type->arguments.size(); ++i)
                d.fields.push_back({Name(std::to_string(i)), describe(type->arguments[i], d.policy), uint16_t(i)});
            return;
        case TypeKind::Function:
            is_object(K::Closure);
            if (!boxed)
                for (Type part : type->arguments) d.members.push_back(describe(part, d.policy));
            return;
        case TypeKind::Nominal: return describe_nominal(d, type);
        case TypeKind::Literal: return describe_parts(d, type->arguments[0]);
        case TypeKind::ActorHandle:
            is_object(K::Handle);
            d.item = type->item;
            d.native_name = "$ActorHandle";
            return;
        case TypeKind::Union:
            if (boxed) return is_object(K::Boxed);
            is_object(K::Union);
            for (Type member : type->arguments) d.members.push_back(describe(member, d.policy));
            return;
        case TypeKind::Dyn:
            is_object(K::Dyn);
            d.item = type->item;
            return;
        default: d.kind = K::Boxed; d.repr = Repr::Boxed;
    }
}

void Instances::add_fields(std::vector<FieldDescriptor>& out, const std::vector<FieldInfo>& fields, Type instance,
                           const std::vector<ItemId>& owners, SlotPolicy policy, uint16_t first_slot) {
    for (const FieldInfo& field : fields) {
        if (field.is_static) continue;
        Type type = field.type;
        if (policy == SlotPolicy::Static)
            for (ItemId owner : owners) type = substitute(type, owner, instance->arguments);
        out.push_back({field.name, describe(model_.normalize(type), policy), uint16_t(first_slot + out.size())});
    }
}

void Instances::describe_nominal(TypeDescriptor& d, Type type) {
    using K = DescriptorKind;
    bool boxed = d.policy == SlotPolicy::Boxed;
    d.item = type->item;
    d.repr = boxed ? Repr::Boxed : Repr::Object;
    if (!boxed)
        for (Type argument : type->arguments) d.arguments.push_back(describe(argument, d.policy));
    if (!boxed && is_well_known(type->item, WellKnown::Map) && d.arguments.size() == 2) {
        d.kind = K::Map;
        d.key = d.arguments[0];
        d.element = d.arguments[1];
        return;
    }
    if (!boxed && is_well_known(type->item, WellKnown::Set) && d.arguments.size() == 1) {
        d.kind = K::Set;
        d.key = d.arguments[0];
        return;
    }
    if (!boxed && is_well_known(type->item, WellKnown::Future)) {
        d.kind = K::Future;
        d.element = d.arguments.empty() ? describe(type::unit(), d.policy) : d.arguments[0];
        return;
    }
    ItemKind kind = kind_of(type->item);
    TypeDefinition definition = model_.type_definition(type->item);
    if (kind == ItemKind::Enum) {
        d.kind = K::Enum;
        d.variants.reserve(definition.variants.size());
        for (ItemId item : definition.variants) {
            VariantDescriptor& variant = d.variants.emplace_back();
            variant.item = item;
            variant.name = name_of(item);
            variant.index = uint32_t(d.variants.size() - 1);
            variant.owner = &d;
            TypeDefinition payload = model_.type_definition(item);
            add_fields(variant.fields, payload.fields, type, {type->item, item}, d.policy, 1);
            variant.named_fields = !payload.fields.empty() && payload.fields[0].name.text() != "0";
        }
        return;
    }
    if (definition.is_native) {
        d.kind = K::Native;
        d.native_name = qualified_name(type->item);
        if (boxed) klass(type->item);
        return;
    }
    if (boxed) {
        d.kind = K::Boxed;
        if (kind == ItemKind::Class || kind == ItemKind::Struct) klass(type->item);
        return;
    }
    d.kind = K::Struct;
    add_fields(d.fields, definition.fields, type, {type->item}, d.policy, 0);
}

}  // namespace braid::bytecode
