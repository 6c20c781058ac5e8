#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "interpreter/optimizer/instruction.h"

namespace braid::optimizer {

/// Straight code. Leaves through its last instruction (a conditional jump, an end) or into `next`.
struct Block {
    std::vector<Instruction> code;
    BlockId next = kNoBlock;         // kNoBlock: the last instruction ends it
    Register arrives = kNoRegister;  // a handler: the error is put here before its first instruction
    uint32_t depth = 0;              // loops around it

    Instruction* branch() { return !code.empty() && code.back().target != kNoBlock ? &code.back() : nullptr; }
    const Instruction* branch() const { return const_cast<Block*>(this)->branch(); }
};

/// The code of a function as blocks. Unconditional jumps and the choice of loop edges are no instructions here: write()
/// decides them with the order of blocks.
class Graph {
  public:
    explicit Graph(const bytecode::Function& function);

    /// Replaces the function's code, registers and tables of code positions. "" or a limit exceeded.
    std::string write(bytecode::Function& function) const;

    std::vector<Block> blocks;                   // [0] is the entry
    std::vector<std::vector<uint16_t>> regions;  // [0] is empty; indices of handlers, innermost first
    std::vector<BlockId> handler_targets;        // by handler
    // By select, by arm: where it goes on, and what it may have received into.
    std::vector<std::vector<BlockId>> select_targets;
    std::vector<std::vector<Register>> select_destinations;
    std::vector<Register> parameters;
    Register closure = kNoRegister;
    uint16_t scalars = 0, traced = 0;  // registers in use

    Register new_register(bool is_traced_one) {
        return is_traced_one ? static_cast<Register>(traced++ | kTracedBit) : scalars++;
    }
    /// Number of a register, for tables; new registers do not change those of others.
    static size_t index(Register r) { return size_t{2} * (r & ~kTracedBit) + is_traced(r); }
    /// Greater than every index().
    size_t register_count() const { return size_t{2} * std::max(scalars, traced); }

    /// Successors by jumps and falling through; not those by unwinding.
    template <class Visit>
    void for_each_successor(BlockId id, Visit&& visit) const {
        const Block& block = blocks[id];
        if (block.next != kNoBlock) visit(block.next);
        if (block.code.empty()) return;
        const Instruction& last = block.code.back();
        if (last.target != kNoBlock) visit(last.target);
        if (last.op == Opcode::Select)
            for (BlockId arm : select_targets[last.operands[1]]) visit(arm);
    }
    /// Blocks that control may unwind into from an instruction of this region.
    template <class Visit>
    void for_each_handler(uint16_t region, Visit&& visit) const {
        for (uint16_t handler : regions[region]) visit(handler_targets[handler]);
    }
    /// Calls `visit(Register&)` for each register that is written otherwise than by an instruction: by the call, by an
    /// error that arrives, by an arm of a select.
    template <class Self, class Visit>
    static void for_each_arrival(Self& graph, Visit&& visit) {
        auto each = [&](auto& r) {
            if (r != kNoRegister) visit(r);
        };
        for (auto& r : graph.parameters) each(r);
        each(graph.closure);
        for (auto& block : graph.blocks) each(block.arrives);
        for (auto& arms : graph.select_destinations)
            for (auto& r : arms) each(r);
    }
    std::vector<std::vector<BlockId>> predecessors() const;  // by jumps and falling through
    /// Entered otherwise than by jumps and falling through: the entry, handlers, arms of selects.
    std::vector<bool> entries() const;
    /// Calls `visit(block, before)` for each block. `before` is its only way in, visited already: what is known behind
    /// that is known at its begin; kNoBlock: nothing is known.
    template <class Visit>
    void for_each_extended_block(Visit&& visit) const {
        auto into = predecessors();
        std::vector<bool> is_entry = entries();
        for (BlockId id = 0; id < blocks.size(); ++id) {
            bool follows = !is_entry[id] && into[id].size() == 1 && into[id][0] < id;
            visit(id, follows ? into[id][0] : kNoBlock);
        }
    }
};

}  // namespace braid::optimizer
