#pragma once
#include "analyzer/syntax/altru/ast.h"
#include "analyzer/syntax/altru/patterns.h"
#include "analyzer/syntax/altru/types.h"

namespace braid::altru {

struct ParameterList;

/// `x`, `self`, `Counter::new`, `std::sync::channel`: one segment or more
struct PathExpr : AstOf<PathExpr, Kind::PathExpr> {
    std::vector<SyntaxToken> segments() const { return path_segments(node); }
    /// The only segment, or null when there are more.
    SyntaxToken name() const {
        auto all = segments();
        return all.size() == 1 ? all[0] : SyntaxToken();
    }
};
/// `map[K, V]::new`: `::` after something that is no plain path
struct ScopedExpr : AstOf<ScopedExpr, Kind::ScopedExpr> {
    Expression base() const { return child<Expression>(); }
    SyntaxToken name() const;
};
/// One token: integer, float, character, raw string, `true`, `false`
struct LiteralExpr : AstOf<LiteralExpr, Kind::LiteralExpr> {
    SyntaxToken value() const { return node ? node.first_token() : SyntaxToken(); }
    Kind literal_kind() const { return to_kind(value().kind()); }
};
/// `${ expression [:format] }`
struct Interpolation : AstOf<Interpolation, Kind::Interpolation> {
    Expression expression() const { return child<Expression>(); }
    SyntaxToken format() const { return token(Kind::FormatSpec); }  ///< with its leading `:`
};
/// `"text ${a + b} text"` or `"""…"""`: StringStart, then StringText tokens and Interpolations, then StringEnd.
/// Tokens inside a string have no leading trivia.
struct StringExpr : AstOf<StringExpr, Kind::StringExpr> {
    bool is_plain() const { return !child<Interpolation>(); }
    bool is_multi_line() const { return token(Kind::StringStart).text().size() == 3; }
    std::vector<SyntaxElement> parts() const;  ///< StringText tokens and Interpolation nodes
};
/// `[a, b]`
struct ListExpr : AstOf<ListExpr, Kind::ListExpr> {
    std::vector<Expression> elements() const { return all<Expression>(); }
};
/// `[value; count]`
struct RepeatExpr : AstOf<RepeatExpr, Kind::RepeatExpr> {
    Expression value() const { return child_before<Expression>(Kind::Semicolon); }
    Expression count() const { return child_after<Expression>(Kind::Semicolon); }
};
struct MapEntry : AstOf<MapEntry, Kind::MapEntry> {
    Expression key() const { return child_before<Expression>(Kind::Colon); }
    Expression value() const { return child_after<Expression>(Kind::Colon); }
};
/// `{k: v}`, `{}`
struct MapExpr : AstOf<MapExpr, Kind::MapExpr> {
    std::vector<MapEntry> entries() const { return all<MapEntry>(); }
};
/// `{a, b}`
struct SetExpr : AstOf<SetExpr, Kind::SetExpr> {
    std::vector<Expression> elements() const { return all<Expression>(); }
};
/// `x: e`, or `x` for `x: x`
struct StructFieldInit : AstOf<StructFieldInit, Kind::StructFieldInit> {
    SyntaxToken name() const { return name_of(*this); }
    Expression value() const { return child<Expression>(); }  ///< null for the short form
};
/// `..base` in a struct literal
struct StructBase : AstOf<StructBase, Kind::StructBase> {
    Expression value() const { return child<Expression>(); }
};
/// `Point{x: 1.0, y}`; the path is a PathExpr, IndexExpr (`Pair[int]{…}`) or ScopedExpr
struct StructExpr : AstOf<StructExpr, Kind::StructExpr> {
    Expression path() const { return child<Expression>(); }
    std::vector<StructFieldInit> fields() const { return all<StructFieldInit>(); }
    StructBase base() const { return child<StructBase>(); }
};
/// `()`, `(a,)`, `(a, b)`
struct TupleExpr : AstOf<TupleExpr, Kind::TupleExpr> {
    std::vector<Expression> elements() const { return all<Expression>(); }
};
struct ParenExpr : AstOf<ParenExpr, Kind::ParenExpr> {
    Expression inner() const { return child<Expression>(); }
};
/// `e` or `name = e`
struct Argument : AstOf<Argument, Kind::Argument> {
    SyntaxToken name() const { return has(Kind::Equal) ? name_of(*this) : SyntaxToken(); }
    Expression value() const { return child<Expression>(); }
};
struct ArgumentList : AstOf<ArgumentList, Kind::ArgumentList> {
    std::vector<Argument> arguments() const { return all<Argument>(); }
};
/// `callee(arguments)`; a method call's callee is a FieldExpr (or an IndexExpr of one: `s.parse[int]()`)
struct CallExpr : AstOf<CallExpr, Kind::CallExpr> {
    Expression callee() const { return child<Expression>(); }
    ArgumentList argument_list() const { return child<ArgumentList>(); }
    std::vector<Argument> arguments() const { return argument_list().arguments(); }
};
/// `[a, b]` after an expression: indices or type arguments. Types that are no expressions stand in a TypeExpr.
struct IndexArgumentList : AstOf<IndexArgumentList, Kind::IndexArgumentList> {
    std::vector<Expression> arguments() const { return all<Expression>(); }
};
/// `xs[i]`, `channel[int]`, `vec[1, 2]`: index, instantiation or literal; semantics decides
struct IndexExpr : AstOf<IndexExpr, Kind::IndexExpr> {
    Expression base() const { return child<Expression>(); }
    IndexArgumentList argument_list() const { return child<IndexArgumentList>(); }
    std::vector<Expression> arguments() const { return argument_list().arguments(); }
};
/// `base.name`, `pair.0`
struct FieldExpr : AstOf<FieldExpr, Kind::FieldExpr> {
    Expression base() const { return child<Expression>(); }
    SyntaxToken name() const;  ///< Identifier or IntLiteral; null while it is being typed
};
/// `e?`
struct TryExpr : AstOf<TryExpr, Kind::TryExpr> {
    Expression operand() const { return child<Expression>(); }
};
/// `await e` and `e.await`
struct AwaitExpr : AstOf<AwaitExpr, Kind::AwaitExpr> {
    Expression operand() const { return child<Expression>(); }
    bool is_postfix() const { return has(Kind::Dot); }
};
/// `-e`, `not e`, `*e`, `<-e`
struct PrefixExpr : AstOf<PrefixExpr, Kind::PrefixExpr> {
    SyntaxToken operator_token() const { return node ? node.first_token() : SyntaxToken(); }
    Kind op() const { return to_kind(operator_token().kind()); }
    Expression operand() const { return child<Expression>(); }
};
/// `&e`, `&mut e`
struct BorrowExpr : AstOf<BorrowExpr, Kind::BorrowExpr> {
    bool is_mut() const { return has(Kind::MutKw); }
    Expression operand() const { return child<Expression>(); }
};
/// Arithmetic, bits, comparison, `in`, `and`, `or`, `implies`
struct BinaryExpr : AstOf<BinaryExpr, Kind::BinaryExpr> {
    SyntaxToken operator_token() const;
    Kind op() const { return to_kind(operator_token().kind()); }
    Expression left() const;
    Expression right() const;
};
/// `a..b`, `a..=b`, `a..`, `..b`, `..`
struct RangeExpr : AstOf<RangeExpr, Kind::RangeExpr> {
    bool is_inclusive() const { return has(Kind::DotDotEqual); }
    Expression low() const { return child_before<Expression>(is_inclusive() ? Kind::DotDotEqual : Kind::DotDot); }
    Expression high() const { return child_after<Expression>(is_inclusive() ? Kind::DotDotEqual : Kind::DotDot); }
};
/// `e as T`
struct CastExpr : AstOf<CastExpr, Kind::CastExpr> {
    Expression operand() const { return child<Expression>(); }
    Type type() const { return child<Type>(); }
};
/// `|x| e`, `|x|: block`, `fn(x: T) -> R: block`, each with `move` or `async` before it
struct ClosureExpr : AstOf<ClosureExpr, Kind::ClosureExpr> {
    bool is_move() const { return has(Kind::MoveKw); }
    bool is_async() const { return has(Kind::AsyncKw); }
    bool is_fn() const { return has(Kind::FnKw); }
    ParameterList parameters() const;  ///< null for `||`
    Type result_type() const { return child_after<Type>(Kind::Arrow); }
    Block block() const;                                           ///< one of block() …
    Expression expression() const { return child<Expression>(); }  ///< … and expression() is the body
};
/// `else: block` or `else if …`
struct ElseClause : AstOf<ElseClause, Kind::ElseClause> {
    Block block() const;
    struct IfExpr if_expression() const;
};
/// `if condition: block`; the condition may be a LetExpr
struct IfExpr : AstOf<IfExpr, Kind::IfExpr> {
    Expression condition() const { return child<Expression>(); }
    Block then_block() const;
    ElseClause else_clause() const { return child<ElseClause>(); }
};
/// `let p = e` as (part of) the condition of `if` and `while`
struct LetExpr : AstOf<LetExpr, Kind::LetExpr> {
    Pattern pattern() const { return child<Pattern>(); }
    Expression value() const { return child<Expression>(); }
};
struct MatchGuard : AstOf<MatchGuard, Kind::MatchGuard> {
    Expression condition() const { return child<Expression>(); }
};
/// `pattern [if guard] => body`; exactly one of expression(), statement(), block() when complete
struct MatchArm : AstOf<MatchArm, Kind::MatchArm> {
    Pattern pattern() const { return child<Pattern>(); }
    MatchGuard guard() const { return child<MatchGuard>(); }
    Expression expression() const { return child<Expression>(); }
    Statement statement() const { return child<Statement>(); }
    Block block() const;
};
struct MatchArmList : AstOf<MatchArmList, Kind::MatchArmList> {
    std::vector<MatchArm> arms() const { return all<MatchArm>(); }
};
struct MatchExpr : AstOf<MatchExpr, Kind::MatchExpr> {
    Expression scrutinee() const { return child<Expression>(); }
    MatchArmList arm_list() const { return child<MatchArmList>(); }
    std::vector<MatchArm> arms() const { return arm_list().arms(); }
};
/// `forall i in a..b: P`, `exists …` (contracts)
struct QuantifierExpr : AstOf<QuantifierExpr, Kind::QuantifierExpr> {
    bool is_forall() const { return has(Kind::ForallKw); }
    SyntaxToken name() const { return name_of(*this); }
    Expression range() const { return child_before<Expression>(Kind::Colon); }
    Expression body() const { return child_after<Expression>(Kind::Colon); }
};
/// A type where an expression stands: `make(chan int)`, `channel[dyn Shape]()`
struct TypeExpr : AstOf<TypeExpr, Kind::TypeExpr> {
    Type type() const { return child<Type>(); }
};

}  // namespace braid::altru
