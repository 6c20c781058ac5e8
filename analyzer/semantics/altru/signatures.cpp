#include "analyzer/semantics/altru/signatures.h"

#include <algorithm>

#include "analyzer/semantics/altru/lifetimes.h"

namespace braid::altru_semantics {
namespace {

Receiver receiver_of(const ast::FunctionDecl& function, ItemId item, Type self) {
    ItemKind parent = parent_of(item) == ItemId::None ? ItemKind::File : kind_of(parent_of(item));
    ast::SelfParameter self_parameter = function.self_parameter();
    if (parent == ItemKind::Actor && !self_parameter)
        return function.name() && function.name().text() == "new" ? Receiver::None : Receiver::Inferred;
    if (!self_parameter || !self) return Receiver::None;
    if (self_parameter.is_move()) return Receiver::Move;
    if (self_parameter.is_mut()) return Receiver::Mutable;
    if (self_parameter.is_borrow()) return Receiver::Shared;
    if (parent == ItemKind::Trait) return Receiver::Shared;
    return function.body() ? Receiver::Inferred : Receiver::Shared;
}

std::vector<TaskDemand> demands_of(const ast::FunctionDecl& function, const FunctionSignature& signature) {
    std::vector<TaskDemand> out;
    for (const ast::WherePredicate& predicate : function.where_clause().predicates()) {
        if (!predicate.type()) continue;
        const Name subject(predicate.type().text());
        bool own = std::any_of(signature.generics.begin(), signature.generics.end(),
                               [&](const GenericParameter& g) { return g.name == subject; });
        for (const ast::Type& bound : own ? std::vector<ast::Type>() : predicate.bounds().bounds())
            if (bound.text() == "Send" || bound.text() == "Sync") out.push_back({subject, Name(bound.text())});
    }
    return out;
}

FunctionSignature lower_signature(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>* report) {
    FunctionSignature signature;
    auto tree = context.get<ItemSyntax>(item);
    if (!*tree) {
        signature.result = type::error();
        return signature;
    }
    ast::FunctionDecl function = ast::FunctionDecl::cast(tree->root());
    TypeLowering lowering(context, item, *tree, report);
    signature.attributes = attributes_of(*tree, function);
    signature.generics = lowering.generics(function.generics(), function.where_clause());
    bool variadic = find_attribute(signature.attributes, "variadic");
    auto parameters = function.parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
        ParameterInfo info;
        const ast::Parameter& parameter = parameters[i];
        ast::TypedPattern typed = ast::TypedPattern::cast(parameter.pattern());  // `int a`, which was said
        ast::NamePattern name = ast::NamePattern::cast(typed ? typed.pattern() : parameter.pattern());
        info.name = Name(name && name.name() ? name.name().text() : std::string_view());
        info.is_mutable = name && name.is_mut();
        info.node = tree->node_of(name && name.name() ? SyntaxElement(name.name()) : SyntaxElement(parameter.node));
        if (ast::Type written = typed ? typed.type() : parameter.type()) {
            info.type = lowering.lower(written);
        } else {
            info.type = type::error();
            lowering.report(DiagnosticCode::AnnotationNeeded, info.node,
                            "the parameter `" + std::string(info.name.text()) + "` needs a type: `" +
                                std::string(info.name.text()) + ": T`");
        }
        info.has_default = bool(parameter.default_value());
        info.rest = variadic && i + 1 == parameters.size();
        signature.parameters.push_back(std::move(info));
    }
    signature.result = function.result_type() ? lowering.lower(function.result_type()) : type::unit();
    ItemId parent = parent_of(item);
    bool in_actor = parent != ItemId::None && kind_of(parent) == ItemKind::Actor;
    if (in_actor && function.name() && function.name().text() == "new") signature.result = own_type(context, parent);
    signature.receiver = receiver_of(function, item, self_type(context, item));
    signature.is_async = function.is_async();
    bool in_type =
        parent != ItemId::None && (in_actor || kind_of(parent) == ItemKind::Impl || kind_of(parent) == ItemKind::Trait);
    signature.is_static = in_type && signature.receiver == Receiver::None;
    signature.is_constructor = in_actor && function.name() && function.name().text() == "new";
    if (const Attribute* native = find_attribute(signature.attributes, "native"); native && is_std_item(item)) {
        signature.is_native = true;
        signature.native_missing = !native->arguments.empty() && native->arguments[0] == "planned";
    }
    signature.demands = demands_of(function, signature);
    signature.lifetimes = lifetimes_of(context, item, function, signature);
    ast::Block body = function.body();
    signature.has_body = body && (!body.is_empty() || body.contracts().empty());
    if (parent != ItemId::None && kind_of(parent) == ItemKind::Trait && !signature.has_body)
        signature.is_abstract = !signature.is_native;
    signature.is_test = find_attribute(signature.attributes, "test");
    signature.is_public = ast::is_public(function) || is_std_item(item);
    return signature;
}

std::vector<ItemId> methods_of(QueryContext& context, ItemId item) {
    std::vector<ItemId> methods;
    for (const auto& child : *context.get<ItemChildren>(item))
        if (kind_of(child.item) == ItemKind::Function) methods.push_back(child.item);
    return methods;
}

void lower_fields(QueryContext& context, ItemId owner, const ItemTree& tree, const ast::MemberList& members,
                  TypeLowering& lowering, TypeDefinition& definition) {
    std::unordered_map<Name, uint32_t> seen;
    for (const ast::FieldDecl& field : members.fields()) {
        FieldInfo info;
        info.name = Name(field.name() ? field.name().text() : std::string_view());
        info.type = lowering.lower(field.type());
        info.item = intern_item({owner, ItemKind::Field, info.name, seen[info.name]++, file_of(owner)});
        info.has_default = bool(field.default_value());
        info.is_public = true;
        info.node = tree.node_of(field.name() ? SyntaxElement(field.name()) : SyntaxElement(field.node));
        definition.fields.push_back(std::move(info));
    }
    for (const ast::ContractClause& clause : members.invariants())
        definition.invariants.push_back(tree.node_of(clause.node));
    (void)context;
}

/// A variant has no syntax of its own: its definition is read from the enum's.
TypeDefinition variant_definition(QueryContext& context, ItemId variant, std::vector<ItemDiagnostic>* report) {
    TypeDefinition definition;
    ItemId owner = parent_of(variant);
    auto tree = context.get<ItemSyntax>(owner);
    if (!*tree) return definition;
    TypeLowering lowering(context, owner, *tree, report);
    uint32_t ordinal = 0;
    for (const ast::VariantDecl& declared : ast::EnumDecl::cast(tree->root()).members().variants()) {
        if (!declared.name() || declared.name().text() != name_of(variant).text()) continue;
        if (ordinal++ != item_key(variant).ordinal) continue;
        uint32_t index = 0;
        for (const ast::PayloadField& field : declared.payload().fields()) {
            FieldInfo info;
            info.name = field.name() ? Name(field.name().text()) : Name(std::to_string(index));
            info.type = lowering.lower(field.type());
            info.item = intern_item({variant, ItemKind::Field, info.name, 0, file_of(variant)});
            info.node = tree->node_of(field.node);
            definition.fields.push_back(std::move(info));
            ++index;
        }
        break;
    }
    return definition;
}

TypeDefinition lower_definition(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>* report) {
    if (kind_of(item) == ItemKind::Variant) return variant_definition(context, item, report);
    TypeDefinition definition;
    auto tree = context.get<ItemSyntax>(item);
    if (!*tree) return definition;
    ast::Ast declaration(tree->root());
    TypeLowering lowering(context, item, *tree, report);
    definition.attributes = attributes_of(*tree, declaration);
    definition.generics =
        lowering.generics(declaration.child<ast::GenericParameterList>(), declaration.child<ast::WhereClause>());
    ast::MemberList members = declaration.child<ast::MemberList>();
    lower_fields(context, item, *tree, members, lowering, definition);
    definition.methods = methods_of(context, item);
    if (kind_of(item) == ItemKind::Enum)
        for (const auto& child : *context.get<ItemChildren>(item))
            if (kind_of(child.item) == ItemKind::Variant) definition.variants.push_back(child.item);
    if (kind_of(item) == ItemKind::Trait) {
        lowering.subject = trait_self(context, item);
        definition.interfaces = lowering.bounds(ast::TraitDecl::cast(declaration).supertraits());
    }
    if (kind_of(item) == ItemKind::Actor)
        definition.constructor = find_child(context, item, Name("new"), ItemKind::Function);
    definition.is_native = is_std_item(item) && find_attribute(definition.attributes, "native");
    return definition;
}

ast::Type behind_borrow(const ast::Type& written) {
    auto reference = written.as<ast::ReferenceType>();
    return reference ? reference.target() : written;
}

/// What the members of an impl say a parameter of its trait is: `type Output = …`, or the result of the method that the
/// trait lets return it. So an operator's result is written once.
Type parameter_said_by_members(QueryContext& context, ItemId impl, std::string_view trait_name, Name parameter) {
    if (ItemId written = find_child(context, impl, parameter, ItemKind::TraitType); written != ItemId::None) {
        auto tree = context.get<ItemSyntax>(written);
        return TypeLowering(context, written, *tree, nullptr).lower(ast::TypeAliasDecl::cast(tree->root()).type());
    }
    ItemId trait = lookup_name(context, enclosing_scope(impl), Name(trait_name), Want::Type);
    if (trait == ItemId::None || kind_of(trait) != ItemKind::Trait) return nullptr;
    for (const auto& member : *context.get<ItemChildren>(trait)) {
        if (kind_of(member.item) != ItemKind::Function) continue;
        ast::Type result = ast::FunctionDecl::cast(declaration_of(context, member.item)).result_type();
        if (!result || behind_borrow(result).text() != parameter.text()) continue;
        ItemId own = find_child(context, impl, name_of(member.item), ItemKind::Function);
        if (own == ItemId::None) continue;
        auto tree = context.get<ItemSyntax>(own);
        ast::Type given = ast::FunctionDecl::cast(tree->root()).result_type();
        if (!given) continue;
        return TypeLowering(context, own, *tree, nullptr).lower(behind_borrow(given));
    }
    return nullptr;
}

ImplInfo lower_impl(QueryContext& context, ItemId impl, std::vector<ItemDiagnostic>* report) {
    ImplInfo info;
    auto tree = context.get<ItemSyntax>(impl);
    if (!*tree) return info;
    ast::ImplDecl declaration = ast::ImplDecl::cast(tree->root());
    TypeLowering lowering(context, impl, *tree, report);
    info.generics = lowering.generics(declaration.generics(), declaration.where_clause());
    info.self = lowering.lower(declaration.self_type());
    // An impl on an actor's name is about its state, not about its handle.
    if (declaration.trait_type()) {
        auto path = declaration.trait_type().as<ast::PathType>();
        std::string_view trait_name = path && !path.segments().empty() ? path.segments().back().text() : "";
        lowering.subject = info.self;
        lowering.said_by_members = [&](Name name) {
            return parameter_said_by_members(context, impl, trait_name, name);
        };
        Type trait = lowering.lower(declaration.trait_type());
        lowering.said_by_members = {};
        if (trait->is(TypeKind::Nominal) && kind_of(trait->item) == ItemKind::Trait) {
            info.trait = trait;
        } else {
            info.trait = type::error();
            if (!trait->is(TypeKind::Error))
                lowering.report(DiagnosticCode::UnresolvedName, tree->node_of(declaration.trait_type().node),
                                "`" + print_type(trait) + "` is no trait");
        }
    }
    info.methods = methods_of(context, impl);
    for (const auto& child : *context.get<ItemChildren>(impl)) {
        if (kind_of(child.item) != ItemKind::TraitType) continue;
        auto own = context.get<ItemSyntax>(child.item);
        TypeLowering inner(context, child.item, *own, report);
        info.associated_types.emplace_back(name_of(child.item),
                                           inner.lower(ast::TypeAliasDecl::cast(own->root()).type()));
    }
    return info;
}

Type lower_value_type(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>* report) {
    auto tree = context.get<ItemSyntax>(item);
    if (!*tree) return type::error();
    ast::Ast declaration(tree->root());
    TypeLowering lowering(context, item, *tree, report);
    ast::Type written = declaration.child<ast::Type>();
    if (written) return lowering.lower(written);
    if (kind_of(item) == ItemKind::TraitType) return type::error();
    if (kind_of(item) == ItemKind::Constant) {
        // A constant may leave its type to its initializer.
        auto body = context.get<BodyOf>(item);
        Type result = body->functions.empty() ? nullptr : body->functions[0].result;
        // What its body leaves open is reported there.
        return result && !result->has(TypeHasInference) ? result : type::error();
    }
    lowering.report(DiagnosticCode::AnnotationNeeded, 0,
                    "`" + std::string(name_of(item).text()) + "` needs a type: `static NAME: T = …`");
    return type::error();
}

}  // namespace

ItemId implemented_method(QueryContext& context, ItemId function) {
    ItemId impl = parent_of(function);
    if (impl == ItemId::None || kind_of(impl) != ItemKind::Impl) return ItemId::None;
    Type trait = context.get<ImplOf>(impl)->trait;
    if (!trait || !trait->is(TypeKind::Nominal)) return ItemId::None;
    return find_child(context, trait->item, name_of(function), ItemKind::Function);
}

FunctionSignature function_signature(QueryContext& context, ItemId item) {
    FunctionSignature signature = lower_signature(context, item, nullptr);
    // `self` in an impl of a trait means what it means in the trait.
    if (signature.receiver == Receiver::Inferred) {
        ItemId declared = implemented_method(context, item);
        Receiver meant = declared == ItemId::None ? Receiver::None : context.get<SignatureOf>(declared)->receiver;
        if (meant != Receiver::None) signature.receiver = meant;
    }
    return signature;
}

TypeDefinition type_definition(QueryContext& context, ItemId item) { return lower_definition(context, item, nullptr); }
ImplInfo impl_info(QueryContext& context, ItemId impl) { return lower_impl(context, impl, nullptr); }
Type value_type(QueryContext& context, ItemId item) { return lower_value_type(context, item, nullptr); }

std::vector<GenericParameter> generics_of_item(QueryContext& context, ItemId item) {
    switch (kind_of(item)) {
        case ItemKind::Function: return context.get<SignatureOf>(item)->generics;
        case ItemKind::Impl: return context.get<ImplOf>(item)->generics;
        case ItemKind::Struct:
        case ItemKind::Enum:
        case ItemKind::Trait:
        case ItemKind::Actor: return context.get<DefinitionOf>(item)->generics;
        case ItemKind::Variant: return context.get<DefinitionOf>(parent_of(item))->generics;
        default: return {};
    }
}

std::vector<Type> bounds_of(QueryContext& context, Type parameter) {
    if (kind_of(parameter->item) == ItemKind::Trait && parameter->text.text() == "Self") {
        std::vector<Type> arguments;
        auto names = generic_names(context, parameter->item);
        for (uint32_t i = 0; i < names.size(); ++i) arguments.push_back(type::parameter(parameter->item, i, names[i]));
        return {type::nominal(parameter->item, std::move(arguments))};
    }
    auto generics = generics_of_item(context, parameter->item);
    return parameter->index < generics.size() ? generics[parameter->index].bounds : std::vector<Type>{};
}

namespace detail {
// Declaration checks (declarations.cpp) run the same lowering with a place to report to.
void report_signature(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    lower_signature(context, item, &out);
}
void report_definition(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    lower_definition(context, item, &out);
    if (kind_of(item) == ItemKind::Enum)
        for (ItemId variant : context.get<DefinitionOf>(item)->variants) variant_definition(context, variant, &out);
}
void report_impl(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    lower_impl(context, item, &out);
}
void report_value_type(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    lower_value_type(context, item, &out);
}
}  // namespace detail

}  // namespace braid::altru_semantics
