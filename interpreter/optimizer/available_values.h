#pragma once
#include <array>
#include <vector>

#include "interpreter/optimizer/instruction.h"

namespace braid::optimizer {

/// The same operands give the same result, as long as what it reads is not written.
bool is_reusable(Opcode op);
bool writes_memory(const Instruction& i);
bool reads_what_is_written(const Instruction& reader, const Instruction& writer);

/// Local value numbering: what registers hold results that the same instruction would give again. A load is known until
/// something may have written the word.
class AvailableValues {
  public:
    /// If its result is in a register already, the instruction becomes a move from there.
    bool take(Instruction& i) const;
    /// What is known behind the instruction.
    void note(const Instruction& i);

  private:
    struct Value {
        Opcode op;
        std::array<uint16_t, bytecode::kMaxOperands> operands;  // without the result
        Register result;
    };
    std::vector<Value> values_;
};

}  // namespace braid::optimizer
