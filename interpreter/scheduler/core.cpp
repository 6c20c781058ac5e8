#include "interpreter/scheduler/core.h"

#include <algorithm>

#include "interpreter/scheduler/task_state.h"

namespace braid::scheduler {

namespace {

thread_local Worker* t_current = nullptr;

}  // namespace

Worker* Worker::current() noexcept { return t_current; }
void SchedulerCore::set_current(Worker* worker) { t_current = worker; }

CoreWorker* SchedulerCore::current() const {
    bool ours = t_current && &t_current->scheduler() == &scheduler;
    return ours ? static_cast<CoreWorker*>(t_current) : nullptr;
}

WorkerStats CoreWorker::stats(Instant now) const {
    WorkerStats stats;
    stats.steps = count.steps;
    stats.preemptions = count.preemptions;
    stats.parks = count.parks;
    stats.wakes = count.wakes;
    stats.spawns = count.spawns;
    stats.lifo_hits = count.lifo_hits;
    stats.steals = count.steals;
    stats.idle_parks = count.idle_parks;
    stats.idle_nanoseconds = count.idle_nanoseconds;
    Instant since = started.load(std::memory_order_relaxed);
    stats.total_nanoseconds = since ? now - since : 0;
    return stats;
}

void add_to(WorkerStats& sum, const WorkerStats& more) {
    sum.steps += more.steps;
    sum.preemptions += more.preemptions;
    sum.parks += more.parks;
    sum.wakes += more.wakes;
    sum.spawns += more.spawns;
    sum.lifo_hits += more.lifo_hits;
    sum.steals += more.steals;
    sum.idle_parks += more.idle_parks;
    sum.idle_nanoseconds += more.idle_nanoseconds;
    sum.total_nanoseconds += more.total_nanoseconds;
}

SchedulerCore::SchedulerCore(Scheduler& owner, Options given)
    : scheduler(owner),
      options(std::move(given)),
      sequential(options.policy && options.policy->sequential()),
      registry(options.max_tasks) {
    if (!options.policy) options.policy = parallel_policy();
    engine = sequential ? make_sequential_engine(*this) : make_parallel_engine(*this);
    external = std::make_unique<ExternalThreads>(*this);
    pool = std::make_unique<BlockingPool>(options.max_blocking_threads);
}

SchedulerCore::~SchedulerCore() = default;

Instant SchedulerCore::clock() const {
    // At least 1, so that 0 can mean "never".
    return 1 + static_cast<Instant>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
}

void SchedulerCore::point(PointKind kind, uint64_t task, uint64_t detail) {
    if (!sequential) return;
    CoreWorker* runner = current();
    if (!runner) return;
    if (options.policy->at({kind, task, detail}) && runner->current_task()) signal(*runner, SignalPreempt);
}

tl::expected<void, SpawnError> SchedulerCore::admit(TaskRef ref, Strand* strand, bool own_thread, uint64_t word) {
    if (stopping()) return tl::unexpected(SpawnError::ShuttingDown);
    Task& task = *ref;
    task.strand_ = strand;
    task.word_.store(word, std::memory_order_seq_cst);
    CoreWorker* worker = current();
    Registry::Local* local = worker ? worker->tasks : nullptr;
    if (!registry.add(ref, local)) return tl::unexpected(SpawnError::TooManyTasks);
    if (own_thread && !sequential && !external->create(task)) {
        registry.remove(task, local);
        return tl::unexpected(SpawnError::TooManyThreads);
    }
    if (worker) ++worker->count.spawns;
    point(PointKind::Spawn, task.id(), 0);
    return {};
}

tl::expected<void, SpawnError> SchedulerCore::spawn(TaskRef task, Strand* strand, bool own_thread) {
    Task& admittee = *task;
    auto admitted = admit(std::move(task), strand, own_thread, make_word(0, TaskState::Runnable));
    if (admitted) make_ready(admittee, WakeNormal, false);
    return admitted;
}

tl::expected<ParkToken, SpawnError> SchedulerCore::spawn_parked(TaskRef task, Strand* strand,
                                                                const WaitReason* reason) {
    task->wait_reason_.store(reason, std::memory_order_release);
    ParkToken token{1};
    return admit(std::move(task), strand, false, make_word(token.epoch, TaskState::Parked)).map([&] { return token; });
}

bool SchedulerCore::claim(Task& task, uint32_t epoch) noexcept {
    uint64_t word = task.word_.load(std::memory_order_seq_cst);
    for (;;) {
        TaskState claimed;
        if (epoch_of(word) != epoch) return false;
        if (state_of(word) == TaskState::Parking) claimed = TaskState::ParkingClaimed;
        else if (state_of(word) == TaskState::Parked) claimed = TaskState::ParkedClaimed;
        else return false;
        if (task.word_.compare_exchange_weak(word, with_state(word, claimed), std::memory_order_acq_rel)) return true;
    }
}

void SchedulerCore::resume(Task& task, WakeTag tag) {
    task.wake_tag_ = tag;
    task.wait_reason_.store(nullptr, std::memory_order_release);
    if (CoreWorker* worker = current()) ++worker->count.wakes;
    point(PointKind::Wake, task.id(), tag);
    // Still inside run(): its worker will see to the rest, and the task may be gone once this succeeds.
    if (task.transition(TaskState::ParkingClaimed, TaskState::ParkingWoken)) return;
    // Parked and claimed: nobody but who has claimed it changes its word. Its last worker may have parked it just now:
    // what that one wrote is seen by who runs it next.
    task.word_.store(with_state(task.word_.load(std::memory_order_acquire), TaskState::Runnable),
                     std::memory_order_release);
    make_ready(task, tag, true);
}

void SchedulerCore::make_ready(Task& task, WakeTag tag, bool woken) {
    bool macro = tag == WakeTimer || tag == WakeInput;
    if (task.strand_ && !task.strand_->enter(task, macro)) return;
    place(task, woken && !macro);
}

void SchedulerCore::place(Task& task, bool woken) {
    if (task.external_) external->go(task);
    else engine->ready(task, woken);
}

bool SchedulerCore::goes_on(CoreWorker& worker, const Budget& budget) {
    uint32_t signals = worker.signals_.load(std::memory_order_relaxed);
    if (signals & SignalStopWorld) {
        world.safepoint(worker);
        signals = worker.signals_.load(std::memory_order_relaxed);
    }
    return budget.left > 0 && !(signals & (SignalPreempt | SignalShutdown));
}

SchedulerCore::Ended SchedulerCore::step(CoreWorker& worker, Task& task, int32_t granted) {
    worker.spent = 0;
    if (worker.signals_.load(std::memory_order_relaxed) & SignalPreempt)
        worker.signals_.fetch_and(~uint32_t{SignalPreempt}, std::memory_order_relaxed);
    // hold() sets held_, then looks at task_: one of the two sees the other.
    worker.task_.store(&task, std::memory_order_seq_cst);
    if (must_hold(task) && set_aside(task)) {
        worker.task_.store(nullptr, std::memory_order_relaxed);
        return Ended::Gone;
    }
    if (still_reported_.load(std::memory_order_relaxed)) still_reported_.store(false, std::memory_order_relaxed);
    // Nobody else changes the word of a runnable task that is in no queue.
    task.word_.store(with_state(task.word_.load(std::memory_order_relaxed), TaskState::Running),
                     std::memory_order_release);
    Budget budget{granted, &worker.signals_};
    point(PointKind::Run, task.id(), static_cast<uint64_t>(granted));
    ++worker.count.steps;
    if (options.observer) options.observer->begins(worker, task);
    StepResult result;
    do {
        result = task.run(worker, budget);
    } while (result == StepResult::Yielded && goes_on(worker, budget));
    if (options.observer) options.observer->ended(worker, result);
    worker.spent = granted - std::max(budget.left, 0);
    switch (result) {
        case StepResult::Done: finish(worker, task); return Ended::Gone;
        case StepResult::Parked: park(worker, task); return Ended::Gone;
        case StepResult::Yielded: break;
    }
    ++worker.count.preemptions;
    point(PointKind::Preempt, task.id(), static_cast<uint64_t>(worker.spent));
    task.word_.store(with_state(task.word_.load(std::memory_order_relaxed), TaskState::Runnable),
                     std::memory_order_release);
    worker.task_.store(nullptr, std::memory_order_relaxed);
    return Ended::Requeue;
}

void SchedulerCore::give_up_turn(Strand* strand) {
    if (!strand) return;
    if (Task* next = strand->leave()) place(*next, false);
}

void SchedulerCore::park(CoreWorker& worker, Task& task) {
    ++worker.count.parks;
    worker.task_.store(nullptr, std::memory_order_relaxed);
    point(PointKind::Block, task.id(), 0);
    Strand* strand = task.strand_;  // the task may be running elsewhere, or gone, as soon as it is Parked
    for (;;) {
        if (task.transition(TaskState::Parking, TaskState::Parked)) break;
        if (task.transition(TaskState::ParkingClaimed, TaskState::ParkedClaimed)) break;
        if (task.transition(TaskState::ParkingWoken, TaskState::Runnable)) {
            make_ready(task, task.wake_tag_, true);
            break;
        }
    }
    give_up_turn(strand);
}

void SchedulerCore::finish(CoreWorker& worker, Task& task) {
    worker.task_.store(nullptr, std::memory_order_relaxed);
    worker.finished = true;
    point(PointKind::Done, task.id(), 0);
    task.word_.store(make_word(0, TaskState::Done), std::memory_order_release);
    give_up_turn(task.strand_);
    registry.remove(task, worker.tasks);
}

Stillness SchedulerCore::stillness() const {
    int64_t held = held_count_.load(std::memory_order_seq_cst);
    int64_t all = outside.load(std::memory_order_seq_cst);
    if (all > held || !timers.empty()) return Stillness::Moving;
    return all > 0 ? Stillness::OnlyHeld : Stillness::Quiescent;
}

void SchedulerCore::report(Stillness stillness) {
    still_reported_.store(true, std::memory_order_relaxed);
    if (stillness == Stillness::OnlyHeld) {
        if (options.hooks.on_only_held) options.hooks.on_only_held();
        return;
    }
    QuiescentAction action = QuiescentAction::End;
    if (options.hooks.on_quiescent) {
        std::vector<TaskRef> live = registry.in_order();
        std::vector<Task*> blocked;
        for (const TaskRef& task : live) blocked.push_back(task.get());
        action = options.hooks.on_quiescent(blocked);
    }
    if (action == QuiescentAction::End) stop(RunEnd::Quiescent, 0);
}

void SchedulerCore::stop(RunEnd end, int code) {
    {
        std::lock_guard lock(result_mutex_);
        if (stopping()) return;
        result = {end, code};
        stopping_.store(true, std::memory_order_seq_cst);
    }
    world.signal(SignalShutdown, [](const Worker&) { return true; });
    engine->nudge();
    external->wake_all();
}

bool SchedulerCore::must_hold(const Task& task) const {
    Task* focus = focus_.load(std::memory_order_seq_cst);
    return (focus && focus != &task) || task.held_.load(std::memory_order_seq_cst);
}

bool SchedulerCore::set_aside(Task& task) {
    std::lock_guard lock(held_mutex_);
    if (!must_hold(task)) return false;
    held_.push(task);
    begin_outside();
    held_count_.fetch_add(1, std::memory_order_seq_cst);
    return true;
}

void SchedulerCore::place_released() {
    TaskQueue released;
    {
        std::lock_guard lock(held_mutex_);
        TaskQueue all = std::exchange(held_, {});
        while (Task* task = all.pop()) (must_hold(*task) ? held_ : released).push(*task);
        held_count_.store(static_cast<int64_t>(held_.size()), std::memory_order_seq_cst);
    }
    while (Task* task = released.pop()) {
        place(*task, false);
        end_outside();
    }
}

void SchedulerCore::hold(Task& task) {
    task.held_.store(true, std::memory_order_seq_cst);
    world.signal(SignalPreempt,
                 [&](const Worker& worker) { return worker.task_.load(std::memory_order_seq_cst) == &task; });
}

void SchedulerCore::unhold(Task& task) {
    task.held_.store(false, std::memory_order_seq_cst);
    place_released();
}

void SchedulerCore::set_focus(Task* task) {
    focus_.store(task, std::memory_order_seq_cst);
    if (task) world.signal(SignalPreempt, [&](const Worker& worker) { return worker.current_task() != task; });
    place_released();
}

}  // namespace braid::scheduler
