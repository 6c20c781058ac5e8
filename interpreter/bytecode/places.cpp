#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

FunctionCompiler::Location FunctionCompiler::local_location(mir::Local local) {
    const LocalInfo& info = locals_[local];
    if (info.cell) return {Location::Address, info.reg, kNoRegister, 0, slot_repr(info.type), info.type};
    return {Location::Register, info.reg, kNoRegister, 0, info.type->repr, info.type};
}

FunctionCompiler::Location FunctionCompiler::location(const mir::Place& place) {
    Location at = local_location(place.local);
    for (const mir::Projection& projection : place.projections) {
        if (instances_.error()) return at;
        if (std::holds_alternative<mir::Deref>(projection)) {
            const TypeDescriptor* type = at.type;
            Virtual reference = object_of(at);
            if (type->kind == DescriptorKind::Reference) {
                at = {Location::Address, reference, kNoRegister, 0, slot_repr(type->element), type->element};
            } else {  // a guard or another native type that stands for what it holds
                const TypeDescriptor* held = type->arguments.empty() ? nullptr : type->arguments[0];
                if (!held) return fail("internal: '" + type->name + "' cannot be dereferenced"), at;
                Virtual address = temp(Repr::Reference);
                emit(Opcode::NativeDereference, {address, reference, asm_.type(type)});
                at = {Location::Address, address, kNoRegister, 0, slot_repr(held), held};
            }
        } else if (auto* field = std::get_if<mir::FieldOf>(&projection)) {
            const VariantDescriptor* variant = at.variant;
            const TypeDescriptor* type = at.type;
            const auto& fields = variant ? variant->fields : type->fields;
            if (type->kind == DescriptorKind::Reference && !variant) {  // flow leaves an auto-deref out
                at = {Location::Address, object_of(at), kNoRegister, 0, slot_repr(type->element), type->element};
                type = at.type;
            }
            const auto& parts = variant ? fields : type->fields;
            if (field->index >= parts.size()) return fail("internal: '" + type->name + "' has no such field"), at;
            const FieldDescriptor& part = parts[field->index];
            Virtual object = object_of(at);
            if (type->kind == DescriptorKind::List) {  // a tuple of the Boxed policy
                Virtual index = temp(Repr::I64);
                asm_.load_integer(index, field->index);
                at = {Location::Element, object, index, 0, slot_repr(part.type), part.type};
            } else {
                at = {Location::Slot, object, kNoRegister, part.slot, slot_repr(part.type), part.type};
            }
        } else if (auto* index = std::get_if<mir::IndexOf>(&projection)) {
            const TypeDescriptor* element = at.type->element ? at.type->element : describe(type::any());
            Virtual list = object_of(at);
            Value position = load(local_location(index->index));
            at = {Location::Element, list, as(position, Repr::I64), 0, slot_repr(element), element};
        } else if (auto* fixed = std::get_if<mir::ConstantIndex>(&projection)) {
            const TypeDescriptor* element = at.type->element ? at.type->element : describe(type::any());
            if (at.type->is_tuple && fixed->index < at.type->fields.size()) {
                uint32_t last = uint32_t(at.type->fields.size()) - 1;
                uint32_t number = fixed->from_end ? last - fixed->index : fixed->index;
                const FieldDescriptor& part = at.type->fields[number];
                element = part.type;
                if (at.type->kind == DescriptorKind::Struct) {
                    at = {Location::Slot, object_of(at), kNoRegister, part.slot, slot_repr(element), element};
                    continue;
                }
            }
            Virtual list = object_of(at);
            Virtual position = temp(Repr::I64);
            if (fixed->from_end) {
                emit(Opcode::ListLength, {position, list});
                emit(Opcode::AddImmediateI64, {position, position, Unit(-1 - int32_t(fixed->index))});
            } else {
                asm_.load_integer(position, fixed->index);
            }
            at = {Location::Element, list, position, 0, slot_repr(element), element};
        } else if (auto* cast = std::get_if<mir::Downcast>(&projection)) {
            const VariantDescriptor* found = nullptr;
            const TypeDescriptor* type = at.type;
            if (type->kind != DescriptorKind::Enum && boxed()) type = describe(type::nominal(parent_of(cast->variant)));
            for (const VariantDescriptor& variant : type->variants)
                if (variant.item == cast->variant) found = &variant;
            if (!found) return fail("internal: '" + at.type->name + "' has no such variant"), at;
            if (boxed()) emit(Opcode::CheckVariant, {object_of(at), asm_.variant(found)});
            at.variant = found;
            at.type = type;
        }
    }
    return at;
}

FunctionCompiler::Value FunctionCompiler::load(const Location& from) {
    if (from.kind == Location::Register) return {from.base, from.stored, from.type};
    bool traced = is_traced(from.stored);
    Virtual result = temp(from.stored);
    switch (from.kind) {
        case Location::Slot:
            emit(traced ? Opcode::LoadSlotT : Opcode::LoadSlotS, {result, from.base, from.slot});
            break;
        case Location::Address:
            emit(traced ? Opcode::LoadReferenceT : Opcode::LoadReferenceS, {result, from.base});
            break;
        default: emit(traced ? Opcode::LoadElementT : Opcode::LoadElementS, {result, from.base, from.index});
    }
    if (from.stored == from.type->repr || is_traced(from.type->repr)) return {result, from.stored, from.type};
    Virtual converted = temp(from.type->repr);
    convert_into(converted, from.type->repr, {result, from.stored, from.type});
    return {converted, from.type->repr, from.type};
}

Virtual FunctionCompiler::object_of(const Location& from) { return load(from).reg; }

bool FunctionCompiler::has_fresh_cell(const mir::Place& place) const {
    return place.is_local() && locals_[place.local].cell && body_.locals[place.local].kind == mir::LocalKind::Temporary;
}

void FunctionCompiler::renew_cell(const mir::Place& place) {
    if (!has_fresh_cell(place)) return;
    const LocalInfo& local = locals_[place.local];
    emit(Opcode::NewCellEmpty, {local.reg, is_traced(slot_repr(local.type))});
}

Virtual FunctionCompiler::target(const Location& to, Repr repr) {
    bool same = to.kind == Location::Register && (to.stored == repr || (is_traced(to.stored) && is_traced(repr)));
    return same ? to.base : temp(repr);
}

void FunctionCompiler::store(const Location& to, Value value) {
    if (to.kind == Location::Register) {
        if (to.base == value.reg) return;
        return convert_into(to.base, to.stored, value);
    }
    Virtual word = as(value, to.stored);
    bool traced = is_traced(to.stored);
    switch (to.kind) {
        case Location::Slot: return emit(traced ? Opcode::StoreSlotT : Opcode::StoreSlotS, {to.base, to.slot, word});
        case Location::Address:
            return emit(traced ? Opcode::StoreReferenceT : Opcode::StoreReferenceS, {to.base, word});
        default: return emit(traced ? Opcode::StoreElementT : Opcode::StoreElementS, {to.base, to.index, word});
    }
}

void FunctionCompiler::borrow(const Location& to, const mir::Place& place) {
    Location of = location(place);
    if (instances_.error()) return;
    Virtual result = target(to, Repr::Reference);
    switch (of.kind) {
        case Location::Register: {
            // Only what is never written again may lie outside a cell (a temporary): a cell with its value.
            bool traced = is_traced(of.stored);
            Virtual word = of.base;
            emit(traced ? Opcode::NewCellT : Opcode::NewCellS, {result, word});
            break;
        }
        case Location::Slot: emit(Opcode::AddressSlot, {result, of.base, of.slot}); break;
        case Location::Address: asm_.move(result, of.base); break;
        case Location::Element: emit(Opcode::AddressElement, {result, of.base, of.index}); break;
    }
    store(to, {result, Repr::Reference, to.type});
}

FunctionCompiler::Value FunctionCompiler::read_place(const mir::Place& place, bool copies) {
    Location at = location(place);
    if (instances_.error()) return {};
    Value value = load(at);
    if (copies && value.type->deep_copy) {
        Virtual fresh = temp(value.repr);
        emit(Opcode::CopyValue, {fresh, value.reg, asm_.type(value.type)});
        value.reg = fresh;
    }
    // A capture that its closure owns and that moves out leaves its slot empty: the closure's drop passes it over.
    bool owned_slot = body_.locals[place.local].is_slot && place.projections.size() == 1;
    if (!copies && owned_slot && value.type->needs_drop) {
        Virtual kept = temp(value.repr), empty = temp(value.repr);
        asm_.move(kept, value.reg);
        value.reg = kept;
        emit(Opcode::LoadValue, {empty, asm_.word(0)});
        emit(Opcode::StoreReferenceT, {at.base, empty});
    }
    return value;
}

const TypeDescriptor* FunctionCompiler::type_of(const mir::Place& place) {
    const TypeDescriptor* type = locals_[place.local].type;
    const VariantDescriptor* variant = nullptr;
    for (const mir::Projection& projection : place.projections) {
        if (std::holds_alternative<mir::Deref>(projection))
            type = type->kind == DescriptorKind::Reference ? type->element
                   : type->arguments.empty()               ? type
                                                           : type->arguments[0];
        if (auto* field = std::get_if<mir::FieldOf>(&projection)) {
            if (type->kind == DescriptorKind::Reference && !variant) type = type->element;
            const auto& fields = variant ? variant->fields : type->fields;
            if (field->index < fields.size()) type = fields[field->index].type;
            variant = nullptr;
        }
        if (std::holds_alternative<mir::IndexOf>(projection) && type->element) type = type->element;
        if (auto* fixed = std::get_if<mir::ConstantIndex>(&projection)) {
            if (type->is_tuple && fixed->index < type->fields.size()) {
                size_t last = type->fields.size() - 1;
                type = type->fields[fixed->from_end ? last - fixed->index : fixed->index].type;
            } else if (type->element) type = type->element;
        }
        if (auto* cast = std::get_if<mir::Downcast>(&projection)) {
            if (type->kind != DescriptorKind::Enum && boxed()) type = describe(type::nominal(parent_of(cast->variant)));
            for (const VariantDescriptor& v : type->variants)
                if (v.item == cast->variant) variant = &v;
        }
    }
    return type;
}

}  // namespace braid::bytecode
