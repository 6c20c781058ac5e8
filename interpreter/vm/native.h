#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interpreter/scheduler/scheduler.h"
#include "interpreter/vm/objects.h"
#include "interpreter/vm/task.h"

/// How functions of stdlib/ marked native are written.
///
/// A native is a resumable step function. It runs in a frame of the task's own stack (its arguments and scratch
/// registers lie there, so the collector sees them) and says by what it returns how to go on:
///   return call.give(word);                        done
///   return call.panic("…") / call.raise(error)     unwinds
///   return call.invoke(closure, args, next_step)   runs bytecode on this stack, then enters the native again
///   return call.parked(next_step)                  the task is parked (see park()); entered again after it was woken
///   return call.again(next_step)                   lets others run, then is entered again
/// Between two entries everything it needs is in arguments, scratch registers, `state<T>()` and step().
/// The collector runs only while no task executes, so inside one entry raw words and Object* are safe to hold.
/// No native calls the machine recursively.
namespace braid::vm {

class Vm;
class VmTask;

enum class NativeAction : uint8_t { Return, Raise, Invoke, Parked, Again, Next, Recover };

/// C++ state of a native that is entered several times; destroyed with its frame.
struct NativeState : InTaskMemory {
    virtual ~NativeState() = default;
    virtual void trace(heap::Marker&) {}
};

/// Names one park of a task that still lives: it has not ended while it waits, and leaves the queues it waits in before
/// it does.
struct WakeToken {
    scheduler::Task* task = nullptr;
    scheduler::ParkToken token;
};

/// The same for whoever may come too late, when the task has ended already.
struct WakeHandle {
    WakeHandle() = default;
    WakeHandle(const WakeToken& parked) : task(parked.task), token(parked.token) {}
    operator WakeToken() const { return {task.get(), token}; }
    scheduler::TaskRef task;
    scheduler::ParkToken token;
};

class NativeCall {
  public:
    /// Only the machine makes these.
    NativeCall(Vm& vm, VmTask& task) : vm_(vm), task_(&task) {}

    Vm& vm() const { return vm_; }
    VmTask& task() const { return *task_; }
    scheduler::Scheduler& scheduler() const;
    heap::Allocator& allocator() const;

    // --- arguments, by position, receiver first; words are in the representation of their types ---
    size_t argument_count() const;
    Word argument(size_t i) const { return argument_slot(i); }
    Word& argument_slot(size_t i) const {  // e.g. to clear an owned argument that has been moved on
        Frame* frame = task_->frame();
        return frame->registers()[frame->function->parameters[i]];
    }
    int64_t integer(size_t i) const { return static_cast<int64_t>(argument(i)); }
    bool boolean(size_t i) const { return argument(i) != 0; }
    double number(size_t i) const { return word_double(argument(i)); }
    Object* object(size_t i) const { return object_of(argument(i)); }
    std::string_view text(size_t i) const { return string_view_of(object(i)); }
    Value value(size_t i) const { return Value(argument(i)); }  // Boxed policy: all arguments are values
    Word* reference(size_t i) const { return reinterpret_cast<Word*>(static_cast<uintptr_t>(argument(i))); }
    template <class T>
    T* native(size_t i) const {
        return object(i)->native<T>();
    }  // of a Native object held by value

    const TypeDescriptor& argument_type(size_t i) const;
    const TypeDescriptor& result_type() const;
    const TypeDescriptor& type_argument(size_t i) const;  // of the callee: the parent's first, then its own
    const Function& function() const;
    SourceSite call_site() const;    // of the innermost frame of the program
    const Function* caller() const;  // its function; null: none of the program's is below

    // --- state between entries ---
    uint32_t step() const;         // 0 at the first entry
    Word& traced(size_t i) const;  // scratch registers declared in NativeInfo
    Word& scalar(size_t i) const;
    template <class T, class... A>
    T& state(A&&... arguments) const {  // made at the first use
        NativeState*& slot = state_slot();
        if (!slot) slot = new T(std::forward<A>(arguments)...);
        return static_cast<T&>(*slot);
    }

    // --- how it goes on ---
    NativeAction give(Word result);
    NativeAction give_unit() { return give(0); }
    NativeAction give_bool(bool b) { return give(b); }  // Static policy
    NativeAction give_integer(int64_t i) { return give(static_cast<Word>(i)); }
    NativeAction give_number(double d) { return give(double_word(d)); }
    NativeAction give_value(Value v) { return give(v.word()); }  // Boxed policy
    NativeAction give_text(std::string_view text);
    NativeAction give_success(Word payload);  // `Ok(payload)` or `Some(payload)` of the result's type
    /// Of a native that receives (Opcode::Received): the value, or what stands in its place on a closed channel.
    NativeAction give_received(Word word, bool closed) {
        task_->received_ = closed;
        return give(word);
    }
    NativeAction give_select(uint32_t arm, Word value = 0);  // $select only: select().arms[arm] was chosen
    const bytecode::SelectInfo& select() const;
    NativeAction panic(std::string message);
    NativeAction raise(Word error);                                            // what a handler will see
    NativeAction throw_error(bytecode::WellKnown klass, std::string message);  // Boxed policy: a new error object
    /// Fails as the caller's language does: panic, or `klass` thrown.
    NativeAction fail(bytecode::WellKnown klass, std::string message);

    /// Calls a closure (or bound call, or function value). Afterwards the native is entered with step() == next and
    /// result() the value given. The words must be in the callee's representation (Boxed policy: values).
    NativeAction invoke(Word closure, std::span<const Word> arguments, uint32_t next);
    NativeAction invoke(Word closure, std::initializer_list<Word> arguments, uint32_t next) {
        return invoke(closure, std::span<const Word>(arguments.begin(), arguments.size()), next);
    }
    NativeAction invoke(const Function& function, std::span<const Word> arguments, uint32_t next, Word closure = 0);
    /// Runs the drop glue of `word` (nothing to do: goes on at `next` all the same).
    NativeAction drop(Word word, const TypeDescriptor& type, uint32_t next);
    /// Drops what a closure that ran for the last time still owns (its captures); other callables own nothing any more.
    NativeAction drop_callable(Word callable, uint32_t next);
    /// Shows a value, running user code where a type has its own; result() is the string.
    NativeAction show(Word word, const TypeDescriptor& type, uint32_t next);
    Word result() const;

    /// $async: marks this frame as the boundary of a hot call. The callee is then invoked on the caller's stack. If it
    /// ends without parking, this native is entered at `next` as usual, gives the settled promise, and that is all.
    /// When something above parks, the frames from here up move to a fiber of their own, the caller goes on with
    /// `promise` as the call's value, and this native, now the fiber's first frame, is entered at `next` later:
    /// detached() is then true and what it gives goes nowhere. NativeInfo::unwind sees a rejection in both cases.
    void begin_async(Word promise);
    bool detached() const;
    /// In `unwind`: what is being raised, at every step.
    Word error() const;
    /// In `unwind`: the error ends here; the native's caller goes on with `result`.
    NativeAction recover(Word result);

    /// Parking: `auto handle = call.park(&reason)`, publish the handle under the object's lock, re-check; then either
    /// `return call.parked(next)` or, when it is not needed after all, `if (call.unpark(handle)) …go on…; else return
    /// call.parked(next)`. Waking: vm.wake(handle), or vm.claim + hand over + vm.resume.
    /// Inside a hot async function that has not been suspended yet, park() first gives the frames above the call to a
    /// task of their own; task() is that one afterwards.
    WakeToken park(const scheduler::WaitReason* reason);
    bool unpark(const WakeToken& handle);
    /// FastFunction of this native has most likely been tried: it could not go on at once.
    bool tried_fast() const;
    NativeAction parked(uint32_t next);
    NativeAction again(uint32_t next, bool yield = true);  // without `yield`: entered again at once
    scheduler::WakeTag wake_tag() const;                   // why the last park ended
    /// True when this entry is because of cancellation (VmTask::cancel): clean up and `return call.cancelled()`.
    bool was_cancelled() const;
    NativeAction cancelled();

  private:
    friend class Vm;
    friend class VmTask;
    NativeState*& state_slot() const;

    Vm& vm_;
    VmTask* task_;
};

inline const Function& NativeCall::function() const { return *task_->frame()->function; }
inline size_t NativeCall::argument_count() const { return function().parameters.size(); }
inline const TypeDescriptor& NativeCall::argument_type(size_t i) const { return *function().parameter_types[i]; }
inline const TypeDescriptor& NativeCall::result_type() const { return *function().result_type; }
inline uint32_t NativeCall::step() const { return task_->frame()->step; }
inline NativeState*& NativeCall::state_slot() const { return task_->frame()->state; }
inline Word NativeCall::result() const { return task_->native_result_; }
inline NativeAction NativeCall::give(Word result) {
    task_->native_result_ = result;
    return NativeAction::Return;
}

using NativeFunction = NativeAction (*)(NativeCall&);

struct LinkedFunction;

/// A native's short way, tried before a frame is made for it: what it does when nothing stands in the way. It neither
/// parks, nor fails, nor runs code of the program; false: nothing has happened, and the native is called as usual.
class FastCall {
  public:
    /// Only the machine makes these. `arguments`: where in the caller's registers they lie.
    FastCall(VmTask& task, const LinkedFunction& callee, const Function& function, const Word* registers,
             const bytecode::Register* arguments)
        : task_(task), callee_(callee), function_(function), registers_(registers), arguments_(arguments) {}

    Vm& vm() const { return task_.vm(); }
    VmTask& task() const { return task_; }
    const Function& function() const { return function_; }
    Word argument(size_t i) const { return registers_[arguments_[i]]; }
    const TypeDescriptor& argument_type(size_t i) const { return *function().parameter_types[i]; }

    bool give(Word word) {
        result_ = word;
        return true;
    }
    /// `Ok(payload)` or `Some(payload)` of the result's type.
    bool give_success(Word payload);
    bool give_received(Word word) {
        task_.received_ = false;
        return give(word);
    }
    Word result() const { return result_; }

  private:
    VmTask& task_;
    const LinkedFunction& callee_;
    const Function& function_;
    const Word* registers_;
    const bytecode::Register* arguments_;
    Word result_ = 0;
};
using FastFunction = bool (*)(FastCall&);

struct NativeInfo {
    NativeFunction function = nullptr;
    uint8_t traced_scratch = 0, scalar_scratch = 0;
    /// Entered instead of `function` when an error unwinds through the frame (result() is the error): releases what the
    /// frame owns. May return Invoke/drop like any step; `give` goes on unwinding, `raise` replaces the error, and
    /// `recover` (see NativeCall::recover) stops it.
    NativeFunction unwind = nullptr;
    bool shows_rest = false;  // see bytecode::NativeTraits
    FastFunction fast = nullptr;
};

/// The operations of a native type (a type of stdlib/ marked native), found by its qualified name. Words are values of
/// the type. None of them runs user code, parks or fails.
struct NativeTypeOps {
    Word (*copy)(Vm&, const TypeDescriptor&, Word) = nullptr;   // Copy operand; null: the word itself
    Word (*clone)(Vm&, const TypeDescriptor&, Word) = nullptr;  // null: as copy
    NativeFunction drop = nullptr;  // argument 0 is the value: may invoke/drop what it held; type_argument(i) works
    NativeFunction drop_unwind = nullptr;  // as NativeInfo::unwind, where the drop runs code that may panic
    FastFunction fast_drop = nullptr;
    void (*show)(Vm&, const TypeDescriptor&, Word, std::string& out) = nullptr;  // null: the type's name
    bool (*equal)(Vm&, const TypeDescriptor&, Word, Word) = nullptr;             // null: identity
    uint64_t (*hash)(Vm&, const TypeDescriptor&, Word) = nullptr;
    int (*compare)(Vm&, const TypeDescriptor&, Word, Word) = nullptr;
    Word* (*deref)(Vm&, const TypeDescriptor&, Word) = nullptr;  // guards: where `*g` reads and writes
    /// Values that can be called (`resolve(v)`): a native of make_native that gets the value first.
    const Function* callable = nullptr;
    /// For the debugger: named parts of a value.
    void (*inspect)(Vm&, const TypeDescriptor&, Word,
                    const std::function<void(std::string_view, Word, const TypeDescriptor*)>&) = nullptr;
};

/// Natives the machine itself calls; the registry must have each (interpreter/runtime registers them).
/// X(enumerator, name): arguments → result
#define BRAID_INTRINSICS(X)                                                                                         \
    X(Await, "$await")         /* value (type: argument_type(0)) → what it resolves to. Not for cold futures */   \
    X(Select, "$select")       /* arguments 2i, 2i+1: operand and value of arm i; give_select() */                  \
    X(SendMessage, "$message") /* actor handle, arguments of functions[0], a method, without self → its result */ \
    X(NewActor, "$actor")      /* first state (a struct of the actor's fields) → handle */                        \
    X(AsyncCall, "$async")     /* bound call: HotPromise; see begin_async() */                                      \
    X(Go, "$go")               /* bound call or closure → unit: starts a goroutine */                             \
    X(HandleSelf, "$self")     /* actor's own handle, inside a handler */
enum class Intrinsic : uint8_t {
#define X(name, text) name,
    BRAID_INTRINSICS(X)
#undef X
};
std::string_view spelling(Intrinsic intrinsic);

/// Natives by qualified name (`std::sync::Mutex::lock`; methods by their type: `Channel::send`).
class NativeRegistry : public bytecode::NativeCatalog {
  public:
    void add(std::string qualified_name, NativeInfo info);
    void add(std::string qualified_name, NativeFunction function, FastFunction fast = nullptr) {
        NativeInfo info{function};
        info.fast = fast;
        add(std::move(qualified_name), info);
    }
    void add_type(std::string qualified_name, NativeTypeOps ops);
    void add_intrinsic(Intrinsic intrinsic, NativeInfo info) { add(std::string(spelling(intrinsic)), info); }

    const NativeInfo* function(std::string_view qualified_name) const;
    const NativeTypeOps* type(std::string_view qualified_name) const;
    bytecode::NativeTraits find(std::string_view qualified_name) const override;

  private:
    std::unordered_map<std::string, NativeInfo> functions_;
    std::unordered_map<std::string, NativeTypeOps> types_;
};

}  // namespace braid::vm
