#pragma once
#include "analyzer/syntax/altru/ast.h"

namespace braid::altru {

/// `_`
struct WildcardPattern : AstOf<WildcardPattern, Kind::WildcardPattern> {};
/// `x`, `mut x`; a lone name may also turn out to be a unit variant of the prelude or a constant (`None`): semantics
/// decides.
struct NamePattern : AstOf<NamePattern, Kind::NamePattern> {
    SyntaxToken name() const { return name_of(*this); }
    bool is_mut() const { return has(Kind::MutKw); }
};
/// `Shape::Empty`: two segments or more
struct PathPattern : AstOf<PathPattern, Kind::PathPattern> {
    std::vector<SyntaxToken> segments() const { return path_segments(node); }
};
/// `1`, `-1`, `'c'`, `"text"`, `true`: an optional `-` and a LiteralExpr or StringExpr
struct LiteralPattern : AstOf<LiteralPattern, Kind::LiteralPattern> {
    bool is_negative() const { return has(Kind::Minus); }
    Expression literal() const { return child<Expression>(); }
};
/// `a..b`, `a..=b`; each bound a LiteralPattern or a PathPattern/NamePattern (a constant)
struct RangePattern : AstOf<RangePattern, Kind::RangePattern> {
    bool is_inclusive() const { return has(Kind::DotDotEqual); }
    Pattern low() const { return child_before<Pattern>(is_inclusive() ? Kind::DotDotEqual : Kind::DotDot); }
    Pattern high() const { return child_after<Pattern>(is_inclusive() ? Kind::DotDotEqual : Kind::DotDot); }
};
/// `(a, b)`
struct TuplePattern : AstOf<TuplePattern, Kind::TuplePattern> {
    std::vector<Pattern> elements() const { return all<Pattern>(); }
};
struct ParenPattern : AstOf<ParenPattern, Kind::ParenPattern> {
    Pattern inner() const { return child<Pattern>(); }
};
/// `[a, b, ..rest]`
struct ListPattern : AstOf<ListPattern, Kind::ListPattern> {
    std::vector<Pattern> elements() const { return all<Pattern>(); }
};
/// `..`, `..rest`
struct RestPattern : AstOf<RestPattern, Kind::RestPattern> {
    SyntaxToken name() const { return name_of(*this); }
};
/// `Ok(p)`, `Shape::Circle(r)`
struct VariantPattern : AstOf<VariantPattern, Kind::VariantPattern> {
    std::vector<SyntaxToken> path() const { return path_segments(node); }
    std::vector<Pattern> elements() const { return all<Pattern>(); }
};
/// `x` or `y: p` of a struct pattern
struct FieldPattern : AstOf<FieldPattern, Kind::FieldPattern> {
    SyntaxToken name() const { return name_of(*this); }
    Pattern pattern() const { return child<Pattern>(); }  ///< null for the short form, which binds the name
    bool is_mut() const { return has(Kind::MutKw); }      ///< of the short form
};
/// `Point{x, y: p, ..}`
struct StructPattern : AstOf<StructPattern, Kind::StructPattern> {
    std::vector<SyntaxToken> path() const { return path_segments(node); }
    std::vector<FieldPattern> fields() const { return all<FieldPattern>(); }
    bool has_rest() const { return bool(node) && bool(node.child(raw(Kind::RestPattern))); }
};
/// `p | q`, flat
struct OrPattern : AstOf<OrPattern, Kind::OrPattern> {
    std::vector<Pattern> alternatives() const { return all<Pattern>(); }
};
/// `T name`: the member T of a union; the name is a NamePattern or `_`
struct TypedPattern : AstOf<TypedPattern, Kind::TypedPattern> {
    Type type() const { return child<Type>(); }
    Pattern pattern() const { return child<Pattern>(); }
};
/// `&p`
struct ReferencePattern : AstOf<ReferencePattern, Kind::ReferencePattern> {
    bool is_mut() const { return has(Kind::MutKw); }
    Pattern inner() const { return child<Pattern>(); }
};

}  // namespace braid::altru
