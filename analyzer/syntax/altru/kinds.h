#pragma once
#include <string_view>

#include "analyzer/syntax/kind.h"

namespace braid::altru {

/// Token kinds, then node kinds, from tokens.def and nodes.def.
enum class Kind : SyntaxKind {
    List = KindList,
    EndOfFile = KindEndOfFile,
    BadToken = KindBadToken,
#define TOKEN(Name, description) Name,
#define KEYWORD(Name, spelling) Name,
#define CONTEXTUAL(Name, spelling) Name,
#define SYMBOL(Name, spelling) Name,
#include "analyzer/syntax/altru/tokens.def"
#undef TOKEN
#undef KEYWORD
#undef CONTEXTUAL
#undef SYMBOL
    Error,  ///< the first node kind: skipped tokens
#define NODE(Name, group) Name,
#include "analyzer/syntax/altru/nodes.def"
#undef NODE
    Count
};

enum class Group : uint8_t { Token, Error, Part, Declaration, Statement, Expression, Type, Pattern };

Group group(Kind kind);
inline Kind to_kind(SyntaxKind kind) { return static_cast<Kind>(kind); }
inline constexpr SyntaxKind raw(Kind kind) { return static_cast<SyntaxKind>(kind); }

/// As a message calls it: "name", "`fn`", "function".
std::string_view describe(Kind kind);
bool is_keyword(Kind kind);
/// The reserved word's kind, or Identifier.
Kind keyword_kind(std::string_view word);

}  // namespace braid::altru
