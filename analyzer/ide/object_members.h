#pragma once
#include <functional>

#include "analyzer/ide/names.h"

/// Members of object types (`type P = { x: number }`) and of object literals. They are not items, and object types that
/// are written alike are one type: which declaration a name stands for follows from the type of the object it is taken
/// from.
namespace braid {

/// The members of a literal that a variable begins with are its own; whether they are also those of the object types of
/// the very same form, since such a type may be wanted of the variable.
enum class LiteralMembers : uint8_t { Own, Alike };

/// The declared members a token stands for.
std::vector<NameUse> object_members_at(QueryContext&, FileId file, const SyntaxToken& token,
                                       LiteralMembers literals = LiteralMembers::Own);

/// All that a name stands for: `names_at`, and the members of objects behind it.
std::vector<NameUse> meanings_at(QueryContext&, FileId file, uint32_t offset);
std::optional<NameUse> meaning_at(QueryContext&, FileId file, uint32_t offset);

/// Calls `f` with each use in a file of the members named `name`, in order.
void each_object_member(QueryContext&, FileId file, std::string_view name,
                        const std::function<void(const NameUse&)>& f);

/// What declares a member: its name, and the whole of it.
std::optional<DeclaredAt> declaration_of_member(QueryContext&, ObjectMemberId member);
std::string name_of_member(QueryContext&, ObjectMemberId member);

/// The names of all members of the object type that declares this one.
std::vector<Name> members_beside(QueryContext&, ObjectMemberId member);

}  // namespace braid
