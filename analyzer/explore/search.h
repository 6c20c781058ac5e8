#pragma once
#include <vector>

#include "analyzer/explore/machine.h"

namespace braid::explore {

/// Input: how many states of a body are looked at, at most. Not set: as many as an editor or `check` has time for.
/// What starts a program sets fewer, because the program waits for the answer, and will tell of itself what it meets.
struct StateLimit {
    using Key = NoKey;
    using Value = size_t;
    static constexpr const char* name = "state_limit";
    static constexpr size_t kBeforeRun = 150;
};

/// All schedules of what starts in one body, within limits: where everything that still lives waits for ever, and what
/// went wrong on the way. Breadth first, so that the story of each is a shortest one.
struct Exploration {
    std::vector<State> stuck;
    std::vector<Incident> incidents;
    bool complete = false;   // no limit was met, nothing was left out or assumed
    bool ends_well = false;  // some schedule does
    std::set<ItemId> visited;
};

Exploration explore(QueryContext& context, Machine& machine);

}  // namespace braid::explore
