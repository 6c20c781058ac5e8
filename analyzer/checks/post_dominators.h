#pragma once
#include <vector>

#include "analyzer/flow/mir.h"

namespace braid::checks {

/// Which blocks every way from a block to an end of the function comes through. Errors thrown on the way are left out.
class PostDominators {
  public:
    explicit PostDominators(const mir::MirBody& body);
    /// Every way that goes on from `block` comes to `follower`.
    bool always_follows(mir::BlockId follower, mir::BlockId block) const;

  private:
    std::vector<mir::BlockId> immediate_;  // kNoBlock: an end, or what leads to none
    std::vector<uint32_t> depth_;
};

}  // namespace braid::checks
