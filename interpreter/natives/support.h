#pragma once
#include <string>
#include <string_view>

#include "interpreter/runtime/run.h"
#include "interpreter/vm/structural.h"

namespace braid::natives {

using bytecode::DescriptorKind;
using bytecode::Repr;
using bytecode::TypeDescriptor;
using runtime::give_err;
using runtime::give_none;
using runtime::give_ok;
using runtime::give_some;
using runtime::operand;
using runtime::operand_word;
using vm::NativeAction;
using vm::NativeCall;
using vm::Object;
using vm::Word;
using vm::word_of;

inline std::string_view text(const NativeCall& call, size_t i) { return vm::string_view_of(operand_word(call, i)); }
inline int64_t integer(const NativeCall& call, size_t i) { return static_cast<int64_t>(operand_word(call, i)); }
inline double number(const NativeCall& call, size_t i) { return vm::word_double(operand_word(call, i)); }

inline Word copied(vm::Vm& vm, const TypeDescriptor& type, Word word) {
    return type.deep_copy ? vm::copy_word(vm, type, word) : word;
}

// Both languages have a `core::println`; js_core.cpp tells them apart.
NativeAction altru_print(NativeCall& call);
NativeAction altru_println(NativeCall& call);
double unix_milliseconds(scheduler::Scheduler& scheduler);
/// From 0 to 1, without 1.
double random_fraction(NativeCall& call);

/// A list and its elements, whatever way it was passed.
struct ListView {
    Object* object;
    const TypeDescriptor* element;
    ListView(const NativeCall& call, size_t i) {
        auto o = operand(call, i);
        object = vm::object_of(o.word);
        element = o.type->element;
    }
    uint64_t count() const { return vm::list_count(object); }
    Word* slot(uint64_t i) const { return vm::list_element(object, i); }
    Word at(uint64_t i) const { return heap::load_slot_acquire(slot(i)); }
    void set(uint64_t i, Word word) const { heap::store_traced(slot(i), word); }
    void set_count(uint64_t n) const { heap::store_slot(object->slots() + vm::kListCount, n); }
};

}  // namespace braid::natives
