#pragma once
#include "analyzer/syntax/altru/ast.h"

namespace braid::altru {

/// `name = Type` among type arguments.
struct AssociatedTypeBinding : AstOf<AssociatedTypeBinding, Kind::AssociatedTypeBinding> {
    SyntaxToken name() const { return name_of(*this); }
    Type type() const { return child<Type>(); }
};
/// `[T, U, Item = V]`
struct TypeArgumentList : AstOf<TypeArgumentList, Kind::TypeArgumentList> {
    std::vector<Type> types() const { return all<Type>(); }
    std::vector<AssociatedTypeBinding> bindings() const { return all<AssociatedTypeBinding>(); }
};
/// `Name`, `a::b::Name[T]`, `Self`, `T::Item`
struct PathType : AstOf<PathType, Kind::PathType> {
    std::vector<SyntaxToken> segments() const { return path_segments(node); }
    TypeArgumentList arguments() const { return child<TypeArgumentList>(); }
};
/// `[T]`
struct ListType : AstOf<ListType, Kind::ListType> {
    Type element() const { return child<Type>(); }
};
/// `[T; N]`
struct ArrayType : AstOf<ArrayType, Kind::ArrayType> {
    Type element() const { return child<Type>(); }
    Expression length() const { return child<Expression>(); }
};
/// `(A, B)`, `()`, `(A,)`
struct TupleType : AstOf<TupleType, Kind::TupleType> {
    std::vector<Type> elements() const { return all<Type>(); }
};
struct ParenType : AstOf<ParenType, Kind::ParenType> {
    Type inner() const { return child<Type>(); }
};
/// `&T`, `&mut T`, `&'a T`
struct ReferenceType : AstOf<ReferenceType, Kind::ReferenceType> {
    bool is_mut() const { return has(Kind::MutKw); }
    SyntaxToken lifetime() const { return token(Kind::Lifetime); }
    Type target() const { return child<Type>(); }
};
/// `fn(A, B) -> R`, `async fn(A) -> R`
struct FunctionType : AstOf<FunctionType, Kind::FunctionType> {
    bool is_async() const { return has(Kind::AsyncKw); }
    std::vector<Type> parameters() const {
        std::vector<Type> types;
        if (node)
            for (SyntaxElement element : node.children()) {
                if (element.kind() == raw(Kind::Arrow)) break;
                if (Type type = Type::cast(element)) types.push_back(type);
            }
        return types;
    }
    Type result() const { return child_after<Type>(Kind::Arrow); }
};
/// `A | B | C`, flat
struct UnionType : AstOf<UnionType, Kind::UnionType> {
    std::vector<Type> members() const { return all<Type>(); }
};
/// `chan T`
struct ChannelType : AstOf<ChannelType, Kind::ChannelType> {
    Type element() const { return child<Type>(); }
};
/// `A + B`: the bounds of a parameter, of a `where` predicate, of a `dyn`
struct TypeBounds : AstOf<TypeBounds, Kind::TypeBounds> {
    std::vector<Type> bounds() const { return all<Type>(); }
    SyntaxToken lifetime() const { return token(Kind::Lifetime); }
};
/// `dyn A + B`
struct DynType : AstOf<DynType, Kind::DynType> {
    TypeBounds bounds() const { return child<TypeBounds>(); }
};
/// `fn() + Send`
struct BoundedType : AstOf<BoundedType, Kind::BoundedType> {
    Type type() const { return child<Type>(); }
    TypeBounds bounds() const { return child<TypeBounds>(); }
};
/// `_`
struct InferredType : AstOf<InferredType, Kind::InferredType> {};

}  // namespace braid::altru
