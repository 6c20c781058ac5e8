#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "interpreter/runtime/concurrency_limit.h"
#include "interpreter/runtime/waiting.h"
#include "interpreter/vm/vm.h"

namespace braid::io {
class EventLoop;
}

namespace braid::runtime {

class Isolate;
class Profile;

/// What the manifest of the program's project says that a run has to know.
struct ProjectSettings {
    std::string database;                           // the default file of `database`; empty: in memory
    std::map<std::string, std::string> statements;  // SQL by name
};

/// What the natives of one run share. Reached through Vm::embedder.
class Run {
  public:
    Run(vm::Vm& vm, std::vector<std::string> arguments, uint64_t seed, ProjectSettings project = {});
    ~Run();
    static Run& of(const NativeCall& call) { return of(call.vm()); }
    static Run& of(const vm::Vm& vm) { return *static_cast<Run*>(vm.embedder); }

    vm::Vm& vm() const { return vm_; }
    const std::vector<std::string>& arguments() const { return arguments_; }
    const ProjectSettings& project() const { return project_; }
    /// What waits for sockets; the session's.
    io::EventLoop& loop() const { return *loop_; }
    void set_loop(io::EventLoop& loop) { loop_ = &loop; }
    /// What a group of natives shares in this run; made, from the machine, when it is first asked for.
    template <class Part>
    Part& part() {
        std::lock_guard lock(parts_mutex_);
        std::shared_ptr<void>& part = parts_[std::type_index(typeid(Part))];
        if (!part) part = std::make_shared<Part>(vm_);
        return *static_cast<Part*>(part.get());
    }
    /// Null: the program has no isolate (Altru).
    Isolate* isolate() const { return isolate_.get(); }
    void make_isolate();

    /// A number of the run's generator: from the scheduler's policy where runs are reproducible.
    uint64_t random();
    void seed_random(uint64_t seed);

    /// What a function has learned about how many of its calls should run at once; lives as long as the run.
    ConcurrencyLimit& concurrency_limit(const vm::Function& function);
    /// Of every function that has learned something: its name, limit, and calls in a second.
    struct Learned {
        std::string function;
        size_t limit;
        double calls_per_second;
    };
    std::vector<Learned> learned_limits();

    /// Ends the program at once. The first status counts.
    void exit(int status);

    /// Null: none is taken.
    Profile* profile = nullptr;

    /// Tasks of idle actors that are kept for the next message.
    std::atomic<int> lingering_actors{0};

    // Layouts of the runtime's objects.
    vm::LayoutId channel, mutex, rwlock, condvar, once, wait_group, semaphore, barrier, atomic, task, actor, scope,
        calls, promise, group, error;

    // Natives that stand under tasks or are cold futures.
    struct Functions {
        const vm::Function* goroutine;   // (closure)
        const vm::Function* task;        // (closure, TaskCore, is closure)
        const vm::Function* actor;       // (ActorCore)
        const vm::Function* restart;     // (ActorCore)
        const vm::Function* sleep;       // (ms)
        const vm::Function* yield;       // ()
        const vm::Function* join_all;    // (list, element type, list's element type)
        const vm::Function* race;        // (list, type of the list)
        const vm::Function* any;         // (list, type of the list)
        const vm::Function* timeout;     // (ms, awaitable, its type, result type)
        const vm::Function* scope_join;  // (TaskScope)
        // (list, closure or nothing, type of the results, limit that is learned)
        const vm::Function *join_futures, *map_async, *filter_async;
        const vm::Function* concurrent_call;  // (calls, index)
        const vm::Function* timer;            // (callback, due, period, id)
        const vm::Function* reaction;         // (handler, value, derived promise, is rejection)
        const vm::Function* adopt;            // (promise, the promise it becomes)
        const vm::Function* settle_part;      // (value, group, index, is rejection)
        const vm::Function* resolver;         // (value, promise)
        const vm::Function* rejecter;         // (error, promise)
        const vm::Function* microtask;        // (callback)
        const vm::Function* rejections;       // ()
        const vm::Function* timed_out;        // (group)
        const vm::Function* finally_;         // (value, callback, is rejection)
    } functions{};

  private:
    vm::Vm& vm_;
    std::vector<std::string> arguments_;
    std::mutex random_mutex_;
    scheduler::Random random_;
    std::unique_ptr<Isolate> isolate_;
    std::mutex limits_mutex_;
    std::map<const vm::Function*, ConcurrencyLimit> limits_;
    ProjectSettings project_;
    io::EventLoop* loop_ = nullptr;
    std::mutex parts_mutex_;
    std::unordered_map<std::type_index, std::shared_ptr<void>> parts_;
};

/// Registers the natives of this folder (intrinsics, sync, async, actors, promises).
void register_runtime(vm::NativeRegistry& registry);

// One of each file's parts.
void register_channels(vm::NativeRegistry& registry);
void register_select(vm::NativeRegistry& registry);
void register_locks(vm::NativeRegistry& registry);
void register_tasks(vm::NativeRegistry& registry);
void register_futures(vm::NativeRegistry& registry);
void register_scopes(vm::NativeRegistry& registry);
void register_concurrent_calls(vm::NativeRegistry& registry);
void register_actors(vm::NativeRegistry& registry);
void register_promises(vm::NativeRegistry& registry);
void register_promise_combinators(vm::NativeRegistry& registry);
void register_timers(vm::NativeRegistry& registry);

void make_task_functions(Run& run);
void make_future_functions(Run& run);
void make_scope_functions(Run& run);
void make_concurrent_call_functions(Run& run);
void make_actor_functions(Run& run);
void make_promise_functions(Run& run);
void make_combinator_functions(Run& run);
void make_timer_functions(Run& run);

}  // namespace braid::runtime
