#include "interpreter/scheduler/short_lock.h"

namespace braid::scheduler {

namespace {

// Longer than any section takes while its owner runs.
constexpr int kTries = 64;

inline void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace

void ShortLock::lock_taken() noexcept {
    for (int i = 0; i < kTries; ++i) {
        uint32_t free = kFree;
        if (state_.load(std::memory_order_relaxed) == kFree &&
            state_.compare_exchange_weak(free, kTaken, std::memory_order_acquire, std::memory_order_relaxed))
            return;
        pause();
    }
    while (state_.exchange(kWaitedFor, std::memory_order_acquire) != kFree)
        state_.wait(kWaitedFor, std::memory_order_relaxed);
}

}  // namespace braid::scheduler
