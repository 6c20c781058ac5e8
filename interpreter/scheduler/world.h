#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "interpreter/scheduler/worker.h"

namespace braid::scheduler {

// The stop-the-world handshake. A worker is inside while it may run task code; parked workers are outside. Somebody who
// wants the world to stand sets SignalStopWorld on everybody and waits until nobody is inside; entering waits as long
// as the world stands. Actions (collections) are run by the worker that leaves last.
class World {
  public:
    void add(Worker& worker);
    void remove(Worker& worker);  // outside

    void enter(Worker& worker);
    void leave(Worker& worker);
    // Between steps, when the signal is set: leaves, and enters again when allowed.
    void safepoint(Worker& worker) {
        leave(worker);
        enter(worker);
    }

    void at_stop(std::function<void()> action);

    // Sets the signal on every worker for which the predicate holds.
    void signal(Signal signal, const std::function<bool(const Worker&)>& predicate);

    // From outside: exclusive among several who stop.
    void stop();
    void start();

    uint64_t stops() const;

  private:
    bool stands() const { return requests_ > 0 || acting_ || !actions_.empty(); }
    void signal_all(Signal signal);
    void run_actions(std::unique_lock<std::mutex>& lock);

    mutable std::mutex mutex_;
    std::condition_variable left_;     // nobody is inside
    std::condition_variable resumed_;  // the world moves again, or the next who stops may have it
    std::vector<Worker*> members_;
    int inside_ = 0;
    int requests_ = 0;      // stop() called, start() not yet
    bool stopped_ = false;  // one of them has the world
    bool acting_ = false;
    std::deque<std::function<void()>> actions_;
    uint64_t stops_ = 0;
};

}  // namespace braid::scheduler
