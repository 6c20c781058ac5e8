#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/semantics/language.h"
#include "analyzer/semantics/names.h"
#include "analyzer/semantics/queries.h"
#include "analyzer/syntax/altru/altru.h"

/// Altru's names, types and typed bodies. The syntax views live in `braid::altru` and are called `ast::…` here, since
/// they share names (Type, Pattern) with the semantic terms.
namespace braid::altru_semantics {

namespace ast = braid::altru;
using ast::Kind;

// ---- the standard library by name ----

/// The item of a standard module's file: std_module("sync").
ItemId std_module(std::string_view name);
/// An item of a standard module: std_item(ItemKind::Struct, "sync", "Mutex").
ItemId std_item(ItemKind kind, std::string_view module, std::string_view name);
/// The item of this kind and name declared in `parent`; None when there is none.
ItemId find_child(QueryContext&, ItemId parent, Name name, ItemKind kind);
inline bool is_std_item(ItemId item) { return item != ItemId::None && is_std(file_of(item)); }

/// Well-known items, found once.
struct Known {
    ItemId option, some, none, result, ok, err, error, range, ordering;
    ItemId future, task, sender, receiver, channel, mutex_guard, map, set, actor;
    ItemId trait_clone, trait_show, trait_eq, trait_ord, trait_hash, trait_default, trait_debug, trait_copy, trait_send,
        trait_sync, trait_iterator, trait_deref, trait_awaitable, trait_drop;
    static const Known& get();
};

Type option_of(Type t);
Type result_of(Type t, Type e);
Type future_of(Type t);
Type error_type();
Type range_of(Type t);
Type map_of(Type key, Type value);
Type set_of(Type element);
inline bool is_nominal(Type t, ItemId item) { return t->is(TypeKind::Nominal) && t->item == item; }

// ---- attributes ----

bool derives(const std::vector<Attribute>& attributes, std::string_view trait);
std::vector<Attribute> attributes_of(const ItemTree& tree, const ast::Ast& declaration);

// ---- printing ----

std::string print_type(Type type);
std::string print_signature(QueryContext&, ItemId item);
std::string documentation(QueryContext&, ItemId item);

/// See Language::declared_name.
ItemId declared_name(QueryContext&, ItemId owner, const SyntaxToken& name);

/// The declaration node of an item that owns syntax, and of fields and variants within their parent.
ast::Ast declaration_of(QueryContext&, ItemId item);

}  // namespace braid::altru_semantics
