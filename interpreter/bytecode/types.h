#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/semantics/type.h"
#include "interpreter/bytecode/model.h"

namespace braid::vm {
struct NativeTypeOps;  // what C++ supplies for a native type; no part of this library
class TypeTest;        // which values a type accepts; the machine's
}  // namespace braid::vm

namespace braid::bytecode {

struct Function;

/// How a value lies in a register. All values are one word; the first group goes to a frame's scalar registers, which
/// the collector does not read, the second to its traced ones.
enum class Repr : uint8_t {
    Unit,
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Char,       // integers extended to 64 bits; F32 held as double
    Object,     // pointer to an object whose layout the static type gives (strings, aggregates, closures, …)
    Reference,  // interior pointer to the word referred to
    Boxed,      // self-describing word (heap/value.h): Velox's any, unions, nullables, generics, objects
};
constexpr bool is_traced(Repr repr) { return repr >= Repr::Object; }
constexpr bool is_integer(Repr repr) { return repr >= Repr::I8 && repr <= Repr::U64; }
constexpr bool is_signed(Repr repr) { return repr >= Repr::I8 && repr <= Repr::I64; }
constexpr bool is_float(Repr repr) { return repr == Repr::F32 || repr == Repr::F64; }
constexpr int bits_of(Repr repr) {
    switch (repr) {
        case Repr::I8:
        case Repr::U8: return 8;
        case Repr::I16:
        case Repr::U16: return 16;
        case Repr::I32:
        case Repr::U32:
        case Repr::F32: return 32;
        default: return 64;
    }
}
std::string_view name_of(Repr repr);

enum class DescriptorKind : uint8_t {
    Scalar,  // repr says which
    String,
    Struct,     // fields; also tuples (`is_tuple`), ranges, Velox data
    Enum,       // variants
    List,       // `element`; also sets out of literals before conversion
    Array,      // fixed length; same object as a list
    Map,        // `key`, `element`
    Set,        // `key`
    Union,      // Altru: object {descriptor of the member, value}; `members`
    Dyn,        // object {descriptor, value or reference}
    Reference,  // `element`
    Closure,    // closure object
    Future,     // cold future: a closure object without parameters; `element` its result
    Handle,     // actor handle: runtime's native object
    Native,     // a type of stdlib/ whose representation is in C++ (`native_name`)
    Boxed,      // any, unknown, Velox unions and type parameters, null, undefined, objects of any class
};

struct TypeDescriptor;

struct FieldDescriptor {
    Name name;
    const TypeDescriptor* type = nullptr;
    uint16_t slot = 0;  // in the object; for variants slot 0 is the tag
};

struct VariantDescriptor {
    ItemId item = ItemId::None;
    Name name;
    uint32_t index = 0;  // the tag
    const TypeDescriptor* owner = nullptr;
    std::vector<FieldDescriptor> fields;
    bool named_fields = false;
    uint32_t layout = 0;  // heap layout, made by the VM
    uint64_t shared = 0;  // payload-less: the one object that stands for it, made by the VM
};

/// What the machine knows of a type while a program runs. One per concrete type; lives as long as the Program.
/// Structural operations (show, equal, hash, clone, compare, copy) are interpretations of it.
struct TypeDescriptor {
    uint32_t id = 0;
    DescriptorKind kind = DescriptorKind::Scalar;
    Repr repr = Repr::Unit;
    Type type = nullptr;
    SlotPolicy policy = SlotPolicy::Static;
    std::string name;         // as the user writes it
    std::string native_name;  // Native: qualified name of the item; the registry finds `ops` by it
    ItemId item = ItemId::None;

    bool copy = false;
    bool needs_drop = false;
    bool deep_copy = false;  // Copy operands need a fresh object (or a retain): not just the word
    bool is_tuple = false;

    std::vector<FieldDescriptor> fields;
    std::vector<VariantDescriptor> variants;
    const TypeDescriptor* element = nullptr;       // List, Array, Map (value), Reference, Future (result)
    const TypeDescriptor* key = nullptr;           // Map, Set
    std::vector<const TypeDescriptor*> members;    // Union; Closure: parameters then result
    std::vector<const TypeDescriptor*> arguments;  // type arguments of a Nominal (Native: what natives ask for)
    uint64_t length = 0;                           // Array

    const Function* user_drop = nullptr;  // takes &mut self
    const Function* user_show = nullptr;  // takes &self, gives a string
    const Function* drop_glue = nullptr;  // takes the value
    const Function* invariant = nullptr;  // of a state or what a guard guards: takes &self, panics where an `inv` fails
    uint64_t mailbox_capacity = 0;        // of an actor's state: so many messages may wait; 0: any number
    bool has_user_show = false;           // here or in a part: showing it runs user code (once user_show was asked for)
    std::unordered_map<ItemId, const Function*> dyn_methods;  // by trait method, for types that become `dyn`

    const vm::NativeTypeOps* ops = nullptr;  // filled by the VM
    vm::TypeTest* test = nullptr;            // the VM's, Boxed policy
    uint32_t layout = 0;                     // heap layout of the object (Struct, Union, Dyn), filled by the VM
};

/// A class of the Boxed policy: fields in declaration order (bases first) become the first shape's properties.
struct ClassDescriptor {
    ItemId item = ItemId::None;
    std::string name;
    const ClassDescriptor* base = nullptr;
    std::vector<Name> fields;
    std::unordered_map<Name, const Function*> methods, getters,
        setters;  // own ones; filled by name as programs use them
    const Function* constructor = nullptr;
    bool is_error = false;
    uint32_t id = 0;
    const void* runtime = nullptr;  // the VM's: first shape, class value
};

}  // namespace braid::bytecode
