#pragma once
#include <vector>

#include "analyzer/syntax/velox/kinds.h"
#include "analyzer/syntax/views.h"

/// Typed views of Velox trees, one struct per node of nodes.def with the accessors listed there:
///     if (auto call = CallExpr::cast(node)) for (Expression argument : call.arguments().arguments()) …
///     switch (expression.kind()) { case Kind::BinaryExpr: lower(expression.as<BinaryExpr>()); … }
namespace braid::velox {

/// The views of syntax/views.h over Velox's kinds.
using Ast = SyntaxView<Kind>;
template <typename Derived, Kind K>
using AstOf = KindView<Derived, K>;
template <typename Derived, Group G>
using AstGroup = GroupView<Derived, Kind, G>;

struct Statement : AstGroup<Statement, Group::Statement> {};
struct Expression : AstGroup<Expression, Group::Expression> {};
struct Type : AstGroup<Type, Group::Type> {};
struct Pattern : AstGroup<Pattern, Group::Pattern> {};
struct Binding : AstGroup<Binding, Group::Binding> {};
struct Member : AstGroup<Member, Group::Member> {};

#define NODE(Name, group) struct Name;
#include "analyzer/syntax/velox/nodes.def"

// The parameter lets an accessor name a view that is declared further down; callers leave it alone.
#define NODE(Name, group) struct Name : AstOf<Name, Kind::Name> {
#define CHILD(Class, name, index)   \
    template <typename T = Class>   \
    T name() const {                \
        return this->nth<T>(index); \
    }
#define CHILDREN(Class, name)     \
    template <typename T = Class> \
    std::vector<T> name() const { \
        return this->all<T>();    \
    }
#define WORD(name, kind) \
    SyntaxToken name() const { return token(Kind::kind); }
#define WORDS(name, kind) \
    std::vector<SyntaxToken> name() const { return all_tokens(Kind::kind); }
#define WORD_IN(name, predicate) \
    SyntaxToken name() const { return token_in(predicate); }
#define FLAG(name, kind) \
    bool name() const { return has(Kind::kind); }
#define END \
    }       \
    ;
#include "analyzer/syntax/velox/nodes.def"

}  // namespace braid::velox
