#pragma once
#include <cmath>

#include "interpreter/natives/support.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/values.h"

/// For Velox's natives: arguments and results are values; missing arguments are undefined.
namespace braid::natives {

using bytecode::WellKnown;
using heap::Value;
using vm::ObjectKind;

inline NativeAction give_undefined(NativeCall& call) { return call.give_value(Value::undefined()); }
inline NativeAction give_boolean(NativeCall& call, bool b) { return call.give_value(Value::boolean(b)); }
inline NativeAction give_int(NativeCall& call, int64_t i) { return call.give_value(call.vm().box_integer(i)); }
inline NativeAction give_double(NativeCall& call, double d) { return call.give_value(Value::number(d)); }
inline NativeAction give_object(NativeCall& call, const Object* object) { return call.give(word_of(object)); }
inline NativeAction type_error(NativeCall& call, std::string message) {
    return call.throw_error(WellKnown::TypeError, std::move(message));
}

inline bool is_missing(const NativeCall& call, size_t i) {
    return i >= call.argument_count() || call.value(i).is_undefined() || call.value(i).is_empty();
}
inline double number_or(const NativeCall& call, size_t i, double otherwise) {
    double d = otherwise;
    if (i < call.argument_count()) vm::as_double(call.vm(), call.value(i), d);
    return d;
}
/// A relative index: negative ones count from the end; clamped to [0, length].
inline int64_t index_or(const NativeCall& call, size_t i, double otherwise, int64_t length) {
    double d = number_or(call, i, otherwise);
    if (d != d) d = 0;
    d = std::trunc(d);
    if (d < 0) d = std::max(0.0, d + static_cast<double>(length));
    return static_cast<int64_t>(std::min(d, static_cast<double>(length)));
}
inline std::string text_argument(const NativeCall& call, size_t i) {
    return is_missing(call, i) ? std::string() : vm::text_of(call.vm(), call.value(i));
}
inline Object* list_argument(const NativeCall& call, size_t i) {
    return i < call.argument_count() ? vm::as_object(call.vm(), call.value(i), ObjectKind::List) : nullptr;
}
inline Object* new_array(NativeCall& call, uint64_t capacity = 0) { return call.vm().new_list(Repr::Boxed, capacity); }
inline void push(NativeCall& call, Object* list, Word word) { call.vm().list_push(list, Repr::Boxed, word); }
inline void push_text(NativeCall& call, Object* list, std::string_view text) {
    push(call, list, call.vm().string_word(text));
}
inline Word element(const Object* list, uint64_t i) {
    Word* slot = vm::list_element(list, i);
    return slot ? heap::load_slot_acquire(slot) : Value::undefined().word();
}
inline Object* pair(NativeCall& call, Word first, Word second) {
    Object* list = new_array(call, 2);
    push(call, list, first);
    push(call, list, second);
    return list;
}
/// Is it frozen? Then the error is thrown already.
inline bool frozen(NativeCall& call, Object* object, NativeAction& action) {
    if (!(object->flags() & vm::FlagFrozen)) return false;
    action = type_error(call, "the object is frozen");
    return true;
}

}  // namespace braid::natives
