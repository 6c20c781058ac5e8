#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace braid::scheduler {

// A binary semaphore for one thread: unpark() before park() is remembered, several count once.
template <class Mutex = std::mutex, class Condition = std::condition_variable>
class BasicParker {
  public:
    void park() {
        std::unique_lock lock(mutex_);
        condition_.wait(lock, [this] { return token_; });
        token_ = false;
    }

    // False: time ran out first.
    bool park_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        bool woken = condition_.wait_until(lock, deadline, [this] { return token_; });
        token_ = false;
        return woken;
    }

    void unpark() {
        // Notified under the lock: the parked thread may destroy this object as soon as it has the token.
        std::lock_guard lock(mutex_);
        token_ = true;
        condition_.notify_one();
    }

  private:
    Mutex mutex_;
    Condition condition_;
    bool token_ = false;
};

using Parker = BasicParker<>;

}  // namespace braid::scheduler
