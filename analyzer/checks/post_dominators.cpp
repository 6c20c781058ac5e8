#include "analyzer/checks/post_dominators.h"

#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using mir::BlockId;
using mir::kNoBlock;

// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), on the reversed graph with one exit behind
// all ends.
PostDominators::PostDominators(const mir::MirBody& body) {
    const BlockId exit = BlockId(body.blocks.size());
    std::vector<std::vector<BlockId>> before(exit + 1), after(exit + 1);
    for (BlockId id = 0; id < exit; ++id) {
        for_each_successor(body.blocks[id].terminator, [&](BlockId to, const mir::Place*) { after[id].push_back(to); });
        if (after[id].empty()) after[id].push_back(exit);
        for (BlockId to : after[id]) before[to].push_back(id);
    }
    // Postorder of the reversed graph, from the exit.
    std::vector<uint32_t> order(exit + 1, 0);
    std::vector<BlockId> by_order;
    std::vector<std::pair<BlockId, size_t>> stack{{exit, 0}};
    std::vector<bool> seen(exit + 1, false);
    seen[exit] = true;
    while (!stack.empty()) {
        auto& [id, next] = stack.back();
        if (next < before[id].size()) {
            BlockId to = before[id][next++];
            if (!seen[to]) seen[to] = true, stack.emplace_back(to, 0);
            continue;
        }
        order[id] = uint32_t(by_order.size());
        by_order.push_back(id);
        stack.pop_back();
    }
    immediate_.assign(exit + 1, kNoBlock);
    immediate_[exit] = exit;
    auto intersect = [&](BlockId a, BlockId b) {
        while (a != b) {
            while (order[a] < order[b]) a = immediate_[a];
            while (order[b] < order[a]) b = immediate_[b];
        }
        return a;
    };
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = by_order.size() - 1; i-- > 0;) {
            BlockId id = by_order[i], found = kNoBlock;
            for (BlockId to : after[id])
                if (immediate_[to] != kNoBlock) found = found == kNoBlock ? to : intersect(found, to);
            if (found != immediate_[id]) immediate_[id] = found, changed = true;
        }
    }
    depth_.assign(exit + 1, 0);
    for (size_t i = by_order.size(); i-- > 0;) {
        BlockId id = by_order[i];
        if (id != exit) depth_[id] = depth_[immediate_[id]] + 1;
    }
}

bool PostDominators::always_follows(BlockId follower, BlockId block) const {
    if (immediate_[block] == kNoBlock || immediate_[follower] == kNoBlock) return false;
    while (depth_[block] > depth_[follower]) block = immediate_[block];
    return block == follower;
}

}  // namespace braid::checks
