#include "interpreter/scheduler/parallel_engine.h"

#include <algorithm>
#include <array>
#include <span>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace braid::scheduler {

namespace {

// What changing from one task to another counts in a tick, so that a chain of short steps ends, too.
constexpr int32_t kSwitchCost = 256;
// A thief takes half of what there is, but not more than this.
constexpr size_t kMostStolen = 128;
// Tasks in a deque.
constexpr size_t kMostQueued = 256;
// So often the injector is asked first. A prime, as in Go, so as not to beat with the program's own periods.
constexpr unsigned kInjectorPeriod = 61;
constexpr size_t kInjectorBatch = 32;
// What has waited for so long is taken from another worker. Longer than a turn of some tasks that feed each other,
// short beside what a second worker gains.
constexpr Instant kWaited = 150'000;
// So many tasks in another's deque would wait longer than that.
constexpr size_t kLongQueue = 64;
// Between two looks at one worker.
constexpr Instant kShortestLook = 20'000;
// So often the sampler finds all queues empty before it goes to sleep.
constexpr unsigned kLooksInVain = 8;
// Each look without success doubles the time to the next, so often.
constexpr unsigned kMostDoublings = 4;

unsigned count_of_workers(unsigned wanted) {
    return wanted ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

std::unique_ptr<Engine> make_parallel_engine(SchedulerCore& core) { return std::make_unique<ParallelEngine>(core); }

ParallelEngine::ParallelEngine(SchedulerCore& core) : core_(core) {
    for (unsigned i = 0; i < count_of_workers(core.options.workers); ++i) {
        workers_.push_back(std::make_unique<PoolWorker>(core.scheduler, i));
        workers_.back()->tasks = &core.registry.make_local();
    }
    for (auto& worker : workers_) worker->sightings.resize(workers_.size());
}

void ParallelEngine::push(PoolWorker& worker, Task& task) {
    if (worker.deque.size() >= kMostQueued) {
        std::array<Task*, kMostQueued / 2> older;
        size_t count = 0;
        while (count < older.size() && (older[count] = worker.deque.steal())) ++count;
        injector_.push(std::span(older).first(count));
    }
    worker.deque.push(&task);
    notify_one();
}

// A task that had its tick goes behind all others: of a full deque its place is for the injector's next.
void ParallelEngine::requeue(PoolWorker& worker, Task& task) {
    if (worker.deque.size() + 1 < kMostQueued) return push(worker, task);
    injector_.push(task);
    notify_one();
}

void ParallelEngine::ready(Task& task, bool woken) {
    CoreWorker* current = core_.current();
    if (!current || current->is_external() || static_cast<PoolWorker*>(current)->asleep) {
        injector_.push(task);
        if (PoolWorker* sampler = sampler_.load(std::memory_order_seq_cst)) sampler->parker.unpark();
        else notify_one();
        return;
    }
    auto& worker = static_cast<PoolWorker&>(*current);
    if (!woken) return push(worker, task);
    // The slot's task runs here next, its data warm: nobody is woken for it, but whoever is pushed out is offered.
    if (Task* previous = worker.lifo.exchange(&task, std::memory_order_acq_rel)) push(worker, *previous);
}

void ParallelEngine::run() {
    std::vector<std::thread> threads;
    for (size_t i = 1; i < workers_.size(); ++i)
        threads.emplace_back([this, worker = workers_[i].get()] { serve(*worker); });
    serve(*workers_[0]);
    for (std::thread& thread : threads) thread.join();
}

void ParallelEngine::serve(PoolWorker& worker) {
    Worker* outer = Worker::current();
    SchedulerCore::set_current(&worker);
    worker.started = core_.clock();
    core_.world.add(worker);
    if (core_.options.hooks.worker_started) core_.options.hooks.worker_started(worker);
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, 1'000);  // the sampler's short sleeps, and timers
#endif
    core_.world.enter(worker);
    loop(worker);
    // Inside: what the worker has of the heap is given back while no collection looks at it.
    if (core_.options.hooks.worker_stopped) core_.options.hooks.worker_stopped(worker);
    core_.world.leave(worker);
    core_.world.remove(worker);
    SchedulerCore::set_current(outer);
}

void ParallelEngine::loop(PoolWorker& worker) {
    Task* yielded = nullptr;
    while (!core_.stopping()) {
        if (worker.signals().load(std::memory_order_relaxed) & SignalStopWorld) core_.world.safepoint(worker);
        if (core_.timers.next() != Timers::kNever) core_.timers.fire(now(), core_);
        if (yielded) balance(worker);
        Task* task = yielded ? next_local(worker) : next(worker);
        if (yielded) {
            // Others first; alone, it goes on without passing through the queue.
            if (task) requeue(worker, *yielded);
            else task = yielded;
            yielded = nullptr;
        }
        if (!task) {
            sleep(worker);
            continue;
        }
        found(worker);
        if (worker.slice <= 0) worker.slice = core_.budget(*task);
        if (core_.step(worker, *task, worker.slice) == SchedulerCore::Ended::Requeue) yielded = task;
        worker.slice -= worker.spent + kSwitchCost;
    }
}

Task* ParallelEngine::next(PoolWorker& worker) {
    if (Task* task = next_local(worker)) return task;
    return search(worker);
}

Task* ParallelEngine::next_local(PoolWorker& worker) {
    if (++worker.tick % kInjectorPeriod == 0) {
        if (Task* task = from_injector(worker, 1)) {
            worker.slice = 0;
            return task;
        }
    }
    Task* woken = worker.lifo.load(std::memory_order_relaxed);
    if (woken && (woken = worker.lifo.exchange(nullptr, std::memory_order_acq_rel))) {
        // Alone, it goes on without passing through the queue.
        if (worker.slice > 0 || (worker.deque.empty() && injector_.empty())) {
            ++worker.count.lifo_hits;
            return woken;
        }
        push(worker, *woken);
    }
    worker.slice = 0;  // a tick of its own
    if (Task* task = worker.deque.steal()) return task;
    return from_injector(worker, kInjectorBatch);
}

// The oldest, and more behind the worker's own: its share, but at most `max`.
Task* ParallelEngine::from_injector(PoolWorker& worker, size_t max) {
    size_t share = injector_.size() / workers_.size() + 1;
    TaskQueue taken = injector_.pop(std::min(max, share));
    Task* first = taken.pop();
    while (Task* task = taken.pop()) push(worker, *task);
    return first;
}

Task* ParallelEngine::search(PoolWorker& worker) {
    if (!worker.searching) {
        // More searchers than half the workers would only get into each other's way.
        if (2 * searching_.load(std::memory_order_relaxed) >= workers_.size()) return nullptr;
        searching_.fetch_add(1, std::memory_order_seq_cst);
        worker.searching = true;
    }
    Task* task = steal(worker);
    return task ? task : from_injector(worker, kInjectorBatch);
}

Task* ParallelEngine::steal(PoolWorker& worker) {
    size_t first = worker.random.below(workers_.size());
    const Instant time = now();
    for (bool from_slot : {false, true}) {
        for (size_t i = 0; i < workers_.size(); ++i) {
            size_t index = (first + i) % workers_.size();
            PoolWorker& victim = *workers_[index];
            if (&victim == &worker) continue;
            Sighting& seen = worker.sightings[index];
            if (!from_slot) look(victim, seen, time);
            Task* task = from_slot ? steal_woken(victim, seen, time) : steal_waiting(worker, victim, seen, time);
            if (!task) continue;
            ++worker.count.steals;
            return task;
        }
    }
    return nullptr;
}

void ParallelEngine::look(PoolWorker& victim, Sighting& seen, Instant now) {
    if (now - seen.looked < kShortestLook) return;
    const uint64_t spawns = victim.count.spawns;
    const bool spawned = spawns != seen.spawns;
    seen.keeps_spawning = spawned && seen.spawned;
    seen.spawned = spawned;
    seen.spawns = spawns;
    seen.looked = now;
}

Task* ParallelEngine::steal_waiting(PoolWorker& worker, PoolWorker& victim, Sighting& seen, Instant now) {
    size_t size = victim.deque.size();
    if (size == 0) {
        seen.queued = -1;
        return nullptr;
    }
    int64_t taken = victim.deque.taken();
    bool still_there = taken < seen.queued;
    if (!still_there) {
        seen.queued = taken + static_cast<int64_t>(size);
        seen.since = now;
    }
    if (size < kLongQueue && !seen.keeps_spawning && !(still_there && now - seen.since >= kWaited)) return nullptr;
    Task* task = victim.deque.steal();
    if (!task) return nullptr;
    seen.queued = -1;
    steal_more(worker, victim, std::min(victim.deque.size() / 2, kMostStolen));
    return task;
}

Task* ParallelEngine::steal_woken(PoolWorker& victim, Sighting& seen, Instant now) {
    Task* woken = victim.lifo.load(std::memory_order_relaxed);
    const uint64_t steps = victim.count.steps;
    if (woken != seen.woken || steps != seen.steps) seen.woken_since = now;
    seen.woken = woken;
    seen.steps = steps;
    if (!woken || now - seen.woken_since < kWaited) return nullptr;
    return victim.lifo.exchange(nullptr, std::memory_order_acq_rel);
}

void ParallelEngine::steal_more(PoolWorker& worker, PoolWorker& victim, size_t count) {
    for (; count > 0; --count) {
        Task* task = victim.deque.steal();
        if (!task) return;
        ++worker.count.steals;
        push(worker, *task);
    }
}

void ParallelEngine::balance(PoolWorker& worker) {
    size_t room = kMostQueued - std::min(kMostQueued, worker.deque.size());
    TaskQueue taken = injector_.pop(std::min(room, injector_.size() / workers_.size() + 1));
    while (Task* task = taken.pop()) push(worker, *task);
    PoolWorker* longest = &worker;
    size_t most = worker.deque.size() + 1;  // the task that has just yielded is ours, too
    for (const auto& other : workers_) {
        if (other->deque.size() <= most) continue;
        longest = other.get();
        most = other->deque.size();
    }
    if (longest != &worker) steal_more(worker, *longest, (most - worker.deque.size()) / 2);
}

void ParallelEngine::found(PoolWorker& worker) {
    if (!worker.searching) return;
    worker.searching = false;
    worker.looks = worker.looks_in_vain = 0;
    if (sampler_.load(std::memory_order_relaxed) == &worker) sampler_.store(nullptr, std::memory_order_seq_cst);
    if (searching_.fetch_sub(1, std::memory_order_seq_cst) == 1) notify_one();
}

ParallelEngine::PoolWorker* ParallelEngine::take_sleeper() {
    PoolWorker* sleeper = nullptr;
    if (!sleepers_.empty()) {
        sleeper = sleepers_.back();
        sleepers_.pop_back();
    } else {
        sleeper = timekeeper_.exchange(nullptr, std::memory_order_seq_cst);
    }
    if (sleeper) sleeping_.fetch_sub(1, std::memory_order_seq_cst);
    return sleeper;
}

void ParallelEngine::notify_one() {
    if (sleeping_.load(std::memory_order_seq_cst) == 0 || searching_.load(std::memory_order_seq_cst) > 0) return;
    std::lock_guard lock(sleep_mutex_);
    PoolWorker* sleeper = take_sleeper();
    if (!sleeper) return;
    searching_.fetch_add(1, std::memory_order_seq_cst);
    sleeper->notified.store(true, std::memory_order_release);
    sleeper->parker.unpark();
}

bool ParallelEngine::work_visible() const {
    if (!injector_.empty()) return true;
    return std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) { return !worker->deque.empty(); });
}

// Under sleep_mutex_, with every other worker among the sleepers.
Stillness ParallelEngine::stillness() const {
    Stillness outside = core_.stillness();
    if (outside == Stillness::Moving || work_visible()) return Stillness::Moving;
    bool slots_empty = std::none_of(workers_.begin(), workers_.end(),
                                    [](const auto& worker) { return worker->lifo.load() != nullptr; });
    return slots_empty ? outside : Stillness::Moving;
}

// Waits a little before the next look, if there may be something to see by then. False: it may as well sleep.
bool ParallelEngine::sample(PoolWorker& worker) {
    if (!worker.searching || sleeping_.load(std::memory_order_relaxed) + 1 == workers_.size()) return false;
    PoolWorker* nobody = nullptr;
    if (sampler_.load(std::memory_order_relaxed) != &worker &&
        !sampler_.compare_exchange_strong(nobody, &worker, std::memory_order_seq_cst))
        return false;
    worker.looks_in_vain = work_visible() ? 0 : worker.looks_in_vain + 1;
    if (worker.looks_in_vain > kLooksInVain) return false;
    if (!injector_.empty()) return true;
    Instant next = now() + (kShortestLook << std::min(worker.looks++, kMostDoublings));
    idle(worker, [&] { worker.parker.park_until(core_.start + std::chrono::nanoseconds(next)); });
    return true;
}

void ParallelEngine::idle(PoolWorker& worker, const std::function<void()>& wait) {
    worker.asleep = true;
    core_.world.leave(worker);
    Instant before = now();
    wait();
    ++worker.count.idle_parks;
    worker.count.idle_nanoseconds.add(now() - before);
    core_.world.enter(worker);
    worker.asleep = false;
}

void ParallelEngine::sleep(PoolWorker& worker) {
    if (sample(worker)) return;
    worker.looks = worker.looks_in_vain = 0;
    if (sampler_.load(std::memory_order_relaxed) == &worker) sampler_.store(nullptr, std::memory_order_seq_cst);
    if (worker.searching) {
        worker.searching = false;
        searching_.fetch_sub(1, std::memory_order_seq_cst);
    }
    Stillness still = Stillness::Moving;
    {
        std::lock_guard lock(sleep_mutex_);
        bool last = sleeping_.load(std::memory_order_relaxed) + 1 == workers_.size();
        if (last && !core_.stillness_reported()) still = stillness();
        if (still == Stillness::Moving) {
            if (!timekeeper_.load(std::memory_order_relaxed)) timekeeper_.store(&worker, std::memory_order_seq_cst);
            else sleepers_.push_back(&worker);
            sleeping_.fetch_add(1, std::memory_order_seq_cst);
        }
    }
    if (still != Stillness::Moving) return core_.report(still);
    bool seen_to = injector_.empty() && sampler_.load(std::memory_order_seq_cst);
    if (!seen_to && work_visible() && leave_sleepers(worker)) return;
    idle(worker, [&] { wait_for_work(worker); });
    if (worker.notified.exchange(false, std::memory_order_acquire)) worker.searching = true;
}

void ParallelEngine::wait_for_work(PoolWorker& worker) {
    while (!worker.notified.load(std::memory_order_acquire) && !core_.stopping()) {
        uint64_t next = Timers::kNever;
        if (timekeeper_.load(std::memory_order_seq_cst) == &worker) next = core_.timers.next();
        if (next == Timers::kNever) {
            worker.parker.park();
        } else if (next > now()) {
            worker.parker.park_until(core_.start + std::chrono::nanoseconds(next));
        } else if (leave_sleepers(worker)) {
            return;
        }
    }
}

// False: somebody has taken it out already, and told it.
bool ParallelEngine::leave_sleepers(PoolWorker& worker) {
    std::lock_guard lock(sleep_mutex_);
    if (worker.notified.load(std::memory_order_relaxed)) return false;
    sleeping_.fetch_sub(1, std::memory_order_seq_cst);
    if (timekeeper_.load(std::memory_order_relaxed) != &worker) {
        sleepers_.erase(std::find(sleepers_.begin(), sleepers_.end(), &worker));
        return true;
    }
    PoolWorker* successor = nullptr;
    if (!sleepers_.empty()) {
        successor = sleepers_.back();
        sleepers_.pop_back();
    }
    timekeeper_.store(successor, std::memory_order_seq_cst);
    if (successor) successor->parker.unpark();
    return true;
}

void ParallelEngine::timer_added() {
    // Under the lock, so that the worker is not destroyed or awake in between.
    if (!timekeeper_.load(std::memory_order_seq_cst)) return;
    std::lock_guard lock(sleep_mutex_);
    if (PoolWorker* keeper = timekeeper_.load(std::memory_order_relaxed)) keeper->parker.unpark();
}

void ParallelEngine::nudge() {
    std::lock_guard lock(sleep_mutex_);
    if (core_.stopping()) {
        for (auto& worker : workers_) worker->parker.unpark();
    } else if (sleeping_.load(std::memory_order_relaxed) == workers_.size()) {
        // All asleep: one of them finds nothing to do and, as the last to fall asleep again, judges whether it is over.
        PoolWorker* sleeper = take_sleeper();
        searching_.fetch_add(1, std::memory_order_seq_cst);
        sleeper->notified.store(true, std::memory_order_release);
        sleeper->parker.unpark();
    }
}

void ParallelEngine::add_stats(Stats& stats) const {
    for (const auto& worker : workers_) stats.workers.push_back(worker->stats(now()));
}

}  // namespace braid::scheduler
