#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/semantics/place.h"

namespace braid {

/// One representation of types for both languages. A type is an interned immutable term: equal terms are the same
/// pointer. The rules over types (assignability, inference, narrowing) live in the language folders.
enum class TypeKind : uint8_t {
    Error,  ///< silences what follows from it
    Never,  ///< no value; the type of `return`, `panic(…)`
    Unit,   ///< `()` / `void`
    Bool,
    Integer,  ///< `integer` says which
    Float,    ///< `bits` 32 or 64; Velox `number` is Float 64
    Char,
    String,
    Null,         ///< Velox
    Undefined,    ///< Velox
    Any,          ///< Velox: unchecked, guarded at run time
    Unknown,      ///< Velox
    Nominal,      ///< `item`<arguments>: struct, enum, class, interface, actor state, native type
    ActorHandle,  ///< Altru: handle of actor `item`<arguments>; a copyable shared handle
    Record,       ///< structural object type: `fields`
    Function,     ///< `arguments` = parameters then result; flags Async, SendBound, Variadic
    Tuple,        ///< `arguments`
    List,         ///< `[T]`, `vec[T]`, `T[]`: arguments[0]
    Array,        ///< `[T; N]`: arguments[0], `length`
    Union,        ///< `arguments`, flattened, sorted by a stable order, without duplicates
    Literal,      ///< arguments[0] = base primitive, `text` = canonical literal ("\"user\"", "3", "true")
    Reference,    ///< `&T` / `&mut T`: arguments[0], flag Mutable; `region` (0 = erased/elided)
    Dyn,          ///< `dyn Trait + Send`: `item`<arguments>, flag SendBound
    Projection,   ///< `T::Item`: arguments[0] = T, `item` = trait, `text` = associated type's name
    Parameter,    ///< generic parameter: `item` = the declaring item, `index`, `text` = its name
    Inference,    ///< inference variable `index`; never leaves a body's inference
};

enum class IntegerKind : uint8_t { I8, I16, I32, I64, U8, U16, U32, U64, Isize, Usize };

enum TypeFlag : uint16_t {
    TypeMutable = 1,    // Reference
    TypeAsync = 2,      // Function
    TypeSendBound = 4,  // Function, Dyn
    TypeVariadic = 8,   // Function: the last parameter is a list that takes the rest
    TypeShared = 16,    // List, Tuple, Function, Record: values are passed by reference and shared (all of Velox's)
    TypeMoveOnly = 32,  // Function: a closure that owns captures which are not Copy; function types written in
                        // signatures never have it, and assignability ignores it
    // derived on construction, from the term and its arguments:
    TypeHasParameter = 256,
    TypeHasInference = 512,
    TypeHasError = 1024,
};

struct TypeData;
/// Never null in a finished result; compare with ==.
using Type = const TypeData*;

struct RecordField {
    Name name;
    Type type = nullptr;
    bool optional = false;
    bool readonly = false;
    friend bool operator==(const RecordField&, const RecordField&) = default;
};

struct TypeData {
    TypeKind kind = TypeKind::Error;
    IntegerKind integer = IntegerKind::I64;
    uint8_t bits = 64;
    uint16_t flags = 0;
    ItemId item = ItemId::None;
    uint32_t index = 0;
    uint32_t region = 0;
    uint64_t length = 0;
    Name text;
    std::vector<Type> arguments;
    std::vector<RecordField> fields;
    uint32_t optional_parameters = 0;  ///< Function: how many trailing parameters may be left off
    uint64_t id = 0;                   ///< order of creation; for sorting within a process only, never in output

    bool is(TypeKind k) const { return kind == k; }
    bool has(TypeFlag flag) const { return flags & flag; }
    Type element() const { return arguments[0]; }
    std::span<const Type> parameters() const { return {arguments.data(), arguments.size() - 1}; }
    Type result() const { return arguments.back(); }
};

/// Interns `data` (id and derived flags are filled in). Thread-safe; terms live for the process.
Type intern(TypeData data);

namespace type {
Type error();
Type never();
Type unit();
Type boolean();
Type integer(IntegerKind kind = IntegerKind::I64);
Type float_(uint8_t bits = 64);
Type character();
Type string();
Type null();
Type undefined();
Type any();
Type unknown();
Type nominal(ItemId item, std::vector<Type> arguments = {});
Type actor_handle(ItemId item, std::vector<Type> arguments = {});
Type record(std::vector<RecordField> fields);  // always TypeShared
Type function(std::vector<Type> parameters, Type result, uint16_t flags = 0, uint32_t optional_parameters = 0);
Type tuple(std::vector<Type> elements, uint16_t flags = 0);  // of none: unit
Type list(Type element, uint16_t flags = 0);                 // Velox: TypeShared
Type array(Type element, uint64_t length);
Type union_of(std::vector<Type> members);  // flattens, removes duplicates and never; one member: that member
Type literal(Type base, std::string_view text);
Type reference(Type target, bool is_mutable, uint32_t region = 0);
Type dyn(ItemId trait, std::vector<Type> arguments = {}, bool send = false);
Type projection(Type self, ItemId trait, Name associated);
Type parameter(ItemId owner, uint32_t index, Name name);
Type inference(uint32_t index);
}  // namespace type

/// What a borrow, or a borrow of a borrow, is of; another type, and null, as it is.
Type without_references(Type t);

/// Replaces parameters owned by `owner` by arguments[index]. Returns `t` itself when nothing changes.
Type substitute(Type t, ItemId owner, std::span<const Type> arguments);
/// General rewrite, bottom-up; `f` sees each term after its parts and may return it unchanged.
Type map_type(Type t, const std::function<Type(Type)>& f);
/// Calls `f` on each term, parents first, until it returns false for "do not enter".
void walk_type(Type t, const std::function<bool(Type)>& f);

}  // namespace braid
