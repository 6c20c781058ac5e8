#pragma once
#include <string>
#include <string_view>

#include "analyzer/semantics/body.h"
#include "interpreter/vm/vm.h"

/// Values of the Boxed policy: kinds, conversions, dynamic operators.
namespace braid::vm {

/// The object of a kind, or null.
inline Object* as_object(Vm& vm, Value v, ObjectKind kind) {
    if (!v.is_pointer()) return nullptr;
    auto* object = v.as_pointer<Object>();
    return vm.kind_of(object) == kind ? object : nullptr;
}
inline bool is_string(Vm& vm, Value v) { return as_object(vm, v, ObjectKind::String) != nullptr; }
/// Small or boxed.
inline bool as_integer(Vm& vm, Value v, int64_t& out) {
    if (v.is_small_integer()) return out = v.as_small_integer(), true;
    Object* boxed = as_object(vm, v, ObjectKind::Integer);
    return boxed ? (out = static_cast<int64_t>(boxed->slots()[0]), true) : false;
}
/// As bit operations see a number: modulo 2^32, with sign.
int32_t to_int32(double d);
/// JavaScript's `**`: with an exponent that is no number or 1 to the infinite there is no number, either.
double js_power(double base, double exponent);
/// A number or an integer.
inline bool as_double(Vm& vm, Value v, double& out) {
    if (v.is_number()) return out = v.as_number(), true;
    int64_t i;
    return as_integer(vm, v, i) ? (out = static_cast<double>(i), true) : false;
}
bool truthy(Vm& vm, Value v);
std::string_view type_of_value(Vm& vm, Value v);  // typeof
/// The class whose methods the value has; null: none known.
const ClassDescriptor* class_of(Vm& vm, Value v);
bool is_instance(const ClassDescriptor* klass, const ClassDescriptor* of);
/// `type`: as in the source; shallow but for unions and literals.
bool value_has_type(Vm& vm, Value v, Type type);
std::string describe_value(Vm& vm, Value v);  // for messages: `string "abc"`, `Point`
/// As node's console does; strings raw unless nested.
void inspect_value(Vm& vm, Value v, std::string& out, bool nested = false);
std::string text_of(Vm& vm, Value v);            // ToString of JavaScript for the common kinds
void append_number(double d, std::string& out);  // as JavaScript prints

/// False: no such operation on these; `out` is untouched. Failures of arithmetic (overflow) put the message into
/// `error`.
bool dynamic_binary(Vm& vm, hir::BinaryOp op, Value a, Value b, Value& out, std::string& error);
bool dynamic_compare(Vm& vm, hir::BinaryOp op, Value a, Value b, bool& out);
bool dynamic_unary(Vm& vm, hir::UnaryOp op, Value a, Value& out, std::string& error);

/// UTF-16 code units of a string.
uint64_t utf16_length(Object* string);
/// Byte offset of a code unit, of the end if beyond.
size_t utf16_offset(Object* string, uint64_t unit);
bool is_ascii(Object* string);

}  // namespace braid::vm
