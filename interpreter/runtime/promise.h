#pragma once
#include <map>
#include <unordered_map>

#include "interpreter/runtime/run.h"

namespace braid::runtime {

using heap::Value;

/// Reactions run as tasks of the isolate's strand, whose queue is the microtask queue: tasks woken and tasks started
/// stand in it in the order of JavaScript's jobs. Only tasks of its isolate touch a promise, so it needs no lock.
class Promise final : public WaitObject {
  public:
    enum class Status : uint8_t { Pending, Fulfilled, Rejected };
    struct Reaction {
        enum class Kind : uint8_t { Resume, Then, Part } kind{};
        vm::WakeHandle handle;                   // Resume: a task that awaits
        Word on_fulfilled = 0, on_rejected = 0;  // Then
        Word target = 0;                         // Then: derived promise; Part: group
        uint64_t index = 0;                      // Part
    };

    Status status = Status::Pending;
    bool handled = false;
    bool resolved = false;  // a resolver was called: later calls do nothing
    Word value = 0;         // result or error
    std::vector<Reaction> reactions;

    std::string describe() const override { return "a promise"; }
    std::string missing(std::string_view) const override { return "nothing that is left could settle it"; }
    void trace(heap::Marker& marker) {
        marker.visit(value);
        for (const Reaction& r : reactions) {
            marker.visit(r.on_fulfilled);
            marker.visit(r.on_rejected);
            marker.visit(r.target);
        }
    }
};

/// What the tasks of one isolate share.
class Isolate {
  public:
    scheduler::Strand strand;
    struct Timer {
        scheduler::TaskRef task;
        scheduler::TimerId timer = 0;
        bool cleared = false;
    };
    std::unordered_map<int64_t, Timer> timers;
    int64_t next_timer = 1;
    size_t console_indent = 0;        // of `console.group`, in columns
    std::vector<Object*> rejections;  // rejected while nobody looked
    bool checks_rejections = false;
    vm::LayoutId generator = 0, async_generator = 0, match = 0;  // `match`: lists that regular expressions make
    void make_layouts(vm::Vm& vm);
    void trace(heap::Marker& marker) {
        for (Object* promise : rejections) marker.visit(promise);
    }
};

inline NativeAction give_undefined(NativeCall& call) { return call.give_value(Value::undefined()); }

Object* new_promise(NativeCall& call);
/// The promise a value is, or null.
Promise* as_promise(vm::Vm& vm, Word value);
Word resolver_of(NativeCall& call, const vm::Function& function, Object* promise);

void resolve(NativeCall& call, Object* promise, Word value);  // adopts the state of a promise
void reject(NativeCall& call, Object* promise, Word error);
void add_reaction(NativeCall& call, Object* promise, Promise::Reaction reaction);
/// Starts a task of the isolate; it queues behind what is runnable.
scheduler::TaskRef start_job(NativeCall& call, const vm::Function& function, std::span<const Word> arguments);
/// What a call of a generator function gives: `call` is its bound call.
Word new_generator(NativeCall& call, Word bound, bool is_async);
void register_generators(vm::NativeRegistry& registry);
int64_t start_timer(NativeCall& call, Word callback, double ms, bool repeats,
                    Word arguments_list = vm::Value::undefined().word());
void clear_timer(NativeCall& call, int64_t id);
/// An error object of a class of errors.velox; `Error` if the program has no such class.
Word new_error_named(NativeCall& call, std::string_view klass, std::string_view message);
bool is_callable(vm::Vm& vm, Word value);

}  // namespace braid::runtime
