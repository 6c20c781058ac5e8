#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "interpreter/scheduler/io_service.h"
#include "interpreter/scheduler/scheduler.h"

struct uv_loop_s;
struct uv_async_s;

namespace braid::io {

/// Something with handles in the loop. Called on the loop's thread when the run ends: it closes them all.
class Resident {
  public:
    virtual void leave() = 0;
    /// The program is asked to end: take nothing new, bring what is under way to its end. On the loop's thread.
    virtual void finish() {}
    /// Whether there may be something under way that `finish` brings to its end.
    virtual bool serves() const { return false; }

  protected:
    ~Resident() = default;
};

/// A task that waits for something of the loop; woken at most once.
struct Sleeper {
    scheduler::TaskRef task;
    scheduler::ParkToken token;
};

/// The one thread that waits for sockets (libuv). It begins when something is first posted to it.
class EventLoop final : public scheduler::IoService {
  public:
    EventLoop();
    ~EventLoop() override;

    void start(scheduler::Scheduler& scheduler) override;
    void stop() override;

    using Action = std::function<void(uv_loop_s&)>;
    /// Runs `action` on the loop's thread. From any thread. Once the run has ended, or if the thread cannot be had, it
    /// is dropped, and so is what it holds.
    void post(Action action);
    void wake(const Sleeper& sleeper) { scheduler_->wake(*sleeper.task, sleeper.token, scheduler::WakeInput); }
    scheduler::Scheduler& scheduler() const { return *scheduler_; }

    /// Asks what serves to finish; false: nothing does. From any thread.
    bool finish_serving();

    // --- on the loop's thread ---
    void add(Resident& resident);
    void remove(Resident& resident);

  private:
    bool begin();
    void run();
    void drain();

    scheduler::Scheduler* scheduler_ = nullptr;
    std::mutex mutex_;
    std::vector<Action> posted_;
    bool ending_ = false;
    std::unique_ptr<uv_loop_s> loop_;
    std::unique_ptr<uv_async_s> wake_up_;
    std::unordered_set<Resident*> residents_;
    std::atomic<size_t> serving_{0};  // of the residents
    std::thread thread_;
};

}  // namespace braid::io
