#pragma once
#include <span>
#include <vector>

#include "interpreter/vm/vm.h"

// How closures of the Boxed policy are called.
namespace braid::vm {

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
