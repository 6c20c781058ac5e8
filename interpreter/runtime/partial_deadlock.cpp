#include "interpreter/runtime/partial_deadlock.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "interpreter/runtime/report.h"
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

namespace {

using std::chrono::steady_clock;

/// The first look comes after this; later ones so that looking takes a twentieth of the time at most.
constexpr std::chrono::milliseconds kFirstLook{100};
constexpr int kShare = 20;

class Search {
  public:
    explicit Search(vm::Vm& vm) : reach_(vm.heap()) {
        reach_.add([&](heap::Marker& marker) { vm.trace_roots(marker); });
        vm.scheduler().for_each_task([this](scheduler::Task& task) {
            tasks_[task.id()] = &task;
            if (waits(task)) blocked_.push_back(&task);
            else revive(task);
        });
    }

    std::vector<scheduler::Task*> run() {
        for (bool changed = true; changed;) {
            auto saved = [this](scheduler::Task* task) {
                if (!can_be_woken(*task)) return false;
                revive(*task);
                return true;
            };
            size_t before = blocked_.size();
            blocked_.erase(std::remove_if(blocked_.begin(), blocked_.end(), saved), blocked_.end());
            changed = blocked_.size() != before;
        }
        return blocked_;
    }

  private:
    /// At an object, for as long as it takes. Who waits for time, input or one of several things counts as moving.
    static bool waits(const scheduler::Task& task) {
        if (task.state() != scheduler::TaskState::Parked || task.daemon) return false;
        const WaitReason* reason = task.wait_reason();
        return reason && reason->object && !reason->timed;
    }

    void revive(scheduler::Task& task) {
        alive_.insert(task.id());
        reach_.add([&](heap::Marker& marker) { vm::vm_task(task).trace(marker); });
    }

    bool can_be_woken(const scheduler::Task& task) const {
        const WaitReason* reason = task.wait_reason();
        std::vector<uint64_t> holders;
        reason->object->holders(holders);
        std::erase_if(holders, [this](uint64_t id) { return !tasks_.contains(id); });
        if (holders.empty())
            return reason->object->can_be_reached([this](const void* pointer) { return reach_.reached(pointer); });
        return std::all_of(holders.begin(), holders.end(), [this](uint64_t id) { return alive_.contains(id); });
    }

    heap::Reachability reach_;
    std::map<uint64_t, scheduler::Task*> tasks_;
    std::set<uint64_t> alive_;
    std::vector<scheduler::Task*> blocked_;
};

}  // namespace

std::vector<scheduler::Task*> find_partial_deadlock(vm::Vm& vm) {
    std::vector<scheduler::Task*> found = Search(vm).run();
    std::sort(found.begin(), found.end(), [](auto* a, auto* b) { return a->id() < b->id(); });
    return found;
}

PartialDeadlockWatcher::~PartialDeadlockWatcher() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void PartialDeadlockWatcher::watch() {
    auto pause = steady_clock::duration(kFirstLook);
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, pause, [this] { return ending_; })) {
        lock.unlock();
        auto start = steady_clock::now();
        look();
        pause = std::max<steady_clock::duration>(kFirstLook, (steady_clock::now() - start) * kShare);
        lock.lock();
    }
}

void PartialDeadlockWatcher::look() {
    auto stopped = vm_.scheduler().stop_world();
    std::vector<scheduler::Task*> found = find_partial_deadlock(vm_);
    bool news = std::any_of(found.begin(), found.end(), [this](auto* task) { return !reported_.contains(task->id()); });
    // With nobody left who could go on, the end of the run says so.
    bool all = true;
    vm_.scheduler().for_each_task([&](scheduler::Task& task) {
        all &= task.daemon || std::find(found.begin(), found.end(), &task) != found.end();
    });
    if (!news || all) return;
    for (scheduler::Task* task : found) reported_.insert(task->id());
    vm_.options().print_error(report_partial_deadlock(vm_, found));
}

}  // namespace braid::runtime
