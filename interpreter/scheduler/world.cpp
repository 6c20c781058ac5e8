#include "interpreter/scheduler/world.h"

#include <algorithm>

namespace braid::scheduler {

void World::add(Worker& worker) {
    std::lock_guard lock(mutex_);
    members_.push_back(&worker);
}

void World::remove(Worker& worker) {
    std::lock_guard lock(mutex_);
    members_.erase(std::find(members_.begin(), members_.end(), &worker));
}

void World::signal_all(Signal signal) {
    for (Worker* worker : members_) worker->signals_.fetch_or(signal, std::memory_order_relaxed);
}

void World::signal(Signal signal, const std::function<bool(const Worker&)>& predicate) {
    std::lock_guard lock(mutex_);
    for (Worker* worker : members_)
        if (predicate(*worker)) worker->signals_.fetch_or(signal, std::memory_order_relaxed);
}

void World::enter(Worker& worker) {
    std::unique_lock lock(mutex_);
    resumed_.wait(lock, [this] { return !stands(); });
    ++inside_;
    worker.signals_.fetch_and(~uint32_t{SignalStopWorld}, std::memory_order_relaxed);
}

void World::leave(Worker&) {
    std::unique_lock lock(mutex_);
    --inside_;
    if (inside_ > 0) return;
    run_actions(lock);
    left_.notify_all();
}

void World::run_actions(std::unique_lock<std::mutex>& lock) {
    if (acting_ || stopped_ || actions_.empty()) return;
    acting_ = true;
    ++stops_;
    while (!actions_.empty()) {
        std::function<void()> action = std::move(actions_.front());
        actions_.pop_front();
        lock.unlock();
        action();
        lock.lock();
    }
    acting_ = false;
    resumed_.notify_all();
    left_.notify_all();
}

void World::at_stop(std::function<void()> action) {
    std::unique_lock lock(mutex_);
    actions_.push_back(std::move(action));
    if (inside_ == 0) run_actions(lock);
    else signal_all(SignalStopWorld);
}

void World::stop() {
    std::unique_lock lock(mutex_);
    ++requests_;
    signal_all(SignalStopWorld);
    left_.wait(lock, [this] { return inside_ == 0 && !acting_ && !stopped_; });
    stopped_ = true;
    ++stops_;
}

void World::start() {
    std::unique_lock lock(mutex_);
    stopped_ = false;
    --requests_;
    run_actions(lock);
    resumed_.notify_all();
    left_.notify_all();
}

uint64_t World::stops() const {
    std::lock_guard lock(mutex_);
    return stops_;
}

}  // namespace braid::scheduler
