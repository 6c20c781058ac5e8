#include "interpreter/runtime/session.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "interpreter/io/descriptor.h"
#include "interpreter/io/event_loop.h"
#include "interpreter/runtime/output.h"
#include "interpreter/runtime/partial_deadlock.h"
#include "interpreter/runtime/profile.h"
#include "interpreter/runtime/promise.h"
#include "interpreter/runtime/report.h"
#include "interpreter/runtime/run.h"

namespace braid::runtime {

namespace {

/// Waits for signals while a program runs. SIGINT and SIGTERM end it, after its servers have answered what is under
/// way; asked twice, it ends at once. SIGQUIT lists its tasks.
class SignalWatcher {
  public:
    SignalWatcher(Session& session, const sigset_t& set) : session_(session), set_(set), thread_([this] { watch(); }) {}
    ~SignalWatcher() {
        eventfd_write(end_.get(), 1);
        thread_.join();
    }

  private:
    void watch() {
        io::Descriptor signals(signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
        pollfd waited[] = {{signals.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
        int status = 0;         // not 0: the program has been asked to end
        bool finishes = false;  // its servers do
        auto insist = [&] {
            // It has been told already: something never reaches a safepoint, or nobody takes what it prints.
            if (!std::exchange(finishes, false)) std::_Exit(status);
            session_.stop(status);
        };
        for (;;) {
            int ready = poll(waited, 2, !status ? -1 : finishes ? kMillisecondsToFinish : kMillisecondsToEnd);
            if (waited[1].revents) return;
            if (ready == 0) {
                insist();
                continue;
            }
            signalfd_siginfo info;
            if (ready < 0 || read(signals.get(), &info, sizeof info) != sizeof info) continue;
            if (info.ssi_signo == SIGQUIT) {
                list();
            } else {
                if (status) {
                    insist();
                    continue;
                }
                status = 128 + static_cast<int>(info.ssi_signo);
                finishes = session_.finish_serving(status);
                if (!finishes) session_.stop(status);
            }
        }
    }

    void list() {
        auto stopped = session_.scheduler().stop_world();
        std::string tasks = list_tasks(session_.vm());
        session_.vm().options().print_error(tasks);
    }

    static constexpr int kMillisecondsToEnd = 500, kMillisecondsToFinish = 10'000;

    Session& session_;
    const io::Descriptor end_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    const sigset_t set_;
    std::thread thread_;
};

/// Without --max-memory: three quarters of what the machine, or its container, has. A program that needs more ends with
/// a message, instead of taking others with it.
uint64_t default_memory_limit() {
    uint64_t memory = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    if (std::FILE* file = std::fopen("/sys/fs/cgroup/memory.max", "r")) {
        unsigned long long limit = 0;
        if (std::fscanf(file, "%llu", &limit) == 1) memory = std::min<uint64_t>(memory, limit);
        std::fclose(file);
    }
    return memory / 4 * 3;
}

}  // namespace

/// The signals that a run looks after come to none of its threads: all inherit the mask, so it stands before the first.
class Session::BlockedSignals {
  public:
    BlockedSignals() {
        sigemptyset(&set);
        for (int signal : {SIGINT, SIGTERM, SIGQUIT}) sigaddset(&set, signal);
        pthread_sigmask(SIG_BLOCK, &set, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;

    sigset_t set;

  private:
    sigset_t before_;
};

Session::Session(std::shared_ptr<bytecode::Program> program, const vm::NativeRegistry& natives, SessionOptions options)
    : options_(std::move(options)), signals_(options_.handle_signals ? std::make_unique<BlockedSignals>() : nullptr) {
    heap::HeapOptions heap_options;
    heap_options.max_bytes = options_.max_memory ? options_.max_memory : default_memory_limit();
    heap_options.stress = options_.stress_collector || std::getenv("BRAID_GC_STRESS");
    heap_options.marking_threads = std::max(1u, std::thread::hardware_concurrency());
    if (options_.workers) heap_options.marking_threads = std::min(heap_options.marking_threads, options_.workers);
    heap_options.collection_wanted = [this] { vm_->collection_wanted(); };
    heap_ = std::make_unique<heap::Heap>(heap_options);

    vm::VmOptions vm_options;
    if (!options_.print && options_.handle_signals) {
        output_ = std::make_unique<Output>();
        options_.print = [output = output_.get()](std::string_view text) { output->print(text); };
    }
    vm_options.print = options_.print;
    vm_options.print_error = options_.print_error;
    vm_options.with_source_line = [this](std::string error) { return with_source_line(*vm_, std::move(error)); };
    vm_ = std::make_unique<vm::Vm>(std::move(program), natives, *heap_, vm_options);
    vm_->on_uncaught = [this](auto& task, vm::Word error, auto ended) { uncaught(task, error, ended); };
    uint64_t seed = options_.seed ? *options_.seed : std::random_device{}() * uint64_t{0x9e3779b97f4a7c15};
    run_ = std::make_unique<Run>(*vm_, options_.arguments, seed, options_.project);
    if (is_isolate_program()) run_->make_isolate();
    if (options_.profile) run_->profile = (profile_ = std::make_unique<Profile>()).get();

    scheduler::Options scheduling;
    scheduling.workers = options_.workers;
    scheduling.observer = profile_.get();
    if (options_.seed) scheduling.policy = scheduler::seeded_policy(*options_.seed);
    scheduling.hooks.worker_started = [this](scheduler::Worker& w) { vm_->worker_started(w); };
    scheduling.hooks.worker_stopped = [this](scheduler::Worker& w) { vm_->worker_stopped(w); };
    scheduling.hooks.on_quiescent = [this](const std::vector<scheduler::Task*>& blocked) { return quiescent(blocked); };
    scheduling.hooks.on_only_held = options_.on_only_held;
    scheduler_ = std::make_unique<scheduler::Scheduler>(std::move(scheduling));
    auto loop = std::make_unique<io::EventLoop>();
    run_->set_loop(*loop);
    scheduler_->attach(std::move(loop));
    vm_->attach(*scheduler_);
    if (options_.debug_hook) vm_->set_debug_hook(options_.debug_hook);
}

Session::~Session() {
    scheduler_.reset();
    run_.reset();
    vm_.reset();
}

bool Session::is_isolate_program() const {
    const auto& entries = vm_->program().entries;
    return !entries.empty() && entries.front()->policy == bytecode::SlotPolicy::Boxed;
}

tl::expected<void, std::string> Session::link() { return vm_->link(); }

void Session::stop(int status) { scheduler_->shutdown(status); }
bool Session::finish_serving(int status) {
    if (!run_->loop().finish_serving()) return false;
    asked_to_end_ = status;
    return true;
}

int Session::run() {
    std::optional<SignalWatcher> watcher;
    if (signals_) watcher.emplace(*this, signals_->set);
    scheduler::Strand* strand = run_->isolate() ? &run_->isolate()->strand : nullptr;
    if (!vm_->start(strand)) return vm::kExitPanic;
    std::optional<PartialDeadlockWatcher> deadlocks;
    if (options_.detect_partial_deadlock && !run_->isolate()) deadlocks.emplace(*vm_);
    scheduler::RunResult end = scheduler_->run();
    deadlocks.reset();
    status_ = end.end == scheduler::RunEnd::Shutdown ? end.code : deadlock_;
    if (status_ == 0) status_ = asked_to_end_;
    output_.reset();  // first: it may wait for a reader, and is to be interrupted then
    watcher.reset();
    if (profile_ && !profile_->write(options_.profile.get()))
        vm_->options().print_error("error: the profile could not be written\n");
    if (options_.stats) print_stats();
    return status_;
}

scheduler::QuiescentAction Session::quiescent(const std::vector<scheduler::Task*>& blocked) {
    std::vector<scheduler::Task*> waiting;
    bool main_waits = false;
    for (scheduler::Task* task : blocked) {
        if (task->daemon) continue;
        main_waits |= vm::vm_task(*task).task_kind() == vm::TaskKind::Main;
        waiting.push_back(task);
    }
    // Of an isolate only the top level and main() keep the program alive; other awaits are given up.
    if (waiting.empty() || (run_->isolate() && !main_waits)) return scheduler::QuiescentAction::End;
    vm_->options().print_error(report_deadlock(*vm_, waiting));
    deadlock_ = vm::kExitDeadlock;
    return scheduler::QuiescentAction::End;
}

void Session::uncaught(vm::VmTask& task, vm::Word error, std::string_view ended) {
    bool panic = vm_->kind_of(vm::object_of(error)) == vm::ObjectKind::Panic;
    std::string who = ended.empty() ? name_of_task(task) : std::string(ended);
    std::string what = with_source_line(*vm_, vm_->describe_error(error));
    if (panic) {
        vm_->options().print_error(fmt::format("error: {} panicked: {}\n", who, what));
    } else {
        vm_->options().print_error(fmt::format("error: uncaught {}\n", what));
    }
    scheduler_->shutdown(panic ? vm::kExitPanic : vm::kExitThrown);
}

void Session::print_stats() {
    scheduler::Stats s = scheduler_->stats();
    heap::HeapStats h = heap_->stats();
    std::string out = fmt::format("tasks: {} started, {} left; threads: {}; timers: {}; blocking jobs: {}\n",
                                  s.tasks_spawned, s.tasks_live, s.external_threads, s.timers_fired, s.blocking_jobs);
    out += fmt::format("steps: {}; parks: {}; wakes: {}; steals: {}; preemptions: {}; world stops: {}\n", s.total.steps,
                       s.total.parks, s.total.wakes, s.total.steals, s.total.preemptions, s.world_stops);
    out += fmt::format(
        "heap: {} allocated, {} live, {} committed at most; collections: {}, pauses {:.3f} ms in all, {:.3f} ms "
        "p99, {:.3f} ms at most\n",
        h.allocated_bytes, h.live_bytes, h.peak_committed_bytes, h.collections, double(h.pause_nanoseconds_total) / 1e6,
        double(h.pause_nanoseconds_p99) / 1e6, double(h.pause_nanoseconds_max) / 1e6);
    for (size_t i = 0; i < s.workers.size(); ++i) {
        const auto& w = s.workers[i];
        out += fmt::format("worker {}: {:.3f} ms busy, {:.3f} ms idle, {} steps, {} steals, {} parks\n", i,
                           double(w.total_nanoseconds - std::min(w.total_nanoseconds, w.idle_nanoseconds)) / 1e6,
                           double(w.idle_nanoseconds) / 1e6, w.steps, w.steals, w.parks);
    }
    for (const Run::Learned& learned : run_->learned_limits())
        out += fmt::format("{}: {} calls at once, {:.0f} a second\n", learned.function, learned.limit,
                           learned.calls_per_second);
    vm_->options().print_error(out);
}

}  // namespace braid::runtime
