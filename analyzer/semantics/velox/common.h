#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/semantics/language.h"
#include "analyzer/semantics/queries.h"
#include "analyzer/syntax/velox/velox.h"

/// Velox's names, types and typed bodies. The syntax views live in `braid::velox` and are called `ast::…` here.
namespace braid::velox_semantics {

namespace ast = braid::velox;
using ast::Kind;
using ast::raw;
using ast::to_kind;

/// The top-level items of the standard library's modules, which every file sees. A name that two modules declare is the
/// first one's.
struct StdNames {
    using Key = NoKey;
    using Value = std::unordered_map<Name, ItemId>;
    static constexpr const char* name = "velox_std_names";
    static Value compute(QueryContext&, const Key&);
};
ItemId std_item(QueryContext&, std::string_view name);

Type promise_of(QueryContext&, Type t);
/// `T` of `Promise<T>`, through nested ones; anything else is itself.
Type awaited(Type t);
Type list_of(Type element);
Type nullable_parts_removed(Type t);  // without null and undefined
/// `T | undefined`; what may be anything already is itself.
Type or_undefined(Type t);
bool may_be_absent(Type t);  // null or undefined is a member
/// The name under which a record or interface keeps what its index signature says.
Name index_signature();
/// Members of a union; anything else by itself.
std::vector<Type> members_of(Type t);
bool is_number(Type t);
bool is_int(Type t);

std::string print_type(Type t);

/// The class that a node is, a declaration or an expression; null: another node.
ast::ClassDecl class_of(const SyntaxNode& node);

/// A function in the text: its code is not done where it stands.
bool is_function(Kind kind);
/// Calls `f` for the nodes of a function's own code, or that of a statement or expression, the root first: not for
/// functions inside of it, nor for what is in them.
template <typename F>
void each_own_node(const SyntaxNode& root, F&& f) {
    for (Preorder walk(root); walk; walk.next()) {
        if (!walk->is_node()) continue;
        if (walk.depth() > 0 && is_function(to_kind(walk->kind()))) walk.skip_children();
        else f(SyntaxNode(*walk));
    }
}
/// Calls `f` for the nodes of all functions in `root`, which may be one itself.
template <typename F>
void each_inner_node(const SyntaxNode& root, F&& f) {
    int function = -1;  // depth of the outermost one around
    for (Preorder walk(root); walk; walk.next()) {
        if (function >= 0 && walk.depth() <= function) function = -1;
        if (!walk->is_node()) continue;
        if (function < 0 && is_function(to_kind(walk->kind()))) function = walk.depth();
        if (function >= 0) f(SyntaxNode(*walk));
    }
}

/// Text of a string token without quotes, escapes resolved; lone surrogates become U+FFFD.
std::string string_value(std::string_view token_text);
/// What a number literal stands for.
double number_value(std::string_view token_text);
/// The same for text without quotes.
std::string unescaped(std::string_view text);
/// What stands between the quotes and holes of a template, as it is written.
std::string_view template_text(const SyntaxElement& part);

}  // namespace braid::velox_semantics
