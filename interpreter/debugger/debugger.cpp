#include "interpreter/debugger/debugger.h"

#include <algorithm>

namespace braid::debugger {

using vm::StopAction;

Debugger::Debugger(vm::Vm& vm, Snapshot snapshot, Listener& listener)
    : vm_(vm),
      listener_(listener),
      sources_(std::move(snapshot), vm.program()),
      inspector_(vm),
      breakpoints_(sources_, vm.breakpoints()),
      stepper_(sources_),
      thread_([this] { control(); }) {
    vm_.set_debug_hook(this);
}

Debugger::~Debugger() {
    detach();
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

// --- what to stop at ---

std::vector<BreakpointPtr> Debugger::set_breakpoints(const std::string& path,
                                                     const std::vector<BreakpointRequest>& requests) {
    std::vector<BreakpointPtr> result;
    standing([&] { result = breakpoints_.set(path, requests); });
    return result;
}

void Debugger::stop_at_entry() {
    standing([&] { breakpoints_.set_entry(vm_.program().entries); });
}

void Debugger::stop_at_errors(ErrorFilters filters) {
    std::lock_guard lock(mutex_);
    filters_ = filters;
}

// --- hits, on workers ---

StopAction Debugger::hold(vm::VmTask& task, Stop stop) {
    stop.task = task.id();
    {
        std::lock_guard lock(mutex_);
        if (closing_ || detached_) return StopAction::Continue;
        vm_.scheduler().hold(task);
        pending_.push_back({scheduler::TaskRef(&task), std::move(stop)});
    }
    wake_.notify_all();
    return StopAction::Stop;
}

bool Debugger::passes(const Breakpoint& breakpoint, const std::optional<FrameInfo>& frame) {
    const BreakpointRequest& request = breakpoint.request;
    if (!frame || request.condition.empty()) return true;
    auto result = evaluator(*frame).condition(request.condition);
    if (result) return *result;
    listener_.logged("the condition `" + request.condition + "` cannot be evaluated: " + result.error() + "\n",
                     frame->file, breakpoint.position.line);
    return true;  // better to stop than to run past
}

StopAction Debugger::on_breakpoint(vm::VmTask& task, const Function& function, uint32_t pc) {
    Stop stop{StopReason::Breakpoint};
    bool stops = false;
    std::optional<FrameInfo> frame;
    for (const BreakpointPtr& breakpoint : breakpoints_.at(function, pc)) {
        const BreakpointRequest& request = breakpoint->request;
        if (!frame && (!request.condition.empty() || !request.log_message.empty()))
            if (auto all = frames_of(task, sources_); !all.empty()) frame = all[0];
        if (!passes(*breakpoint, frame)) continue;
        if (!breakpoint->wants_hit(++breakpoint->hits)) continue;
        if (!request.log_message.empty() && frame) {
            listener_.logged(evaluator(*frame).interpolate(request.log_message) + "\n", frame->file,
                             breakpoint->position.line);
            continue;
        }
        stops = true;
        if (breakpoint->is_entry) stop.reason = StopReason::Entry;
        else stop.breakpoints.push_back(breakpoint->id);
    }
    return stops ? hold(task, std::move(stop)) : StopAction::Continue;
}

StopAction Debugger::on_step(vm::VmTask& task, const Function& function, uint32_t pc) {
    if (!stepper_.may_end_in(task) || !stepper_.arrived(task, function, pc)) return StopAction::Continue;
    return hold(task, {StopReason::Step});
}

StopAction Debugger::on_raise(vm::VmTask& task, Word error, bool caught) {
    ErrorFilters filters;
    {
        std::lock_guard lock(mutex_);
        filters = filters_;
    }
    auto* object = vm::object_of(error);
    bool is_panic = heap::Value(error).is_pointer() && vm_.kind_of(object) == vm::ObjectKind::Panic;
    if (is_panic && object->slots()[vm::kPanicKind] != static_cast<Word>(vm::PanicKind::Panic))
        return StopAction::Continue;
    // Below an async boundary somebody may be waiting for the rejection.
    const auto& entries = vm_.program().entries;
    if (!is_panic && !caught)
        for (const vm::FrameView& frame : task.frames())
            caught |=
                frame.function->is_async && std::find(entries.begin(), entries.end(), frame.function) == entries.end();
    bool wanted = is_panic ? filters.panics : caught ? filters.caught : filters.uncaught;
    if (!wanted) return StopAction::Continue;
    auto [kind, message] = inspector_.describe_error(error);
    return hold(task, {StopReason::Error, 0, {}, kind, message});
}

void Debugger::on_left(vm::VmTask& task, scheduler::StepResult how) {
    if (!stepper_.is(task)) return;
    // It waits for the others, or has ended: they go on.
    if (how == scheduler::StepResult::Done) stepper_.pass_on(task);
    others_may_run();
}

void Debugger::on_detach(vm::VmTask& task, vm::VmTask& fiber, size_t boundary) {
    if (stepper_.follow(task, fiber, boundary)) others_may_run();
}

void Debugger::others_may_run() {
    if (focused_.exchange(false)) vm_.scheduler().set_focus(nullptr);
}

void Debugger::only_held() {
    std::unique_lock lock(mutex_);
    if (!pending_.empty() || stopping_ || world_) return;  // they are held because everything is about to stand
    if (!queued_.empty()) {
        // What is left to run stands at breakpoints of its own.
        pending_.push_back(std::move(queued_.front()));
        queued_.pop_front();
        lock.unlock();
        wake_.notify_all();
        return;
    }
    lock.unlock();
    others_may_run();
}

// --- stopping ---

void Debugger::control() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return closing_ || (!world_ && !stopping_ && (pause_ || !pending_.empty())); });
        if (closing_) return;
        stop_world(lock);
    }
}

void Debugger::stop_world(std::unique_lock<std::mutex>& lock) {
    stopping_ = true;
    lock.unlock();
    scheduler::StoppedWorld still = vm_.scheduler().stop_world();
    lock.lock();
    stopping_ = false;
    wake_.notify_all();
    if (closing_ || detached_ || (pending_.empty() && !pause_)) {
        pending_.clear();
        pause_.reset();
        return;
    }
    world_.emplace(std::move(still));
    stepper_.end();
    focused_ = false;
    vm_.scheduler().set_focus(nullptr);
    breakpoints_.clear_entry();
    std::optional<uint64_t> pause = std::exchange(pause_, std::nullopt);
    if (pending_.empty()) {
        scheduler::TaskRef paused = task(*pause);
        if (auto all = tasks(); !paused && !all.empty()) paused = all.front();
        uint64_t id = paused ? paused->id() : *pause;
        report(lock, {std::move(paused), {StopReason::Pause, id}});
        return;
    }
    Hit hit = std::move(pending_.front());
    pending_.pop_front();
    for (Hit& more : pending_) queued_.push_back(std::move(more));
    pending_.clear();
    report(lock, std::move(hit));
}

void Debugger::standing(const std::function<void()>& action) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !stopping_; });
    if (world_) return action();
    stopping_ = true;
    lock.unlock();
    {
        scheduler::StoppedWorld still = vm_.scheduler().stop_world();
        lock.lock();
        action();
        stopping_ = false;
    }
    lock.unlock();
    wake_.notify_all();
}

void Debugger::report(std::unique_lock<std::mutex>& lock, Hit hit) {
    reported_ = std::move(hit.task);
    lock.unlock();
    listener_.stopped(hit.stop);
    lock.lock();
}

bool Debugger::still_wanted(const Stop& stop) const {
    if (stop.reason != StopReason::Breakpoint) return true;
    return std::any_of(stop.breakpoints.begin(), stop.breakpoints.end(),
                       [&](int id) { return breakpoints_.exists(id); });
}

void Debugger::let_go() {
    if (reported_) vm_.scheduler().unhold(*reported_);
    reported_ = {};
    world_.reset();
}

bool Debugger::resume() {
    std::unique_lock lock(mutex_);
    if (!world_) return false;
    while (!queued_.empty()) {
        // Others have stopped at the same time: the user sees each.
        Hit next = std::move(queued_.front());
        queued_.pop_front();
        if (!still_wanted(next.stop)) {
            vm_.scheduler().unhold(*next.task);
            continue;
        }
        if (reported_) vm_.scheduler().unhold(*reported_);
        report(lock, std::move(next));
        return true;
    }
    let_go();
    return true;
}

bool Debugger::resume_only(uint64_t id) {
    std::unique_lock lock(mutex_);
    scheduler::TaskRef wanted = task(id);
    if (!world_ || !wanted) return false;
    focused_ = true;
    vm_.scheduler().set_focus(wanted.get());
    vm_.scheduler().unhold(*wanted);
    std::erase_if(queued_, [&](const Hit& hit) { return hit.task.get() == wanted.get(); });
    let_go();
    return true;
}

bool Debugger::step(uint64_t id, StepKind kind) {
    std::unique_lock lock(mutex_);
    scheduler::TaskRef wanted = task(id);
    if (!world_ || !wanted) return false;
    vm::VmTask& stepped = vm::vm_task(wanted);
    stepper_.begin(stepped, kind);
    // One that waits needs the others to get on.
    bool waits = wanted->state() >= scheduler::TaskState::Parked;
    focused_ = !waits;
    vm_.scheduler().set_focus(waits ? nullptr : wanted.get());
    vm_.scheduler().unhold(*wanted);
    std::erase_if(queued_, [&](const Hit& hit) { return hit.task.get() == wanted.get(); });
    let_go();
    return true;
}

void Debugger::pause(uint64_t task) {
    {
        std::lock_guard lock(mutex_);
        if (world_ || detached_) return;
        pause_ = task;
    }
    wake_.notify_all();
}

void Debugger::terminate(int code) {
    vm_.scheduler().shutdown(code);
    detach();
}

void Debugger::finish() {
    std::lock_guard lock(mutex_);
    detached_ = true;
}

void Debugger::detach() {
    vm_.set_debug_hook(nullptr);
    standing([this] {
        detached_ = true;
        pause_.reset();
        breakpoints_.clear_all();
        stepper_.end();
        focused_ = false;
        vm_.scheduler().set_focus(nullptr);
        for (std::deque<Hit>* hits : {&pending_, &queued_}) {
            for (Hit& hit : *hits) vm_.scheduler().unhold(*hit.task);
            hits->clear();
        }
    });
    std::unique_lock lock(mutex_);
    let_go();
}

// --- looking ---

bool Debugger::is_stopped() const {
    std::lock_guard lock(mutex_);
    return world_.has_value();
}

scheduler::TaskRef Debugger::task(uint64_t id) const {
    for (scheduler::TaskRef& each : vm_.scheduler().tasks())
        if (each->id() == id) return each;
    return {};
}

Evaluator Debugger::evaluator(const FrameInfo& frame) {
    const Language& language = language_of(frame.function->item);
    return Evaluator(inspector_, language.grammar(), frame.function->policy,
                     [this, frame](std::string_view name) -> std::optional<Datum> {
                         FrameVariables visible = variables(frame);
                         for (const auto* list : {&visible.locals, &visible.captures})
                             for (const Member& each : *list)
                                 if (each.name == name) return each.value;
                         for (const Member& each : statics_of(frame, vm_))
                             if (each.name == name) return each.value;
                         return std::nullopt;
                     });
}

}  // namespace braid::debugger
