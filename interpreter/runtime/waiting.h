#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/scheduler/short_lock.h"
#include "interpreter/vm/native.h"
#include "interpreter/vm/vm.h"

namespace braid::runtime {

/// Something tasks wait at: what a deadlock report and the debugger say of it. Asked while nothing moves.
class WaitObject {
  public:
    /// "a mutex", "a channel with room for 2"
    virtual std::string describe() const = 0;
    /// Ids of the tasks that could end the wait.
    virtual void holders(std::vector<uint64_t>& /*ids*/) const {}
    /// Why nobody can end a wait to `what`, when there is no holder: "nobody is left who could send".
    virtual std::string missing(std::string_view /*what*/) const { return {}; }
    /// Whether some task that can reach what `reached` says could end the wait.
    virtual bool can_be_reached(const std::function<bool(const void*)>& reached) const { return reached(this); }
    /// What was made at `made`.
    virtual std::string made_name() const { return describe(); }

    vm::SourceSite made;

  protected:
    ~WaitObject() = default;
};

}  // namespace braid::runtime

namespace braid::scheduler {

/// What a parked task waits for. Lives in the waiting native's state, or for ever.
struct WaitReason {
    std::string_view what;  // completes "waits to …": "lock", "receive from"
    const runtime::WaitObject* object = nullptr;
    bool timed = false;  // ends by itself some time
};

}  // namespace braid::scheduler

namespace braid::runtime {

using bytecode::TypeDescriptor;
using scheduler::WaitReason;
using vm::NativeAction;
using vm::NativeCall;
using vm::Object;
using vm::Word;

/// An entry in the queue of a WaitObject; guarded by that object's lock.
struct Waiter {
    Waiter* previous = nullptr;
    Waiter* next = nullptr;
    vm::WakeToken handle;
    bool linked = false;
};

/// First come, first served. Removing from the middle (timeout, cancellation, another arm of a select) is O(1).
class WaiterList {
  public:
    bool empty() const { return !first_; }
    Waiter* first() const { return first_; }
    void push_back(Waiter& w) {
        w.previous = last_;
        w.next = nullptr;
        w.linked = true;
        (last_ ? last_->next : first_) = &w;
        last_ = &w;
        ++size_;
    }
    void push_front(Waiter& w) {
        w.previous = nullptr;
        w.next = first_;
        w.linked = true;
        (first_ ? first_->previous : last_) = &w;
        first_ = &w;
        ++size_;
    }
    void remove(Waiter& w) {
        if (!w.linked) return;
        (w.previous ? w.previous->next : first_) = w.next;
        (w.next ? w.next->previous : last_) = w.previous;
        w.linked = false;
        --size_;
    }
    Waiter* pop_front() {
        Waiter* w = first_;
        if (w) remove(*w);
        return w;
    }
    size_t size() const { return size_; }

  private:
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
    size_t size_ = 0;
};

/// State of a native that waits at one object. Whoever claimed the waiter's handle sets `granted` (and `value`).
struct WaitState : vm::NativeState {
    struct Own : Waiter {
        WaitState* state = nullptr;
    } waiter;
    WaitReason reason;
    bool granted = false;
    Word value = 0;
    scheduler::TimerId timer = 0;
    scheduler::Instant since = 0;  // of a mutex: when it came to the queue for the first time
    void trace(heap::Marker& marker) override { marker.visit(value); }
};
inline WaitState& wait_state_of(Waiter& w) { return *static_cast<WaitState::Own&>(w).state; }

/// Wakes all of a list; each is granted.
inline void grant_all(vm::Vm& vm, WaiterList& list) {
    while (Waiter* w = list.pop_front()) {
        vm::WakeToken handle = w->handle;
        if (!vm.claim(handle)) continue;
        wait_state_of(*w).granted = true;
        vm.resume(handle);
    }
}
/// Wakes the first that still waits; false: none did.
inline bool grant_first(vm::Vm& vm, WaiterList& list, Word value = 0, uint64_t* task = nullptr) {
    while (Waiter* w = list.pop_front()) {
        vm::WakeToken handle = w->handle;
        if (!vm.claim(handle)) continue;
        WaitState& state = wait_state_of(*w);
        state.granted = true;
        state.value = value;
        if (task) *task = handle.task->id();
        vm.resume(handle);
        return true;
    }
    return false;
}

inline void prepare_wait(NativeCall& call, WaitState& state, std::string_view what, const WaitObject* object) {
    state.granted = false;
    state.waiter.state = &state;
    state.reason = {what, object};
    state.waiter.handle = call.park(&state.reason);
}

/// Parks at the object whose lock the caller holds; goes on at `next`.
inline NativeAction wait_in(NativeCall& call, WaiterList& list, std::string_view what, const WaitObject* object,
                            uint32_t next) {
    WaitState& state = call.state<WaitState>();
    prepare_wait(call, state, what, object);
    list.push_back(state.waiter);
    return call.parked(next);
}

/// Waits for what has `bool wait(Waiter&)`, which queues the caller unless it is over; `Next`: it is. For natives with
/// a WaitState.
template <class Awaited>
NativeAction wait_until_over(NativeCall& call, Awaited& awaited, uint32_t next) {
    WaitState& state = call.state<WaitState>();
    prepare_wait(call, state, "wait for", &awaited);
    vm::WakeToken handle = state.waiter.handle;  // the state may be gone once it is queued
    bool waits = awaited.wait(state.waiter) || !call.unpark(handle);
    return waits ? call.parked(next) : NativeAction::Next;
}

/// The value of an argument, through however many references it came; `type` becomes its own type.
struct Operand {
    Word word;
    const TypeDescriptor* type;
};
inline Operand operand(const NativeCall& call, size_t i) {
    Operand o{call.argument(i), &call.argument_type(i)};
    while (o.type->kind == bytecode::DescriptorKind::Reference) {
        o.word = heap::load_slot_acquire(reinterpret_cast<const Word*>(static_cast<uintptr_t>(o.word)));
        o.type = o.type->element;
    }
    return o;
}
inline Word operand_word(const NativeCall& call, size_t i) { return operand(call, i).word; }
inline Word operand_word(const vm::FastCall& call, size_t i) {
    Word word = call.argument(i);
    for (const TypeDescriptor* type = &call.argument_type(i); type->kind == bytecode::DescriptorKind::Reference;
         type = type->element)
        word = heap::load_slot_acquire(reinterpret_cast<const Word*>(static_cast<uintptr_t>(word)));
    return word;
}
template <class T, class Call>
T* self_of(const Call& call, size_t i = 0) {
    return vm::object_of(operand_word(call, i))->template native<T>();
}

// --- Option and Result of the call's result type ---
inline NativeAction give_variant(NativeCall& call, const TypeDescriptor& type, std::string_view name,
                                 Word payload = 0) {
    const vm::VariantDescriptor* variant = vm::Vm::find_variant(type, name);
    if (!variant) return call.panic("internal error: no variant " + std::string(name) + " in " + type.name);
    return call.give(vm::word_of(call.vm().new_variant(*variant, {payload})));
}
inline NativeAction give_some(NativeCall& call, Word word) { return call.give_success(word); }
inline NativeAction give_none(NativeCall& call) { return give_variant(call, call.result_type(), "None"); }
inline NativeAction give_ok(NativeCall& call, Word word) { return call.give_success(word); }
inline NativeAction give_err(NativeCall& call, Word word) {
    return give_variant(call, call.result_type(), "Err", word);
}
/// `Err(Variant(payload))`, or `Err(value of the unit struct)`.
NativeAction give_err_variant(NativeCall& call, std::string_view variant, Word payload = 0);
/// A value of Altru's `error`.
Word make_error(vm::Vm& vm, std::string_view message, Word cause = 0);
/// The call of a function, not yet begun: a cold future, a callback that knows its object.
Word bound_call(vm::Vm& vm, const vm::Function& function, std::initializer_list<Word> arguments);
/// A tuple or other struct of this type.
Word new_struct_of(vm::Vm& vm, const TypeDescriptor& type, std::initializer_list<Word> fields);

}  // namespace braid::runtime
