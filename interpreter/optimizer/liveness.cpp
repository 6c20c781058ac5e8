#include "interpreter/optimizer/liveness.h"

namespace braid::optimizer {

Liveness::Liveness(const Graph& graph) : graph_(graph) {
    in_.assign(graph.blocks.size(), RegisterSet(graph.register_count()));
    unwound_.resize(graph.blocks.size());
    for (BlockId handler : graph.handler_targets) unwound_[handler] = in_[handler];
    // Backwards over blocks, until nothing changes: blocks stand roughly in the order of control.
    for (bool changed = true; changed;) {
        changed = false;
        for (BlockId id = static_cast<BlockId>(graph.blocks.size()); id-- > 0;) {
            const Block& block = graph.blocks[id];
            RegisterSet live = out(id);
            for (auto i = block.code.rbegin(); i != block.code.rend(); ++i) step_back(*i, live);
            if (!in_[id].add_all(live)) continue;
            changed = true;
            if (block.arrives != kNoRegister) {
                live.remove(graph.index(block.arrives));
                unwound_[id].add_all(live);
            }
        }
    }
}

RegisterSet Liveness::out(BlockId id) const {
    RegisterSet live(graph_.register_count());
    graph_.for_each_successor(id, [&](BlockId to) { live.add_all(in_[to]); });
    return live;
}

void Liveness::add_handlers(const Instruction& i, RegisterSet& live) const {
    if (i.region == 0 || is_pure(i.op)) return;
    graph_.for_each_handler(i.region, [&](BlockId handler) { live.add_all(unwound_[handler]); });
}

void Liveness::step_back(const Instruction& i, RegisterSet& live) const {
    if (Register r = written(i); r != kNoRegister) live.remove(graph_.index(r));
    add_handlers(i, live);
    for_each_read(i, [&](const uint16_t& r) { live.add(graph_.index(r)); });
}

bool Liveness::handlers_read(const Instruction& i, Register r) const {
    bool found = false;
    if (i.region != 0 && !is_pure(i.op))
        graph_.for_each_handler(i.region, [&](BlockId handler) { found |= unwound_[handler].has(graph_.index(r)); });
    return found;
}

}  // namespace braid::optimizer
