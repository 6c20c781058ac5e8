#include "interpreter/runtime/locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "interpreter/bytecode/guarded_slot.h"
#include "interpreter/runtime/run.h"

namespace braid::runtime {

namespace {
/// To whom it has waited so long, the lock is handed over. Go's threshold for "starvation mode".
constexpr scheduler::Instant kLongWait = 1'000'000;
}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(offsetof(LockedValue, value) == bytecode::kGuardedSlot * sizeof(Word));
#pragma GCC diagnostic pop

std::string LockedValue::poison(vm::Vm& vm, std::string_view kind) {
    if (!is_poisoned()) return {};
    std::unique_lock lock(mutex_);
    auto site = poisoned_at_;
    lock.unlock();
    auto where = vm.model().location(site.item, site.node);
    return fmt::format("the {} is poisoned: a task panicked while it held it ({}:{}:{})", kind, where.file, where.line,
                       where.column);
}
void LockedValue::poisoned_at(vm::SourceSite site) {
    poisoned_at_ = site;
    state_.fetch_or(kPoisoned, std::memory_order_release);
}

// --- Mutex ---

bool Mutex::acquire_or_wait(NativeCall& call, uint32_t next, NativeAction& parked) {
    std::lock_guard lock(mutex_);
    // Arrived: the next to unlock wakes another.
    if (call.step() == next) state_.fetch_and(~kWoken, std::memory_order_relaxed);
    for (;;) {
        if (acquire(call.task())) return true;
        // Who unlocks from here on sees that somebody waits, and comes to mutex_.
        uint64_t state = state_.load(std::memory_order_relaxed);
        if (!(state & kLocked)) continue;
        if (state & kQueued || state_.compare_exchange_strong(state, state | kQueued, std::memory_order_relaxed,
                                                              std::memory_order_relaxed))
            break;
    }
    WaitState& state = call.state<WaitState>();
    bool again = state.since != 0;
    if (!again) state.since = call.scheduler().now();
    prepare_wait(call, state, "lock", this);
    again ? waiters_.push_front(state.waiter) : waiters_.push_back(state.waiter);
    parked = call.parked(next);
    return false;
}
void Mutex::leave_queue(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    waiters_.remove(waiter);
}
void Mutex::unlock(NativeCall& call, bool failed) {
    if (failed || (call.task().unwinding() && !unwinding_at_lock_ && !call.task().cancel_requested())) {
        auto site = call.call_site();
        std::lock_guard lock(mutex_);
        poisoned_at(site);
    }
    uint64_t state = state_.load(std::memory_order_relaxed);
    while (!(state & kQueued) || state & kWoken)
        if (state_.compare_exchange_weak(state, state & ~kLocked, std::memory_order_release, std::memory_order_relaxed))
            return;
    wake_next(call);
}
void Mutex::wake_next(NativeCall& call) {
    std::lock_guard lock(mutex_);
    uint64_t given_up = kLocked | kQueued;
    Waiter* woken = nullptr;
    while ((woken = waiters_.pop_front()) && !call.vm().claim(woken->handle)) {
    }
    if (!waiters_.empty()) given_up &= ~kQueued;
    vm::WakeToken handle;
    if (woken) {
        WaitState& wait = wait_state_of(*woken);
        handle = woken->handle;
        wait.granted = call.scheduler().now() - wait.since > kLongWait;
        if (wait.granted) {
            given_up &= ~kLocked;
            holder_.store(handle.task->id(), std::memory_order_relaxed);
        } else {
            state_.fetch_or(kWoken, std::memory_order_relaxed);
        }
    }
    if (given_up) state_.fetch_and(~given_up, std::memory_order_release);
    if (woken) call.vm().resume(handle);
}
bool Mutex::unlock_guard(const vm::VmTask& task) {
    if (invariant || task.unwinding()) return false;
    uint64_t state = state_.load(std::memory_order_relaxed);
    do {
        if ((state & kQueued && !(state & kWoken)) || state / kReference == 1) return false;
    } while (!state_.compare_exchange_weak(state, (state & ~kLocked) - kReference, std::memory_order_acq_rel,
                                           std::memory_order_relaxed));
    return true;
}

// --- RwLock ---

bool RwLock::acquire(const vm::VmTask& task, bool write) {
    std::lock_guard lock(mutex_);
    if (!waiters_.empty() || writing_ || (write && !holders_.empty())) return false;
    writing_ = write;
    holders_.push_back(task.id());
    return true;
}
bool RwLock::acquire_or_wait(NativeCall& call, bool write, uint32_t next, NativeAction& parked) {
    std::lock_guard lock(mutex_);
    if (waiters_.empty() && !writing_ && !(write && !holders_.empty())) {
        writing_ = write;
        holders_.push_back(call.task().id());
        return true;
    }
    call.state<WaitState>().value = write;
    parked = wait_in(call, waiters_, write ? "write-lock" : "read-lock", this, next);
    return false;
}
void RwLock::leave_queue(vm::Vm& vm, Waiter& waiter) {
    std::lock_guard lock(mutex_);
    waiters_.remove(waiter);
    grant(vm);
}
void RwLock::grant(vm::Vm& vm) {
    while (Waiter* w = waiters_.first()) {
        WaitState& state = wait_state_of(*w);
        bool write = state.value != 0;
        if (writing_ || (write && !holders_.empty())) return;
        waiters_.remove(*w);
        vm::WakeToken handle = w->handle;
        if (!vm.claim(handle)) continue;
        writing_ = write;
        holders_.push_back(handle.task->id());
        state.granted = true;
        vm.resume(handle);
    }
}
void RwLock::unlock(NativeCall& call, bool write, bool failed) {
    bool panicking = failed || (call.task().unwinding() && !call.task().cancel_requested());
    auto site = panicking && write ? call.call_site() : vm::SourceSite{};
    std::lock_guard lock(mutex_);
    if (panicking && write) poisoned_at(site);
    auto own = std::find(holders_.begin(), holders_.end(), call.task().id());
    if (own != holders_.end()) holders_.erase(own);
    else if (!holders_.empty()) holders_.pop_back();  // the guard moved to another task
    if (write) writing_ = false;
    grant(call.vm());
}

// --- natives ---

namespace {

template <class T>
NativeAction make(NativeCall& call, vm::LayoutId layout) {
    Object* object = call.vm().new_native<T>(layout, call.argument(0), &call.argument_type(0));
    object->native<T>()->made = call.call_site();
    return call.give(vm::word_of(object));
}
NativeAction new_mutex(NativeCall& call) { return make<Mutex>(call, Run::of(call).mutex); }
NativeAction new_rwlock(NativeCall& call) { return make<RwLock>(call, Run::of(call).rwlock); }

/// The guard: one more count of the same object.
NativeAction give_guard(NativeCall& call, LockedValue& value) {
    value.retain();
    return call.give(operand_word(call, 0));
}

NativeAction lock(NativeCall& call) {
    auto& mutex = *self_of<Mutex>(call);
    if (call.step() == 1) {
        WaitState& state = call.state<WaitState>();
        if (!state.granted) {
            mutex.leave_queue(state.waiter);
            if (call.was_cancelled()) return call.cancelled();
        }
    }
    bool has = call.step() == 1 && call.state<WaitState>().granted;
    NativeAction parked{};
    if (!has && !mutex.acquire_or_wait(call, 1, parked)) return parked;
    if (has) mutex.note_holder(call.task());
    if (auto message = mutex.poison(call.vm(), "mutex"); !message.empty()) {
        mutex.unlock(call);
        return call.panic(message);
    }
    return give_guard(call, mutex);
}
bool lock_at_once(vm::FastCall& call) {
    Word handle = operand_word(call, 0);
    auto& mutex = *vm::object_of(handle)->native<Mutex>();
    if (mutex.is_poisoned() || !mutex.acquire(call.task(), true)) return false;
    return call.give(handle);
}
NativeAction try_lock(NativeCall& call) {
    auto& mutex = *self_of<Mutex>(call);
    if (!mutex.acquire(call.task())) return give_none(call);
    if (auto message = mutex.poison(call.vm(), "mutex"); !message.empty()) {
        mutex.unlock(call);
        return call.panic(message);
    }
    mutex.retain();
    return give_some(call, operand_word(call, 0));
}
NativeAction is_poisoned(NativeCall& call) { return call.give_bool(self_of<Mutex>(call)->is_poisoned()); }

template <bool kWrite>
NativeAction lock_shared(NativeCall& call) {
    auto& rw = *self_of<RwLock>(call);
    if (call.step() == 1) {
        WaitState& state = call.state<WaitState>();
        if (!state.granted) {
            rw.leave_queue(call.vm(), state.waiter);
            if (call.was_cancelled()) return call.cancelled();
        }
    }
    bool has = call.step() == 1 && call.state<WaitState>().granted;
    NativeAction parked{};
    if (!has && !rw.acquire_or_wait(call, kWrite, 1, parked)) return parked;
    if (auto message = rw.poison(call.vm(), "lock"); !message.empty()) {
        rw.unlock(call, kWrite);
        return call.panic(message);
    }
    return give_guard(call, rw);
}
template <bool kWrite>
NativeAction try_lock_shared(NativeCall& call) {
    auto& rw = *self_of<RwLock>(call);
    if (!rw.acquire(call.task(), kWrite)) return give_none(call);
    rw.retain();
    return give_some(call, operand_word(call, 0));
}

bool deref_at_once(vm::FastCall& call) { return call.give(vm::word_of(&self_of<LockedValue>(call)->value)); }
bool unlock_at_once(vm::FastCall& call) {
    return vm::object_of(call.argument(0))->native<Mutex>()->unlock_guard(call.task()) && call.give(0);
}
NativeAction deref(NativeCall& call) { return call.give(vm::word_of(&self_of<LockedValue>(call)->value)); }

Word retain(vm::Vm&, const TypeDescriptor&, Word word) {
    vm::object_of(word)->native<LockedValue>()->retain();
    return word;
}

enum class Held : uint8_t { Not, Shared, Exclusive };

/// Steps of both drops: 1 it is done; 2 what must hold of the value does.
template <class T, Held kHeld>
NativeAction release(NativeCall& call, bool failed) {
    if (call.step() == 1) return call.give_unit();
    auto& value = *call.object(0)->native<T>();
    if constexpr (std::is_same_v<T, Mutex>) {
        if (kHeld != Held::Not) value.unlock(call, failed);
    } else if (kHeld != Held::Not) {
        value.unlock(call, kHeld == Held::Exclusive, failed);
    }
    if (!value.release()) return call.give_unit();
    return call.drop(value.value, *value.type, 1);
}
/// Of handles: the last one drops the content. Of guards: checks what may have been written, and unlocks first.
template <class T, Held kHeld>
NativeAction drop(NativeCall& call) {
    auto& value = *call.object(0)->native<T>();
    if (kHeld == Held::Exclusive && call.step() == 0 && value.invariant && !call.task().unwinding())
        return call.invoke(*value.invariant, {{vm::word_of(&value.value)}}, 2);
    return release<T, kHeld>(call, false);
}
template <class T, Held kHeld>
NativeAction drop_failed(NativeCall& call) {
    return release<T, kHeld>(call, true);
}

template <class T>
vm::NativeTypeOps handle_ops(vm::NativeFunction drop_function) {
    vm::NativeTypeOps ops;
    ops.copy = retain;
    ops.drop = drop_function;
    ops.inspect = [](vm::Vm&, const TypeDescriptor&, Word word, const auto& part) {
        T& value = *vm::object_of(word)->native<T>();
        part("value", value.value, value.type);
    };
    return ops;
}
template <class T, Held kHeld>
vm::NativeTypeOps guard_ops() {
    vm::NativeTypeOps ops = handle_ops<T>(drop<T, kHeld>);
    if (kHeld == Held::Exclusive) ops.drop_unwind = drop_failed<T, kHeld>;
    ops.copy = nullptr;
    ops.deref = [](vm::Vm&, const TypeDescriptor&, Word word) {
        return &vm::object_of(word)->native<LockedValue>()->value;
    };
    return ops;
}

}  // namespace

void register_condition_natives(vm::NativeRegistry& r);

void register_locks(vm::NativeRegistry& r) {
    r.add("sync::Mutex::new", new_mutex);
    r.add("sync::Mutex::lock", lock, lock_at_once);
    r.add("sync::Mutex::try_lock", try_lock);
    r.add("sync::Mutex::is_poisoned", is_poisoned);
    r.add("sync::RwLock::new", new_rwlock);
    r.add("sync::RwLock::read", lock_shared<false>);
    r.add("sync::RwLock::write", lock_shared<true>);
    r.add("sync::RwLock::try_read", try_lock_shared<false>);
    r.add("sync::RwLock::try_write", try_lock_shared<true>);
    for (std::string guard : {"sync::MutexGuard::", "sync::ReadGuard::", "sync::WriteGuard::"}) {
        r.add(guard + "deref", deref, deref_at_once);
        r.add(guard + "deref_mut", deref, deref_at_once);
    }
    r.add_type("sync::Mutex", handle_ops<Mutex>(drop<Mutex, Held::Not>));
    auto mutex_guard = guard_ops<Mutex, Held::Exclusive>();
    mutex_guard.fast_drop = unlock_at_once;
    r.add_type("sync::MutexGuard", mutex_guard);
    r.add_type("sync::RwLock", handle_ops<RwLock>(drop<RwLock, Held::Not>));
    r.add_type("sync::ReadGuard", guard_ops<RwLock, Held::Shared>());
    r.add_type("sync::WriteGuard", guard_ops<RwLock, Held::Exclusive>());
    register_condition_natives(r);
}

}  // namespace braid::runtime
