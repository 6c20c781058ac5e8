#include "interpreter/scheduler/timers.h"

#include <algorithm>

#include "interpreter/scheduler/core.h"

namespace braid::scheduler {

namespace {

constexpr uint64_t kTick = 1000;
constexpr uint64_t kLatest = uint64_t{1} << 62;  // as far as std::chrono counts, about a century

uint64_t tick_at_or_after(uint64_t nanoseconds) { return nanoseconds / kTick + (nanoseconds % kTick != 0); }

}  // namespace

void Timers::refresh() {
    auto tick = wheel_.next();
    next_.store(tick ? std::min(*tick, kLatest / kTick) * kTick : kNever, std::memory_order_seq_cst);
    count_.store(wheel_.size(), std::memory_order_seq_cst);
}

uint64_t Timers::add(uint64_t deadline, TimerAction action, bool& earlier) {
    std::lock_guard lock(mutex_);
    uint64_t before = next();
    uint64_t id = wheel_.insert(tick_at_or_after(deadline), std::move(action));
    refresh();
    earlier = next() < before;
    return id;
}

bool Timers::cancel(uint64_t id) {
    std::lock_guard lock(mutex_);
    bool cancelled = wheel_.cancel(id);
    if (cancelled) refresh();
    return cancelled;
}

bool Timers::fire(uint64_t now, SchedulerCore& core) {
    if (next() > now) return false;
    std::unique_lock firing(firing_, std::try_to_lock);
    if (!firing) return false;
    std::vector<TimerAction> due;
    {
        std::lock_guard lock(mutex_);
        wheel_.advance(now / kTick, due);
        refresh();
    }
    fired_.fetch_add(due.size(), std::memory_order_relaxed);
    for (TimerAction& action : due) {
        if (action.task) core.wake(*action.task, action.token, WakeTimer);
        else action.call();
    }
    return !due.empty();
}

}  // namespace braid::scheduler
