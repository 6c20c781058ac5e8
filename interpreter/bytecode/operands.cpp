#include <bit>
#include <cmath>

#include "interpreter/bytecode/function_compiler.h"

namespace braid::bytecode {

namespace {
// The encoding of heap/value.h, for constants. (bytecode/ does not depend on heap/; a test in tests/vm compares them.)
constexpr uint64_t kNullWord = 2, kUndefinedWord = 3, kFalseWord = 4;
uint64_t number_word(double d) {
    return (d != d ? 0x7ff8'0000'0000'0000 : std::bit_cast<uint64_t>(d)) + (uint64_t{1} << 49);
}

/// What a pattern takes out of a list that it owns.
bool is_part_of_element(const mir::Place& place) {
    bool element = false;
    for (const mir::Projection& projection : place.projections) {
        if (std::holds_alternative<mir::Deref>(projection)) return false;
        element |= std::holds_alternative<mir::ConstantIndex>(projection);
    }
    return element;
}
}  // namespace

const TypeDescriptor* FunctionCompiler::type_of(const mir::Operand& operand) {
    if (auto* copy = std::get_if<mir::Copy>(&operand)) return type_of(copy->place);
    if (auto* move = std::get_if<mir::Move>(&operand)) return type_of(move->place);
    return describe(std::get<mir::Constant>(operand).type);
}

FunctionCompiler::Value FunctionCompiler::operand(const mir::Operand& operand, const TypeDescriptor* wanted) {
    note_path(operand);
    if (auto* copy = std::get_if<mir::Copy>(&operand)) return read_place(copy->place, true);
    if (auto* move = std::get_if<mir::Move>(&operand)) {
        Value value = read_place(move->place, false);
        if (!instances_.error() && is_part_of_element(move->place) && type_of(move->place)->needs_drop) {
            // Which elements are still there is known by what they hold, not by drop flags.
            Virtual empty = temp(value.repr);
            emit(Opcode::LoadEmpty, {empty});
            store(location(move->place), {empty, value.repr, value.type});
        }
        return value;
    }
    return constant(std::get<mir::Constant>(operand), wanted);
}

void FunctionCompiler::note_path(const mir::Operand& operand) {
    path_ = kNone;
    if (!boxed()) return;
    const mir::Place* place = nullptr;
    if (auto* copy = std::get_if<mir::Copy>(&operand)) place = &copy->place;
    if (auto* move = std::get_if<mir::Move>(&operand)) place = &move->place;
    if (place && !body_.locals[place->local].name.empty())
        path_ = asm_.string(std::string(body_.locals[place->local].name.text()));
}

FunctionCompiler::Value FunctionCompiler::constant(const mir::Constant& c, const TypeDescriptor* wanted) {
    const TypeDescriptor* type = describe(c.type);
    if (instances_.error()) return {};
    if (c.item != ItemId::None) {
        Virtual result = temp(Repr::Object);
        ItemKind kind = kind_of(c.item);
        if (kind == ItemKind::Class || kind == ItemKind::Struct || kind == ItemKind::Enum) {
            emit(Opcode::LoadClass, {result, asm_.klass(instances_.klass(c.item))});
            return {result, Repr::Boxed, type};
        }
        std::vector<const TypeDescriptor*> parameters;
        for (size_t i = 0; i + 1 < type->members.size(); ++i) parameters.push_back(type->members[i]);
        const Function* f =
            instances_.guarded(instances_.function(c.item, substituted(c.type_arguments), nullptr, parameters, here()));
        if (!f) return {};
        emit(Opcode::LoadFunction, {result, asm_.function(f)});
        return {result, type->repr, type};
    }
    Repr repr = type->repr;
    if (wanted && wanted->repr == Repr::Boxed && boxed() && is_float(repr) && std::holds_alternative<double>(c.value)) {
        Virtual result = temp(Repr::Boxed);
        emit(Opcode::LoadValue, {result, asm_.word(number_word(std::get<double>(c.value)))});
        return {result, Repr::Boxed, type};
    }
    Virtual result = temp(repr);
    if (auto* text = std::get_if<std::string>(&c.value)) {
        emit(Opcode::LoadString, {result, asm_.string(*text)});
    } else if (auto* number = std::get_if<double>(&c.value)) {
        double d = repr == Repr::F32 ? double(float(*number)) : *number;
        if (is_integer(repr)) asm_.load_integer(result, uint64_t(int64_t(d)));
        else emit(Opcode::LoadWord, {result, asm_.word(std::bit_cast<uint64_t>(d))});
    } else if (auto* boolean = std::get_if<bool>(&c.value)) {
        if (repr == Repr::Boxed) emit(Opcode::LoadValue, {result, asm_.word(kFalseWord + *boolean)});
        else asm_.load_integer(result, *boolean);
    } else if (auto* bits = std::get_if<uint64_t>(&c.value)) {
        if (is_float(repr))
            emit(Opcode::LoadWord, {result, asm_.word(std::bit_cast<uint64_t>(double(int64_t(*bits))))});
        else asm_.load_integer(result, *bits);
    } else if (is_traced(repr)) {
        emit(Opcode::LoadValue, {result, asm_.word(c.type->is(TypeKind::Null) ? kNullWord : kUndefinedWord)});
    } else {
        asm_.load_integer(result, 0);
    }
    return {result, repr, type};
}

Virtual FunctionCompiler::as(Value value, Repr repr) {
    if (value.reg == kNoRegister) return kNoRegister;
    bool same = value.repr == repr || (is_traced(value.repr) && is_traced(repr)) ||
                (is_integer(value.repr) && is_integer(repr));
    if (same) return value.reg;
    Virtual result = temp(repr);
    convert_into(result, repr, value);
    return result;
}

void FunctionCompiler::convert_into(Virtual to, Repr repr, Value value) {
    if (value.reg == kNoRegister) return;
    if (value.repr == repr || is_traced(value.repr) == is_traced(repr)) {
        if (!is_traced(repr) && value.repr != repr) {
            if (is_float(repr) && is_integer(value.repr))
                return emit(Opcode::IntegerToFloat, {to, value.reg, uint32_t(value.repr), uint32_t(repr)});
            if (is_integer(repr) && is_float(value.repr))
                return emit(Opcode::FloatToInteger, {to, value.reg, uint32_t(repr)});
        }
        return asm_.move(to, value.reg);
    }
    if (repr == Repr::Boxed || is_traced(repr)) {
        switch (value.repr) {
            case Repr::F32:
            case Repr::F64: return emit(Opcode::BoxF64, {to, value.reg});
            case Repr::Bool: return emit(Opcode::BoxBool, {to, value.reg});
            case Repr::Char: return emit(Opcode::BoxChar, {to, value.reg});
            case Repr::Unit: return emit(Opcode::LoadValue, {to, asm_.word(kUndefinedWord)});
            default: return emit(Opcode::BoxI64, {to, value.reg});
        }
    }
    switch (repr) {
        case Repr::F32:
        case Repr::F64: return emit(Opcode::UnboxF64, {to, value.reg, path_});
        case Repr::Bool: return emit(Opcode::UnboxBool, {to, value.reg, path_});
        case Repr::Char: return emit(Opcode::UnboxChar, {to, value.reg, path_});
        case Repr::Unit: return asm_.load_integer(to, 0);
        default: return emit(Opcode::UnboxI64, {to, value.reg, path_});
    }
}

Virtual FunctionCompiler::boxed_operand(const mir::Operand& o) {
    return as(operand(o, describe(type::any())), Repr::Boxed);
}

}  // namespace braid::bytecode
