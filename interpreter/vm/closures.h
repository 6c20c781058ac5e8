#pragma once
#include <atomic>
#include <span>
#include <vector>

#include "interpreter/vm/vm.h"

// How closures of the Boxed policy are called; how those of the Static policy own their captures.
namespace braid::vm {

/// A function value may be copied whatever it has captured. Where that needs to be dropped, the copies are counted and
/// the last one to go drops it.
inline std::atomic_ref<Word> closure_copies(Object* closure) {
    return std::atomic_ref<Word>(closure->slots()[kClosureFirst + closure_function(closure)->capture_types.size()]);
}
inline void retain_closure(Object* closure) {
    if (closure_function(closure)->owns_captures) closure_copies(closure).fetch_add(1, std::memory_order_relaxed);
}
/// True: that was the last one.
inline bool release_closure(Object* closure) {
    return closure_function(closure)->owns_captures &&
           closure_copies(closure).fetch_sub(1, std::memory_order_acq_rel) == 0;
}

/// Its calls give a promise or a generator: the native around the call makes it.
inline bool is_wrapped(const Function& f) {
    return (f.is_async || f.is_generator) && f.policy == bytecode::SlotPolicy::Boxed &&
           f.kind == bytecode::FunctionKind::Bytecode;
}

/// A method of an object literal: its first argument is what it is called on.
inline bool has_receiver(const Function& f) {
    return f.self != nullptr && f.policy == bytecode::SlotPolicy::Boxed && f.kind == bytecode::FunctionKind::Bytecode;
}

/// The arguments as a closure takes them: with what it is called on, where it wants that; and the list that the caller
/// gathered for a rest parameter taken apart, where the closure has other parameters than the caller knew. `words`
/// holds them where they are not what they were.
void adapt_arguments(Vm& vm, const Function& f, Word object, std::span<const Word>& arguments, bool& gathered,
                     std::vector<Word>& words);

}  // namespace braid::vm
