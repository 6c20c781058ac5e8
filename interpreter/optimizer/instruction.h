#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "interpreter/bytecode/code.h"

namespace braid::optimizer {

using bytecode::kNoRegister;
using bytecode::Opcode;
using bytecode::Register;
using bytecode::Shape;

using BlockId = uint32_t;
constexpr BlockId kNoBlock = ~BlockId{0};

/// Registers of a Graph are numbered per partition, so that either can grow: traced ones have this bit.
constexpr Register kTracedBit = 0x8000;
constexpr bool is_traced(Register r) { return r & kTracedBit; }

/// One decoded instruction. Jumps name blocks; a list is apart.
struct Instruction {
    Opcode op{};
    bool is_statement = false;
    bool counts = false;   // a loop's end, where what is counted before it is known to be below the limit
    Opcode quick{};        // tried first, behind the next one on success; Nop: none
    uint16_t region = 0;   // Graph::regions: the handlers that cover it
    uint32_t node = 0;     // where it comes from, in the function's item …
    uint32_t inlined = 0;  // … or in that of a callee: DebugInfo::inlined, from 1
    std::array<uint16_t, bytecode::kMaxOperands> operands{};  // as opcodes.def orders them; a J's and an L's stay 0
    std::vector<Register> list;
    BlockId target = kNoBlock;

    int16_t immediate(size_t operand) const { return static_cast<int16_t>(operands[operand]); }
};

constexpr bool is_read(Shape s) { return s == Shape::S || s == Shape::T || s == Shape::A; }
constexpr bool is_written(Shape s) { return s == Shape::DS || s == Shape::DT || s == Shape::DA; }

/// Calls `visit(Register&)` for each register the instruction reads. (Select: also those its arms name, which are in
/// the list.)
template <class I, class Visit>
void for_each_read(I& i, Visit&& visit) {
    const auto& shapes = bytecode::info_of(i.op).operands;
    for (size_t k = 0; k < shapes.size() && shapes[k] != Shape::None; ++k)
        if (is_read(shapes[k])) visit(i.operands[k]);
    for (auto& r : i.list) visit(r);
}

/// The register it writes; kNoRegister: none. Only a first operand is ever written. (Select: its arms write, see
/// Graph.)
inline Register written(const Instruction& i) {
    return is_written(bytecode::info_of(i.op).operands[0]) ? i.operands[0] : kNoRegister;
}

inline bool reads(const Instruction& i, Register r) {
    bool found = false;
    for_each_read(i, [&](const uint16_t& read) { found |= read == r; });
    return found;
}

inline bool is_move(Opcode op) { return op == Opcode::MoveS || op == Opcode::MoveT; }

/// Its only effect is its result, which depends on its operands alone: unused, it can go.
bool is_pure(Opcode op);
/// A pure instruction without register operands: the same value wherever it stands.
bool is_constant_load(Opcode op);

/// A conditional jump: its twin that closes a loop, and the jump with the same condition negated.
struct Branch {
    Opcode forward, back, inverse;
    bool inverse_swaps = false;  // … with its two operands exchanged
};
/// Null: `op` is no conditional jump, or a closing one.
const Branch* branch_of(Opcode op);

/// Control never comes out behind it.
bool ends_block(Opcode op);

}  // namespace braid::optimizer
