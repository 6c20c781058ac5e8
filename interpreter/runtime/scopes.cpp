#include <algorithm>

#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// `sync::scope` and `async::scope`: what was started in them has ended when they end, however they do.
namespace braid::runtime {

void ScopeCore::starts(Object* task) {
    std::lock_guard lock(mutex_);
    task->native<TaskCore>()->place_in_scope = running_.size();
    running_.push_back(task);
}
void ScopeCore::ended(vm::Vm& vm, TaskCore& task) {
    std::lock_guard lock(mutex_);
    Object*& place = running_[task.place_in_scope];
    if (task.status() == TaskCore::Status::Failed) failed_.push_back(place);
    place = running_.back();
    place->native<TaskCore>()->place_in_scope = task.place_in_scope;
    running_.pop_back();
    if (running_.empty()) grant_all(vm, waiters_);
}
void ScopeCore::cancel_all() {
    std::unique_lock lock(mutex_);
    std::vector<Object*> running = running_;
    lock.unlock();
    for (Object* task : running) task->native<TaskCore>()->cancel();
}
bool ScopeCore::wait(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    if (running_.empty()) return false;
    waiters_.push_back(waiter);
    return true;
}
void ScopeCore::leave_queue(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    waiters_.remove(waiter);
}
Word ScopeCore::take_panic() {
    std::unique_lock lock(mutex_);
    std::vector<Object*> failed = std::exchange(failed_, {});
    lock.unlock();
    Word panic = 0;
    for (Object* task : failed) {
        TaskCore& core = *task->native<TaskCore>();
        if (core.see_panic() && panic == 0) panic = core.word();
    }
    return panic;
}
void ScopeCore::holders(std::vector<uint64_t>& ids) const {
    std::lock_guard lock(mutex_);
    for (Object* task : running_) task->native<TaskCore>()->holders(ids);
}
void ScopeCore::trace(heap::Marker& marker) {
    for (Object* task : running_) marker.visit(task);
    for (Object* task : failed_) marker.visit(task);
}

namespace {

NativeAction open_scope(NativeCall& call) {
    Object* object = call.vm().new_native<ScopeCore>(Run::of(call).scope);
    object->native<ScopeCore>()->made = call.call_site();
    return call.give(vm::word_of(object));
}

NativeAction start(NativeCall& call, vm::TaskKind kind, bool is_closure) {
    SpawnTask spawn{kind, call.argument(1), is_closure};
    spawn.joiners = 2;  // the handle and the scope
    spawn.scope = vm::object_of(operand_word(call, 0));
    Object* task = spawn_task(call, spawn);
    return task ? call.give(vm::word_of(task)) : call.panic(no_more_tasks(call.vm()));
}
NativeAction start_goroutine(NativeCall& call) { return start(call, vm::TaskKind::Goroutine, false); }
NativeAction start_closure(NativeCall& call) { return start(call, vm::TaskKind::AsyncTask, true); }
NativeAction start_future(NativeCall& call) { return start(call, vm::TaskKind::AsyncTask, false); }

NativeAction join(NativeCall& call, ScopeCore& scope) {
    if (call.step() == 1) {
        scope.leave_queue(call.state<WaitState>().waiter);
        if (call.was_cancelled()) return call.cancelled();
    }
    NativeAction action = wait_until_over(call, scope, 1);
    if (action != NativeAction::Next) return action;
    Word panic = scope.take_panic();
    return panic ? call.raise(panic) : call.give_unit();
}
NativeAction scope_join(NativeCall& call) { return join(call, *self_of<ScopeCore>(call)); }
NativeAction scope_join_bound(NativeCall& call) { return join(call, *call.object(0)->native<ScopeCore>()); }
NativeAction make_scope_join(NativeCall& call) {
    return call.give(bound_call(call.vm(), *Run::of(call).functions.scope_join, {operand_word(call, 0)}));
}

/// The end of the scope, when its body did not come as far as `join`: waits all the same.
template <bool kCancel>
NativeAction end_scope(NativeCall& call) {
    ScopeCore& scope = *self_of<ScopeCore>(call);
    if (call.step() == 1) scope.leave_queue(call.state<WaitState>().waiter);
    else if (kCancel) scope.cancel_all();
    NativeAction action = wait_until_over(call, scope, 1);
    return action == NativeAction::Next ? call.give_unit() : action;
}

}  // namespace

void make_scope_functions(Run& run) {
    vm::Vm& vm = run.vm();
    run.scope = vm.register_native_layout<ScopeCore>("sync::Scope");
    run.functions.scope_join =
        &vm.make_native("async::TaskScope::join", {scope_join_bound}, {bytecode::Repr::Object}, bytecode::Repr::Unit);
}

void register_scopes(vm::NativeRegistry& r) {
    r.add("sync::open_scope", open_scope);
    r.add("sync::Scope::spawn", start_goroutine);
    r.add("sync::Scope::join", scope_join);
    r.add("sync::Scope::end", end_scope<false>);
    r.add("async::open_scope", open_scope);
    r.add("async::TaskScope::spawn", start_closure);
    r.add("async::TaskScope::spawn_future", start_future);
    r.add("async::TaskScope::join", make_scope_join);
    r.add("async::TaskScope::end", end_scope<true>);
    r.add_type("sync::Scope", {});
    r.add_type("async::TaskScope", {});
}

}  // namespace braid::runtime
