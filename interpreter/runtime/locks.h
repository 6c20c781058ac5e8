#pragma once
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

/// The value behind Mutex and RwLock handles; a guard is the same object, counted like a handle.
class LockedValue : public WaitObject {
  public:
    LockedValue(Word value, const TypeDescriptor* type) : value(value), type(type), invariant(type->invariant) {}
    Word value;
    const TypeDescriptor* type;
    const vm::Function* const invariant;  // what must hold of the value when a guard ends that could write it; or null

    void retain() { state_.fetch_add(kReference, std::memory_order_relaxed); }
    /// True: that was the last one.
    bool release() { return state_.fetch_sub(kReference, std::memory_order_acq_rel) / kReference == 1; }
    void trace(heap::Marker& marker) { marker.visit(value); }
    /// Why taking it panics; empty: it is not poisoned.
    std::string poison(vm::Vm& vm, std::string_view kind);
    bool is_poisoned() const { return state_.load(std::memory_order_acquire) & kPoisoned; }

  protected:
    static constexpr uint64_t kLocked = 1;  // Mutex only
    static constexpr uint64_t kQueued = 2;  // Mutex only: somebody waits, or is about to
    static constexpr uint64_t kPoisoned = 4;
    static constexpr uint64_t kWoken =
        8;  // Mutex only: one who waited is on its way to try again; nobody need be woken
    static constexpr uint64_t kReference = 16;  // handles and guards are counted above

    void poisoned_at(vm::SourceSite site);
    mutable scheduler::ShortLock mutex_;
    std::atomic<uint64_t> state_{kReference};

  private:
    vm::SourceSite poisoned_at_;
};

/// Taking it when it is free, and giving it up when nobody waits, is one compare-exchange. Who waits is woken and tries
/// again: whoever runs may take the lock before (so a task that locks again and again does not change places with the
/// next one each time); but to one who has waited long the lock is handed over. After Go's sync.Mutex.
class Mutex final : public LockedValue {
  public:
    using LockedValue::LockedValue;
    /// Takes it, if it is free; `guarded`: and counts a guard.
    bool acquire(const vm::VmTask& task, bool guarded = false) {
        uint64_t state = state_.load(std::memory_order_relaxed);
        uint64_t guard = guarded ? kReference : 0;
        do {
            if (state & kLocked) return false;
        } while (!state_.compare_exchange_weak(state, (state | kLocked) + guard, std::memory_order_acquire,
                                               std::memory_order_relaxed));
        note_holder(task);
        return true;
    }
    /// Takes it, or queues the caller, who then returns `parked` and tries again at `next`, unless `granted` then.
    bool acquire_or_wait(NativeCall& call, uint32_t next, NativeAction& parked);
    void leave_queue(Waiter& waiter);
    /// Notes who took it, or got it handed over, and in which state.
    void note_holder(const vm::VmTask& task) {
        holder_.store(task.id(), std::memory_order_relaxed);
        unwinding_at_lock_ = task.unwinding();
    }
    /// Ends the hold of a guard; `failed`: what must hold of the value does not.
    void unlock(NativeCall& call, bool failed = false);
    /// The same and drops the guard, if nobody waits, nothing unwinds or is to be checked and a handle is left.
    bool unlock_guard(const vm::VmTask& task);

    std::string describe() const override { return "a mutex"; }
    void holders(std::vector<uint64_t>& ids) const override {
        if (state_.load(std::memory_order_relaxed) & kLocked) ids.push_back(holder_.load(std::memory_order_relaxed));
    }

  private:
    void wake_next(NativeCall& call);

    bool unwinding_at_lock_ = false;  // the holder's
    std::atomic<uint64_t> holder_{0};
    WaiterList waiters_;
};

class RwLock final : public LockedValue {
  public:
    using LockedValue::LockedValue;
    bool acquire(const vm::VmTask& task, bool write);
    bool acquire_or_wait(NativeCall& call, bool write, uint32_t next, NativeAction& parked);
    void leave_queue(vm::Vm& vm, Waiter& waiter);
    void unlock(NativeCall& call, bool write, bool failed = false);

    std::string describe() const override { return "a read-write lock"; }
    void holders(std::vector<uint64_t>& ids) const override { ids.insert(ids.end(), holders_.begin(), holders_.end()); }

  private:
    void grant(vm::Vm& vm);
    bool writing_ = false;
    std::vector<uint64_t> holders_;
    WaiterList waiters_;  // WaitState::value 1: wants to write
};

}  // namespace braid::runtime
