#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "interpreter/bytecode/program.h"
#include "interpreter/heap/heap.h"

/// Layouts of the objects the machine makes itself. References point at words inside them; nothing is retyped in place.
namespace braid::vm {

using bytecode::ClassDescriptor;
using bytecode::Function;
using bytecode::Repr;
using bytecode::TypeDescriptor;
using bytecode::VariantDescriptor;
using heap::LayoutId;
using heap::Object;
using heap::Value;
using heap::Word;

enum class ObjectKind : uint8_t {
    String,  // Bytes; UTF-8, FlagAscii says that bytes are characters
    List,    // {count, buffer}: also Velox arrays and fixed arrays
    Buffer,  // Array: a list's elements; its length is the capacity
    Map,     // see hash_table.h
    Set,
    Struct,     // slots by TypeDescriptor::fields (also tuples)
    Variant,    // {tag, payload…}
    Union,      // {TypeDescriptor*, value}
    Dyn,        // {TypeDescriptor*, is_reference, value}
    Closure,    // {Function*, captures…, and where these need to be dropped, how many copies there are beside it}
    BoundCall,  // {Function*, closure or empty, arguments…}: a cold future, the call of a `go`, an actor's message.
                // Binds the last arguments; those given when it is invoked come first (a message: the state)
    Cell,       // {word}
    Instance,   // Velox object: {Shape*, slots buffer}
    Class,      // {ClassDescriptor*}: a class as a value
    Panic,      // {kind, message string, trace string}: what unwinds in Altru
    Integer,    // the heap's wide integer
    Native,     // a C++ object of runtime/ or natives/; `native_type` tells which
};

/// Layout::description of every layout registered through Vm points to one of these.
struct LayoutInfo {
    ObjectKind kind{};
    const TypeDescriptor* type = nullptr;        // Struct, Union, Dyn
    const VariantDescriptor* variant = nullptr;  // Variant
    const Function* function = nullptr;          // Closure, BoundCall
    std::string native_type;                     // Native: qualified name of its stdlib item (also finds its class)
};

/// Object::flags
enum ObjectFlag : uint32_t {
    FlagAscii = 1,     // String: every byte is a character
    FlagNotAscii = 2,  // String: checked, it is not; neither: not looked at yet
    FlagFrozen = 4,    // no more stores (Velox)
    FlagBare = 8,      // Instance: shown as one without a prototype (groups of a match)
};

// Slot numbers.
constexpr int kListCount = 0, kListBuffer = 1;
constexpr int kVariantTag = 0;
constexpr int kUnionType = 0, kUnionValue = 1;
constexpr int kDynType = 0, kDynIsReference = 1, kDynValue = 2;
constexpr int kClosureFunction = 0, kClosureFirst = 1;
constexpr int kBoundFunction = 0, kBoundClosure = 1, kBoundFirst = 2;
constexpr int kInstanceShape = 0, kInstanceSlots = 1;
constexpr int kPanicKind = 0, kPanicMessage = 1, kPanicTrace = 2;

enum class PanicKind : uint64_t { Panic, Cancelled };

inline Word word_of(const void* p) { return static_cast<Word>(reinterpret_cast<uintptr_t>(p)); }
inline Object* object_of(Word word) { return reinterpret_cast<Object*>(static_cast<uintptr_t>(word)); }
inline Word double_word(double d) { return std::bit_cast<Word>(d); }
inline double word_double(Word w) { return std::bit_cast<double>(w); }

inline std::string_view string_view_of(const Object* s) { return {s->bytes(), static_cast<size_t>(s->length())}; }
inline std::string_view string_view_of(Word s) { return string_view_of(object_of(s)); }

inline uint64_t list_count(const Object* list) { return heap::load_slot(list->slots() + kListCount); }
inline Object* list_buffer(const Object* list) {
    return object_of(heap::load_slot_acquire(list->slots() + kListBuffer));
}
/// Null if `index` is out of range; a racing push or pop can make it stale, never wild.
inline Word* list_element(const Object* list, uint64_t index) {
    Object* buffer = list_buffer(list);
    if (index >= list_count(list) || !buffer || index >= buffer->length()) return nullptr;
    return buffer->elements() + index;
}
inline uint64_t variant_tag(const Object* variant) { return variant->slots()[kVariantTag]; }
inline const Function* closure_function(const Object* closure) {
    return reinterpret_cast<const Function*>(static_cast<uintptr_t>(closure->slots()[kClosureFunction]));
}

}  // namespace braid::vm
