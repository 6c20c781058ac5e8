#include <cmath>

#include "analyzer/text/utf8.h"
#include "interpreter/bytecode/code.h"
#include "interpreter/vm/accessors.h"
#include "interpreter/vm/hash_table.h"
#include "interpreter/vm/interpreter.h"
#include "interpreter/vm/shapes.h"
#include "interpreter/vm/structural.h"
#include "interpreter/vm/type_test.h"
#include "interpreter/vm/values.h"

// What instructions do that need no speed: failures, pushing calls with adapted arguments, checked integers.
namespace braid::vm {

using bytecode::Opcode;
using bytecode::SlotPolicy;
using bytecode::Unit;
using bytecode::WellKnown;

Word Interpreter::failure(const Function& in, WellKnown klass, std::string_view message) {
    if (in.policy == SlotPolicy::Boxed) return vm_.new_error(klass, message);
    return word_of(vm_.new_panic(PanicKind::Panic, message, task_.stack_trace()));
}

void Interpreter::note_stack(Word error) {
    Object* object = as_object(vm_, Value(error), ObjectKind::Instance);
    Word* stack = object ? find_property(object, Name("stack")) : nullptr;
    if (!stack || !is_string(vm_, Value(*stack)) || object_of(*stack)->length() > 0) return;
    if (const ClassDescriptor* klass = shape_of(object)->klass; klass && klass->is_error)
        heap::store_traced(stack, vm_.string_word(task_.stack_trace()));
}

Word Interpreter::guard_failure(const Function& in, uint16_t path, std::string_view expected, Value found) {
    std::string message;
    if (path != bytecode::kNone) message = "'" + in.strings[path] + "': ";
    return failure(in, WellKnown::TypeError,
                   message + "expected " + std::string(expected) + ", found " + describe_value(vm_, found));
}

Word Interpreter::assertion(const Function& in, const bytecode::AssertInfo& info, const Word* registers,
                            const Unit* list) {
    std::string message = info.message;
    if (info.contract) message = "contract failed: " + message;
    for (size_t i = 0; i < info.values.size() && i < list[0]; ++i) {
        message += i == 0 ? " (" : ", ";
        message += info.values[i].first + " = ";
        show_word(vm_, *info.values[i].second, registers[list[1 + i]], message, true);
    }
    if (!info.values.empty()) message += ")";
    WellKnown klass = WellKnown::JsError;
    for (WellKnown known : {WellKnown::TypeError, WellKnown::RangeError, WellKnown::MatchError})
        if (bytecode::spelling(known) == info.error_class) klass = known;
    return failure(in, klass, message);
}

bool Interpreter::stop_at_raise(DebugHook& hook, Word error) {
    bool caught = false;
    for (const FrameView& f : task_.frames())
        for (const bytecode::Handler& h : f.function->handlers) caught |= h.catches && h.begin <= f.pc && f.pc < h.end;
    return hook.on_raise(task_, error, caught) == StopAction::Stop;
}

bool Interpreter::push(const Function& f, const Word* registers, const Unit* list, size_t skip,
                       bytecode::Register destination, uint16_t flags, Word closure, Word first, bool has_first,
                       bool gathered) {
    Word words[16];
    std::vector<Word> many;
    size_t n = list[0] - skip + has_first;
    Word* to = words;
    if (n > 16) many.resize(n), to = many.data();
    size_t at = 0;
    if (has_first) to[at++] = first;
    for (size_t i = skip; i < list[0]; ++i) to[at++] = registers[list[1 + i]];
    if (is_wrapped(f)) return task_.call_async(f, {to, n}, destination, flags, closure, gathered);
    return task_.call(f, {to, n}, destination, flags, closure, gathered);
}

bool Interpreter::push_value(Word callee, const Word* registers, const Unit* list, bytecode::Register destination,
                             bool gathered) {
    std::vector<Word> words;
    words.reserve(list[0]);
    for (size_t i = 0; i < list[0]; ++i) words.push_back(registers[list[1 + i]]);
    return task_.call_value(callee, words, destination, 0, false, gathered);
}

Word Interpreter::bind(const Function& f, Word closure, const Word* registers, const Unit* list) {
    Object* bound = vm_.new_bound_call(f);
    bound->slots()[kBoundClosure] = closure;
    size_t n = f.parameters.size(), given = std::min<size_t>(list[0], n);
    for (size_t i = 0; i < given; ++i) bound->slots()[kBoundFirst + (n - given) + i] = registers[list[1 + i]];
    return word_of(bound);
}

const std::string* Interpreter::check_native_arguments(const LinkedFunction& target, const Word* registers,
                                                       const Unit* list) {
    const Function& f = *target.function;
    for (size_t i = 0; i < f.parameter_types.size() && i < list[0]; ++i) {
        if (f.rest && i + 1 == f.parameter_types.size()) break;
        Value v(registers[list[1 + i]]);
        if (v.is_undefined() || accepts(vm_, *f.parameter_types[i], v)) continue;
        scratch_ = "'" + f.name + "': argument " + std::to_string(i + 1) + ": expected " + f.parameter_types[i]->name +
                   ", found " + describe_value(vm_, v);
        return &scratch_;
    }
    return nullptr;
}

// --- text ---

Word Interpreter::shown(const Function& in, const TypeDescriptor& type, Word word, uint16_t format) {
    std::string text;
    if (format != bytecode::kNone) show_formatted(vm_, type, word, in.strings[format], text);
    else if (in.policy == SlotPolicy::Static) show_word(vm_, type, word, text);
    else if (type.repr == Repr::F64) append_number(word_double(word), text);
    else if (!bytecode::is_traced(type.repr)) show_word(vm_, type, word, text);
    else if (is_string(vm_, Value(word))) return word;
    else text = text_of(vm_, Value(word));
    return vm_.string_word(text);
}

Word Interpreter::padded(Word string, const std::string& format) {
    std::string text;
    pad_text(string_view_of(string), format, text);
    return vm_.string_word(text);
}

Word Interpreter::concatenated(const Word* registers, const Unit* list) {
    size_t n = list[0], length = 0;
    bool strings = true;
    for (size_t i = 0; i < n && strings; ++i) {
        Object* part = as_object(vm_, Value(registers[list[1 + i]]), ObjectKind::String);
        strings = part;
        if (part) length += part->length();
    }
    if (!strings) {
        std::string text;
        for (size_t i = 0; i < n; ++i) text += text_of(vm_, Value(registers[list[1 + i]]));
        return vm_.string_word(text);
    }
    if (n == 1) return registers[list[1]];
    Object* whole = vm_.require(vm_.allocator().bytes(vm_.runtime().layouts.string, length));
    char* to = whole->bytes();
    for (size_t i = 0; i < n; ++i) {
        std::string_view part = string_view_of(registers[list[1 + i]]);
        to = std::copy(part.begin(), part.end(), to);
    }
    return word_of(whole);
}

// --- integers ---

bool Interpreter::integer_fits(Repr repr, __int128 value, Word& out) {
    int bits = bytecode::bits_of(repr);
    __int128 one = 1;
    bool is_signed = bytecode::is_signed(repr);
    __int128 low = is_signed ? -(one << (bits - 1)) : 0, high = is_signed ? (one << (bits - 1)) - 1 : (one << bits) - 1;
    if (value < low || value > high) return false;
    out = static_cast<Word>(value);
    return true;
}

std::string Interpreter::integer_operation(Opcode op, Repr repr, Word a, Word b, Word& out) {
    bool is_signed = bytecode::is_signed(repr);
    auto wide = [&](Word w) {
        return is_signed ? static_cast<__int128>(static_cast<int64_t>(w)) : static_cast<__int128>(w);
    };
    __int128 x = wide(a), y = wide(b), value = 0;
    const char* kOverflow = "integer overflow";
    int bits = bytecode::bits_of(repr);
    switch (op) {
        case Opcode::AddInteger: value = x + y; break;
        case Opcode::SubInteger: value = x - y; break;
        case Opcode::MulInteger: value = x * y; break;
        case Opcode::DivInteger:
        case Opcode::RemInteger:
            if (y == 0) return "division by zero";
            value = op == Opcode::DivInteger ? x / y : x % y;
            break;
        case Opcode::PowInteger: {
            if (y < 0) return "a negative exponent for an integer";
            value = 1;
            Word checked;
            for (__int128 base = x; y > 0; y >>= 1) {
                if ((y & 1) && (value *= base, !integer_fits(repr, value, checked))) return kOverflow;
                if (y > 1 && (base *= base, !integer_fits(repr, base, checked))) return kOverflow;
            }
            break;
        }
        default: {  // shifts
            if (b >= static_cast<Word>(bits) || (is_signed && static_cast<int64_t>(b) < 0))
                return "a shift by the width of the type or more";
            Word mask = bits == 64 ? ~Word{0} : (Word{1} << bits) - 1, shifted;
            if (op == Opcode::ShlInteger) shifted = a << b;
            else if (op == Opcode::UshrInteger || !is_signed) shifted = (a & mask) >> b;
            else shifted = static_cast<Word>(static_cast<int64_t>(a) >> b);
            shifted &= mask;
            bool negative = is_signed && bits < 64 && (shifted >> (bits - 1) & 1);
            out = negative ? shifted | ~mask : shifted;
            return "";
        }
    }
    return integer_fits(repr, value, out) ? "" : kOverflow;
}

// --- collections ---

std::string Interpreter::new_repeat(const TypeDescriptor& type, Word value, Word count, Word& out) {
    auto n = static_cast<int64_t>(count);
    if (n < 0) return "a list cannot have a negative length";
    if (n > (int64_t{1} << 31)) return "the list would be too long for memory";
    bool boxed = type.policy == SlotPolicy::Boxed;
    Repr repr = boxed ? Repr::Boxed : type.element->repr;
    Object* list = vm_.new_list(repr, static_cast<uint64_t>(n));
    Object* buffer = list_buffer(list);
    bool fresh = !boxed && bytecode::is_traced(repr) && repr != Repr::Reference;
    for (int64_t i = 0; i < n; ++i)
        buffer->elements()[i] = fresh && i + 1 < n ? clone_word(vm_, *type.element, value) : value;
    list->slots()[kListCount] = static_cast<Word>(n);
    out = word_of(list);
    return "";
}

std::string Interpreter::extend_list(Object* list, Value spread) {
    if (Object* from = as_object(vm_, spread, ObjectKind::List)) {
        uint64_t n = list_count(from);
        for (uint64_t i = 0; i < n; ++i)
            if (Word* element = list_element(from, i)) vm_.list_push(list, Repr::Boxed, heap::load_slot(element));
        return "";
    }
    bool map = as_object(vm_, spread, ObjectKind::Map);
    if (map || as_object(vm_, spread, ObjectKind::Set)) {
        MapEntry entry;
        auto* object = spread.as_pointer<Object>();
        for (uint64_t i = 0; i < map_used(object); ++i) {
            if (!map_entry(object, i, entry)) continue;
            Word item = entry.key;
            if (map) {
                Object* pair = vm_.new_list(Repr::Boxed, 2);
                vm_.list_push(pair, Repr::Boxed, entry.key);
                vm_.list_push(pair, Repr::Boxed, entry.value);
                item = word_of(pair);
            }
            vm_.list_push(list, Repr::Boxed, item);
        }
        return "";
    }
    if (Object* text = as_object(vm_, spread, ObjectKind::String)) {
        std::string_view view = string_view_of(text);
        for (size_t i = 0; i < view.size();) {
            size_t end = i + 1;
            while (end < view.size() && (view[end] & 0xc0) == 0x80) ++end;
            vm_.list_push(list, Repr::Boxed, vm_.string_word(view.substr(i, end - i)));
            i = end;
        }
        return "";
    }
    return describe_value(vm_, spread) + " cannot be spread";
}

std::string Interpreter::contains(const TypeDescriptor& type, Word item, Word container, bool& out) {
    if (!Value::is_pointer(container)) return "a value is used that is not there (moved, or never set)";
    Object* object = object_of(container);
    bool boxed = type.policy == SlotPolicy::Boxed;
    switch (vm_.kind_of(object)) {
        case ObjectKind::List:
            out = false;
            for (uint64_t i = 0; !out; ++i) {
                Word* element = list_element(object, i);
                if (!element) break;
                Word word = heap::load_slot(element);
                out = boxed ? strict_equal(vm_, Value(word), Value(item)) : equal_words(vm_, *type.element, word, item);
            }
            return "";
        case ObjectKind::Map:
        case ObjectKind::Set: out = map_contains(vm_, object, boxed ? nullptr : type.key, item); return "";
        case ObjectKind::String:
            if (!Value::is_pointer(item)) {
                std::string character;
                utf8::append(character, char32_t(item));
                out = string_view_of(object).find(character) != std::string_view::npos;
                return "";
            }
            out = string_view_of(object).find(string_view_of(item)) != std::string_view::npos;
            return "";
        case ObjectKind::Instance: {
            Object* name = as_object(vm_, Value(item), ObjectKind::String);
            if (!name) return out = false, "";
            // Also what its class has.
            Name member(string_view_of(name));
            const ClassDescriptor* klass = shape_of(object)->klass;
            out = find_property(object, member) || find_property(object, accessor_name("get", member)) ||
                  (klass && (klass->methods.count(member) || klass->getters.count(member)));
            return "";
        }
        case ObjectKind::Native: return out = false, "";
        case ObjectKind::Struct: {  // a range {begin, end, inclusive}
            if (type.fields.size() < 2) break;
            auto begin = static_cast<int64_t>(object->slots()[0]), end = static_cast<int64_t>(object->slots()[1]);
            auto i = static_cast<int64_t>(item);
            bool inclusive = type.fields.size() > 2 && object->slots()[2];
            out = i >= begin && (inclusive ? i <= end : i < end);
            return "";
        }
        default: break;
    }
    return "the value on the right of `in` contains nothing";
}

}  // namespace braid::vm
