#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

using hir::ConvertKind;

void FunctionCompiler::conversion(const Location& to, const mir::Conversion& c) {
    const TypeDescriptor* wanted = describe(c.to);
    Value value;
    bool lends = c.kind == ConvertKind::CopyOut || c.kind == ConvertKind::ToString || c.kind == ConvertKind::ToBool;
    auto* copy = std::get_if<mir::Copy>(&c.operand);
    if (copy && lends) note_path(c.operand), value = read_place(copy->place, false);
    else value = operand(c.operand, wanted);
    if (instances_.error()) return;

    switch (c.kind) {
        case ConvertKind::IntegerToInteger:
        case ConvertKind::CharToInteger:
        case ConvertKind::BoolToInteger: {
            if (is_traced(value.repr)) return store(to, {value.reg, value.repr, wanted});
            Repr from = value.repr == Repr::Char || value.repr == Repr::Bool ? Repr::U32 : value.repr;
            Virtual result = target(to, wanted->repr);
            if (from == wanted->repr) asm_.move(result, value.reg);
            else emit(Opcode::IntegerToInteger, {result, value.reg, uint32_t(from), uint32_t(wanted->repr)});
            return store(to, {result, wanted->repr, wanted});
        }
        case ConvertKind::IntegerToFloat: {
            if (is_traced(value.repr)) return store(to, {value.reg, value.repr, wanted});
            Virtual result = target(to, wanted->repr);
            emit(Opcode::IntegerToFloat, {result, value.reg, uint32_t(value.repr), uint32_t(wanted->repr)});
            return store(to, {result, wanted->repr, wanted});
        }
        case ConvertKind::FloatToInteger: {
            if (is_traced(value.repr)) return store(to, {value.reg, value.repr, wanted});
            Virtual result = target(to, wanted->repr);
            emit(Opcode::FloatToInteger, {result, value.reg, uint32_t(wanted->repr)});
            return store(to, {result, wanted->repr, wanted});
        }
        case ConvertKind::FloatToFloat: {
            if (is_traced(value.repr)) return store(to, {value.reg, value.repr, wanted});
            Virtual result = target(to, wanted->repr);
            if (wanted->repr == Repr::F32) emit(Opcode::RoundF32, {result, value.reg});
            else asm_.move(result, value.reg);
            return store(to, {result, wanted->repr, wanted});
        }
        case ConvertKind::IntegerToChar: {
            Virtual result = target(to, Repr::Char);
            emit(Opcode::IntegerToChar, {result, value.reg});
            return store(to, {result, Repr::Char, wanted});
        }
        case ConvertKind::Wrap:
            if (!boxed() && wanted->kind == DescriptorKind::Union && value.type->kind != DescriptorKind::Union) {
                Virtual result = target(to, Repr::Object);
                emit(Opcode::NewUnion, {result, asm_.type(value.type), value.reg});
                return store(to, {result, Repr::Object, wanted});
            }
            return store(to, value);
        case ConvertKind::Unwrap: return unwrap(to, value, wanted);
        case ConvertKind::ToDyn: {
            const TypeDescriptor* source = value.type;
            bool by_reference = wanted->kind == DescriptorKind::Reference;
            const TypeDescriptor* dyn = by_reference ? wanted->element : wanted;
            if (by_reference && source->kind == DescriptorKind::Reference) source = source->element;
            if (dyn->kind != DescriptorKind::Dyn) return store(to, value);
            if (source->kind == DescriptorKind::Dyn) return store(to, value);
            instances_.use_dyn(source, dyn->item);
            Virtual object = temp(Repr::Object);
            emit(Opcode::NewDyn, {object, asm_.type(source), value.reg, by_reference});
            if (!by_reference) return store(to, {object, Repr::Object, wanted});
            Virtual cell = target(to, Repr::Reference);
            emit(Opcode::NewCellT, {cell, object});
            return store(to, {cell, Repr::Reference, wanted});
        }
        case ConvertKind::CopyOut: {
            if (value.type->kind != DescriptorKind::Reference) return store(to, value);
            const TypeDescriptor* element = value.type->element;
            Value out = load({Location::Address, value.reg, kNoRegister, 0, slot_repr(element), element});
            if (element->deep_copy) {
                Virtual fresh = temp(out.repr);
                emit(Opcode::CopyValue, {fresh, out.reg, asm_.type(element)});
                out.reg = fresh;
            }
            return store(to, out);
        }
        case ConvertKind::ToString: {
            const TypeDescriptor* type = value.type;
            if (type->kind == DescriptorKind::String) return store(to, value);
            Virtual text = shown(value, "");
            return store(to, {text, boxed() ? Repr::Boxed : Repr::Object, wanted});
        }
        case ConvertKind::ToBool: {
            if (value.repr == Repr::Bool) return store(to, value);
            Virtual result = target(to, Repr::Bool);
            emit(Opcode::Truthy, {result, as(value, Repr::Boxed)});
            return store(to, {result, Repr::Bool, wanted});
        }
        case ConvertKind::FunctionToValue:
        case ConvertKind::ClosureToFunction:
        case ConvertKind::Upcast: return store(to, value);
    }
}

void FunctionCompiler::unwrap(const Location& to, Value value, const TypeDescriptor* type) {
    if (!boxed()) {
        const TypeDescriptor* lent = value.type->kind == DescriptorKind::Reference ? value.type->element : nullptr;
        if (lent && lent->kind == DescriptorKind::Union && type->kind == DescriptorKind::Reference &&
            type->element->kind != DescriptorKind::Union) {
            Virtual object = load({Location::Address, value.reg, kNoRegister, 0, slot_repr(lent), lent}).reg;
            Virtual result = target(to, Repr::Reference);
            emit(Opcode::UnionAddress, {result, object, asm_.type(type->element)});
            return store(to, {result, Repr::Reference, type});
        }
        if (value.type->kind != DescriptorKind::Union || type->kind == DescriptorKind::Union) return store(to, value);
        Virtual result = target(to, type->repr);
        emit(is_traced(type->repr) ? Opcode::UnionValueT : Opcode::UnionValueS, {result, value.reg, asm_.type(type)});
        return store(to, {result, type->repr, type});
    }
    if (!is_traced(type->repr) && type->repr != Repr::Unit) {
        Virtual word = as(value, type->repr);
        return store(to, {word, type->repr, type});
    }
    Virtual word = as(value, Repr::Boxed);
    bool anything =
        type->type->is(TypeKind::Any) || type->type->is(TypeKind::Unknown) || type->type->is(TypeKind::Parameter);
    if (!anything && type->repr == Repr::Boxed) emit(Opcode::Guard, {word, asm_.type(type), path_});
    store(to, {word, Repr::Boxed, type});
}

}  // namespace braid::bytecode
