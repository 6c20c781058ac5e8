#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

using hir::BinaryOp;

namespace {
bool is_comparison(BinaryOp op) { return op >= BinaryOp::Equal && op <= BinaryOp::GreaterEqual; }
bool is_string(const TypeDescriptor* type) { return type->kind == DescriptorKind::String; }

/// The instruction for two i64 or two f64 operands; Nop where there is none.
Opcode float_opcode(BinaryOp op) {
    switch (op) {
        case BinaryOp::Add: return Opcode::AddF64;
        case BinaryOp::Subtract: return Opcode::SubF64;
        case BinaryOp::Multiply: return Opcode::MulF64;
        case BinaryOp::Divide: return Opcode::DivF64;
        case BinaryOp::Remainder: return Opcode::RemF64;
        case BinaryOp::Power: return Opcode::PowF64;
        default: return Opcode::Nop;
    }
}
Opcode integer_opcode(BinaryOp op, bool is_i64) {
    switch (op) {
        case BinaryOp::Add: return is_i64 ? Opcode::AddI64 : Opcode::AddInteger;
        case BinaryOp::Subtract: return is_i64 ? Opcode::SubI64 : Opcode::SubInteger;
        case BinaryOp::Multiply: return is_i64 ? Opcode::MulI64 : Opcode::MulInteger;
        case BinaryOp::Divide: return Opcode::DivInteger;
        case BinaryOp::Remainder: return Opcode::RemInteger;
        case BinaryOp::Power: return Opcode::PowInteger;
        case BinaryOp::BitAnd: return Opcode::And;
        case BinaryOp::BitOr: return Opcode::Or;
        case BinaryOp::BitXor: return Opcode::Xor;
        case BinaryOp::ShiftLeft: return Opcode::ShlInteger;
        case BinaryOp::ShiftRight: return Opcode::ShrInteger;
        case BinaryOp::UnsignedShiftRight: return Opcode::UshrInteger;
        default: return Opcode::Nop;
    }
}
bool takes_repr(Opcode op) { return info_of(op).operands[3] == Shape::U; }
}  // namespace

void FunctionCompiler::unary(const Location& to, const mir::UnaryOperation& u) {
    Value value = operand(u.operand);
    if (instances_.error()) return;
    using hir::UnaryOp;
    Repr repr = value.repr;
    if (is_traced(repr) && !boxed() &&
        value.type->kind == DescriptorKind::Reference) {  // `not *flag` written `not flag`
        value = load({Location::Address, value.reg, kNoRegister, 0, value.type->element->repr, value.type->element});
        repr = value.repr;
    }
    if (is_traced(repr)) {
        if (u.op == UnaryOp::Not) {
            Virtual truth = temp(Repr::Bool), result = target(to, Repr::Bool);
            emit(Opcode::Truthy, {truth, value.reg});
            emit(Opcode::NotBool, {result, truth});
            return store(to, {result, Repr::Bool, to.type});
        }
        Virtual result = target(to, Repr::Boxed);
        emit(Opcode::DynamicUnary, {result, value.reg, uint32_t(u.op)});
        return store(to, {result, Repr::Boxed, to.type});
    }
    if (u.op == UnaryOp::BitNot && is_float(repr)) {
        Virtual boxed_value = as(value, Repr::Boxed), result = temp(Repr::Boxed);
        emit(Opcode::DynamicUnary, {result, boxed_value, uint32_t(u.op)});
        return store(to, {result, Repr::Boxed, to.type});
    }
    Virtual result = target(to, repr);
    switch (u.op) {
        case UnaryOp::Not:
            if (repr == Repr::Bool) emit(Opcode::NotBool, {result, value.reg});
            else emit(Opcode::NotInteger, {result, value.reg, uint32_t(repr)});
            break;
        case UnaryOp::BitNot: emit(Opcode::NotInteger, {result, value.reg, uint32_t(repr)}); break;
        case UnaryOp::Negate:
            if (is_float(repr)) emit(Opcode::NegF64, {result, value.reg});
            else emit(Opcode::NegInteger, {result, value.reg, uint32_t(repr)});
    }
    store(to, {result, repr, to.type});
}

void FunctionCompiler::binary(const Location& to, const mir::BinaryOperation& b) {
    if (is_comparison(b.op)) {
        // Comparing reads its operands; nothing is copied.
        auto lend = [&](const mir::Operand& o) {
            note_path(o);
            if (auto* copy = std::get_if<mir::Copy>(&o)) return read_place(copy->place, false);
            return operand(o);
        };
        Value left = lend(b.left), right = lend(b.right);
        if (instances_.error()) return;
        return comparison(to, b.op, left, right);
    }
    if (b.op == BinaryOp::Contains) {
        Value item = operand(b.left), container = operand(b.right);
        if (instances_.error()) return;
        const TypeDescriptor* type = container.type;
        Virtual object = container.reg;
        while (type->kind == DescriptorKind::Reference) {
            object = load({Location::Address, object, kNoRegister, 0, slot_repr(type->element), type->element}).reg;
            type = type->element;
        }
        Virtual result = target(to, Repr::Bool);
        Virtual word = boxed() ? as(item, Repr::Boxed) : item.reg;
        emit(Opcode::ContainsValue, {result, word, object, asm_.type(type)});
        return store(to, {result, Repr::Bool, to.type});
    }
    Value left = operand(b.left);
    Value right = operand(b.right);
    if (instances_.error()) return;
    arithmetic(to, b.op, left, right);
}

void FunctionCompiler::arithmetic(const Location& to, BinaryOp op, Value left, Value right) {
    if ((op == BinaryOp::Concat || op == BinaryOp::Add) && is_string(left.type) && is_string(right.type)) {
        Virtual result = target(to, left.repr);
        asm_.emit_list(Opcode::Concat, {result}, {left.reg, right.reg});
        return store(to, {result, left.repr, to.type});
    }
    bool scalars = !is_traced(left.repr) && !is_traced(right.repr);
    if (scalars && is_float(left.repr) && is_float(right.repr) && float_opcode(op) != Opcode::Nop) {
        Virtual result = target(to, left.repr);
        emit(float_opcode(op), {result, left.reg, right.reg});
        if (left.repr == Repr::F32) emit(Opcode::RoundF32, {result, result});
        return store(to, {result, left.repr, to.type});
    }
    bool logical = left.repr == Repr::Bool && right.repr == Repr::Bool;
    if (scalars && ((is_integer(left.repr) && is_integer(right.repr)) || logical)) {
        Opcode code = integer_opcode(op, left.repr == Repr::I64);
        if (code != Opcode::Nop) {
            Virtual result = target(to, left.repr);
            if (takes_repr(code)) emit(code, {result, left.reg, right.reg, uint32_t(left.repr)});
            else emit(code, {result, left.reg, right.reg});
            return store(to, {result, left.repr, to.type});
        }
    }
    if (!boxed()) return fail("internal: no such operation on '" + left.type->name + "'");
    Virtual a = as(left, Repr::Boxed), b = as(right, Repr::Boxed), result = target(to, Repr::Boxed);
    emit(Opcode::DynamicBinary, {result, a, b, uint32_t(op)});
    store(to, {result, Repr::Boxed, to.type});
}

void FunctionCompiler::comparison(const Location& to, BinaryOp op, Value left, Value right) {
    bool negated = op == BinaryOp::NotEqual;
    if (op == BinaryOp::Greater || op == BinaryOp::GreaterEqual) {
        std::swap(left, right);
        op = op == BinaryOp::Greater ? BinaryOp::Less : BinaryOp::LessEqual;
    }
    Virtual result = target(to, Repr::Bool);
    bool equality = op == BinaryOp::Equal || op == BinaryOp::NotEqual;
    bool scalars = !is_traced(left.repr) && !is_traced(right.repr);
    bool floats = is_float(left.repr) && is_float(right.repr);
    if (scalars && boxed() && left.repr != right.repr && !(is_integer(left.repr) && is_integer(right.repr)))
        scalars = false;
    if (scalars) {
        bool is_unsigned = left.repr == Repr::U64;
        Opcode code;
        if (equality && floats) code = negated ? Opcode::NotEqualF64 : Opcode::EqualF64;
        else if (equality) code = negated ? Opcode::NotEqualWord : Opcode::EqualWord;
        else if (op == BinaryOp::Less)
            code = floats ? Opcode::LessF64 : is_unsigned ? Opcode::LessU64 : Opcode::LessI64;
        else code = floats ? Opcode::LessEqualF64 : is_unsigned ? Opcode::LessEqualU64 : Opcode::LessEqualI64;
        emit(code, {result, left.reg, right.reg});
        return store(to, {result, Repr::Bool, to.type});
    }
    if (boxed()) {
        Virtual a = as(left, Repr::Boxed), b = as(right, Repr::Boxed);
        if (equality) emit(Opcode::StrictEqual, {result, a, b});
        else emit(Opcode::DynamicCompare, {result, a, b, uint32_t(op)});
    } else if (equality) {
        if (is_string(left.type) && is_string(right.type)) emit(Opcode::EqualString, {result, left.reg, right.reg});
        else emit(Opcode::EqualValue, {result, left.reg, right.reg, asm_.type(left.type)});
    } else {
        Virtual order = temp(Repr::I64), zero = temp(Repr::I64);
        emit(Opcode::CompareValue, {order, left.reg, right.reg, asm_.type(left.type)});
        asm_.load_integer(zero, 0);
        emit(op == BinaryOp::Less ? Opcode::LessI64 : Opcode::LessEqualI64, {result, order, zero});
    }
    if (negated) emit(Opcode::NotBool, {result, result});
    store(to, {result, Repr::Bool, to.type});
}

/// Emits compare and branch as one instruction when both sides are scalars of one kind; nothing otherwise.
bool FunctionCompiler::fused_branch(const mir::BinaryOperation& b, Label when_true, Label when_false,
                                    bool when_true_is_elsewhere) {
    if (!is_comparison(b.op)) return false;
    const TypeDescriptor *lt = type_of(b.left), *rt = type_of(b.right);
    bool integers = (is_integer(lt->repr) && is_integer(rt->repr) && lt->repr != Repr::U64 && rt->repr != Repr::U64) ||
                    (lt->repr == Repr::Char && rt->repr == Repr::Char);
    bool floats = is_float(lt->repr) && is_float(rt->repr);
    if (!integers && !floats) return false;
    bool equality = b.op == BinaryOp::Equal || b.op == BinaryOp::NotEqual;
    if (equality && floats) return false;
    Value left = operand(b.left), right = operand(b.right);
    if (instances_.error()) return true;
    BinaryOp op = b.op;
    if (op == BinaryOp::Greater || op == BinaryOp::GreaterEqual) {
        std::swap(left, right);
        op = op == BinaryOp::Greater ? BinaryOp::Less : BinaryOp::LessEqual;
    }
    // Jump when the condition fails, fall through to the `true` block, which is compiled next.
    switch (op) {
        case BinaryOp::Equal: asm_.emit_jump(Opcode::JumpNotEqualWord, {left.reg, right.reg}, when_false); break;
        case BinaryOp::NotEqual: asm_.emit_jump(Opcode::JumpEqualWord, {left.reg, right.reg}, when_false); break;
        case BinaryOp::Less:
            if (floats) asm_.emit_jump(Opcode::JumpNotLessF64, {left.reg, right.reg}, when_false);
            else asm_.emit_jump(Opcode::JumpLessEqualI64, {right.reg, left.reg}, when_false);
            break;
        default:
            if (floats) asm_.emit_jump(Opcode::JumpNotLessEqualF64, {left.reg, right.reg}, when_false);
            else asm_.emit_jump(Opcode::JumpLessI64, {right.reg, left.reg}, when_false);
    }
    if (asm_.is_bound(when_true) || when_true_is_elsewhere) asm_.emit_jump(Opcode::Jump, {}, when_true);
    return true;
}

}  // namespace braid::bytecode
