#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>

#include "interpreter/scheduler/timer_wheel.h"

namespace braid::scheduler {

struct SchedulerCore;

// The wheel of a scheduler, in microseconds, with what workers ask without its lock.
class Timers {
  public:
    static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

    // `earlier`: it may now be the first; whoever sleeps until next() has to look again.
    uint64_t add(uint64_t deadline_nanoseconds, TimerAction action, bool& earlier);
    bool cancel(uint64_t id);

    // Nanoseconds; at or before the first deadline.
    uint64_t next() const { return next_.load(std::memory_order_seq_cst); }
    bool empty() const { return count_.load(std::memory_order_seq_cst) == 0; }
    uint64_t fired() const { return fired_.load(std::memory_order_relaxed); }

    // Runs what is due at `now`, in order. False: nothing was, or another worker is at it.
    bool fire(uint64_t now, SchedulerCore& core);

  private:
    void refresh();

    std::mutex firing_;  // one at a time, so that actions run in order
    std::mutex mutex_;
    TimerWheel wheel_;
    std::atomic<uint64_t> next_{kNever};
    std::atomic<size_t> count_{0};
    std::atomic<uint64_t> fired_{0};
};

}  // namespace braid::scheduler
