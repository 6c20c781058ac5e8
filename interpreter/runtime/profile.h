#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "interpreter/runtime/run.h"
#include "interpreter/scheduler/scheduler.h"

namespace braid::runtime {

/// Who ran when on which worker, and what was sent to whom: a trace in the JSON form that Perfetto and chrome://tracing
/// open ("Trace Event Format"). A lane per worker, a slice per step of a task, an arrow from each send to its receive.
class Profile final : public scheduler::StepObserver {
  public:
    Profile();
    ~Profile();

    void begins(scheduler::Worker& worker, scheduler::Task& task) override;
    void ended(scheduler::Worker& worker, scheduler::StepResult result) override;

    /// The running task sends something: a name for the arrow that begins here. 0: none.
    uint64_t flow_begins();
    void flow_ends(uint64_t flow);

    /// After the run. False: the file could not be written.
    bool write(std::FILE* file) const;

  private:
    struct Lane;
    struct Event;
    Lane* lane() const;
    Lane& lane_of(const scheduler::Worker& worker);
    uint64_t now() const;

    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    const uint64_t serial_;  // of this profile in the process
    std::mutex mutex_;
    std::deque<Lane> lanes_;
    std::atomic<uint64_t> next_flow_{1};
};

inline uint64_t flow_begins(const vm::Vm& vm) {
    Profile* profile = Run::of(vm).profile;
    return profile ? profile->flow_begins() : 0;
}
inline void flow_ends(const vm::Vm& vm, uint64_t flow) {
    if (flow) Run::of(vm).profile->flow_ends(flow);
}

}  // namespace braid::runtime
