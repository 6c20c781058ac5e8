#pragma once

#include <atomic>
#include <cstdint>

namespace braid::scheduler {

// Between two looks at what another thread is about to change.
inline void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

// A mutex of a byte for sections of a few instructions (a queue, a count): taking it is one exchange, releasing it a
// plain store. Who finds it taken tries again for a moment, then lets other threads run: the owner may be off its
// processor.
class ShortLock {
  public:
    void lock() noexcept {
        if (taken_.exchange(true, std::memory_order_acquire)) lock_taken();
    }
    void unlock() noexcept { taken_.store(false, std::memory_order_release); }

  private:
    void lock_taken() noexcept;

    std::atomic<bool> taken_{false};
};

}  // namespace braid::scheduler
