#include "interpreter/optimizer/available_values.h"

#include <algorithm>

namespace braid::optimizer {

namespace {

/// What a load may be changed by, and what a store changes. Words of scalars and traced words are never the same ones:
/// a reference points into a slot of its own kind.
/// Lists: lengths and buffers; Grows: an element that may be a new one.
enum Memory : uint8_t { None = 0, Scalars = 1, Traced = 2, Lists = 4, Grows = 6, All = 7 };

struct Effect {
    Opcode op;
    bool reusable;  // the same operands give the same result, as long as what it reads is not written
    Memory read, written;
};
constexpr Effect kEffects[] = {
    // clang-format off
    {Opcode::AddI64, true, None, None},          {Opcode::SubI64, true, None, None},
    {Opcode::MulI64, true, None, None},          {Opcode::DivI64, true, None, None},
    {Opcode::RemI64, true, None, None},          {Opcode::AddImmediateI64, true, None, None},
    {Opcode::MulImmediateI64, true, None, None}, {Opcode::DivImmediateI64, true, None, None},
    {Opcode::RemImmediateI64, true, None, None}, {Opcode::And, true, None, None},
    {Opcode::Or, true, None, None},              {Opcode::Xor, true, None, None},
    {Opcode::AddF64, true, None, None},          {Opcode::SubF64, true, None, None},
    {Opcode::MulF64, true, None, None},          {Opcode::DivF64, true, None, None},
    {Opcode::SqrtF64, true, None, None},         {Opcode::AbsF64, true, None, None},
    {Opcode::NegF64, true, None, None},          {Opcode::FloorF64, true, None, None},
    {Opcode::IntegerToFloat, true, None, None},  {Opcode::UnboxF64, true, None, None},
    {Opcode::BoxF64, true, None, None},          {Opcode::UnboxI64, true, None, None},
    {Opcode::BoxI64, true, None, None},          {Opcode::UnboxBool, true, None, None},
    {Opcode::BoxBool, true, None, None},         {Opcode::UnboxChar, true, None, None},
    {Opcode::BoxChar, true, None, None},
    {Opcode::LoadSlotS, true, Scalars, None},    {Opcode::LoadSlotT, true, Traced, None},
    {Opcode::LoadReferenceS, true, Scalars, None}, {Opcode::LoadReferenceT, true, Traced, None},
    {Opcode::LoadElementS, true, Scalars, None}, {Opcode::LoadElementT, true, Traced, None},
    {Opcode::AddressElement, true, Lists, None}, {Opcode::AddressSlot, true, None, None},
    {Opcode::ListLength, true, Lists, None},
    {Opcode::StoreSlotS, false, None, Scalars},  {Opcode::StoreSlotT, false, None, Traced},
    {Opcode::StoreReferenceS, false, None, Scalars}, {Opcode::StoreReferenceT, false, None, Traced},
    {Opcode::StoreElementS, false, None, Scalars}, {Opcode::StoreElementT, false, None, Grows},
    {Opcode::MapFind, false, None, None},        {Opcode::NewOption, false, None, None},
    {Opcode::NewResult, false, None, None},      {Opcode::Received, false, None, None},
    {Opcode::StoreElementI64, false, None, Grows}, {Opcode::StoreElementF64, false, None, Grows},
    {Opcode::NewStruct, false, None, None},      {Opcode::NewVariant, false, None, None},
    {Opcode::NewClosure, false, None, None},     {Opcode::UnionIs, false, None, None},
    {Opcode::UnionValueS, false, None, None},    {Opcode::UnionValueT, false, None, None},
    {Opcode::UnionAddress, false, None, None},
    {Opcode::IntegerToInteger, false, None, None}, {Opcode::FloatToInteger, false, None, None},
    {Opcode::IntegerToChar, false, None, None},  {Opcode::EqualString, false, None, None},
    // clang-format on
};

const Effect& effect_of(Opcode op) {
    static const auto* const kTable = [] {
        auto* table = new std::array<Effect, bytecode::kOpcodeCount>;
        for (size_t k = 0; k < table->size(); ++k) {
            auto each = static_cast<Opcode>(k);
            bool harmless = is_pure(each) || branch_of(each);
            (*table)[k] = {each, false, None, harmless ? None : All};
        }
        for (const Effect& e : kEffects) (*table)[static_cast<size_t>(e.op)] = e;
        return table;
    }();
    return (*kTable)[static_cast<size_t>(op)];
}

constexpr size_t kMaxValues = 64;  // remembered at one place; the search is linear

std::array<uint16_t, bytecode::kMaxOperands> key_of(const Instruction& i) {
    auto key = i.operands;
    key[0] = 0;
    if (bytecode::info_of(i.op).operands[2] == Shape::KS) key[2] = 0;  // names what failed: it did not
    return key;
}

}  // namespace

bool is_reusable(Opcode op) { return effect_of(op).reusable; }
bool writes_memory(const Instruction& i) { return effect_of(i.op).written != None; }
bool reads_what_is_written(const Instruction& reader, const Instruction& writer) {
    return effect_of(reader.op).read & effect_of(writer.op).written;
}

bool AvailableValues::take(Instruction& i) const {
    if (!effect_of(i.op).reusable) return false;
    auto key = key_of(i);
    for (const Value& v : values_) {
        if (v.op != i.op || v.operands != key) continue;
        i.op = is_traced(i.operands[0]) ? Opcode::MoveT : Opcode::MoveS;
        i.operands = {i.operands[0], v.result};
        return true;
    }
    return false;
}

void AvailableValues::note(const Instruction& i) {
    const Effect& effect = effect_of(i.op);
    if (effect.written != None)
        std::erase_if(values_, [&](const Value& v) { return effect_of(v.op).read & effect.written; });
    Register result = written(i);
    if (result == kNoRegister) return;
    std::erase_if(values_, [&](const Value& v) {
        const auto& shapes = bytecode::info_of(v.op).operands;
        bool uses = v.result == result;
        for (size_t k = 1; k < shapes.size(); ++k) uses |= is_read(shapes[k]) && v.operands[k] == result;
        return uses;
    });
    if (effect.reusable && !reads(i, result) && values_.size() < kMaxValues)
        values_.push_back({i.op, key_of(i), result});
}

}  // namespace braid::optimizer
