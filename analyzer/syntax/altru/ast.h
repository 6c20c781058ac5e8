#pragma once
#include <vector>

#include "analyzer/syntax/altru/kinds.h"
#include "analyzer/syntax/views.h"

namespace braid::altru {

/// The views of syntax/views.h over Altru's kinds.
using Ast = SyntaxView<Kind>;
template <typename Derived, Kind K>
using AstOf = KindView<Derived, K>;
template <typename Derived, Group G>
using AstGroup = GroupView<Derived, Kind, G>;

struct Expression : AstGroup<Expression, Group::Expression> {};
struct Type : AstGroup<Type, Group::Type> {};
struct Pattern : AstGroup<Pattern, Group::Pattern> {};
struct Statement : AstGroup<Statement, Group::Statement> {};
struct Declaration : AstGroup<Declaration, Group::Declaration> {};

struct Block;
struct FunctionDecl;

/// The first Identifier of a node: the name of a declaration.
SyntaxToken name_of(const Ast& ast);
/// The names `a`, `b`, `c` of a path's own tokens (keywords next to `::` are names too).
std::vector<SyntaxToken> path_segments(const SyntaxNode& node);

}  // namespace braid::altru
