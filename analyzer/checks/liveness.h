#pragma once
#include <vector>

#include "analyzer/checks/body_regions.h"

/// Which locals that hold borrows are used again before they are written: a backward dataflow, bits per block. A drop
/// uses a local only where it looks at what is borrowed. Parameters and captures, whose borrows go on after the
/// function, are not listed: they live everywhere.
namespace braid::checks {

class Liveness {
  public:
    Liveness(const mir::MirBody& body, const BodyRegions& regions, RegionsOfTypes& types);

    static bool lives_everywhere(const mir::LocalDeclaration& local) {
        return local.kind == mir::LocalKind::Parameter || local.kind == mir::LocalKind::Capture;
    }

    static constexpr uint32_t kNone = 0xffffffff;
    /// The listed locals are numbered: which number this one has, kNone if it is not listed.
    uint32_t index_of(mir::Local local) const { return index_[local]; }
    mir::Local local_at(size_t index) const { return locals_[index]; }
    size_t words() const { return words_; }
    /// A bit per number: those that live at the begin of the block.
    const uint64_t* at_start(mir::BlockId block) const { return live_in_.data() + block * words_; }
    /// Calls `f(local)` for each that lives at the begin of the block.
    template <typename F>
    void at_start(mir::BlockId block, F&& f) const {
        for (size_t word = 0; word < words_; ++word)
            for (uint64_t bits = at_start(block)[word]; bits != 0; bits &= bits - 1)
                f(locals_[word * 64 + size_t(__builtin_ctzll(bits))]);
    }

    struct Change {
        uint32_t statement;  // of the block; past the last: its terminator
        mir::Local local;
        bool begins;
    };
    /// Where locals begin and end to live within the block, in order.
    std::vector<Change> changes(mir::BlockId) const;

  private:
    using Bits = std::vector<uint64_t>;
    Bits at_end(mir::BlockId) const;
    template <typename U, typename K>
    void backward(mir::BlockId, U&& used, K&& killed) const;

    const mir::MirBody& body_;
    std::vector<mir::Local> locals_;
    std::vector<uint32_t> index_;  // by local; kNone: not tracked
    std::vector<bool> drop_looks_;
    size_t words_ = 0;
    std::vector<uint64_t> live_in_;
};

/// Calls `f(Local)` for each local whose borrows a statement or a terminator uses.
template <typename F>
void for_each_use(const mir::Statement& s, F&& f);
template <typename F>
void for_each_use(const mir::Terminator& t, F&& f);

}  // namespace braid::checks

#include "analyzer/checks/liveness_uses.h"
