#include <algorithm>

#include "interpreter/optimizer/passes.h"

namespace braid::optimizer {

namespace {

/// Where control really goes that is sent to `id`.
BlockId destination(const Graph& graph, BlockId id) {
    for (size_t steps = 0; steps < graph.blocks.size(); ++steps) {
        const Block& block = graph.blocks[id];
        if (!block.code.empty() || block.next == kNoBlock || block.next == id || block.arrives != kNoRegister) break;
        id = block.next;
    }
    return id;
}

/// A tail so short that a copy costs no more than the jump to it.
bool is_short_end(const Block& block) {
    if (block.next != kNoBlock || block.code.empty() || block.code.size() > 2) return false;
    Opcode last = block.code.back().op;
    return last == Opcode::Return || last == Opcode::ReturnUnit;
}

}  // namespace

void thread_jumps(Graph& graph) {
    for (Block& block : graph.blocks) {
        if (block.next != kNoBlock) block.next = destination(graph, block.next);
        if (Instruction* branch = block.branch()) {
            branch->target = destination(graph, branch->target);
            if (branch->target == block.next) block.code.pop_back();
        }
    }
    for (auto& arms : graph.select_targets)
        for (BlockId& arm : arms) arm = destination(graph, arm);
    for (Block& block : graph.blocks) {
        if (block.next == kNoBlock || block.branch()) continue;
        const Block& end = graph.blocks[block.next];
        if (&end == &block || !is_short_end(end) || end.arrives != kNoRegister) continue;
        auto copy = end.code;
        block.code.insert(block.code.end(), copy.begin(), copy.end());
        block.next = kNoBlock;
    }
    // Blocks with one way in join what comes before.
    auto predecessors = graph.predecessors();
    std::vector<bool> is_entry = graph.entries();
    for (BlockId id = 0; id < graph.blocks.size(); ++id) {
        for (;;) {
            Block& block = graph.blocks[id];
            BlockId next = block.next;
            bool joins = next != kNoBlock && next != id && !block.branch() && predecessors[next].size() == 1 &&
                         predecessors[next][0] == id && !is_entry[next];
            if (!joins) break;
            Block taken = std::move(graph.blocks[next]);
            graph.blocks[next] = {};
            block.code.insert(block.code.end(), std::make_move_iterator(taken.code.begin()),
                              std::make_move_iterator(taken.code.end()));
            block.next = taken.next;
            predecessors[next].clear();
            graph.for_each_successor(
                id, [&](BlockId to) { std::replace(predecessors[to].begin(), predecessors[to].end(), next, id); });
        }
    }
}

}  // namespace braid::optimizer
