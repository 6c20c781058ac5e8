#include <fmt/format.h>

#include <thread>

#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"
#include "interpreter/vm/closures.h"

namespace braid::runtime {

using bytecode::Repr;
using vm::ObjectKind;

// --- TaskCore ---

void TaskCore::cancel() {
    std::unique_lock lock(mutex_);
    if (status_ != Status::Running || !task_) return;
    scheduler::TaskRef task = task_;
    lock.unlock();
    vm::vm_task(task).cancel();
}

bool TaskCore::finish(vm::Vm& vm, Status status, Word word) {
    std::lock_guard lock(mutex_);
    status_ = status;
    word_ = word;
    task_ = {};
    seen_ = !waiters_.empty();
    grant_all(vm, waiters_);
    return status == Status::Failed && joiners_ == 0;
}

TaskCore::Status TaskCore::status() const {
    std::lock_guard lock(mutex_);
    return status_;
}

bool TaskCore::wait(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    if (status_ != Status::Running) return false;
    waiters_.push_back(waiter);
    return true;
}
void TaskCore::leave_queue(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    waiters_.remove(waiter);
}
bool TaskCore::see_panic() {
    std::lock_guard lock(mutex_);
    return !std::exchange(seen_, true);
}
bool TaskCore::release_joiner(const TypeDescriptor& result) {
    std::lock_guard lock(mutex_);
    if (result.needs_drop) unwanted_ = &result;
    return --joiners_ == 0 && status_ == Status::Failed && !std::exchange(seen_, true);
}

std::string error_text(vm::Vm& vm, Word error) {
    if (heap::Value::is_pointer(error) && vm.kind_of(vm::object_of(error)) == ObjectKind::Panic)
        return std::string(vm::string_view_of(vm::object_of(error)->slots()[vm::kPanicMessage]));
    return vm.describe_error(error);
}

const vm::Function& function_of_callable(Word closure) { return *vm::closure_function(vm::object_of(closure)); }
const std::string& name_of_callable(Word closure) { return function_of_callable(closure).name; }

std::string no_more_tasks(const vm::Vm& vm, std::string_view what) {
    return vm.heap().over_limit() ? vm.memory_message()
                                  : fmt::format("too many tasks: no other {} can be started", what);
}

namespace {
/// What a task calls and drops at its end: of the call of an async closure, the closure.
Word owned_callable(const vm::Vm& vm, Word callable) {
    Object* object = vm::object_of(callable);
    Word closure = vm.kind_of(object) == ObjectKind::BoundCall ? object->slots()[vm::kBoundClosure] : 0;
    return closure ? closure : callable;
}
}  // namespace

Object* spawn_task(NativeCall& call, const SpawnTask& spawn) {
    Run& run = Run::of(call);
    vm::Vm& vm = call.vm();
    const std::string& name = name_of_callable(spawn.closure);
    Object* object = vm.new_native<TaskCore>(run.task, vm::name_of(spawn.kind), name);
    auto* core = object->native<TaskCore>();
    core->set_joiners(spawn.joiners);
    core->set_scope(spawn.scope);
    core->made = call.call_site();
    vm::Vm::SpawnOptions options;
    options.kind = spawn.kind;
    options.name = &name;
    options.site = core->made;
    options.external = spawn.external;
    Word arguments[] = {spawn.closure, vm::word_of(object), spawn.is_closure};
    // The closure of a call may end before the call does, where nobody awaits it.
    if (Word closure = owned_callable(vm, spawn.closure); closure != spawn.closure)
        vm::retain_closure(vm::object_of(closure));
    if (spawn.scope) spawn.scope->native<ScopeCore>()->starts(object);
    auto task = vm.spawn(*run.functions.task, arguments, options);
    if (task) core->started(*task);
    else if (spawn.scope) spawn.scope->native<ScopeCore>()->ended(vm, *core);
    return task ? object : nullptr;
}

NativeAction wait_for_task(NativeCall& call, TaskCore& core, uint32_t next) {
    return core.is_finished() ? NativeAction::Next : wait_until_over(call, core, next);
}

NativeAction give_task_result(NativeCall& call, TaskCore& core) {
    if (core.status() == TaskCore::Status::Done) {
        Word word = core.word();
        return call.give(word);
    }
    if (core.status() == TaskCore::Status::Cancelled)
        return call.panic(fmt::format("task '{}' was cancelled", core.name()));
    core.see_panic();
    return call.raise(core.word());
}

namespace {

// --- what stands under tasks ---

bool finish(NativeCall& call, TaskCore::Status status, Word word) {
    TaskCore& core = *call.object(1)->native<TaskCore>();
    bool unheard = core.finish(call.vm(), status, word);
    if (core.scope()) core.scope()->native<ScopeCore>()->ended(call.vm(), core);
    return unheard;
}

/// (closure, core, is closure): runs it, keeps what comes out.
NativeAction run_task(NativeCall& call) {
    switch (call.step()) {
        case 0: {
            bool direct = !call.boolean(2) || function_of_callable(call.argument(0)).is_async;
            bool thread = call.task().task_kind() == vm::TaskKind::Thread;
            return call.invoke(call.argument(0), {}, direct || thread ? 2 : 1);
        }
        case 1: return call.invoke(call.result(), {}, 2);  // a closure that made a future
        case 2:
            // What it captured ends before anybody learns that it has ended.
            call.traced(0) = call.result();
            return call.drop_callable(owned_callable(call.vm(), call.argument(0)), 3);
        case 3:
            if (auto* type = call.object(1)->native<TaskCore>()->unwanted())
                return call.drop(std::exchange(call.traced(0), 0), *type, 4);
            [[fallthrough]];
        case 4: {
            TaskCore& core = *call.object(1)->native<TaskCore>();
            finish(call, TaskCore::Status::Done, call.traced(0));
            if (!call.traced(0) || !core.unwanted()) return call.give_unit();
            return call.drop(core.take(), *core.unwanted(), 5);
        }
        default: return call.give_unit();
    }
}
NativeAction task_failed(NativeCall& call) {
    if (call.step() == 0) return call.drop_callable(owned_callable(call.vm(), call.argument(0)), 1);
    Word error = call.error();
    vm::Vm& vm = call.vm();
    bool cancelled = vm.kind_of(vm::object_of(error)) == ObjectKind::Panic &&
                     vm::object_of(error)->slots()[vm::kPanicKind] == static_cast<Word>(vm::PanicKind::Cancelled);
    auto status = cancelled ? TaskCore::Status::Cancelled : TaskCore::Status::Failed;
    if (finish(call, status, error)) return call.give_unit();  // goes on: ends the program
    return call.recover(0);
}

NativeAction run_goroutine(NativeCall& call) {
    if (call.step() == 0) return call.invoke(call.argument(0), {}, 1);
    return call.step() == 1 ? call.drop_callable(call.argument(0), 2) : call.give_unit();
}

NativeAction go(NativeCall& call) {
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::Goroutine;
    options.name = &name_of_callable(call.argument(0));
    options.site = call.call_site();
    Word closure = call.argument(0);
    if (!call.vm().spawn(*Run::of(call).functions.goroutine, {&closure, 1}, options))
        return call.panic(no_more_tasks(call.vm(), "goroutine"));
    return call.give_unit();
}

// --- threads ---

NativeAction thread_spawn(NativeCall& call) {
    Object* core = spawn_task(call, {vm::TaskKind::Thread, call.argument(0), false, true, 1});
    if (!core) return call.panic("too many threads: no other one can be started");
    return call.give(vm::word_of(core));
}
template <bool kTry>
NativeAction thread_join(NativeCall& call) {
    TaskCore& core = *self_of<TaskCore>(call);
    if (call.step() == 1) {
        core.leave_queue(call.state<WaitState>().waiter);
        if (!core.is_finished() && call.was_cancelled()) return call.cancelled();
    }
    NativeAction action = wait_for_task(call, core, 1);
    if (action != NativeAction::Next) return action;
    if (!kTry) return give_task_result(call, core);
    if (core.status() == TaskCore::Status::Done) return give_ok(call, core.word());
    core.see_panic();
    return give_err(call, make_error(call.vm(), error_text(call.vm(), core.word())));
}
NativeAction is_finished(NativeCall& call) { return call.give_bool(self_of<TaskCore>(call)->is_finished()); }
NativeAction is_cancelled(NativeCall& call) {
    return call.give_bool(self_of<TaskCore>(call)->status() == TaskCore::Status::Cancelled);
}
NativeAction cancel(NativeCall& call) {
    self_of<TaskCore>(call)->cancel();
    return call.give_unit();
}
NativeAction handle(NativeCall& call) { return call.give(operand_word(call, 0)); }

/// The end of a handle that could have joined: a panic nobody asked for stops the program here.
NativeAction drop_joiner(NativeCall& call) {
    if (call.step() == 1) return call.give_unit();
    TaskCore& core = *call.object(0)->native<TaskCore>();
    const TypeDescriptor& result = *call.argument_type(0).arguments[0];
    if (core.release_joiner(result)) call.vm().on_uncaught(call.task(), core.word(), core.who());
    else if (core.status() == TaskCore::Status::Done) return call.drop(core.take(), result, 1);
    return call.give_unit();
}

// --- tasks of async:: ---

NativeAction async_spawn(NativeCall& call, bool is_closure) {
    Object* core = spawn_task(call, {vm::TaskKind::AsyncTask, call.argument(0), is_closure, false, 1});
    if (!core) return call.panic(no_more_tasks(call.vm()));
    return call.give(vm::word_of(core));
}
NativeAction spawn_closure(NativeCall& call) { return async_spawn(call, true); }
NativeAction spawn_future(NativeCall& call) { return async_spawn(call, false); }

NativeAction available_parallelism(NativeCall& call) {
    return call.give_integer(std::max(1u, std::thread::hardware_concurrency()));
}

// --- waiting for time ---

constexpr WaitReason kSleeps{"sleep", nullptr};

NativeAction sleep(NativeCall& call) {
    auto& s = call.scheduler();
    if (call.step() == 1) {
        if (!call.was_cancelled()) return call.give_unit();
        s.cancel_timer(call.scalar(0));  // or the program would stay for it
        return call.cancelled();
    }
    auto ms = static_cast<uint64_t>(std::clamp<int64_t>(call.integer(0), 0, INT64_MAX / 2'000'000));
    vm::WakeToken handle = call.park(&kSleeps);
    call.scalar(0) = s.wake_at(s.now() + ms * 1'000'000, *handle.task, handle.token);
    return call.parked(1);
}
constexpr vm::NativeInfo kSleep{sleep, 0, 1};
NativeAction yield_now(NativeCall& call) { return call.step() == 0 ? call.again(1) : call.give_unit(); }

}  // namespace

const vm::NativeInfo& sleep_native() { return kSleep; }
NativeAction yield_native(NativeCall& call) { return yield_now(call); }

void make_task_functions(Run& run) {
    vm::Vm& vm = run.vm();
    run.functions.goroutine = &vm.make_native("$goroutine", {run_goroutine}, {Repr::Object}, Repr::Unit);
    run.functions.task =
        &vm.make_native("$task", {run_task, 1, 0, task_failed}, {Repr::Object, Repr::Object, Repr::Bool}, Repr::Unit);
}

void register_tasks(vm::NativeRegistry& r) {
    r.add_intrinsic(vm::Intrinsic::Go, {go});
    r.add("thread::spawn", thread_spawn);
    r.add("thread::Thread::join", thread_join<false>);
    r.add("thread::Thread::try_join", thread_join<true>);
    r.add("thread::Thread::is_finished", is_finished);
    r.add("thread::sleep", kSleep);
    r.add("thread::yield_now", yield_now);
    r.add("thread::available_parallelism", available_parallelism);
    r.add("time::sleep", kSleep);
    r.add("async::spawn", spawn_closure);
    r.add("async::spawn_future", spawn_future);
    r.add("sync::ScopedTask::join", thread_join<false>);
    r.add("sync::ScopedTask::try_join", thread_join<true>);
    r.add("sync::ScopedTask::is_finished", is_finished);
    for (std::string type : {"async::Task::", "async::TaskHandle::"}) {
        r.add(type + "cancel", cancel);
        r.add(type + "is_finished", is_finished);
        r.add(type + "is_cancelled", is_cancelled);
    }
    r.add("async::Task::handle", handle);
    vm::NativeTypeOps joins;
    joins.drop = drop_joiner;
    r.add_type("thread::Thread", joins);
    r.add_type("async::Task", joins);
    r.add_type("sync::ScopedTask", joins);
    r.add_type("async::TaskHandle", {});
}

}  // namespace braid::runtime
