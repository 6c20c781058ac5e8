#pragma once
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "interpreter/vm/vm.h"

namespace braid::runtime {

/// The tasks that wait for something no other task can bring about: for a lock that one of them holds, the end of one
/// of them, or at a channel (condition, wait group, …) that only they can still reach. World stopped. After Saioc, Lee,
/// Møller, Chabbi, "Dynamic Partial Deadlock Detection and Recovery via Garbage Collection" (2024).
std::vector<scheduler::Task*> find_partial_deadlock(vm::Vm& vm);

/// Looks for such tasks now and then while a program runs, and says each once.
class PartialDeadlockWatcher {
  public:
    explicit PartialDeadlockWatcher(vm::Vm& vm) : vm_(vm), thread_([this] { watch(); }) {}
    ~PartialDeadlockWatcher();

  private:
    void watch();
    void look();

    vm::Vm& vm_;
    std::set<uint64_t> reported_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace braid::runtime
