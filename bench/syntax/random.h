#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace braid::bench {

/// splitmix64: the same numbers on every machine, unlike the distributions of <random>.
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}
    uint64_t next() {
        uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// Below `limit`.
    uint32_t below(uint32_t limit) { return limit == 0 ? 0 : uint32_t(next() % limit); }
    bool one_in(uint32_t n) { return below(n) == 0; }
    template <typename T>
    T pick(std::initializer_list<T> choices) {
        return *(choices.begin() + below(uint32_t(choices.size())));
    }

  private:
    uint64_t state_;
};

}  // namespace braid::bench
