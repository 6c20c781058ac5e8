#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "interpreter/bytecode/program.h"

namespace braid::bytecode {

enum class Opcode : Unit {
#define OP(name, ...) name,
#include "interpreter/bytecode/opcodes.def"
#undef OP
};

enum class Shape : uint8_t {
    None,
    DS,
    DT,
    DA,
    S,
    T,
    A,
    I,
    U,
    J,
    L,
    IC,
    KW,
    KS,
    KF,
    KT,
    KC,
    KV,
    KX,
    KN,
    KM,
    KQ,
    KE,
    KR
};
constexpr size_t kMaxOperands = 5;
constexpr uint16_t kNone = 0xffff;  // KS: no string

struct OpcodeInfo {
    std::string_view name;
    std::array<Shape, kMaxOperands> operands;
    constexpr size_t operand_count() const {
        size_t n = 0;
        while (n < kMaxOperands && operands[n] != Shape::None) ++n;
        return n;
    }
};

constexpr size_t kOpcodeCount = 0
#define OP(...) +1
#include "interpreter/bytecode/opcodes.def"
#undef OP
    ;

const OpcodeInfo& info_of(Opcode opcode);

/// Length in units of the instruction at `code[pc]`; 0 if it does not fit into the code or has no such opcode.
uint32_t instruction_length(std::span<const Unit> code, uint32_t pc);
inline int32_t read_jump(const Unit* at) { return int32_t(uint32_t(at[0]) | uint32_t(at[1]) << 16); }

/// `braid dump bytecode`: stable enough for goldens.
std::string disassemble(const Function& function);
std::string disassemble(const Program& program);
std::string disassemble_instruction(const Function& function, uint32_t pc);

/// Rejects malformed code before it runs: opcodes, lengths, jump targets, register partitions and bounds, table
/// indices, calls' argument counts and partitions against the callee's, handlers, constants. The first violation, or
/// "".
std::string verify(const Function& function);
std::string verify(const Program& program);

/// Of what verify() accepts: rejects code that uses values as what they are not known to be, by data flow. Tests and
/// the fuzzer ask; programs come from the compiler of the same process.
std::string verify_types(const Program& program, const Function& function);
std::string verify_types(const Program& program);

}  // namespace braid::bytecode
