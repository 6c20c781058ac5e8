#include "interpreter/runtime/conditions.h"

#include <bit>

#include "interpreter/runtime/locks.h"
#include "interpreter/runtime/run.h"
#include "interpreter/vm/structural.h"

namespace braid::runtime {

using bytecode::Repr;

namespace {

NativeAction make(NativeCall& call, vm::LayoutId layout, const char* kind, int64_t count = 0, int64_t limit = 0) {
    Object* object = call.vm().new_native<Gate>(layout, kind, count);
    object->native<Gate>()->limit = limit;
    object->native<Gate>()->made = call.call_site();
    return call.give(vm::word_of(object));
}

/// After a park: granted; or out of the queue again and (cancelled) with what to return.
bool granted(NativeCall& call, Gate& gate) {
    std::lock_guard lock(gate.mutex);
    WaitState& state = call.state<WaitState>();
    if (!state.granted) gate.waiters.remove(state.waiter);
    return state.granted;
}

// --- Condvar ---

NativeAction new_condvar(NativeCall& call) { return make(call, Run::of(call).condvar, "a condition"); }

/// Steps: 0 check what may have been written; 3 unlock and wait; 1 woken: lock again; 2 the lock was handed over.
/// Scalars: 0 notified in time, 1 the check runs.
NativeAction wait_for_notification(NativeCall& call, int64_t timeout_ms,
                                   NativeAction (*give)(NativeCall&, Word, bool)) {
    Gate& gate = *self_of<Gate>(call);
    Word guard = call.argument(1);
    Mutex& mutex = *vm::object_of(guard)->native<Mutex>();
    NativeAction parked{};
    switch (call.step()) {
        case 0:
            call.scalar(1) = mutex.invariant != nullptr;
            if (mutex.invariant) return call.invoke(*mutex.invariant, {{vm::word_of(&mutex.value)}}, 3);
            [[fallthrough]];
        case 3: {
            call.scalar(1) = false;
            std::unique_lock lock(gate.mutex);
            parked = wait_in(call, gate.waiters, "be notified by", &gate, 1);
            WaitState& state = call.state<WaitState>();
            if (timeout_ms >= 0) {
                auto& s = call.scheduler();
                auto& handle = state.waiter.handle;
                state.reason.timed = true;
                state.timer =
                    s.wake_at(s.now() + static_cast<uint64_t>(timeout_ms) * 1'000'000, *handle.task, handle.token);
            }
            lock.unlock();
            mutex.unlock(call);
            return parked;
        }
        case 1: {
            bool cancelled = call.was_cancelled();
            bool notified = granted(call, gate);
            if (auto timer = std::exchange(call.state<WaitState>().timer, 0)) call.scheduler().cancel_timer(timer);
            if (!notified && cancelled) return call.cancelled();
            call.scalar(0) = notified;
            if (!mutex.acquire_or_wait(call, 2, parked)) return parked;
            break;
        }
        default: {
            WaitState& state = call.state<WaitState>();
            if (state.granted) {
                mutex.note_holder(call.task());
                break;
            }
            mutex.leave_queue(state.waiter);
            if (call.was_cancelled()) return call.cancelled();
            if (!mutex.acquire_or_wait(call, 2, parked)) return parked;
        }
    }
    if (auto message = mutex.poison(call.vm(), "mutex"); !message.empty()) {
        mutex.unlock(call);
        return call.panic(message);
    }
    return give(call, guard, call.scalar(0) != 0);
}
NativeAction condvar_wait(NativeCall& call) {
    return wait_for_notification(call, -1, [](NativeCall& c, Word guard, bool) { return c.give(guard); });
}
NativeAction condvar_wait_timeout(NativeCall& call) {
    return wait_for_notification(call, std::max<int64_t>(0, call.integer(2)),
                                 [](NativeCall& c, Word guard, bool notified) {
                                     return c.give(new_struct_of(c.vm(), c.result_type(), {guard, notified}));
                                 });
}
/// The guard ends with the panic; only while the check ran it held the lock.
NativeAction condvar_failed(NativeCall& call) {
    if (call.step() == 1) return call.give_unit();
    Mutex& mutex = *vm::object_of(call.argument(1))->native<Mutex>();
    if (call.scalar(1)) mutex.unlock(call, true);
    return mutex.release() ? call.drop(mutex.value, *mutex.type, 1) : call.give_unit();
}
NativeAction notify_one(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    grant_first(call.vm(), gate.waiters);
    return call.give_unit();
}
NativeAction notify_all(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    grant_all(call.vm(), gate.waiters);
    return call.give_unit();
}

// --- Once: count 0 new, 1 running, 2 done ---

NativeAction new_once(NativeCall& call) { return make(call, Run::of(call).once, "a once-only initialization"); }
void once_ended(NativeCall& call, Gate& gate, int64_t count) {
    std::lock_guard lock(gate.mutex);
    gate.count = count;
    gate.runner = 0;
    grant_all(call.vm(), gate.waiters);
}
/// (once, initialization). Steps: 0 and 1 (woken) one's turn? 2 it ran, 3 it was dropped.
NativeAction once_call(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    if (call.step() == 3) return call.give_unit();
    if (call.step() == 2) {
        once_ended(call, gate, 2);
        return call.drop_callable(call.argument(1), 3);
    }
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        if (!granted(call, gate) && cancelled) return call.cancelled();
    }
    {
        std::lock_guard lock(gate.mutex);
        if (gate.count == 1) return wait_in(call, gate.waiters, "wait for", &gate, 1);
        if (gate.count == 2) return call.drop_callable(call.argument(1), 3);
        gate.count = 1;
        gate.runner = call.task().id();
    }
    return call.invoke(call.argument(1), {}, 2);
}
/// After a panic in the initialization the next call tries again.
NativeAction once_failed(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    if (call.step() == 1) return call.give_unit();
    std::unique_lock lock(gate.mutex);
    bool ours = gate.count == 1 && gate.runner == call.task().id();
    lock.unlock();
    if (ours) once_ended(call, gate, 0);
    return call.drop_callable(call.argument(1), 1);
}
NativeAction once_is_completed(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    return call.give_bool(gate.count == 2);
}

// --- WaitGroup ---

NativeAction new_wait_group(NativeCall& call) { return make(call, Run::of(call).wait_group, "a wait group"); }
NativeAction change_group(NativeCall& call, int64_t by) {
    Gate& gate = *self_of<Gate>(call);
    std::unique_lock lock(gate.mutex);
    if (by < 0 && gate.count < -by) {
        lock.unlock();
        return call.panic("the count of a wait group became negative");
    }
    gate.count += by;
    if (gate.count == 0) grant_all(call.vm(), gate.waiters);
    return call.give_unit();
}
bool group_done_at_once(vm::FastCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    if (gate.count < 1) return false;
    if (--gate.count == 0) grant_all(call.vm(), gate.waiters);
    return call.give(0);
}
NativeAction group_add(NativeCall& call) { return change_group(call, call.integer(1)); }
NativeAction group_done(NativeCall& call) { return change_group(call, -1); }
NativeAction group_wait(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        if (granted(call, gate)) return call.give_unit();
        if (cancelled) return call.cancelled();
    }
    std::lock_guard lock(gate.mutex);
    if (gate.count == 0) return call.give_unit();
    return wait_in(call, gate.waiters, "wait for", &gate, 1);
}

// --- Semaphore ---

NativeAction new_semaphore(NativeCall& call) {
    if (call.integer(0) < 0) return call.panic("a semaphore cannot have a negative number of permits");
    return make(call, Run::of(call).semaphore, "a semaphore", call.integer(0));
}
/// `acquire` gives a guard, which is the semaphore itself; `hold` gives nothing.
NativeAction give_permit(NativeCall& call) {
    return call.result_type().repr == Repr::Unit ? call.give_unit() : call.give(operand_word(call, 0));
}
NativeAction semaphore_acquire(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        if (granted(call, gate)) return give_permit(call);
        if (cancelled) return call.cancelled();
    }
    std::lock_guard lock(gate.mutex);
    if (gate.count > 0 && gate.waiters.empty()) {
        --gate.count;
        return give_permit(call);
    }
    return wait_in(call, gate.waiters, "acquire", &gate, 1);
}
NativeAction semaphore_try_acquire(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::unique_lock lock(gate.mutex);
    if (gate.count <= 0 || !gate.waiters.empty()) return give_none(call);
    --gate.count;
    lock.unlock();
    return give_some(call, operand_word(call, 0));
}
NativeAction semaphore_release(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    if (!grant_first(call.vm(), gate.waiters)) ++gate.count;
    return call.give_unit();
}
NativeAction semaphore_available(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    std::lock_guard lock(gate.mutex);
    return call.give_integer(gate.count);
}

// --- Barrier ---

NativeAction new_barrier(NativeCall& call) {
    if (call.integer(0) < 1) return call.panic("a barrier is for at least one task");
    return make(call, Run::of(call).barrier, "a barrier", 0, call.integer(0));
}
NativeAction barrier_wait(NativeCall& call) {
    Gate& gate = *self_of<Gate>(call);
    if (call.step() == 1) {
        bool cancelled = call.was_cancelled();
        if (granted(call, gate)) return call.give_bool(false);
        std::lock_guard lock(gate.mutex);
        --gate.arrived;
        if (cancelled) return call.cancelled();
    }
    std::lock_guard lock(gate.mutex);
    if (++gate.arrived < gate.limit) return wait_in(call, gate.waiters, "wait for the others at", &gate, 1);
    gate.arrived = 0;
    grant_all(call.vm(), gate.waiters);
    return call.give_bool(true);
}

// --- Atomic ---

struct AtomicValue {
    AtomicValue(Word word, const TypeDescriptor* type) : word(word), type(type) {}
    std::atomic<Word> word;
    const TypeDescriptor* type;
    void trace(heap::Marker& marker) { marker.visit(word.load(std::memory_order_relaxed)); }
};

NativeAction new_atomic(NativeCall& call) {
    return call.give(
        vm::word_of(call.vm().new_native<AtomicValue>(Run::of(call).atomic, call.argument(0), &call.argument_type(0))));
}
NativeAction atomic_load(NativeCall& call) { return call.give(self_of<AtomicValue>(call)->word.load()); }
bool atomic_load_at_once(vm::FastCall& call) { return call.give(self_of<AtomicValue>(call)->word.load()); }
bool atomic_store_at_once(vm::FastCall& call) {
    self_of<AtomicValue>(call)->word.store(call.argument(1));
    return call.give(0);
}
template <int kSign>
bool atomic_add_at_once(vm::FastCall& call) {
    AtomicValue& a = *self_of<AtomicValue>(call);
    if (a.type->repr != Repr::I64 && a.type->repr != Repr::U64) return false;
    return call.give(kSign > 0 ? a.word.fetch_add(call.argument(1)) : a.word.fetch_sub(call.argument(1)));
}
NativeAction atomic_store(NativeCall& call) {
    self_of<AtomicValue>(call)->word.store(call.argument(1));
    return call.give_unit();
}
NativeAction atomic_swap(NativeCall& call) {
    return call.give(self_of<AtomicValue>(call)->word.exchange(call.argument(1)));
}

/// Wraps to the width of the type, as atomics do.
Word wrapped(Repr repr, uint64_t word) {
    switch (repr) {
        case Repr::I8: return static_cast<Word>(int64_t{static_cast<int8_t>(word)});
        case Repr::I16: return static_cast<Word>(int64_t{static_cast<int16_t>(word)});
        case Repr::I32: return static_cast<Word>(int64_t{static_cast<int32_t>(word)});
        case Repr::U8: return static_cast<uint8_t>(word);
        case Repr::U16: return static_cast<uint16_t>(word);
        case Repr::U32: return static_cast<uint32_t>(word);
        default: return word;
    }
}
template <int kSign>
NativeAction atomic_add(NativeCall& call) {
    AtomicValue& a = *self_of<AtomicValue>(call);
    Repr repr = a.type->repr;
    if (!bytecode::is_integer(repr) && !bytecode::is_float(repr)) return call.panic("only numbers can be added");
    Word old = a.word.load(), changed;
    do {
        if (bytecode::is_integer(repr)) {
            changed = wrapped(repr, kSign > 0 ? old + call.argument(1) : old - call.argument(1));
        } else {
            double sum = vm::word_double(old) + kSign * call.number(1);
            changed = vm::double_word(repr == Repr::F32 ? double(float(sum)) : sum);
        }
    } while (!a.word.compare_exchange_weak(old, changed));
    return call.give(old);
}
NativeAction atomic_compare_exchange(NativeCall& call) {
    AtomicValue& a = *self_of<AtomicValue>(call);
    Word found = a.word.load();
    while (vm::equal_words(call.vm(), *a.type, found, call.argument(1)))
        if (a.word.compare_exchange_weak(found, call.argument(2))) return give_ok(call, found);
    return give_err(call, found);
}

NativeAction drop_semaphore_guard(NativeCall& call) {
    Gate& gate = *call.object(0)->native<Gate>();
    std::lock_guard lock(gate.mutex);
    if (!grant_first(call.vm(), gate.waiters)) ++gate.count;
    return call.give_unit();
}

}  // namespace

void register_condition_layouts(Run& run) {
    vm::Vm& vm = run.vm();
    run.condvar = vm.register_native_layout<Gate>("sync::Condvar");
    run.once = vm.register_native_layout<Gate>("sync::Once");
    run.wait_group = vm.register_native_layout<Gate>("sync::WaitGroup");
    run.semaphore = vm.register_native_layout<Gate>("sync::Semaphore");
    run.barrier = vm.register_native_layout<Gate>("sync::Barrier");
    run.atomic = vm.register_native_layout<AtomicValue>("sync::Atomic");
}

void register_condition_natives(vm::NativeRegistry& r) {
    r.add("sync::Condvar::new", new_condvar);
    r.add("sync::Condvar::wait", {condvar_wait, 0, 2, condvar_failed});
    r.add("sync::Condvar::wait_timeout", {condvar_wait_timeout, 0, 2, condvar_failed});
    r.add("sync::Condvar::notify_one", notify_one);
    r.add("sync::Condvar::notify_all", notify_all);
    r.add("sync::Once::new", new_once);
    r.add("sync::Once::call", {once_call, 0, 0, once_failed});
    r.add("sync::Once::is_completed", once_is_completed);
    r.add("sync::WaitGroup::new", new_wait_group);
    r.add("sync::WaitGroup::add", group_add);
    r.add("sync::WaitGroup::done", group_done, group_done_at_once);
    r.add("sync::WaitGroup::wait", group_wait);
    r.add("sync::Semaphore::new", new_semaphore);
    r.add("sync::Semaphore::acquire", semaphore_acquire);
    r.add("sync::Semaphore::hold", semaphore_acquire);
    r.add("sync::Semaphore::try_acquire", semaphore_try_acquire);
    r.add("sync::Semaphore::release", semaphore_release);
    r.add("sync::Semaphore::available", semaphore_available);
    r.add("sync::Barrier::new", new_barrier);
    r.add("sync::Barrier::wait", barrier_wait);
    r.add("sync::Atomic::new", new_atomic);
    r.add("sync::Atomic::load", atomic_load, atomic_load_at_once);
    r.add("sync::Atomic::store", atomic_store, atomic_store_at_once);
    r.add("sync::Atomic::swap", atomic_swap);
    r.add("sync::Atomic::fetch_add", atomic_add<1>, atomic_add_at_once<1>);
    r.add("sync::Atomic::fetch_sub", atomic_add<-1>, atomic_add_at_once<-1>);
    r.add("sync::Atomic::compare_exchange", atomic_compare_exchange);
    vm::NativeTypeOps guard;
    guard.drop = drop_semaphore_guard;
    r.add_type("sync::SemaphoreGuard", guard);
    vm::NativeTypeOps atomic;
    atomic.show = [](vm::Vm& vm, const TypeDescriptor&, Word word, std::string& out) {
        AtomicValue& a = *vm::object_of(word)->native<AtomicValue>();
        vm::show_word(vm, *a.type, a.word.load(), out, true);
    };
    r.add_type("sync::Atomic", atomic);
}

}  // namespace braid::runtime
