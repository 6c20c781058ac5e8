#pragma once

#include <atomic>
#include <cstdint>

namespace braid::scheduler {

// A mutex of four bytes for sections of a few instructions (a queue, a count): taking it is one exchange, releasing it
// another. Who finds it taken waits in the kernel after a short while. After Drepper, "Futexes are tricky" (2011),
// mutex 2.
class ShortLock {
  public:
    void lock() noexcept {
        uint32_t free = kFree;
        if (!state_.compare_exchange_strong(free, kTaken, std::memory_order_acquire, std::memory_order_relaxed))
            lock_taken();
    }
    void unlock() noexcept {
        if (state_.exchange(kFree, std::memory_order_release) == kWaitedFor) state_.notify_one();
    }

  private:
    static constexpr uint32_t kFree = 0, kTaken = 1, kWaitedFor = 2;

    void lock_taken() noexcept;

    std::atomic<uint32_t> state_{kFree};
};

}  // namespace braid::scheduler
