#pragma once
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "analyzer/flow/mir_walk.h"

namespace braid::mir {

/// The blocks so that each stands behind those that lead to it, loops aside (reverse postorder).
struct BlockOrder {
    static constexpr uint32_t kUnreached = 0xffffffff;
    explicit BlockOrder(const MirBody&);
    std::vector<BlockId> order;
    std::vector<uint32_t> rank;  // by block; kUnreached where no way leads
};

/// Where locals are read for the last time: facts about those that nobody asks for any more need not be carried on.
class LastUses {
  public:
    explicit LastUses(const MirBody&);
    /// Where they are assigned to as a whole by a statement, for the last time.
    static LastUses of_assignments(const MirBody&);
    bool is_over(Local local, BlockId block) const { return last_[local] < order_.rank[block]; }

  private:
    LastUses(const MirBody& body, BlockOrder order) : order_(std::move(order)), last_(body.locals.size(), 0) {}
    BlockOrder order_;
    void go_round_loops(const MirBody&);
    std::vector<uint32_t> last_;  // rank; of what a loop comes back to, that of the loop's end
};

/// A forward dataflow, solved (Kildall; blocks in reverse postorder): what holds at the begin of each block; nothing
/// where no way leads. `transfer(id, state, leaving)` runs a block from `state` and calls `leaving(target, state)` for
/// each edge it follows; `merge(into, from)` adds what another way brings and says whether that was new.
template <typename State, typename Transfer, typename Merge>
std::vector<std::optional<State>> forward_dataflow(const MirBody& body, State start, Transfer&& transfer,
                                                   Merge&& merge) {
    std::vector<std::optional<State>> entry(body.blocks.size());
    entry[0] = std::move(start);
    const BlockOrder blocks(body);
    std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> work;
    std::vector<bool> waits(body.blocks.size(), false);
    work.push(0);
    while (!work.empty()) {
        const BlockId id = blocks.order[work.top()];
        work.pop();
        waits[id] = false;
        // A copy: a block may lead back to itself.
        transfer(id, State(*entry[id]), [&](BlockId target, const State& state) {
            bool changed = !entry[target] || merge(*entry[target], state);
            if (!entry[target]) entry[target] = state;
            if (!changed || waits[target]) return;
            waits[target] = true;
            work.push(blocks.rank[target]);
        });
    }
    return entry;
}

/// The same where a block has one state on all its ways out: `transfer(id, state)` changes the state to that.
template <typename State, typename Transfer, typename Merge>
std::vector<std::optional<State>> forward_dataflow_of_blocks(const MirBody& body, State start, Transfer&& transfer,
                                                             Merge&& merge) {
    return forward_dataflow(
        body, std::move(start),
        [&](BlockId id, State state, auto&& leaving) {
            transfer(id, state);
            for_each_successor(body.blocks[id].terminator,
                               [&](BlockId target, const Place*) { leaving(target, state); });
        },
        merge);
}

/// How sets merge where what one way brings is enough.
struct Union {
    template <typename Set>
    bool operator()(Set& into, const Set& from) const {
        size_t before = into.size();
        into.insert(from.begin(), from.end());
        return into.size() != before;
    }
};

}  // namespace braid::mir
