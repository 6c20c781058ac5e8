#pragma once
#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "interpreter/bytecode/program.h"
#include "interpreter/heap/heap.h"
#include "interpreter/runtime/run.h"
#include "interpreter/vm/vm.h"

namespace braid::runtime {

class Output;
class Profile;
class Run;

struct SessionOptions {
    unsigned workers = 0;           // 0: as many as cores
    std::optional<uint64_t> seed;   // one reproducible schedule
    bool stats = false;             // printed at the end, to print_error
    uint64_t max_memory = 0;        // bytes; 0: most of what the machine has
    bool stress_collector = false;  // a collection at every opportunity (tests)
    std::vector<std::string> arguments;
    ProjectSettings project;
    std::function<void(std::string_view)> print, print_error;  // null: the process's streams
    /// Where the profile of the run goes; null: none is taken.
    std::shared_ptr<std::FILE> profile;
    bool detect_partial_deadlock = false;  // tasks that can never go on are reported while others still run
    // SIGINT ends the run with 130, SIGTERM with 143: servers finish the requests under way first, unless it comes
    // twice. SIGQUIT lists the tasks.
    bool handle_signals = false;
    // For a debugger.
    vm::DebugHook* debug_hook = nullptr;
    std::function<void()> on_only_held;
};

/// One run of a program: heap, machine, scheduler, and what happens at the end. Used by `braid run` and the debugger.
class Session {
  public:
    Session(std::shared_ptr<bytecode::Program> program, const vm::NativeRegistry& natives, SessionOptions options);
    ~Session();
    Session(const Session&) = delete;

    /// Binds the program to the natives. An error says what is missing; run() may not follow it.
    tl::expected<void, std::string> link();
    /// Runs to the end; the exit status. Once.
    int run();
    /// Ends run() soon, from any thread.
    void stop(int status);
    /// Lets what serves finish what is under way, so that run() ends by itself, with that status; false: nothing
    /// serves.
    bool finish_serving(int status);

    vm::Vm& vm() { return *vm_; }
    scheduler::Scheduler& scheduler() { return *scheduler_; }

  private:
    scheduler::QuiescentAction quiescent(const std::vector<scheduler::Task*>& blocked);
    void uncaught(vm::VmTask& task, vm::Word error, std::string_view ended);
    void print_stats();
    bool is_isolate_program() const;

    class BlockedSignals;
    SessionOptions options_;
    std::unique_ptr<BlockedSignals> signals_;  // null: they are not looked after
    std::unique_ptr<Output> output_;
    std::unique_ptr<heap::Heap> heap_;
    std::unique_ptr<vm::Vm> vm_;
    std::unique_ptr<Run> run_;
    std::unique_ptr<Profile> profile_;
    std::unique_ptr<scheduler::Scheduler> scheduler_;
    int status_ = 0;
    std::atomic<int> asked_to_end_{0};  // by a signal; its status
    int deadlock_ = 0;
};

}  // namespace braid::runtime
