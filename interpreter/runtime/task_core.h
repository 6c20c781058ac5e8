#pragma once
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

class TaskCore;

/// What waits for a number of tasks that were started in it: the state of a `Scope` or `TaskScope`.
class ScopeCore final : public WaitObject {
  public:
    void starts(Object* task);
    /// `task` has ended, or was not started after all.
    void ended(vm::Vm& vm, TaskCore& task);
    void cancel_all();
    /// Queues the caller unless nothing runs; true: queued.
    bool wait(Waiter& waiter);
    void leave_queue(Waiter& waiter);
    /// The first panic that nobody has joined; 0: none. Once.
    Word take_panic();

    std::string describe() const override { return "the tasks of a scope"; }
    void holders(std::vector<uint64_t>& ids) const override;
    void trace(heap::Marker& marker);

  private:
    mutable scheduler::ShortLock mutex_;
    std::vector<Object*> running_, failed_;  // tasks
    WaiterList waiters_;
};

/// What Thread, Task and TaskHandle name: a task that was started, and later its result.
class TaskCore final : public WaitObject {
  public:
    enum class Status : uint8_t { Running, Done, Failed, Cancelled };
    TaskCore(std::string_view kind, const std::string& name) : kind_(kind), name_(name) {}

    /// It may have ended already.
    void started(scheduler::TaskRef task) {
        std::lock_guard lock(mutex_);
        if (status_ == Status::Running) task_ = std::move(task);
    }
    void cancel();
    /// Ends it; true: a panic that no handle can receive any more.
    bool finish(vm::Vm& vm, Status status, Word word);
    /// The type of a result that nobody can receive any more, where it needs to be dropped; else null.
    const TypeDescriptor* unwanted() const {
        std::lock_guard lock(mutex_);
        return unwanted_;
    }
    Status status() const;
    bool is_finished() const { return status() != Status::Running; }
    Word word() const { return word_; }  // result or error, once finished
    /// Takes the result, which only one may do.
    Word take() {
        std::lock_guard lock(mutex_);
        return std::exchange(word_, 0);
    }

    /// Queues the caller unless it is finished; true: queued.
    bool wait(Waiter& waiter);
    void leave_queue(Waiter& waiter);

    /// The end of the handle, which was to receive a result of this type. True: a panic is left that nobody asked for.
    bool release_joiner(const TypeDescriptor& result);
    void set_joiners(int n) { joiners_ = n; }
    /// Somebody has its panic; false: somebody had it before.
    bool see_panic();
    /// The scope it runs in, or null.
    Object* scope() const { return scope_; }
    void set_scope(Object* scope) { scope_ = scope; }
    size_t place_in_scope = 0;  // the scope's

    std::string describe() const override { return "the end of " + who(); }
    void holders(std::vector<uint64_t>& ids) const override {
        std::lock_guard lock(mutex_);
        if (task_) ids.push_back(task_->id());
    }
    const std::string& name() const { return name_; }
    /// `thread 'worker'`
    std::string who() const { return std::string(kind_) + " '" + name_ + "'"; }
    void trace(heap::Marker& marker) {
        marker.visit(word_);
        marker.visit(scope_);
    }

  private:
    mutable scheduler::ShortLock mutex_;
    std::string_view kind_;
    const std::string& name_;  // lives as long as the program
    scheduler::TaskRef task_;
    Status status_ = Status::Running;
    Word word_ = 0;
    Object* scope_ = nullptr;
    const TypeDescriptor* unwanted_ = nullptr;
    int joiners_ = 1;
    bool seen_ = false;
    WaiterList waiters_;
};

struct SpawnTask {
    vm::TaskKind kind = vm::TaskKind::AsyncTask;
    Word closure = 0;
    bool is_closure = false;  // of an async closure, or one that makes a future; else a future
    bool external = false;
    int joiners = 1;
    Object* scope = nullptr;  // a ScopeCore that waits for it too
};
/// Why no other task could be started.
std::string no_more_tasks(const vm::Vm& vm, std::string_view what = "task");
/// Starts a task whose result goes to a TaskCore. Null: there can be no more tasks.
Object* spawn_task(NativeCall& call, const SpawnTask& spawn);
/// The message of a panic, for `try_join`.
std::string error_text(vm::Vm& vm, Word error);
const std::string& name_of_callable(Word closure);
/// The body of a future or closure: the function that does the work.
const vm::Function& function_of_callable(Word closure);

/// Waits until a task has ended; `Next`: it has. For natives with a WaitState.
NativeAction wait_for_task(NativeCall& call, TaskCore& core, uint32_t next);
/// What a finished task left: its result is given, its panic raised.
NativeAction give_task_result(NativeCall& call, TaskCore& core);

}  // namespace braid::runtime
