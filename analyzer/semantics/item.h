#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "analyzer/semantics/type.h"

namespace braid {

enum class ItemKind : uint8_t {
    File,       ///< a source file as a module; also owns the script body (its top-level statements)
    Module,     ///< `mod name:`
    Function,   ///< free function, method, associated function, constructor, accessor (see FunctionInfo)
    Struct,     ///< Altru struct; Velox record-like data class too
    Class,      ///< Velox class
    Interface,  ///< Velox interface
    Enum,
    Variant,  ///< child of an Enum
    Trait,
    Impl,
    Actor,
    TypeAlias,
    Constant,
    Static,     ///< Altru static; Velox static class member and module-level variable
    Field,      ///< child of Struct, Class, Actor, Interface, Variant
    TraitType,  ///< associated type declaration or its definition in an impl
};

/// Identity of an item. `ordinal` tells apart namesakes in one parent (overloads, two impls of one type).
struct ItemKey {
    ItemId parent = ItemId::None;
    ItemKind kind{};
    Name name;
    uint32_t ordinal = 0;
    FileId file = FileId::None;
    friend bool operator==(const ItemKey&, const ItemKey&) = default;
};

/// Process-wide, thread-safe.
ItemId intern_item(const ItemKey& key);
const ItemKey& item_key(ItemId item);
inline ItemKind kind_of(ItemId item) { return item_key(item).kind; }
inline ItemId parent_of(ItemId item) { return item_key(item).parent; }
inline Name name_of(ItemId item) { return item_key(item).name; }
inline FileId file_of(ItemId item) { return item_key(item).file; }
/// `bank::Account::deposit`, for messages and dumps; the file part is left out.
std::string qualified_name(ItemId item, std::string_view separator = "::");

struct Attribute {
    Name name;
    std::vector<std::string> arguments;  ///< source text of each, `key = value` included
    uint32_t node = 0;
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view name);

struct GenericParameter {
    Name name;
    std::vector<Type> bounds;  ///< Nominal of trait items (Altru) or an upper bound type (Velox extends)
    Type default_type = nullptr;
    uint32_t node = 0;
    friend bool operator==(const GenericParameter&, const GenericParameter&) = default;
};

enum class Receiver : uint8_t { None, Shared, Mutable, Move, Inferred /* Altru `self` before its body is known */ };

struct ParameterInfo {
    Name name;
    Type type = nullptr;
    bool has_default = false;  ///< default expression: child body of the function (Body::defaults)
    bool is_mutable = false;
    bool rest = false;  ///< Velox `...xs`, Altru natives' `args…`
    uint32_t node = 0;
    friend bool operator==(const ParameterInfo&, const ParameterInfo&) = default;
};

/// Where a signature names a lifetime: a term, in preorder, of one of its types.
struct LifetimePlace {
    enum class Of : uint8_t {
        Nothing,
        Parameter,
        Result,
        Receiver,  ///< the borrow of `&'a self`
        Self,      ///< the type of `self`, as the impl writes it
    };
    Of of{};
    uint32_t parameter = 0;
    uint32_t term = 0;
    friend bool operator==(const LifetimePlace&, const LifetimePlace&) = default;
};
/// Types do not have lifetimes; the borrow check reads them here.
struct NamedLifetime {
    LifetimePlace place;
    Name name;
    friend bool operator==(const NamedLifetime&, const NamedLifetime&) = default;
};

/// What a method's `where` asks of a parameter of the `impl` around it: the parameter's own bounds do not have it.
struct TaskDemand {
    Name parameter;
    Name trait;  ///< `Send` or `Sync`
    friend bool operator==(const TaskDemand&, const TaskDemand&) = default;
};

/// What a caller may know of a function. Comparable: an edit that leaves it equal recomputes no caller.
struct FunctionSignature {
    std::vector<GenericParameter> generics;  ///< own ones; those of the parent (impl, class) come from the parent
    std::vector<ParameterInfo> parameters;   ///< without the receiver
    Type result = nullptr;         ///< as seen after await for async functions: the `T` of Future<T>/Promise<T>
    bool result_inferred = false;  ///< Velox without annotation: ask InferredResult
    Receiver receiver = Receiver::None;
    bool is_async = false, is_static = false, is_constructor = false, is_abstract = false, is_generator = false;
    bool is_getter = false, is_setter = false;
    bool is_public = true, is_private = false;
    bool has_body = true;
    bool is_native = false;       ///< implemented in interpreter/natives under qualified_name
    bool native_missing = false;  ///< `[native(planned)]`: analyzed fully, a program that calls it does not run
    bool is_test = false;
    std::vector<Attribute> attributes;
    std::vector<NamedLifetime> lifetimes;
    std::vector<TaskDemand> demands;
    friend bool operator==(const FunctionSignature&, const FunctionSignature&) = default;
};

struct FieldInfo {
    Name name;
    Type type = nullptr;
    ItemId item = ItemId::None;
    bool has_default = false, is_public = true, is_private = false, is_static = false, is_readonly = false,
         is_optional = false;
    uint32_t node = 0;  ///< within the owner item
    friend bool operator==(const FieldInfo&, const FieldInfo&) = default;
};

/// Struct, class, interface, actor, enum or variant: its parts. Attributes that capabilities come from, beside
/// derive(Copy): on native types `handle` (a counted shared handle: Copy, dropped, Send and Sync), `drops`, `not_send`,
/// `not_sync`, `sync_if_send` (Mutex content and the like), `shared` (Velox classes that cross isolates by reference).
struct TypeDefinition {
    std::vector<GenericParameter> generics;
    std::vector<FieldInfo> fields;  ///< own fields, in order; for positional variant payloads names are "0", "1", …
    std::vector<ItemId> variants;   ///< Enum
    std::vector<ItemId> methods;    ///< Function children (class, actor, interface, trait, impl)
    Type base = nullptr;            ///< Velox extends (with arguments), else null
    std::vector<Type> interfaces;   ///< implements / interface extends / supertraits
    std::vector<Attribute> attributes;
    ItemId constructor = ItemId::None;  ///< Velox constructor, Altru `new` written by the program
    bool is_abstract = false;
    bool is_native = false;            ///< representation and methods live in interpreter/
    bool by_reference = false;         ///< values are shared references (Velox classes, interfaces, enums)
    std::vector<uint32_t> invariants;  ///< nodes of `inv` clauses; their expressions are in the item's Body
    friend bool operator==(const TypeDefinition&, const TypeDefinition&) = default;
};

/// `impl Trait[A] for T` or `impl T`.
struct ImplInfo {
    std::vector<GenericParameter> generics;
    Type trait = nullptr;  ///< Nominal of the trait, or null
    Type self = nullptr;
    std::vector<ItemId> methods;
    std::vector<std::pair<Name, Type>> associated_types;
    friend bool operator==(const ImplInfo&, const ImplInfo&) = default;
};

}  // namespace braid
