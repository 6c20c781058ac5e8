#include <algorithm>
#include <optional>
#include <utility>

#include "interpreter/optimizer/graph.h"

// From blocks to code: their order, which jumps remain, and what closes a loop.
namespace braid::optimizer {

using bytecode::Function;
using bytecode::Handler;
using bytecode::Unit;

namespace {

constexpr uint32_t kUnplaced = ~uint32_t{0};

/// An error is made there and nothing else: no place in the way of what usually happens.
bool is_cold(const Block& block) {
    if (block.code.empty()) return false;
    Opcode last = block.code.back().op;
    return last == Opcode::Raise || last == Opcode::Panic || last == Opcode::AssertFail || last == Opcode::ResumeUnwind;
}

class Encoder {
  public:
    Encoder(const Graph& graph, Function& function) : graph_(graph), f_(function) {}

    std::string run() {
        f_.code.clear();
        f_.debug.lines.clear();
        f_.debug.variables.clear();
        handlers_ = std::exchange(f_.handlers, {});
        starts_.assign(graph_.blocks.size(), kUnplaced);
        emit_blocks();
        for (const Fixup& fixup : fixups_) {
            uint32_t offset = starts_[fixup.target] - fixup.instruction;
            f_.code[fixup.at] = Unit(offset);
            f_.code[fixup.at + 1] = Unit(offset >> 16);
        }
        write_tables();
        bool fits = f_.code.size() < (size_t{1} << 30) && graph_.register_count() < 0xf000;
        return fits ? "" : "the function is too large";
    }

  private:
    struct Fixup {
        uint32_t at, instruction;
        BlockId target;
    };
    struct Covered {
        uint32_t begin, end;
        uint16_t region;
    };

    Register final_register(Register r) const {
        return r == kNoRegister || !is_traced(r) ? r : static_cast<Register>(graph_.scalars + (r & ~kTracedBit));
    }
    bool placed(BlockId id) const { return starts_[id] != kUnplaced; }
    uint32_t pc() const { return static_cast<uint32_t>(f_.code.size()); }

    /// Depth first, each block before what it falls into; what only errors enter comes last.
    void emit_blocks() {
        pending_.push_back(0);
        while (!pending_.empty() || !cold_.empty()) {
            std::vector<BlockId>& from = pending_.empty() ? cold_ : pending_;
            BlockId id = from.back();
            from.pop_back();
            while (id != kNoBlock && !placed(id)) id = emit_block(id);
        }
    }
    void later(BlockId id) {
        if (!placed(id)) (is_cold(graph_.blocks[id]) ? cold_ : pending_).push_back(id);
    }

    /// Returns the block it falls into, which has to follow.
    BlockId emit_block(BlockId id) {
        starts_[id] = pc();
        const Block& block = graph_.blocks[id];
        const Instruction* branch = block.branch();
        if (block.code.empty()) leave_empty(id);
        for (size_t k = 0; k < block.code.size(); ++k) {
            const Instruction& i = block.code[k];
            if (&i == branch) continue;
            if (branch && &i + 1 == branch)
                if (auto out = emit_count(i, *branch, block.next)) return after(*out);
            if (i.quick == Opcode::Nop) emit(i);
            else emit_quick(i, block.code[++k]);
        }
        BlockId next = block.next;
        if (branch) next = emit_branch(*branch, next);
        else if (!block.code.empty() && block.code.back().op == Opcode::Select)
            for (BlockId arm : graph_.select_targets[block.code.back().operands[1]]) later(arm);
        return after(next);
    }

    /// A task that stops at the jump of an empty block unwinds from there: the jump belongs to what it leads to, not to
    /// what happens to stand before it.
    void leave_empty(BlockId id) {
        last_.region = 0;
        for (size_t steps = 0; steps < graph_.blocks.size() && id != kNoBlock; ++steps) {
            const Block& block = graph_.blocks[id];
            if (!block.code.empty()) return void(last_ = block.code.front());
            id = block.next;
        }
    }

    /// Where the code goes on behind what was emitted last: falls through, or jumps to what stands already.
    BlockId after(BlockId next) {
        if (next == kNoBlock || !placed(next)) return next;
        Instruction back = last_;
        back.op = Opcode::JumpBack;
        back.target = next;
        emit(back);
        return kNoBlock;
    }

    /// `n += 1; if n < limit …` at the end of a loop as one instruction, if it is that. Gives the way out of the loop.
    std::optional<BlockId> emit_count(const Instruction& add, Instruction branch, BlockId next) {
        if (!branch.counts || add.op != Opcode::AddImmediateI64 || add.immediate(2) != 1) return std::nullopt;
        if (!placed(branch.target)) invert(branch, next);
        bool immediate = branch.op == Opcode::JumpLessImmediate;
        if (!placed(branch.target) || (!immediate && branch.op != Opcode::JumpLessI64) ||
            add.operands[0] != branch.operands[0])
            return std::nullopt;
        branch.op = immediate ? Opcode::BackCountLessImmediate : Opcode::BackCountLessI64;
        branch.operands = {add.operands[0], add.operands[1], branch.operands[1]};
        emit(branch);
        return next;
    }

    static void invert(Instruction& jump, BlockId& next) {
        const Branch& kinds = *branch_of(jump.op);
        jump.op = kinds.inverse;
        if (kinds.inverse_swaps) std::swap(jump.operands[0], jump.operands[1]);
        std::swap(jump.target, next);
    }

    /// Returns the block for the case that it does not jump.
    BlockId emit_branch(Instruction jump, BlockId next) {
        // What happens more often falls through.
        bool rather = placed(next) || is_cold(graph_.blocks[next]) ||
                      graph_.blocks[jump.target].depth > graph_.blocks[next].depth;
        if (!placed(jump.target) && rather) invert(jump, next);
        later(jump.target);
        if (placed(jump.target)) jump.op = branch_of(jump.op)->back;
        emit(jump);
        return next;
    }

    /// The quick instruction, then the two that do the same for everything.
    void emit_quick(const Instruction& load, const Instruction& unbox) {
        Instruction quick = load;
        quick.op = load.quick;
        bool property = load.op == Opcode::GetProperty;
        quick.operands = {unbox.operands[0], load.operands[1], load.operands[property ? 3 : 2]};
        uint32_t start = pc();
        emit(quick);
        uint32_t jump = pc() - 2;
        Instruction slow = load;
        slow.is_statement = false;
        emit(slow);
        emit(unbox);
        uint32_t offset = pc() - start;
        f_.code[jump] = Unit(offset);
        f_.code[jump + 1] = Unit(offset >> 16);
    }

    void emit(const Instruction& i) {
        last_.region = i.region;
        last_.node = i.node;
        last_.inlined = i.inlined;
        uint32_t start = pc();
        auto& lines = f_.debug.lines;
        if (lines.empty() || lines.back().node != i.node || lines.back().inlined != i.inlined || i.is_statement)
            lines.push_back({start, i.node, i.is_statement, i.inlined});
        f_.code.push_back(Unit(i.op));
        const auto& shapes = bytecode::info_of(i.op).operands;
        for (size_t k = 0; k < shapes.size() && shapes[k] != Shape::None; ++k) {
            if (shapes[k] == Shape::J) {
                if (i.target != kNoBlock) fixups_.push_back({pc(), start, i.target});
                f_.code.resize(f_.code.size() + 2);
            } else if (shapes[k] == Shape::L) {
                f_.code.push_back(Unit(i.list.size()));
                for (Register r : i.list) f_.code.push_back(final_register(r));
            } else {
                bool is_register = is_read(shapes[k]) || is_written(shapes[k]);
                f_.code.push_back(is_register ? final_register(i.operands[k]) : i.operands[k]);
            }
        }
        if (i.region == 0) return;
        graph_.for_each_handler(i.region, [&](BlockId target) {
            if (!placed(target)) cold_.push_back(target);
        });
        if (!covered_.empty() && covered_.back().region == i.region && covered_.back().end == start)
            covered_.back().end = pc();
        else covered_.push_back({start, pc(), i.region});
    }

    void write_tables() {
        for (size_t h = 0; h < handlers_.size(); ++h) {
            BlockId target = graph_.handler_targets[h];
            Handler* last = nullptr;
            for (const Covered& c : covered_) {
                const auto& region = graph_.regions[c.region];
                if (std::find(region.begin(), region.end(), h) == region.end()) continue;
                if (last && last->end == c.begin) {
                    last->end = c.end;
                    continue;
                }
                last = &f_.handlers.emplace_back(handlers_[h]);
                last->begin = c.begin;
                last->end = c.end;
                last->target = starts_[target];
                last->error = final_register(graph_.blocks[target].arrives);
            }
        }
        for (size_t s = 0; s < f_.selects.size(); ++s)
            for (size_t a = 0; a < f_.selects[s].arms.size(); ++a) {
                BlockId target = graph_.select_targets[s][a];
                f_.selects[s].arms[a].target = placed(target) ? starts_[target] : 0;
                f_.selects[s].arms[a].destination = final_register(graph_.select_destinations[s][a]);
            }
        for (size_t i = 0; i < f_.parameters.size(); ++i) f_.parameters[i] = final_register(graph_.parameters[i]);
        f_.closure = final_register(graph_.closure);
        f_.scalar_count = graph_.scalars;
        f_.traced_count = graph_.traced;
    }

    const Graph& graph_;
    Function& f_;
    std::vector<uint32_t> starts_;
    std::vector<BlockId> pending_, cold_;
    std::vector<Fixup> fixups_;
    std::vector<Covered> covered_;
    std::vector<Handler> handlers_;
    Instruction last_;  // where the instruction emitted last comes from
};

}  // namespace

std::string Graph::write(Function& function) const { return Encoder(*this, function).run(); }

}  // namespace braid::optimizer
