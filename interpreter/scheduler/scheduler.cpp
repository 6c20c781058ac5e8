#include "interpreter/scheduler/scheduler.h"

#include <cassert>

#include "interpreter/scheduler/core.h"
#include "interpreter/scheduler/task_state.h"

namespace braid::scheduler {

InputGuard::InputGuard(Scheduler& scheduler) : scheduler_(&scheduler) { scheduler.core_->begin_outside(); }

InputGuard::~InputGuard() {
    if (scheduler_) scheduler_->core_->end_outside();
}

StoppedWorld::~StoppedWorld() {
    if (scheduler_) scheduler_->core_->world.start();
}

Scheduler::Scheduler(Options options) : core_(std::make_unique<SchedulerCore>(*this, std::move(options))) {}

Scheduler::~Scheduler() {
    core_->pool.reset();  // completions refer to the rest
}

RunResult Scheduler::run() {
    for (auto& service : core_->services) service->start(*this);
    core_->engine->run();
    core_->external->join_all();
    for (auto& service : core_->services) service->stop();
    return core_->result;
}

void Scheduler::shutdown(int code) { core_->stop(RunEnd::Shutdown, code); }
bool Scheduler::shutting_down() const noexcept { return core_->stopping(); }

tl::expected<void, SpawnError> Scheduler::spawn(TaskRef task, Strand* strand) {
    return core_->spawn(std::move(task), strand, false);
}

tl::expected<ParkToken, SpawnError> Scheduler::spawn_parked(TaskRef task, Strand* strand, const WaitReason* reason) {
    return core_->spawn_parked(std::move(task), strand, reason);
}

tl::expected<void, SpawnError> Scheduler::spawn_external(TaskRef task) {
    return core_->spawn(std::move(task), nullptr, true);
}

bool Scheduler::claim(Task& task, ParkToken token) noexcept { return core_->claim(task, token.epoch); }
void Scheduler::resume(Task& task, WakeTag tag) { core_->resume(task, tag); }
bool Scheduler::wake(Task& task, ParkToken token, WakeTag tag) { return core_->wake(task, token, tag); }
bool Scheduler::wake_anyway(Task& task, WakeTag tag) { return core_->wake(task, task.token(), tag); }

Instant Scheduler::now() const { return core_->engine->now(); }

TimerId Scheduler::wake_at(Instant deadline, Task& task, ParkToken token) {
    bool earlier = false;
    TimerId id = core_->timers.add(deadline, {TaskRef(&task), token, {}}, earlier);
    if (earlier) core_->engine->timer_added();
    return id;
}

TimerId Scheduler::call_at(Instant deadline, std::function<void()> action) {
    bool earlier = false;
    TimerId id = core_->timers.add(deadline, {{}, {}, std::move(action)}, earlier);
    if (earlier) core_->engine->timer_added();
    return id;
}

bool Scheduler::cancel_timer(TimerId timer) { return timer != 0 && core_->timers.cancel(timer); }

void Scheduler::run_blocking(Task& task, ParkToken token, std::function<void()> work) {
    // In a sequential run the order of completions must not depend on threads.
    if (core_->sequential) {
        work();
        wake(task, token, WakeInput);
        return;
    }
    core_->begin_outside();
    auto completed = [core = core_.get(), task = TaskRef(&task), token] {
        core->wake(*task, token, WakeInput);
        core->end_outside();
    };
    if (!core_->pool->submit(work, completed)) {
        work();
        completed();
    }
}

void Scheduler::attach(std::unique_ptr<IoService> service) { core_->services.push_back(std::move(service)); }

Policy& Scheduler::policy() noexcept { return *core_->options.policy; }
bool Scheduler::sequential() const noexcept { return core_->sequential; }

uint64_t Scheduler::choose(uint64_t bound) {
    uint64_t chosen = core_->options.policy->choose(bound);
    core_->point(PointKind::Choice, 0, chosen);
    return chosen;
}

void Scheduler::at_stopped_world(std::function<void()> action) { core_->world.at_stop(std::move(action)); }

StoppedWorld Scheduler::stop_world() {
    assert(!core_->current() && "a worker cannot wait for itself to stop");
    core_->world.stop();
    return StoppedWorld(*this);
}

void Scheduler::hold(Task& task) { core_->hold(task); }
void Scheduler::unhold(Task& task) { core_->unhold(task); }
void Scheduler::set_focus(Task* task) { core_->set_focus(task); }

bool Scheduler::is_running(const Task& task) const noexcept {
    switch (task.state()) {
        case TaskState::Running:
        case TaskState::Parking:
        case TaskState::ParkingClaimed:
        case TaskState::ParkingWoken: return true;
        default: return false;
    }
}

void Scheduler::for_each_task(const std::function<void(Task&)>& visit) const { core_->registry.for_each(visit); }
const size_t Scheduler::kTaskParts = Registry::kParts;
void Scheduler::for_each_task(size_t part, const std::function<void(Task&)>& visit) const {
    core_->registry.for_each(part, visit);
}
std::vector<TaskRef> Scheduler::tasks() const { return core_->registry.in_order(); }
unsigned Scheduler::worker_count() const noexcept { return core_->engine->worker_count(); }

Stats Scheduler::stats() const {
    Stats stats;
    core_->engine->add_stats(stats);
    for (const WorkerStats& worker : stats.workers) add_to(stats.total, worker);
    core_->external->add_stats(stats);
    stats.tasks_spawned = core_->registry.added();
    stats.tasks_live = core_->registry.size();
    stats.timers_fired = core_->timers.fired();
    stats.blocking_jobs = core_->pool->jobs();
    stats.world_stops = core_->world.stops();
    return stats;
}

}  // namespace braid::scheduler
