#pragma once
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

/// Condvar, Once, WaitGroup, Semaphore, Barrier: a count and a queue. Memory is the collector's; only a semaphore's
/// guards do something at their end.
class Gate final : public WaitObject {
  public:
    explicit Gate(const char* kind, int64_t count = 0) : count(count), kind_(kind) {}
    scheduler::ShortLock mutex;
    int64_t count;
    int64_t arrived = 0;  // Barrier
    int64_t limit = 0;    // Barrier
    uint64_t runner = 0;  // Once: the task that initializes
    WaiterList waiters;

    std::string describe() const override { return kind_; }
    void holders(std::vector<uint64_t>& ids) const override {
        if (runner) ids.push_back(runner);
    }
    std::string missing(std::string_view what) const override {
        if (runner) return {};
        if (what == "wait for") return "nobody is left who could complete it";
        return "nobody is left who could end the wait";
    }

  private:
    const char* kind_;
};

}  // namespace braid::runtime
