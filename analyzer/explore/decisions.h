#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace braid::explore {

/// What was decided about unknowns, by their symbols. A few entries, copied with every state: so they lie in one piece.
class Decisions {
  public:
    using Entry = std::pair<uint64_t, uint64_t>;

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    bool empty() const { return entries_.empty(); }
    std::vector<Entry>::const_iterator find(uint64_t symbol) const {
        auto at = std::lower_bound(begin(), end(), Entry{symbol, 0});
        return at != end() && at->first == symbol ? at : end();
    }
    uint64_t& operator[](uint64_t symbol) {
        auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry{symbol, 0});
        if (at == entries_.end() || at->first != symbol) at = entries_.insert(at, {symbol, 0});
        return at->second;
    }

  private:
    std::vector<Entry> entries_;  // in order of symbols
};

}  // namespace braid::explore
