#pragma once
#include <vector>

#include "interpreter/optimizer/graph.h"

namespace braid::optimizer {

/// A set of registers, by Graph::index.
class RegisterSet {
  public:
    explicit RegisterSet(size_t size = 0) : words_((size + 63) / 64) {}
    bool has(size_t i) const { return words_[i / 64] >> (i % 64) & 1; }
    void add(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
    void remove(size_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
    /// Whether anything was new. `other` may be of fewer registers: it was made before others were.
    bool add_all(const RegisterSet& other) {
        uint64_t added = 0;
        for (size_t i = 0; i < other.words_.size(); ++i) {
            added |= other.words_[i] & ~words_[i];
            words_[i] |= other.words_[i];
        }
        return added != 0;
    }
    bool operator==(const RegisterSet&) const = default;
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (size_t i = 0; i < words_.size(); ++i)
            for (uint64_t rest = words_[i]; rest != 0; rest &= rest - 1)
                visit(i * 64 + static_cast<size_t>(__builtin_ctzll(rest)));
    }

  private:
    std::vector<uint64_t> words_;
};

/// Which registers hold a value that may still be read, at the edges of blocks; unwinding counts.
class Liveness {
  public:
    explicit Liveness(const Graph& graph);

    const RegisterSet& in(BlockId id) const { return in_[id]; }
    RegisterSet out(BlockId id) const;
    /// From what is live behind an instruction to what is live before it.
    void step_back(const Instruction& i, RegisterSet& live) const;
    /// What handlers read when this instruction raises.
    void add_handlers(const Instruction& i, RegisterSet& live) const;
    bool handlers_read(const Instruction& i, Register r) const;

  private:
    const Graph& graph_;
    std::vector<RegisterSet> in_;
    // Of handlers: the same without the error that arrives when something raises. Control may also come there with the
    // error at hand (a cleanup that goes on with an outer one), so that this is a matter of the edge and not of the
    // block.
    std::vector<RegisterSet> unwound_;
};

}  // namespace braid::optimizer
