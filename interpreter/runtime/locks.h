#pragma once
#include "interpreter/runtime/waiting.h"

namespace braid::runtime {

/// The value behind Mutex and RwLock handles; a guard is the same object, counted like a handle.
class LockedValue : public WaitObject {
  public:
    LockedValue(Word value, const TypeDescriptor* type) : value(value), type(type) {}
    Word value;
    const TypeDescriptor* type;

    void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
    /// True: that was the last one.
    bool release() { return references_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    void trace(heap::Marker& marker) { marker.visit(value); }
    /// Why taking it panics; empty: it is not poisoned.
    std::string poison(vm::Vm& vm, std::string_view kind);
    bool is_poisoned();

  protected:
    void poisoned_at(vm::SourceSite site);
    mutable scheduler::ShortLock mutex_;

  private:
    std::atomic<int64_t> references_{1};
    bool poisoned_ = false;
    vm::SourceSite poisoned_at_;
};

class Mutex final : public LockedValue {
  public:
    using LockedValue::LockedValue;
    /// Takes it, or (`wait` given) queues the caller, who then returns `parked(next)`.
    bool acquire(const vm::VmTask& task);
    bool acquire_or_wait(NativeCall& call, uint32_t next, NativeAction& parked);
    void leave_queue(Waiter& waiter);
    /// After a hand-over: notes in which state the holder got it.
    void note_holder(const vm::VmTask& task);
    /// Ends the hold of a guard.
    void unlock(NativeCall& call);

    std::string describe() const override { return "a mutex"; }
    void holders(std::vector<uint64_t>& ids) const override {
        if (locked_) ids.push_back(holder_);
    }

  private:
    bool locked_ = false, unwinding_at_lock_ = false;
    uint64_t holder_ = 0;
    WaiterList waiters_;
};

class RwLock final : public LockedValue {
  public:
    using LockedValue::LockedValue;
    bool acquire(const vm::VmTask& task, bool write);
    bool acquire_or_wait(NativeCall& call, bool write, uint32_t next, NativeAction& parked);
    void leave_queue(vm::Vm& vm, Waiter& waiter);
    void unlock(NativeCall& call, bool write);

    std::string describe() const override { return "a read-write lock"; }
    void holders(std::vector<uint64_t>& ids) const override { ids.insert(ids.end(), holders_.begin(), holders_.end()); }

  private:
    void grant(vm::Vm& vm);
    bool writing_ = false;
    std::vector<uint64_t> holders_;
    WaiterList waiters_;  // WaitState::value 1: wants to write
};

}  // namespace braid::runtime
