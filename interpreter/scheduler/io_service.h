#pragma once

namespace braid::scheduler {

class Scheduler;

// A source of input with a thread of its own (a libuv loop for files and sockets). Its operations take an InputGuard
// while they are under way, which keeps the run from being called quiescent, and end with
// Scheduler::wake(task, token, WakeInput).
class IoService {
  public:
    virtual ~IoService() = default;
    virtual void start(Scheduler& scheduler) = 0;  // before the first task runs
    virtual void stop() = 0;                       // after the last; joins its thread, wakes nobody any more
};

}  // namespace braid::scheduler
