#include <limits>

#include "interpreter/runtime/concurrency_limit.h"
#include "interpreter/runtime/run.h"
#include "interpreter/runtime/task_core.h"

// `join_all` of futures, `map_async` and `filter_async`: many calls side by side, their results in order.
namespace braid::runtime {

using bytecode::Repr;

namespace {

/// So many calls of `map_async` run at once: enough to overlap waits, few enough for back-pressure.
constexpr size_t kUsualLimit = 64;
/// Where the limit is learned, another call starts when none has ended for so long: they may wait for each other.
constexpr uint64_t kStalled = 50'000'000;

enum class CallKind : uint8_t { Join, Map, Filter };

/// The calls of one list; each runs as a task of its own.
class Calls final : public WaitObject {
  public:
    std::mutex mutex;
    CallKind kind{};
    Object* list = nullptr;
    Word function = 0;
    ConcurrencyLimit* learned = nullptr;
    size_t started = 0, running = 0, ended = 0, beyond_limit = 0;
    size_t ended_before = 0;  // when the wait that looks for a stall began
    std::vector<Word> results;
    std::vector<scheduler::TaskRef> tasks;  // empty once ended
    Word panic = 0;
    bool abandoned = false;
    WaiterList waiters;

    size_t limit() const {
        if (learned) return learned->limit() + beyond_limit;
        return kind == CallKind::Join ? std::numeric_limits<size_t>::max() : kUsualLimit;
    }
    bool may_start() const { return started < results.size() && running < limit(); }
    bool is_over() const { return panic || ended == results.size(); }
    void abandon() {
        abandoned = true;
        for (const auto& task : tasks)
            if (task) vm::vm_task(*task).cancel();
    }
    std::string describe() const override { return "calls that run side by side"; }
    void holders(std::vector<uint64_t>& ids) const override {
        for (const auto& task : tasks)
            if (task) ids.push_back(task->id());
    }
    void trace(heap::Marker& marker) {
        marker.visit(list);
        marker.visit(function);
        marker.visit(panic);
        for (Word word : results) marker.visit(word);
    }
};

Calls& calls_of(NativeCall& call) { return *call.object(0)->native<Calls>(); }

/// Starts as many as may run. False: there can be no more tasks.
bool start_calls(NativeCall& call, Object* object) {
    Calls& calls = *object->native<Calls>();
    vm::Vm::SpawnOptions options;
    options.kind = vm::TaskKind::AsyncTask;
    options.site = calls.made;
    while (!calls.panic && calls.may_start()) {
        bool futures = calls.kind == CallKind::Join;
        options.name =
            &name_of_callable(futures ? heap::load_slot(vm::list_element(calls.list, calls.started)) : calls.function);
        Word arguments[] = {vm::word_of(object), calls.started};
        auto task = call.vm().spawn(*Run::of(call).functions.concurrent_call, arguments, options);
        if (!task) return false;
        calls.tasks[calls.started++] = *task;
        ++calls.running;
    }
    return true;
}

// --- one call: (calls, index) ---

NativeAction end_call(NativeCall& call, Word result, Word panic) {
    Calls& calls = calls_of(call);
    std::lock_guard lock(calls.mutex);
    auto index = static_cast<size_t>(call.integer(1));
    if (calls.learned)
        calls.learned->ended(call.scheduler().now(), calls.running, calls.started < calls.results.size());
    calls.results[index] = result;
    calls.tasks[index] = {};
    calls.beyond_limit = 0;
    --calls.running;
    ++calls.ended;
    if (panic && !calls.panic) calls.panic = panic;
    bool started = calls.abandoned || start_calls(call, call.object(0));
    if (calls.abandoned ? calls.running == 0 : calls.is_over() || !started) grant_all(call.vm(), calls.waiters);
    return panic ? call.recover(0) : call.give_unit();
}

NativeAction run_call(NativeCall& call) {
    if (call.step() == 2) return end_call(call, call.result(), 0);
    if (call.step() == 1) return call.invoke(call.result(), {}, 2);  // the future that the function gave
    Calls& calls = calls_of(call);
    Word* slot = vm::list_element(calls.list, static_cast<uint64_t>(call.integer(1)));
    Word element = calls.kind == CallKind::Filter ? vm::word_of(slot) : heap::load_slot(slot);
    if (calls.kind == CallKind::Join) return call.invoke(element, {}, 2);
    const vm::Function& f = function_of_callable(calls.function);
    if (!f.is_async) return call.invoke(calls.function, {element}, 1);
    // An async closure: its call, not yet begun, is the future.
    Object* future = call.vm().new_bound_call(f);
    future->slots()[vm::kBoundClosure] = calls.function;
    future->slots()[vm::kBoundFirst] = element;
    return call.invoke(vm::word_of(future), {}, 2);
}
NativeAction call_failed(NativeCall& call) { return end_call(call, 0, call.result()); }

// --- all: (list, function or nothing, type of the results' list, limit that is learned) ---

Object* begin_calls(NativeCall& call, CallKind kind) {
    Object* object = call.vm().new_native<Calls>(Run::of(call).calls);
    Calls& calls = *object->native<Calls>();
    calls.made = call.call_site();
    calls.kind = kind;
    calls.list = call.object(0);
    calls.function = call.argument(1);
    calls.learned = reinterpret_cast<ConcurrencyLimit*>(static_cast<uintptr_t>(call.argument(3)));
    calls.results.resize(vm::list_count(calls.list));
    calls.tasks.resize(calls.results.size());
    call.traced(0) = vm::word_of(object);
    return object;
}

NativeAction give_results(NativeCall& call, const Calls& calls) {
    const auto& type = *reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(call.argument(2)));
    Repr repr = type.element->repr;
    Object* out = call.vm().new_list(repr, calls.results.size());
    for (size_t i = 0; i < calls.results.size(); ++i) {
        if (calls.kind != CallKind::Filter) call.vm().list_push(out, repr, calls.results[i]);
        else if (calls.results[i]) call.vm().list_push(out, repr, heap::load_slot(vm::list_element(calls.list, i)));
    }
    call.traced(0) = vm::word_of(out);
    return call.drop_callable(call.argument(1), 2);
}

NativeAction wait_for_calls(NativeCall& call, Calls& calls) {
    NativeAction action = wait_in(call, calls.waiters, "wait for", &calls, 1);
    if (calls.learned && calls.started < calls.results.size()) {
        WaitState& wait = call.state<WaitState>();
        calls.ended_before = calls.ended;
        const vm::WakeHandle& handle = wait.waiter.handle;
        wait.timer = call.scheduler().wake_at(call.scheduler().now() + kStalled, *handle.task, handle.token);
    }
    return action;
}

template <CallKind kKind>
NativeAction run_calls(NativeCall& call) {
    if (call.step() == 2) return call.give(call.traced(0));
    Object* object = call.step() == 0 ? begin_calls(call, kKind) : vm::object_of(call.traced(0));
    Calls& calls = *object->native<Calls>();
    std::unique_lock lock(calls.mutex);
    if (call.step() == 1) {
        WaitState& wait = call.state<WaitState>();
        calls.waiters.remove(wait.waiter);
        if (wait.timer) call.scheduler().cancel_timer(std::exchange(wait.timer, 0));
        if (call.was_cancelled()) return call.cancelled();
        // The timer woke it. Where calls have ended meanwhile none more is needed, and one would spoil what is
        // measured.
        if (!wait.granted && calls.ended == calls.ended_before) ++calls.beyond_limit;
    }
    if (!start_calls(call, object)) return call.panic(no_more_tasks(call.vm()));
    if (!calls.is_over()) return wait_for_calls(call, calls);
    return calls.panic ? call.raise(calls.panic) : give_results(call, calls);
}

/// Steps: 0 cancels the calls, 1 they have ended, 2 what they called is dropped.
NativeAction give_up(NativeCall& call) {
    if (call.step() == 2 || !heap::Value::is_pointer(call.traced(0))) return call.give_unit();
    Calls& calls = *vm::object_of(call.traced(0))->native<Calls>();
    std::unique_lock lock(calls.mutex);
    if (call.step() == 0) calls.abandon();
    else calls.waiters.remove(call.state<WaitState>().waiter);
    if (calls.running > 0) return wait_in(call, calls.waiters, "wait for", &calls, 1);
    lock.unlock();
    return call.drop_callable(call.argument(1), 2);
}

/// The limit that the calling function has learned, where it asks for one.
Word learned_limit(NativeCall& call) {
    const vm::Function* caller = call.caller();
    return caller && caller->learns_concurrency
               ? static_cast<Word>(reinterpret_cast<uintptr_t>(&Run::of(call).concurrency_limit(*caller)))
               : 0;
}

NativeAction cold(NativeCall& call, const vm::Function& function, Word callable) {
    return call.give(
        bound_call(call.vm(), function,
                   {operand_word(call, 0), callable, vm::word_of(call.result_type().element), learned_limit(call)}));
}

NativeAction make_join(NativeCall& call) { return cold(call, *Run::of(call).functions.join_futures, 0); }
NativeAction make_map(NativeCall& call) { return cold(call, *Run::of(call).functions.map_async, call.argument(1)); }
NativeAction make_filter(NativeCall& call) {
    return cold(call, *Run::of(call).functions.filter_async, call.argument(1));
}

}  // namespace

void make_concurrent_call_functions(Run& run) {
    vm::Vm& vm = run.vm();
    auto& f = run.functions;
    run.calls = vm.register_native_layout<Calls>("async::Calls");
    f.concurrent_call =
        &vm.make_native("$concurrent_call", {run_call, 0, 0, call_failed}, {Repr::Object, Repr::I64}, Repr::Unit);
    auto all = [&](std::string name, vm::NativeFunction function) {
        return &vm.make_native(std::move(name), {function, 1, 0, give_up},
                               {Repr::Object, Repr::Object, Repr::U64, Repr::U64}, Repr::Object);
    };
    f.join_futures = all("async::join_all", run_calls<CallKind::Join>);
    f.map_async = all("list::map_async", run_calls<CallKind::Map>);
    f.filter_async = all("list::filter_async", run_calls<CallKind::Filter>);
}

void register_concurrent_calls(vm::NativeRegistry& r) {
    r.add("async::join_all", make_join);
    r.add("list::map_async", make_map);
    r.add("list::filter_async", make_filter);
}

}  // namespace braid::runtime
