#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace braid::runtime {

/// How many calls may run at once, learned from how many end in a second: hill climbing over fixed levels, as thread
/// pools do it (Hellerstein, Morrison, Eilebrecht: "Optimizing Concurrency Levels in the .NET ThreadPool", 2008), with
/// a memory of what each level gave. The smallest of the levels that are as good as the best one wins. Any thread may
/// call it. Times are nanoseconds of one clock.
class ConcurrencyLimit {
  public:
    explicit ConcurrencyLimit(size_t workers);

    size_t limit() const;
    /// A call has ended, one of so many `running`; `more`: others wait to be started. It says something only if as many
    /// ran as may.
    void ended(uint64_t now, size_t running, bool more);
    /// Calls in a second at the level held, as far as is known; 0: nothing is.
    double throughput() const;

  private:
    static constexpr std::array<size_t, 20> kLevels = {1,  2,  3,  4,   6,   8,   12,  16,  24,  32,
                                                       48, 64, 96, 128, 192, 256, 384, 512, 768, 1024};
    void learn(double throughput);
    void hold(double throughput);
    void probe(double throughput);
    void try_level(int direction, size_t stride);
    void forget();

    mutable std::mutex mutex_;
    std::array<double, kLevels.size()> known_{};  // throughput of each level, 0: not measured since the load changed
    size_t level_, home_, first_;                 // in use; best so far; where it begins
    double best_ = 0;
    int direction_ = 1;
    size_t stride_ = 2;
    int failures_ = 0;   // probes of home's neighbours that were no better
    int hold_left_ = 0;  // windows until the next probe; 0: probing
    int hold_length_;
    // The window that is measured: calls that have ended in it, when it began, and when those of before were over.
    size_t counted_ = 0;
    uint64_t began_ = 0, settled_ = 0;
};

}  // namespace braid::runtime
