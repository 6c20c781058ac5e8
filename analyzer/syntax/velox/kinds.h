#pragma once
#include <string_view>

#include "analyzer/syntax/kind.h"

namespace braid::velox {

/// Token kinds, then node kinds, from tokens.def and nodes.def.
enum class Kind : SyntaxKind {
    List = KindList,
    EndOfFile = KindEndOfFile,
    BadToken = KindBadToken,
#define TOKEN(Name, description) Name,
#define KEYWORD(Name, text) Name,
#define CONTEXTUAL(Name, text) Name,
#define SYMBOL(Name, text) Name,
#include "analyzer/syntax/velox/tokens.def"
    Error,  ///< the first node kind: tokens the parser could place nowhere
#define NODE(Name, group) Name,
#include "analyzer/syntax/velox/nodes.def"
    Count
};

enum class Group : uint8_t { Token, Error, Part, Statement, Expression, Type, Pattern, Binding, Member };

Group group(Kind kind);
inline constexpr Kind to_kind(SyntaxKind kind) { return static_cast<Kind>(kind); }
inline constexpr SyntaxKind raw(Kind kind) { return static_cast<SyntaxKind>(kind); }

/// As a message calls it: "a name", "`function`", "`=>`".
std::string_view describe(Kind kind);

/// A reserved word: a name only after `.` and as the name of a member.
constexpr bool is_reserved(Kind kind) { return kind >= Kind::AwaitKw && kind <= Kind::YieldKw; }
/// A word that is a keyword in one place and a name in all others.
constexpr bool is_contextual(Kind kind) { return kind >= Kind::AbstractKw && kind <= Kind::TypeKw; }
constexpr bool is_name(Kind kind) { return kind == Kind::Identifier || is_contextual(kind); }
constexpr bool is_keyword(Kind kind) { return is_reserved(kind) || is_contextual(kind); }

// The sets that nodes.def's WORD_IN names.
bool is_variable_keyword(Kind kind);  // let const var
bool is_literal(Kind kind);           // also true false null undefined, and templates without a hole
bool is_property_name(Kind kind);
bool is_member_name(Kind kind);
bool is_name_or_this(Kind kind);
bool is_name_or_string(Kind kind);
bool is_module_name(Kind kind);  // of imports and exports: a name, a string, `default`
bool is_prefix_operator(Kind kind);
bool is_update_operator(Kind kind);
bool is_binary_operator(Kind kind);  // and, or, ??, comma, in, instanceof too
bool is_assignment_operator(Kind kind);
bool is_keyword_type(Kind kind);
bool is_type_operator(Kind kind);
bool is_modifier(Kind kind);

/// How tightly a binary operator binds, from 1 (`,`) on; 0: it is none. `**` is the only right associative one.
int binary_precedence(Kind kind);

}  // namespace braid::velox
