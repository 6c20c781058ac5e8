#pragma once
#include <functional>

#include "analyzer/semantics/altru/scope.h"

namespace braid::altru_semantics {

/// The generic parameters of an item as its text lists them: bounds and defaults of a parameter may mention the others.
/// A query, so that who asks does not depend on the rest of the item's text.
struct GenericNames {
    using Key = ItemId;
    using Value = std::vector<Name>;
    static constexpr const char* name = "altru_generic_names";
    static Value compute(QueryContext&, const Key&);
};
std::vector<Name> generic_names(QueryContext&, ItemId item);
/// A function's syntax with its body as a hole: for callers that need its default arguments.
struct FunctionHeader {
    using Key = ItemId;
    using Value = ItemTree;
    static constexpr const char* name = "altru_function_header";
    static Value compute(QueryContext&, const Key&);
};
/// The same with its contract: each statement is a hole. For what implements a method of a trait.
struct ContractHeader {
    using Key = ItemId;
    using Value = ItemTree;
    static constexpr const char* name = "altru_contract_header";
    static Value compute(QueryContext&, const Key&);
};
/// What a function's `where` asks of types that are no parameters of its own: those of its impl or trait, `Self::Item`.
/// Pairs of a type and a bound.
struct WhereBounds {
    using Key = ItemId;
    using Value = std::vector<std::pair<Type, Type>>;
    static constexpr const char* name = "altru_where_bounds";
    static Value compute(QueryContext&, const Key&);
};
/// `Self` inside a trait: the parameter after the trait's own generics.
Type trait_self(QueryContext&, ItemId trait);
/// What `Self` means in an item: the type itself, the impl's self type, the trait's Self; null elsewhere.
Type self_type(QueryContext&, ItemId item);
/// The type an item's name stands for, with its own parameters as arguments.
Type own_type(QueryContext&, ItemId item);

/// Turns type syntax into types. One per item whose text is read.
class TypeLowering {
  public:
    /// `report` may be empty: then problems are somebody else's to report.
    TypeLowering(QueryContext& context, ItemId item, const ItemTree& tree, std::vector<ItemDiagnostic>* report)
        : context_(context), item_(item), tree_(tree), report_(report) {}

    Type lower(const ast::Type& type);
    /// Inside bodies: what `_` and left-off type arguments become. Without it they are `annotation-needed`.
    std::function<Type(uint32_t node)> infer;
    /// Told of each name in a type that was resolved.
    std::function<void(uint32_t node, ItemId item, Type type)> resolved;
    /// Where a trait is named: what `Self` is in the defaults of its parameters.
    Type subject = nullptr;
    /// In the head of an impl: what its members say a parameter of the trait is; null when they do not.
    std::function<Type(Name parameter)> said_by_members;

    /// Traits of bounds: nominal types of trait items; a `fn(…)` bound is kept as the function type.
    std::vector<Type> bounds(const ast::TypeBounds& bounds);
    std::vector<GenericParameter> generics(const ast::GenericParameterList& list, const ast::WhereClause& where);

    /// Type arguments for an item that takes generics: checks the number, fills defaults.
    std::vector<Type> complete_arguments(ItemId item, std::vector<Type> given, uint32_t node);
    /// Lowers a path of names with optional arguments (also from expressions).
    Type lower_path(const std::vector<SyntaxToken>& segments, std::vector<Type> arguments, uint32_t node);
    /// The type a resolved item stands for, with arguments; null when it is none.
    Type instantiate(ItemId item, std::vector<Type> arguments, uint32_t node);
    /// A generic parameter, Self or built-in type of this name; null when there is none.
    Type builtin_or_parameter(Name name);

    void check_bounds(ItemId item, const std::vector<Type>& arguments, uint32_t node);
    ItemDiagnostic* report(DiagnosticCode code, uint32_t node, std::string message);

  private:
    Type lower_function(const ast::FunctionType& function, uint16_t flags);
    Type associated(Type base, const SyntaxToken& name);
    Type with_bindings(Type dyn, const ast::TypeBounds& written);
    void check_bindings(const ast::PathType& bound, ItemId trait);
    ItemId sibling_definition(ItemId impl, Name member);

    QueryContext& context_;
    ItemId item_;
    const ItemTree& tree_;
    std::vector<ItemDiagnostic>* report_;
    int depth_ = 0;
    bool endless_ = false;  // the limit was met: defaults that need each other
};

/// Built-in scalar types by name: `int`, `u8`, `string`…; null for others.
Type scalar_named(std::string_view name);

}  // namespace braid::altru_semantics
