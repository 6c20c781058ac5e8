#pragma once
#include <string>

#include "analyzer/syntax/altru/statements.h"

namespace braid::altru {

/// `Clone`, `use-after-move` (hyphenated words are one argument), `capacity = 8`
struct AttributeArgument : AstOf<AttributeArgument, Kind::AttributeArgument> {
    std::string name() const;  ///< the words up to `=`, without spaces
    Expression value() const { return child<Expression>(); }
};
/// `name`, `name(arguments)`
struct Attribute : AstOf<Attribute, Kind::Attribute> {
    SyntaxToken name() const { return name_of(*this); }
    std::vector<AttributeArgument> arguments() const;
};
struct AttributeList : AstOf<AttributeList, Kind::AttributeList> {
    std::vector<Attribute> attributes() const { return all<Attribute>(); }
};
/// All attributes of a declaration (there may be several lists).
std::vector<Attribute> attributes_of(const Ast& declaration);
inline bool is_public(const Ast& declaration) { return declaration.has(Kind::PubKw); }
/// The declaration's documentation: `##` comments above it, or as the first lines of its body.
std::string documentation_of(const Ast& declaration);

/// `T`, `T: A + B`, `T = Default`, `'a`
struct GenericParameter : AstOf<GenericParameter, Kind::GenericParameter> {
    SyntaxToken name() const { return name_of(*this); }
    SyntaxToken lifetime() const { return token(Kind::Lifetime); }
    TypeBounds bounds() const { return child<TypeBounds>(); }
    Type default_type() const { return child_after<Type>(Kind::Equal); }
};
struct GenericParameterList : AstOf<GenericParameterList, Kind::GenericParameterList> {
    std::vector<GenericParameter> parameters() const { return all<GenericParameter>(); }
};
/// `T: A + B`
struct WherePredicate : AstOf<WherePredicate, Kind::WherePredicate> {
    Type type() const { return child<Type>(); }
    TypeBounds bounds() const { return child<TypeBounds>(); }
};
struct WhereClause : AstOf<WhereClause, Kind::WhereClause> {
    std::vector<WherePredicate> predicates() const { return all<WherePredicate>(); }
};

/// `a: A`, `mut a: A = default`; of closures `x`, `(a, b)`
struct Parameter : AstOf<Parameter, Kind::Parameter> {
    Pattern pattern() const { return child<Pattern>(); }
    SyntaxToken name() const { return NamePattern::cast(pattern()).name(); }  ///< null for a destructuring one
    Type type() const { return child<Type>(); }
    Expression default_value() const { return child<Expression>(); }
};
/// `self`, `mut self`, `&self`, `&mut self`, `move self`
struct SelfParameter : AstOf<SelfParameter, Kind::SelfParameter> {
    bool is_borrow() const { return has(Kind::Amp); }
    bool is_mut() const { return has(Kind::MutKw); }
    bool is_move() const { return has(Kind::MoveKw); }
};
/// `(…)`, or `|…|` of a closure
struct ParameterList : AstOf<ParameterList, Kind::ParameterList> {
    SelfParameter self_parameter() const { return child<SelfParameter>(); }
    std::vector<Parameter> parameters() const { return all<Parameter>(); }
};

/// `[attributes] pub async fn name[T](…) -> R where …: body`
struct FunctionDecl : AstOf<FunctionDecl, Kind::FunctionDecl> {
    SyntaxToken name() const;
    bool is_async() const { return has(Kind::AsyncKw); }
    GenericParameterList generics() const { return child<GenericParameterList>(); }
    ParameterList parameter_list() const { return child<ParameterList>(); }
    std::vector<Parameter> parameters() const { return parameter_list().parameters(); }
    SelfParameter self_parameter() const { return parameter_list().self_parameter(); }
    Type result_type() const { return child<Type>(); }
    WhereClause where_clause() const { return child<WhereClause>(); }
    Block body() const { return child<Block>(); }  ///< null without `:`; may hold contract clauses only
    std::vector<ContractClause> contracts() const { return body().contracts(); }
};

/// `name: T = default`
struct FieldDecl : AstOf<FieldDecl, Kind::FieldDecl> {
    SyntaxToken name() const { return name_of(*this); }
    Type type() const { return child<Type>(); }
    Expression default_value() const { return child<Expression>(); }
};
/// `T` or `name: T` in a variant's payload
struct PayloadField : AstOf<PayloadField, Kind::PayloadField> {
    SyntaxToken name() const { return has(Kind::Colon) ? name_of(*this) : SyntaxToken(); }
    Type type() const { return child<Type>(); }
};
/// `(A, B)` or `{x: A}`
struct VariantPayload : AstOf<VariantPayload, Kind::VariantPayload> {
    bool is_struct() const { return has(Kind::LeftBrace); }
    std::vector<PayloadField> fields() const { return all<PayloadField>(); }
};
/// `Name`, `Name(A, B)`, `Name{x: A}`, `Name = 3`
struct VariantDecl : AstOf<VariantDecl, Kind::VariantDecl> {
    SyntaxToken name() const { return name_of(*this); }
    VariantPayload payload() const { return child<VariantPayload>(); }
    Expression discriminant() const { return child<Expression>(); }
};

/// `: members`; which kinds occur depends on the declaration
struct MemberList : AstOf<MemberList, Kind::MemberList> {
    std::vector<Declaration> declarations() const { return all<Declaration>(); }
    std::vector<FieldDecl> fields() const { return all<FieldDecl>(); }
    std::vector<VariantDecl> variants() const { return all<VariantDecl>(); }
    std::vector<FunctionDecl> functions() const { return all<FunctionDecl>(); }
    std::vector<ContractClause> invariants() const { return all<ContractClause>(); }
};

/// What struct, enum, trait and actor declarations share.
template <typename Derived, Kind K>
struct NominalDecl : AstOf<Derived, K> {
    SyntaxToken name() const { return name_of(*this); }
    GenericParameterList generics() const { return this->template child<GenericParameterList>(); }
    WhereClause where_clause() const { return this->template child<WhereClause>(); }
    MemberList members() const { return this->template child<MemberList>(); }
};
struct StructDecl : NominalDecl<StructDecl, Kind::StructDecl> {};
struct EnumDecl : NominalDecl<EnumDecl, Kind::EnumDecl> {};
struct ActorDecl : NominalDecl<ActorDecl, Kind::ActorDecl> {};
/// `trait Name[T]: Super + Other:`
struct TraitDecl : NominalDecl<TraitDecl, Kind::TraitDecl> {
    TypeBounds supertraits() const { return child<TypeBounds>(); }
};
/// `impl[T] Type:`, `impl[T] Trait for Type:`
struct ImplDecl : AstOf<ImplDecl, Kind::ImplDecl> {
    GenericParameterList generics() const { return child<GenericParameterList>(); }
    Type trait_type() const { return has(Kind::ForKw) ? child_before<Type>(Kind::ForKw) : Type(); }
    Type self_type() const { return has(Kind::ForKw) ? child_after<Type>(Kind::ForKw) : child<Type>(); }
    WhereClause where_clause() const { return child<WhereClause>(); }
    MemberList members() const { return child<MemberList>(); }
};
/// `type Name[T] = Type`; in traits also `type Item`, `type Item: Bound`
struct TypeAliasDecl : AstOf<TypeAliasDecl, Kind::TypeAliasDecl> {
    SyntaxToken name() const { return name_of(*this); }
    GenericParameterList generics() const { return child<GenericParameterList>(); }
    TypeBounds bounds() const { return child<TypeBounds>(); }
    Type type() const { return child<Type>(); }
};
/// `const NAME: T = e`, `static NAME: T = e`
struct ConstDecl : AstOf<ConstDecl, Kind::ConstDecl> {
    SyntaxToken name() const { return name_of(*this); }
    Type type() const { return child<Type>(); }
    Expression value() const { return child<Expression>(); }
};
struct StaticDecl : AstOf<StaticDecl, Kind::StaticDecl> {
    SyntaxToken name() const { return name_of(*this); }
    Type type() const { return child<Type>(); }
    Expression value() const { return child<Expression>(); }
};
/// `mod name:` with declarations, `mod name` for another file
struct ModDecl : AstOf<ModDecl, Kind::ModDecl> {
    SyntaxToken name() const { return name_of(*this); }
    MemberList members() const { return child<MemberList>(); }  ///< null for a file
};
/// `a::b`, `a::b as c`, `a::{b, c}`, `a::*`
struct UseTree : AstOf<UseTree, Kind::UseTree> {
    std::vector<SyntaxToken> segments() const;  ///< without the alias
    SyntaxToken alias() const;
    bool is_glob() const { return has(Kind::Star); }
    std::vector<UseTree> group() const;  ///< the trees in braces
    bool has_group() const { return bool(node) && bool(node.child(raw(Kind::UseGroup))); }
};
struct UseDecl : AstOf<UseDecl, Kind::UseDecl> {
    UseTree tree() const { return child<UseTree>(); }
};

/// Declarations and the statements of the script body, in order.
struct SourceFile : AstOf<SourceFile, Kind::SourceFile> {
    std::vector<Declaration> declarations() const { return all<Declaration>(); }
    std::vector<Statement> statements() const { return all<Statement>(); }
    std::vector<Ast> items() const;  ///< both, in order
};

}  // namespace braid::altru
