#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/flow/mir_walk.h"

namespace braid::mir {

/// A forward dataflow, solved (Kildall): what holds at the begin of each block; nothing where no way leads.
/// `transfer(id, state, leaving)` runs a block from `state` and calls `leaving(target, state)` for each edge it
/// follows; `merge(into, from)` adds what another way brings and says whether that was new.
template <typename State, typename Transfer, typename Merge>
std::vector<std::optional<State>> forward_dataflow(const MirBody& body, State start, Transfer&& transfer,
                                                   Merge&& merge) {
    std::vector<std::optional<State>> entry(body.blocks.size());
    entry[0] = std::move(start);
    std::vector<BlockId> work{0};
    while (!work.empty()) {
        BlockId id = work.back();
        work.pop_back();
        // A copy: a block may lead back to itself.
        transfer(id, State(*entry[id]), [&](BlockId target, const State& state) {
            bool changed = !entry[target] || merge(*entry[target], state);
            if (!entry[target]) entry[target] = state;
            if (changed) work.push_back(target);
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
