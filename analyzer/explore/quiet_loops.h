#pragma once
#include <vector>

#include "analyzer/database/query.h"
#include "analyzer/flow/mir.h"

/// Loops in which nothing happens that another task could see or wait for, however often they run: the explorer steps
/// over what is left of one that runs long.
namespace braid::explore {

struct QuietLoop {
    bool resizes = false;             ///< it makes lists longer or shorter: how often it runs may matter later
    std::vector<mir::BlockId> exits;  ///< where its edges to the outside lead, each once
    /// What may be different after it, places behind pointers first: those may be among the others.
    std::vector<mir::Place> changed;
    std::vector<std::pair<mir::Place, Name>> properties;  ///< the same, of objects by reference
};

struct QuietLoops {
    static constexpr uint32_t kNoLoop = 0xffffffff;
    std::vector<uint32_t> loop_of;  ///< by block: the outermost quiet loop it lies in; empty where there is none
    std::vector<QuietLoop> loops;
    uint32_t of(mir::BlockId block) const { return loop_of.empty() ? kNoLoop : loop_of[block]; }
};

QuietLoops quiet_loops(QueryContext&, const mir::MirBody&);

}  // namespace braid::explore
