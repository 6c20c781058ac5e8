#include "analyzer/ide/completion_kinds.h"

namespace braid {

CompletionKind kind_of_item(QueryContext& context, ItemId item) {
    switch (kind_of(item)) {
        case ItemKind::File:
        case ItemKind::Module: return CompletionKind::Module;
        case ItemKind::Function: {
            ItemKind parent = parent_of(item) == ItemId::None ? ItemKind::File : kind_of(parent_of(item));
            bool is_free = parent == ItemKind::File || parent == ItemKind::Module || parent == ItemKind::Function;
            auto signature = context.get<SignatureOf>(item);
            if (signature->is_getter || signature->is_setter) return CompletionKind::Property;
            return is_free ? CompletionKind::Function : CompletionKind::Method;
        }
        case ItemKind::Struct: return CompletionKind::Struct;
        case ItemKind::Class:
        case ItemKind::Actor: return CompletionKind::Class;
        case ItemKind::Interface:
        case ItemKind::Trait: return CompletionKind::Interface;
        case ItemKind::Enum: return CompletionKind::Enum;
        case ItemKind::Variant: return CompletionKind::EnumMember;
        case ItemKind::Constant: return CompletionKind::Constant;
        case ItemKind::Static: return CompletionKind::Variable;
        case ItemKind::Field: return CompletionKind::Field;
        case ItemKind::Impl:
        case ItemKind::TypeAlias:
        case ItemKind::TraitType: return CompletionKind::TypeParameter;
    }
    return CompletionKind::Variable;
}

Type value_type_of(QueryContext& context, const Offer& offer) {
    if (offer.type && !offer.type->is(TypeKind::Function)) return offer.type;
    if (offer.type) return offer.type->result();
    if (offer.item == ItemId::None) return nullptr;
    switch (kind_of(offer.item)) {
        case ItemKind::Function: return context.get<SignatureOf>(offer.item)->result;
        case ItemKind::Constant:
        case ItemKind::Static: return *context.get<ValueTypeOf>(offer.item);
        case ItemKind::Variant: return type::nominal(parent_of(offer.item));
        default: return nullptr;
    }
}

}  // namespace braid
