#pragma once
#include <string>
#include <string_view>

#include "analyzer/semantics/body.h"
#include "interpreter/vm/objects.h"

/// Values of the Boxed policy: kinds, conversions, dynamic operators.
namespace braid::vm {

class Vm;

/// The object of a kind, or null.
Object* as_object(Vm& vm, Value v, ObjectKind kind);
inline bool is_string(Vm& vm, Value v) { return as_object(vm, v, ObjectKind::String) != nullptr; }
bool as_integer(Vm& vm, Value v, int64_t& out);  // small or boxed
bool as_double(Vm& vm, Value v, double& out);    // a number or an integer
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
