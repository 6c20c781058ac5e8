#include "interpreter/optimizer/graph.h"

#include <map>

namespace braid::optimizer {

using bytecode::Function;
using bytecode::Handler;
using bytecode::Unit;

namespace {

constexpr uint32_t kNoCode = ~uint32_t{0};

/// Reads a function's code into the blocks of a graph.
class Decoder {
  public:
    Decoder(const Function& function, Graph& graph) : f_(function), graph_(graph) {}

    void run() {
        find_leaders();
        for (const Handler& handler : f_.handlers) graph_.handler_targets.push_back(block_at_[handler.target]);
        graph_.regions.emplace_back();
        for (uint32_t pc = 0; pc < f_.code.size(); pc += length(pc)) append(pc);
        for (const Handler& handler : f_.handlers)
            graph_.blocks[block_at_[handler.target]].arrives = decoded(handler.error);
        for (const bytecode::SelectInfo& select : f_.selects) {
            auto& targets = graph_.select_targets.emplace_back();
            auto& destinations = graph_.select_destinations.emplace_back();
            for (const auto& arm : select.arms) {
                targets.push_back(block_at_[arm.target]);
                destinations.push_back(decoded(arm.destination));
            }
        }
        for (Register r : f_.parameters) graph_.parameters.push_back(decoded(r));
        graph_.closure = decoded(f_.closure);
        graph_.scalars = f_.scalar_count;
        graph_.traced = f_.traced_count;
    }

  private:
    uint32_t length(uint32_t pc) const { return bytecode::instruction_length(f_.code, pc); }
    Register decoded(Register r) const {
        if (r == kNoRegister || r < f_.scalar_count) return r;
        return static_cast<Register>((r - f_.scalar_count) | kTracedBit);
    }
    uint32_t jump_target(uint32_t pc) const {
        uint32_t at = pc + 1;
        for (Shape shape : bytecode::info_of(Opcode(f_.code[pc])).operands) {
            if (shape == Shape::J) return pc + static_cast<uint32_t>(bytecode::read_jump(&f_.code[at]));
            if (shape == Shape::None || shape == Shape::L) break;
            ++at;
        }
        return kNoCode;
    }

    void find_leaders() {
        std::vector<bool> leads(f_.code.size() + 1, false);
        leads[0] = true;
        for (const Handler& handler : f_.handlers) leads[handler.target] = true;
        for (const auto& select : f_.selects)
            for (const auto& arm : select.arms) leads[arm.target] = true;
        for (uint32_t pc = 0; pc < f_.code.size(); pc += length(pc)) {
            uint32_t target = jump_target(pc);
            if (target != kNoCode) leads[target] = true;
            if (target != kNoCode || ends_block(Opcode(f_.code[pc]))) leads[pc + length(pc)] = true;
        }
        block_at_.assign(f_.code.size() + 1, kNoBlock);
        for (uint32_t pc = 0; pc < f_.code.size(); pc += length(pc))
            if (leads[pc]) block_at_[pc] = static_cast<BlockId>(graph_.blocks.size()), graph_.blocks.emplace_back();
    }

    uint16_t region_of(uint32_t pc) {
        std::vector<uint16_t> covering;
        for (size_t h = 0; h < f_.handlers.size(); ++h)
            if (f_.handlers[h].begin <= pc && pc < f_.handlers[h].end) covering.push_back(static_cast<uint16_t>(h));
        auto [it, added] = regions_.emplace(covering, static_cast<uint16_t>(graph_.regions.size()));
        if (covering.empty()) return 0;
        if (added) graph_.regions.push_back(covering);
        return it->second;
    }

    void append(uint32_t pc) {
        if (block_at_[pc] != kNoBlock) current_ = block_at_[pc];
        Block& block = graph_.blocks[current_];
        const auto& lines = f_.debug.lines;
        while (line_ < lines.size() && lines[line_].pc <= pc) ++line_;
        Instruction i;
        i.op = Opcode(f_.code[pc]);
        i.region = region_of(pc);
        if (line_ > 0) {
            i.node = lines[line_ - 1].node;
            i.inlined = lines[line_ - 1].inlined;
            i.is_statement = lines[line_ - 1].is_statement && lines[line_ - 1].pc == pc;
        }
        decode_operands(i, pc);
        if (uint32_t target = jump_target(pc); target != kNoCode) i.target = block_at_[target];
        uint32_t after = pc + length(pc);
        if (i.op == Opcode::Jump || i.op == Opcode::JumpBack) {
            block.next = i.target;
            return;
        }
        bool falls = !ends_block(i.op);
        block.code.push_back(std::move(i));
        if (falls && after < f_.code.size() && block_at_[after] != kNoBlock) block.next = block_at_[after];
    }

    void decode_operands(Instruction& i, uint32_t pc) {
        const auto& shapes = bytecode::info_of(i.op).operands;
        uint32_t at = pc + 1;
        for (size_t k = 0; k < shapes.size() && shapes[k] != Shape::None; ++k) {
            if (shapes[k] == Shape::J) {
                at += 2;
            } else if (shapes[k] == Shape::L) {
                Unit n = f_.code[at++];
                for (; n > 0; --n) i.list.push_back(decoded(f_.code[at++]));
            } else {
                bool is_register = is_read(shapes[k]) || is_written(shapes[k]);
                i.operands[k] = is_register ? decoded(f_.code[at]) : f_.code[at];
                ++at;
            }
        }
    }

    const Function& f_;
    Graph& graph_;
    std::vector<BlockId> block_at_;
    std::map<std::vector<uint16_t>, uint16_t> regions_;
    BlockId current_ = 0;
    size_t line_ = 0;
};

}  // namespace

Graph::Graph(const Function& function) { Decoder(function, *this).run(); }

std::vector<std::vector<BlockId>> Graph::predecessors() const {
    std::vector<std::vector<BlockId>> result(blocks.size());
    for (BlockId id = 0; id < blocks.size(); ++id)
        for_each_successor(id, [&](BlockId to) { result[to].push_back(id); });
    return result;
}

std::vector<bool> Graph::entries() const {
    std::vector<bool> result(blocks.size(), false);
    result[0] = true;
    for (BlockId handler : handler_targets) result[handler] = true;
    for (const auto& arms : select_targets)
        for (BlockId arm : arms) result[arm] = true;
    return result;
}

}  // namespace braid::optimizer
