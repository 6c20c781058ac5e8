#include "interpreter/scheduler/short_lock.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace braid::scheduler {

namespace {

// Longer than any section takes while its owner runs.
constexpr int kTries = 64;
// Then so often another thread's turn, then sleep.
constexpr int kYields = 16;
constexpr std::chrono::microseconds kFirstSleep{20}, kLongestSleep{500};

}  // namespace

void ShortLock::lock_taken() noexcept {
    auto sleep = kFirstSleep;
    for (int tries = 0;; ++tries) {
        if (!taken_.load(std::memory_order_relaxed) && !taken_.exchange(true, std::memory_order_acquire)) return;
        if (tries < kTries) {
            pause();
        } else if (tries < kTries + kYields) {
            std::this_thread::yield();
        } else {
            std::this_thread::sleep_for(sleep);
            sleep = std::min(sleep * 2, kLongestSleep);
        }
    }
}

}  // namespace braid::scheduler
