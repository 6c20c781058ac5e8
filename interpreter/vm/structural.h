#pragma once
#include <string>
#include <string_view>

#include "interpreter/vm/objects.h"

/// Operations derived from a type's descriptor; native types supply their own parts. None runs user code (see show.cpp
/// for the native that does); values nested deeper than a limit are cut off instead of overflowing the native stack.
namespace braid::vm {

class Vm;

bool equal_words(Vm& vm, const TypeDescriptor& type, Word a, Word b);
int compare_words(Vm& vm, const TypeDescriptor& type, Word a, Word b);  // -1, 0, 1
uint64_t hash_word(Vm& vm, const TypeDescriptor& type, Word word);
/// What a Copy operand makes: fresh aggregates, retained handles.
Word copy_word(Vm& vm, const TypeDescriptor& type, Word word);
/// `clone`: like copy, and lists, maps, sets and strings of clonable things too.
Word clone_word(Vm& vm, const TypeDescriptor& type, Word word);
/// A value of a union that holds one of this member.
Word new_union(Vm& vm, const TypeDescriptor& member, Word value);
/// Appends the value as `println` shows it (`nested`: as it shows inside another value: strings quoted).
void show_word(Vm& vm, const TypeDescriptor& type, Word word, std::string& out, bool nested = false);
/// With a format as in `"${x:.9}"`, `"${n:08x}"`; an unusable format is ignored.
void show_formatted(Vm& vm, const TypeDescriptor& type, Word word, std::string_view format, std::string& out);
void pad_text(std::string_view text, std::string_view format, std::string& out);
void append_float(double value, std::string& out,
                  bool single = false);  // shortest text that reads back; `3.0` keeps its point
void append_quoted(std::string_view text, std::string& out);

// Values of the Boxed policy.
bool same_value_zero(Vm& vm, Value a, Value b);
bool strict_equal(Vm& vm, Value a, Value b);
uint64_t hash_value(Vm& vm, Value value);

}  // namespace braid::vm
