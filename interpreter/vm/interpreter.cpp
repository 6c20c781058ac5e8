#include "interpreter/vm/interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "interpreter/bytecode/code.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/type_test.h"
#include "interpreter/vm/values.h"

// The loop. Rules for whoever edits it:
//  1. Before anything that can look at the stack (a call, a failure, a yield) the frame's pc is saved (SAVE).
//  2. After anything that can push, pop or move frames, the cached pointers are loaded again (LOAD_FRAME).
//  3. Nothing is collected while a step executes; a word in a C++ variable is safe until the step returns.
//  4. Operands are read before the destination is written: they may be the same register.
namespace braid::vm {

using bytecode::FunctionKind;
using bytecode::Opcode;
using bytecode::SlotPolicy;
using bytecode::Unit;
using bytecode::WellKnown;
using scheduler::StepResult;

// What every instruction uses stays in a machine register. GCC would spill it: the function is large, and most of it is
// rarely executed.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PINNED(machine_register) asm(machine_register)
#define PINNED_STORAGE register
#else
#define PINNED(machine_register)
#define PINNED_STORAGE
#endif

namespace {
int64_t as_int(Word w) { return static_cast<int64_t>(w); }
Word* pointer(Word w) { return reinterpret_cast<Word*>(static_cast<uintptr_t>(w)); }

/// The slot of a property in an instance whose shape the site's cache knows; null: the slow way.
inline Word* cached_slot(const Layouts& layouts, Word word, const InlineCache& cache) {
    if (!Value::is_pointer(word) || object_of(word)->layout() != layouts.instance) return nullptr;
    const void* target = cache.find(shape_of(object_of(word)));
    Object* slots = object_of(heap::load_slot_acquire(object_of(word)->slots() + kInstanceSlots));
    if (!target || InlineCache::slot_of(target) >= slots->length()) return nullptr;
    return slots->elements() + InlineCache::slot_of(target);
}

/// Whether what a native gets is there. Natives rely on it, and the checks before the run see to it; a program they
/// wrongly accept gets an error.
inline bool has_arguments(const LinkedFunction& native, const Word* registers, const bytecode::Unit* arguments) {
    for (const NeededArgument& needed : native.needed_arguments) {
        Word word = registers[arguments[needed.index]];
        for (unsigned depth = needed.references; depth > 0; --depth) {
            if (word == 0) return false;
            word = heap::load_slot_acquire(pointer(word));
        }
        if (word == 0 && needed.traced) return false;
    }
    return true;
}

/// The length of a plain array, and of a string whose bytes are known to be characters.
inline bool known_length(const Layouts& layouts, Word word, int64_t& length) {
    if (!Value::is_pointer(word)) return false;
    const Object* object = object_of(word);
    if (object->layout() == layouts.list) return length = static_cast<int64_t>(list_count(object)), true;
    if (object->layout() != layouts.string || !(object->flags() & FlagAscii)) return false;
    return length = static_cast<int64_t>(object->length()), true;
}
}  // namespace

StepResult Interpreter::run(VmTask& task, scheduler::Budget& budget) {
    static const void* const kPlain[] = {
#define OP(name, ...) &&op_##name,
#include "interpreter/bytecode/opcodes.def"
#undef OP
    };
    static const void* const kStepping[] = {
#define OP(...) &&op_step,
#include "interpreter/bytecode/opcodes.def"
#undef OP
    };
    Vm& vm = task.vm();
    Interpreter machine(vm, task);
    const Layouts& layouts = vm.runtime().layouts;
    PINNED_STORAGE const void* const* table PINNED("r15") = task.stepping() ? kStepping : kPlain;

    Frame* frame;
    const Function* fn;
    LinkedFunction* link;
    PINNED_STORAGE Word* r PINNED("r13");
    const Unit* code;
    PINNED_STORAGE const Unit* pc PINNED("r12");
    Word error = 0;
    Word result = 0;
    bool resumed_stop = false;  // the debugger stopped here and lets the instruction be executed now

#define LOAD_FRAME()            \
    do {                        \
        frame = task.frame();   \
        fn = frame->function;   \
        link = &linked(*fn);    \
        r = frame->registers(); \
        code = link->code;      \
        pc = code + frame->pc;  \
    } while (0)
#define SAVE() (frame->pc = static_cast<uint32_t>(pc - code) + 1)
#define NEXT(n)           \
    do {                  \
        pc += (n);        \
        goto* table[*pc]; \
    } while (0)
#define JUMP(at)                              \
    do {                                      \
        pc += bytecode::read_jump(pc + (at)); \
        goto* table[*pc];                     \
    } while (0)
#define FAIL(klass, message)                                     \
    do {                                                         \
        SAVE();                                                  \
        error = machine.failure(*fn, WellKnown::klass, message); \
        goto raise;                                              \
    } while (0)
#define R(n) r[pc[n]]
#define NEED_OBJECT(n)                         \
    if (!Value::is_pointer(R(n))) [[unlikely]] \
    FAIL(TypeError, "a value is used that is not there (moved, or never set)")
#define TOO_DEEP FAIL(RangeError, "stack overflow: too many nested calls")

    if (task.empty_) return StepResult::Done;
    LOAD_FRAME();
    if (task.raised_) {
        error = std::exchange(task.raised_, 0);
        goto unwind;
    }
    if (task.skip_break_ != ~uint64_t{0}) {
        resumed_stop = fn->kind == FunctionKind::Bytecode && task.skip_break_ == machine.position(*fn, frame->pc);
        bool is_break = resumed_stop && *pc == static_cast<Unit>(Opcode::Break);
        if (!is_break && !task.stepping()) task.skip_break_ = ~uint64_t{0};
    }
    if (vm.runtime().memory_exceeded.load(std::memory_order_relaxed)) [[unlikely]] {
        // A collection found it so, and every task has stopped for that. A native goes on to the next safepoint.
        if (fn->kind != FunctionKind::Bytecode) budget.left = std::min(budget.left, 1);
        else if (vm.runtime().take_memory_exceeded()) FAIL(RangeError, vm.memory_message());
    }
    goto enter;

// A frame has just become the innermost one: run it from its pc.
enter:
    if (fn->kind == FunctionKind::Native) goto native;
    if (fn->kind == FunctionKind::Missing) {
        error = machine.failure(*fn, WellKnown::TypeError, fn->missing);
        goto raise;
    }
    goto* table[*pc];

// A call pushed a frame: safepoint, then enter.
called:
    LOAD_FRAME();
    if (budget.spent()) return StepResult::Yielded;
    goto enter;

native : {
    NativeCall call(vm, task);
    bool unwinding = frame->flags & FrameUnwinding;
    NativeAction action = unwinding ? link->native->unwind(call) : link->native->function(call);
    if (action != NativeAction::Parked) task.was_parked_ = false;
    if (&call.task() != &task) {
        // The native's frames went to a fiber of their own, which is parked; this task goes on below them.
        LOAD_FRAME();
        goto enter;
    }
    switch (action) {
        case NativeAction::Return:
            if (unwinding) {
                error = frame->registers()[link->saved_error];
                goto leave_unwinding;
            }
            result = task.native_result_;
            frame = task.frame();
            if (!frame->state) goto returned;
            goto leave;
        case NativeAction::Recover:
            task.unwinding_ = false;
            result = task.native_result_;
            goto leave;
        case NativeAction::Raise:
            error = task.native_result_;
            if (unwinding) goto leave_unwinding;
            goto raise;
        case NativeAction::Invoke: goto called;
        case NativeAction::Parked: return StepResult::Parked;
        case NativeAction::Again: budget.left = 0; return StepResult::Yielded;
        case NativeAction::Next: LOAD_FRAME(); goto native;
    }
}

// The innermost frame is done with `result`.
leave : {
    uint16_t flags = frame->flags;
    bytecode::Register destination = frame->destination;
    uint32_t arm = frame->step;
    task.pop_frame();
    if (task.empty_) {
        task.native_result_ = result;
        return StepResult::Done;
    }
    LOAD_FRAME();
    if (flags & FrameReturnsToNative) {
        task.native_result_ = result;
        goto native;
    }
    if (flags & FrameSelect) {
        const auto& arms = fn->selects[destination].arms;
        if (arm >= arms.size()) FAIL(TypeError, "internal error: no such select arm");
        if (arms[arm].destination != bytecode::kNoRegister) r[arms[arm].destination] = result;
        pc = code + arms[arm].target;
        goto* table[*pc];
    }
    if (destination != bytecode::kNoRegister) r[destination] = result;
    goto* table[*pc];
}

raise:
    if (DebugHook* hook = vm.debug_hook(); hook && machine.stop_at_raise(*hook, error)) {
        task.raised_ = error;
        return StepResult::Yielded;
    }
// `error` looks for somebody who wants it, from the innermost frame outwards.
unwind:
    LOAD_FRAME();
    if (fn->kind == FunctionKind::Bytecode) {
        uint32_t at = frame->pc ? frame->pc - 1 : 0;
        for (const bytecode::Handler& h : fn->handlers) {
            if (at < h.begin || at >= h.end) continue;
            r[h.error] = error;
            task.unwinding_ = !h.catches;
            pc = code + h.target;
            goto* table[*pc];
        }
    } else if (fn->kind == FunctionKind::Native && link->native->unwind && !(frame->flags & FrameUnwinding)) {
        frame->flags |= FrameUnwinding;
        frame->step = 0;
        frame->registers()[link->saved_error] = error;
        task.native_result_ = error;
        goto native;
    }
leave_unwinding:
    task.pop_frame();
    if (task.empty_) {
        task.native_result_ = error;
        vm.on_uncaught(task, error, {});
        return StepResult::Done;
    }
    goto unwind;

op_step:
    // Every instruction of a stepping task; the table is chosen when the step of the task begins.
    frame->pc = static_cast<uint32_t>(pc - code);
    if (resumed_stop) {
        resumed_stop = false;
    } else if (DebugHook* hook = task.top_ <= task.step_limit_ ? vm.debug_hook() : nullptr;
               hook && hook->on_step(task, *fn, frame->pc) == StopAction::Stop) {
        task.skip_break_ = machine.position(*fn, frame->pc);
        return StepResult::Yielded;
    }
    if (*pc == static_cast<Unit>(Opcode::Break)) goto op_Break;
    task.skip_break_ = ~uint64_t{0};
    goto* kPlain[*pc];

op_Break : {
    frame->pc = static_cast<uint32_t>(pc - code);
    uint64_t here = machine.position(*fn, frame->pc);
    if (task.skip_break_ == here) {
        task.skip_break_ = ~uint64_t{0};
    } else if (DebugHook* hook = vm.debug_hook();
               hook && hook->on_breakpoint(task, *fn, frame->pc) == StopAction::Stop) {
        task.skip_break_ = here;
        return StepResult::Yielded;
    }
    goto* kPlain[vm.breakpoints().original(*fn, frame->pc)];
}

#include "interpreter/vm/ops_arithmetic.inc"
#include "interpreter/vm/ops_boxed.inc"
#include "interpreter/vm/ops_calls.inc"
#include "interpreter/vm/ops_memory.inc"
}

StepResult VmTask::run(scheduler::Worker&, scheduler::Budget& budget) {
    Vm& vm = vm_;
    vm.heap().stress();
    bool stepping = stepping_;
    StepResult result = Interpreter::run(*this, budget);
    if (result == StepResult::Done) release_memory();
    // After a park the task may be running elsewhere, or be gone.
    if (stepping && result != StepResult::Yielded)
        if (DebugHook* hook = vm.debug_hook()) hook->on_left(*this, result);
    return result;
}

}  // namespace braid::vm
