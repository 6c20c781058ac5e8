#include <algorithm>

#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// Cold futures that natives make: bound calls of natives of our own. Awaiting one runs it in the awaiting task.
namespace braid::runtime {

using bytecode::DescriptorKind;
using bytecode::Repr;

Word bound_call(vm::Vm& vm, const vm::Function& function, std::initializer_list<Word> arguments) {
    Object* object = vm.new_bound_call(function);
    size_t i = vm::kBoundFirst;
    for (Word word : arguments) object->slots()[i++] = word;
    return vm::word_of(object);
}

const vm::NativeInfo& sleep_native();
NativeAction yield_native(NativeCall& call);

namespace {

const TypeDescriptor* type_in(const NativeCall& call, size_t i) {
    return reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(call.argument(i)));
}

/// Tasks that run for somebody; one waiter per task, so that the first to end can be seen.
struct Group : vm::NativeState {
    std::vector<Object*> tasks;
    std::vector<WaitState> waits;
    WaitReason reason;
    scheduler::TimerId timer = 0;
    size_t next = 0;
    Object* winner = nullptr;  // of race and any
    bool late = false;         // of timeout
    void trace(heap::Marker& marker) override {
        for (Object* task : tasks) marker.visit(task);
        marker.visit(winner);
    }
    TaskCore& core(size_t i) { return *tasks[i]->native<TaskCore>(); }
    void cancel_rest() {
        for (Object* task : tasks)
            if (task) task->native<TaskCore>()->cancel();
    }
    void unlink() {
        for (size_t i = 0; i < waits.size(); ++i) core(i).leave_queue(waits[i].waiter);
    }
};

/// Started: a Future becomes a task, a Task is one.
Object* start(NativeCall& call, Word awaitable, const TypeDescriptor& type) {
    if (type.kind != DescriptorKind::Future) return vm::object_of(awaitable);
    return spawn_task(call, {vm::TaskKind::AsyncTask, awaitable, false, false, 1});
}

bool start_all(NativeCall& call, Group& group, Object* list, const TypeDescriptor& element) {
    for (uint64_t i = 0; i < vm::list_count(list); ++i) {
        Object* task = start(call, heap::load_slot(vm::list_element(list, i)), element);
        if (!task) return false;
        group.tasks.push_back(task);
    }
    return true;
}

/// Parks until any unfinished task ends. Next: one has.
NativeAction wait_for_any(NativeCall& call, Group& group, uint32_t next, int64_t timeout_ms = -1) {
    group.waits.clear();
    group.waits.resize(group.tasks.size());
    // For the first, as far as one is told; any of them, or the time, may end it.
    bool timed = timeout_ms >= 0 || group.tasks.size() > 1;
    group.reason = {"wait for", group.tasks.empty() ? nullptr : &group.core(0), timed};
    vm::WakeToken handle = call.park(&group.reason);
    bool ready = group.tasks.empty();
    for (size_t i = 0; i < group.tasks.size() && !ready; ++i) {
        group.waits[i].waiter.state = &group.waits[i];
        group.waits[i].waiter.handle = handle;
        ready = !group.core(i).wait(group.waits[i].waiter);
    }
    if (ready) {
        bool back = call.unpark(handle);
        if (back) group.unlink();
        return back ? NativeAction::Next : call.parked(next);
    }
    if (timeout_ms >= 0) {
        auto& s = call.scheduler();
        group.timer = s.wake_at(s.now() + static_cast<uint64_t>(timeout_ms) * 1'000'000, *handle.task, handle.token);
    }
    return call.parked(next);
}

/// Cancels what still runs, waits until it has dropped what it holds, and drops results that nobody gets. Entered again
/// at `next`, where it is called again; Next: all is done.
NativeAction end_rest(NativeCall& call, Group& group, const TypeDescriptor& awaited, uint32_t next) {
    group.cancel_rest();
    group.waits.resize(1);
    WaitState& wait = group.waits[0];
    if (wait.waiter.state) group.core(group.next).leave_queue(wait.waiter);
    const TypeDescriptor& result = awaited.kind == DescriptorKind::Future ? *awaited.element : *awaited.arguments[0];
    for (group.next = 0; group.next < group.tasks.size(); ++group.next) {
        TaskCore& core = group.core(group.next);
        if (group.tasks[group.next] == group.winner) continue;
        if (!core.is_finished()) {
            wait.waiter.state = &wait;
            group.reason = {"wait for", &core};
            wait.waiter.handle = call.park(&group.reason);
            if (core.wait(wait.waiter) || !call.unpark(wait.waiter.handle)) return call.parked(next);
        }
        if (core.status() != TaskCore::Status::Done || !result.needs_drop) continue;
        if (Word word = core.take()) return call.drop(word, result, next);
    }
    wait.waiter.state = nullptr;
    return NativeAction::Next;
}

/// `kAwaited`: the argument with the type of what is awaited, or of the list of it.
template <size_t kAwaited>
NativeAction abandoned(NativeCall& call) {
    auto& group = call.state<Group>();
    if (call.step() == 0) group.winner = nullptr;
    const TypeDescriptor& type = *type_in(call, kAwaited);
    NativeAction action = end_rest(call, group, type.kind == DescriptorKind::List ? *type.element : type, 1);
    return action == NativeAction::Next ? call.give_unit() : action;
}

// --- join_all of tasks: (list, its type, type of the results' list) ---

NativeAction join_all(NativeCall& call) {
    auto& group = call.state<Group>();
    if (call.step() == 0) {
        if (!start_all(call, group, call.object(0), *type_in(call, 1)->element))
            return call.panic(no_more_tasks(call.vm()));
    } else {
        group.core(group.next).leave_queue(group.waits[0].waiter);
        if (call.was_cancelled()) return call.cancelled();
    }
    group.waits.resize(1);
    for (; group.next < group.tasks.size(); ++group.next) {
        TaskCore& core = group.core(group.next);
        if (!core.is_finished()) {
            WaitState& wait = group.waits[0];
            wait.waiter.state = &wait;
            group.reason = {"wait for", &core};
            wait.waiter.handle = call.park(&group.reason);
            if (core.wait(wait.waiter) || !call.unpark(wait.waiter.handle)) return call.parked(1);
        }
        if (core.status() != TaskCore::Status::Done) return give_task_result(call, core);
    }
    Repr repr = type_in(call, 2)->element->repr;
    Object* list = call.vm().new_list(repr, group.tasks.size());
    for (size_t i = 0; i < group.tasks.size(); ++i) call.vm().list_push(list, repr, group.core(i).word());
    return call.give(vm::word_of(list));
}

// --- race and any: (list, its type) ---

template <bool kAny>
NativeAction first(NativeCall& call) {
    auto& group = call.state<Group>();
    if (call.step() == 0) {
        if (!start_all(call, group, call.object(0), *type_in(call, 1)->element))
            return call.panic(no_more_tasks(call.vm()));
        if (group.tasks.empty()) return call.panic(kAny ? "`any` of no futures" : "`race` of no futures");
    } else if (call.step() == 1) {
        group.unlink();
        group.waits.clear();
    }
    if (call.step() != 0 && call.was_cancelled()) return call.cancelled();
    while (!group.winner) {
        for (size_t i = 0; i < group.tasks.size() && !group.winner; ++i) {
            TaskCore& core = group.core(i);
            if (!core.is_finished()) continue;
            bool is_err =
                kAny && core.status() == TaskCore::Status::Done && vm::variant_tag(vm::object_of(core.word())) != 0;
            if (is_err && group.tasks.size() > 1) {
                group.tasks.erase(group.tasks.begin() + static_cast<long>(i--));
                continue;
            }
            group.winner = group.tasks[i];
        }
        if (group.winner) break;
        NativeAction action = wait_for_any(call, group, 1);
        if (action != NativeAction::Next) return action;
        group.waits.clear();
    }
    NativeAction action = end_rest(call, group, *type_in(call, 1)->element, 2);
    return action == NativeAction::Next ? give_task_result(call, *group.winner->native<TaskCore>()) : action;
}

// --- timeout: (ms, awaitable, its type, type of the result) ---

NativeAction timeout(NativeCall& call) {
    auto& group = call.state<Group>();
    const TypeDescriptor& result = *type_in(call, 3);
    if (call.step() == 0) {
        Object* task = start(call, call.argument(1), *type_in(call, 2));
        if (!task) return call.panic(no_more_tasks(call.vm()));
        group.tasks.push_back(task);
    } else {
        group.late |= call.wake_tag() == scheduler::WakeTimer;
        group.unlink();
        if (group.timer) call.scheduler().cancel_timer(std::exchange(group.timer, 0));
        if (call.was_cancelled()) return call.cancelled();
    }
    TaskCore& core = group.core(0);
    for (;;) {
        if (core.status() == TaskCore::Status::Done) return give_variant(call, result, "Ok", core.word());
        if (core.status() == TaskCore::Status::Cancelled && group.late) {
            const vm::VariantDescriptor* err = vm::Vm::find_variant(result, "Err");
            return give_variant(call, result, "Err", vm::word_of(call.vm().new_struct(*err->fields[0].type)));
        }
        if (core.is_finished()) return give_task_result(call, core);
        // Once it is late, the wait is for the end of what was cancelled: it has dropped what it held.
        if (group.late) core.cancel();
        int64_t wait = group.late ? -1 : std::max<int64_t>(0, call.integer(0));
        NativeAction action = wait_for_any(call, group, 1, wait);
        if (action != NativeAction::Next) return action;
    }
}

// --- natives that make such futures ---

Word type_word(const TypeDescriptor* type) { return vm::word_of(type); }

NativeAction make_join_all(NativeCall& call) {
    auto list = operand(call, 0);
    return call.give(bound_call(call.vm(), *Run::of(call).functions.join_all,
                                {list.word, type_word(list.type), type_word(call.result_type().element)}));
}
NativeAction make_race(NativeCall& call) {
    auto list = operand(call, 0);
    return call.give(bound_call(call.vm(), *Run::of(call).functions.race, {list.word, type_word(list.type)}));
}
NativeAction make_any(NativeCall& call) {
    auto list = operand(call, 0);
    return call.give(bound_call(call.vm(), *Run::of(call).functions.any, {list.word, type_word(list.type)}));
}
NativeAction make_timeout(NativeCall& call) {
    return call.give(bound_call(call.vm(), *Run::of(call).functions.timeout,
                                {call.argument(0), call.argument(1), type_word(&call.argument_type(1)),
                                 type_word(call.result_type().element)}));
}
NativeAction make_sleep(NativeCall& call) {
    return call.give(bound_call(call.vm(), *Run::of(call).functions.sleep, {call.argument(0)}));
}
NativeAction make_yield(NativeCall& call) {
    return call.give(bound_call(call.vm(), *Run::of(call).functions.yield, {}));
}
NativeAction block_on(NativeCall& call) {
    return call.step() == 0 ? call.invoke(call.argument(0), {}, 1) : call.give(call.result());
}

}  // namespace

void make_future_functions(Run& run) {
    vm::Vm& vm = run.vm();
    constexpr Repr kObject = Repr::Object, kType = Repr::U64;
    auto& f = run.functions;
    f.sleep = &vm.make_native("async::sleep", sleep_native(), {Repr::I64}, Repr::Unit);
    f.yield = &vm.make_native("async::yield_now", {yield_native}, {}, Repr::Unit);
    f.join_all = &vm.make_native("async::join_all", {join_all, 0, 0, abandoned<1>}, {kObject, kType, kType}, kObject);
    f.race = &vm.make_native("async::race", {first<false>, 0, 0, abandoned<1>}, {kObject, kType}, kObject);
    f.any = &vm.make_native("async::any", {first<true>, 0, 0, abandoned<1>}, {kObject, kType}, kObject);
    f.timeout =
        &vm.make_native("async::timeout", {timeout, 0, 0, abandoned<2>}, {Repr::I64, kObject, kType, kType}, kObject);
}

void register_futures(vm::NativeRegistry& r) {
    r.add("async::join_all_tasks", make_join_all);
    r.add("async::race", make_race);
    r.add("async::race_tasks", make_race);
    r.add("async::any", make_any);
    r.add("async::any_tasks", make_any);
    r.add("async::timeout", make_timeout);
    r.add("async::timeout_task", make_timeout);
    r.add("async::sleep", make_sleep);
    r.add("async::yield_now", make_yield);
    r.add("async::block_on", block_on);
    r.add_type("async::Future", {});
}

}  // namespace braid::runtime
