#include "interpreter/optimizer/instruction.h"

#include <bitset>

namespace braid::optimizer {

namespace {

using Set = std::bitset<bytecode::kOpcodeCount>;

Set set_of(std::initializer_list<Opcode> ops) {
    Set set;
    for (Opcode op : ops) set.set(static_cast<size_t>(op));
    return set;
}

const Set& constant_loads() {
    using enum Opcode;
    static const Set kSet =
        set_of({LoadImmediate, LoadWord, LoadValue, LoadEmpty, LoadString, LoadFunction, LoadClass, StaticReference});
    return kSet;
}

const Set& pure() {
    using enum Opcode;
    static const Set kSet = constant_loads() | set_of({Nop,
                                                       MoveS,
                                                       MoveT,
                                                       And,
                                                       Or,
                                                       Xor,
                                                       NotInteger,
                                                       AddF64,
                                                       SubF64,
                                                       MulF64,
                                                       DivF64,
                                                       RemF64,
                                                       PowF64,
                                                       NegF64,
                                                       RoundF32,
                                                       NotBool,
                                                       EqualWord,
                                                       NotEqualWord,
                                                       LessI64,
                                                       LessEqualI64,
                                                       LessU64,
                                                       LessEqualU64,
                                                       EqualF64,
                                                       NotEqualF64,
                                                       LessF64,
                                                       LessEqualF64,
                                                       DivImmediateI64,
                                                       RemImmediateI64,
                                                       IntegerToFloat,
                                                       SqrtF64,
                                                       AbsF64,
                                                       FloorF64,
                                                       NewCellS,
                                                       NewCellT,
                                                       NewCellEmpty,
                                                       NewOption,
                                                       NewResult,
                                                       IsEmpty,
                                                       BoxF64,
                                                       BoxI64,
                                                       BoxBool,
                                                       BoxChar,
                                                       IsNullish,
                                                       Truthy,
                                                       StrictEqual});
    return kSet;
}

constexpr Branch kBranches[] = {
    // clang-format off
    {Opcode::JumpIf, Opcode::BackIf, Opcode::JumpIfNot},
    {Opcode::JumpIfNot, Opcode::BackIfNot, Opcode::JumpIf},
    {Opcode::JumpIfEmpty, Opcode::BackIfEmpty, Opcode::JumpIfNotEmpty},
    {Opcode::JumpIfNotEmpty, Opcode::BackIfNotEmpty, Opcode::JumpIfEmpty},
    {Opcode::JumpEqualImmediate, Opcode::BackEqualImmediate, Opcode::JumpNotEqualImmediate},
    {Opcode::JumpNotEqualImmediate, Opcode::BackNotEqualImmediate, Opcode::JumpEqualImmediate},
    {Opcode::JumpLessImmediate, Opcode::BackLessImmediate, Opcode::JumpGreaterEqualImmediate},
    {Opcode::JumpLessEqualImmediate, Opcode::BackLessEqualImmediate, Opcode::JumpGreaterImmediate},
    {Opcode::JumpGreaterImmediate, Opcode::BackGreaterImmediate, Opcode::JumpLessEqualImmediate},
    {Opcode::JumpGreaterEqualImmediate, Opcode::BackGreaterEqualImmediate, Opcode::JumpLessImmediate},
    {Opcode::JumpEqualWord, Opcode::BackEqualWord, Opcode::JumpNotEqualWord},
    {Opcode::JumpNotEqualWord, Opcode::BackNotEqualWord, Opcode::JumpEqualWord},
    {Opcode::JumpLessI64, Opcode::BackLessI64, Opcode::JumpLessEqualI64, true},
    {Opcode::JumpLessEqualI64, Opcode::BackLessEqualI64, Opcode::JumpLessI64, true},
    {Opcode::JumpLessF64, Opcode::BackLessF64, Opcode::JumpNotLessF64},
    {Opcode::JumpLessEqualF64, Opcode::BackLessEqualF64, Opcode::JumpNotLessEqualF64},
    {Opcode::JumpNotLessF64, Opcode::BackNotLessF64, Opcode::JumpLessF64},
    {Opcode::JumpNotLessEqualF64, Opcode::BackNotLessEqualF64, Opcode::JumpLessEqualF64},
    // clang-format on
};

}  // namespace

bool is_pure(Opcode op) { return pure().test(static_cast<size_t>(op)); }
bool is_constant_load(Opcode op) { return constant_loads().test(static_cast<size_t>(op)); }

const Branch* branch_of(Opcode op) {
    for (const Branch& branch : kBranches)
        if (branch.forward == op) return &branch;
    return nullptr;
}

bool ends_block(Opcode op) {
    switch (op) {
        case Opcode::Return:
        case Opcode::ReturnUnit:
        case Opcode::Raise:
        case Opcode::ResumeUnwind:
        case Opcode::Panic:
        case Opcode::AssertFail:
        case Opcode::Select: return true;
        default: return false;
    }
}

}  // namespace braid::optimizer
