#include "interpreter/runtime/output.h"

#include <chrono>
#include <cstdio>

namespace braid::runtime {

namespace {
/// The reader sees a line after this, however little is printed.
constexpr std::chrono::milliseconds kDelay{20};
}  // namespace

Output::~Output() {
    {
        std::lock_guard lock(mutex_);
        done_ = true;
    }
    changed_.notify_one();
    thread_.join();  // what is left goes out, and is found to fail, at the end of the process
}

void Output::print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (dirty_.load(std::memory_order_relaxed) || dirty_.exchange(true)) return;
    std::lock_guard lock(mutex_);
    changed_.notify_one();
}

void Output::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return done_ || dirty_.load(); });
        if (changed_.wait_for(lock, kDelay, [this] { return done_; })) return;
        dirty_.store(false);  // before what it covers: what is printed now sets it again
        lock.unlock();
        std::fflush(stdout);
        lock.lock();
    }
}

}  // namespace braid::runtime
