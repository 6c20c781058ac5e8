#include "analyzer/flow/dataflow.h"

#include <algorithm>

namespace braid::mir {

namespace {

std::vector<BlockId> successors(const Block& block) {
    std::vector<BlockId> out;
    for_each_successor(block.terminator, [&](BlockId target, const Place*) { out.push_back(target); });
    if (block.unwind != kNoBlock) out.push_back(block.unwind);
    return out;
}

}  // namespace

BlockOrder::BlockOrder(const MirBody& body) : rank(body.blocks.size(), kUnreached) {
    struct Visit {
        BlockId block;
        std::vector<BlockId> targets;
    };
    std::vector<bool> seen(body.blocks.size(), false);
    std::vector<Visit> path;
    auto enter = [&](BlockId block) {
        seen[block] = true;
        path.push_back({block, successors(body.blocks[block])});
    };
    enter(0);
    while (!path.empty()) {
        auto& targets = path.back().targets;
        if (targets.empty()) {
            order.push_back(path.back().block);
            path.pop_back();
            continue;
        }
        const BlockId next = targets.back();
        targets.pop_back();
        if (!seen[next]) enter(next);
    }
    std::reverse(order.begin(), order.end());
    for (uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
}

/// A loop comes back to a use that stands in it, unless what it comes back through makes the variable anew.
void LastUses::go_round_loops(const MirBody& body) {
    const auto count = uint32_t(order_.order.size());
    // By rank of where loops begin: the last block that goes back there. Then of 2, 4, 8… of them (a sparse table).
    std::vector<std::vector<uint32_t>> ends(1, std::vector<uint32_t>(count, 0));
    bool loops = false;
    for (uint32_t i = 0; i < count; ++i)
        for (BlockId target : successors(body.blocks[order_.order[i]]))
            if (order_.rank[target] <= i) ends[0][order_.rank[target]] = i, loops = true;
    if (!loops) return;
    for (uint32_t width = 1; width * 2 <= count; width *= 2) {
        const std::vector<uint32_t>& half = ends.back();
        std::vector<uint32_t> next(count - width * 2 + 1);
        for (uint32_t i = 0; i < next.size(); ++i) next[i] = std::max(half[i], half[i + width]);
        ends.push_back(std::move(next));
    }
    std::vector<uint32_t> begins(body.locals.size(), 0);  // the first rank that a loop around the uses alone can have
    for (uint32_t i = 0; i < count; ++i)
        for (const Statement& s : body.blocks[order_.order[i]].statements)
            if (auto* live = std::get_if<StorageLive>(&s.kind))
                begins[live->local] = begins[live->local] ? BlockOrder::kUnreached : i + 1;
    for (Local local = 0; local < last_.size(); ++local) {
        const uint32_t from = begins[local] == BlockOrder::kUnreached ? 0 : begins[local], to = last_[local] + 1;
        if (from >= to) continue;
        size_t level = 0;
        while ((2u << level) <= to - from) ++level;
        const uint32_t end = std::max(ends[level][from], ends[level][to - (1u << level)]);
        last_[local] = std::max(last_[local], end);
    }
}

LastUses LastUses::of_assignments(const MirBody& body) {
    LastUses out(body, BlockOrder(body));
    for (uint32_t rank = 0; rank < out.order_.order.size(); ++rank)
        for (const Statement& s : body.blocks[out.order_.order[rank]].statements)
            if (auto* assign = std::get_if<Assign>(&s.kind)) out.last_[assign->place.local] = rank;
    out.go_round_loops(body);
    return out;
}

LastUses::LastUses(const MirBody& body) : LastUses(body, BlockOrder(body)) {
    for (uint32_t rank = 0; rank < order_.order.size(); ++rank) {
        const Block& block = body.blocks[order_.order[rank]];
        auto reads = [&](const Place& place) {
            last_[place.local] = rank;
            for (const Projection& projection : place.projections)
                if (auto* index = std::get_if<IndexOf>(&projection)) last_[index->index] = rank;
        };
        auto operand = [&](const Operand& o) {
            if (auto* place = read_place(o)) reads(*place);
        };
        auto written = [&](const Place& place) {
            if (!place.is_local()) reads(place);  // a part of what is there
        };
        for (const Statement& s : block.statements) {
            for_each_operand(s, operand, reads);
            if (auto* assign = std::get_if<Assign>(&s.kind)) written(assign->place);
        }
        for_each_operand(block.terminator, operand);
        if (auto* select = std::get_if<SelectTerminator>(&block.terminator.kind))
            for (const SelectArm& arm : select->arms) operand(arm.value);
        for_each_successor(block.terminator, [&](BlockId, const Place* place) {
            if (place) written(*place);
        });
    }
    go_round_loops(body);
}

}  // namespace braid::mir
