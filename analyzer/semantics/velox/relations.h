#pragma once
#include "analyzer/semantics/velox/types.h"

/// Relations between Velox types: assignability (structural, with strict null), members, inference of type arguments.
namespace braid::velox_semantics {

bool is_assignable(QueryContext&, Type from, Type to);
/// `t` is the class or derives from it.
/// The array that a class is by what it extends (`class Match extends Array<string>`); null: none.
Type array_base(QueryContext&, Type t);
bool derives_from(QueryContext&, Type t, ItemId klass);
/// The instantiation of `klass` that `t` is or derives from; null if none.
Type as_class(QueryContext&, Type t, ItemId klass);

/// What going through an array, tuple, string, map or set gives; null: `t` is none of them.
Type built_in_element(Type t);

/// A member of a value of type `t`.
struct MemberInfo {
    enum Kind : uint8_t { None, Field, Method, Getter } kind = None;
    Type type = nullptr;         // Field, Getter: of the value; Method: the function type, its own generics still in it
    ItemId item = ItemId::None;  // declaration
    ItemId owner = ItemId::None;  // class or interface that declares it
    std::vector<Type> owner_arguments;
    bool is_private = false, is_readonly = false;
    bool by_index = false;  // no declared member: what the index signature gives
};
MemberInfo find_member(QueryContext&, Type t, Name name, bool is_static = false);
/// `function name?(…)` of an interface.
bool is_optional_method(QueryContext&, ItemId method);
std::vector<std::string> member_names(QueryContext&, Type t);
/// The class of the standard library that a built-in type's methods stand in: Array<T>, String, Number…; null: none.
Type wrapper_class(QueryContext&, Type t);
/// Function type of a declared function (result as a call gives it: a promise for async ones).
Type function_type(QueryContext&, ItemId function);

/// Matches `pattern`, which holds parameters of `owners`, against `actual` and fills what is still unknown.
struct Inference {
    std::vector<std::pair<ItemId, std::vector<Type>>> owners;
    bool prefers_int = false;            // whole literals that nothing else is known of are of type `int`
    const Inference* context = nullptr;  // what the place of the call wants; arguments that say otherwise win
    Type from_context(Type t) const { return context ? context->apply(t) : t; }
    Type& slot(Type parameter);
    bool owns(Type parameter) const;
    Type apply(Type t, Type unknown = nullptr) const;  // unknown parameters become `unknown` (or stay)
};
void infer(QueryContext&, Inference&, Type pattern, Type actual);

/// Widens literal types: `3` to number, "a" to string.
Type widened(Type t);
/// A choice of texts (`"up" | "down"`), which may be absent.
bool is_choice(Type t);
/// The type both branches of a conditional have.
Type joined(QueryContext&, Type a, Type b);
/// `t` less the members that `removed` takes whole (narrowing by exclusion).
Type excluded(QueryContext&, Type t, Type removed);
/// `t` restricted to `wanted` (narrowing by a successful test).
Type restricted(QueryContext&, Type t, Type wanted);
Type truthy_part(Type t);
Type falsy_part(Type t);

}  // namespace braid::velox_semantics
