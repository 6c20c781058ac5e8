#include "analyzer/semantics/altru/types.h"
#include "analyzer/semantics/altru/associated.h"
#include "analyzer/semantics/altru/traits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "analyzer/semantics/altru/foreign_names.h"
#include "analyzer/semantics/altru/visibility.h"
#include "analyzer/semantics/item_diagnostic.h"

namespace braid::altru_semantics {
namespace {

constexpr int kMaxTypeDepth = 64;
constexpr int kMaxDefaults = 8;  // of parameters within defaults: `struct S[T = S]` has no end

ast::GenericParameterList generics_of(const ast::Ast& declaration) {
    return declaration ? declaration.child<ast::GenericParameterList>() : ast::GenericParameterList();
}

/// Whether the lower-level text of a bound can be asked without a query cycle: bounds of `parameter` as written.
ast::TypeBounds written_bounds(const ast::Ast& declaration, std::string_view parameter) {
    for (const ast::GenericParameter& g : generics_of(declaration).parameters())
        if (g.name() && g.name().text() == parameter && g.bounds()) return g.bounds();
    if (declaration)
        for (const ast::WherePredicate& p : declaration.child<ast::WhereClause>().predicates())
            if (p.type() && p.type().text() == parameter) return p.bounds();
    return {};
}

}  // namespace

Type scalar_named(std::string_view name) {
    using K = IntegerKind;
    struct Entry {
        std::string_view name;
        Type (*make)();
    };
    static constexpr std::array<Entry, 19> kScalars{{
        {"int", [] { return type::integer(K::I64); }},
        {"i8", [] { return type::integer(K::I8); }},
        {"i16", [] { return type::integer(K::I16); }},
        {"i32", [] { return type::integer(K::I32); }},
        {"i64", [] { return type::integer(K::I64); }},
        {"u8", [] { return type::integer(K::U8); }},
        {"u16", [] { return type::integer(K::U16); }},
        {"u32", [] { return type::integer(K::U32); }},
        {"u64", [] { return type::integer(K::U64); }},
        {"isize", [] { return type::integer(K::Isize); }},
        {"usize", [] { return type::integer(K::Usize); }},
        {"float", [] { return type::float_(64); }},
        {"f64", [] { return type::float_(64); }},
        {"f32", [] { return type::float_(32); }},
        {"bool", [] { return type::boolean(); }},
        {"char", [] { return type::character(); }},
        {"string", [] { return type::string(); }},
        {"never", [] { return type::never(); }},
        {"str", [] { return type::string(); }},
    }};
    for (const Entry& entry : kScalars)
        if (entry.name == name) return entry.make();
    return nullptr;
}

std::vector<Name> generic_names(QueryContext& context, ItemId item) {
    if (item == ItemId::None || kind_of(item) == ItemKind::File || kind_of(item) == ItemKind::Variant) return {};
    return *context.get<GenericNames>(item);
}

GenericNames::Value GenericNames::compute(QueryContext& context, const Key& item) {
    std::vector<Name> names;
    for (const ast::GenericParameter& g : generics_of(declaration_of(context, item)).parameters())
        if (g.name()) names.emplace_back(g.name().text());
    return names;
}

WhereBounds::Value WhereBounds::compute(QueryContext& context, const Key& function) {
    Value value;
    auto header = context.get<FunctionHeader>(function);
    if (!*header) return value;
    TypeLowering lowering(context, function, *header, nullptr);  // the declaration's own checks report
    for (const ast::WherePredicate& predicate : ast::FunctionDecl::cast(header->root()).where_clause().predicates()) {
        Type subject = lowering.lower(predicate.type());
        if (subject->is(TypeKind::Error) || (subject->is(TypeKind::Parameter) && subject->item == function)) continue;
        lowering.subject = subject;
        for (Type bound : lowering.bounds(predicate.bounds())) value.emplace_back(subject, bound);
    }
    return value;
}

ContractHeader::Value ContractHeader::compute(QueryContext& context, const Key& function) {
    auto whole = context.get<ItemSyntax>(function);
    if (!*whole) return {};
    auto tree = std::make_shared<const SyntaxTree>(whole->tree());
    std::vector<ItemTree::Hole> holes;
    for (const ast::Ast& statement : ast::FunctionDecl::cast(tree->root()).body().statements())
        holes.push_back({index_of(tree->root(), statement.node), statement.node.size()});
    return ItemTree(std::move(tree), std::move(holes));
}

FunctionHeader::Value FunctionHeader::compute(QueryContext& context, const Key& function) {
    auto whole = context.get<ItemSyntax>(function);
    if (!*whole) return {};
    auto tree = std::make_shared<const SyntaxTree>(whole->tree());
    std::vector<ItemTree::Hole> holes;
    if (ast::Block body = ast::FunctionDecl::cast(tree->root()).body())
        holes.push_back({index_of(tree->root(), body.node), body.node.size()});
    return ItemTree(std::move(tree), std::move(holes));
}

Type trait_self(QueryContext& context, ItemId trait) {
    return type::parameter(trait, uint32_t(generic_names(context, trait).size()), Name("Self"));
}

Type own_type(QueryContext& context, ItemId item) {
    std::vector<Type> arguments;
    auto names = generic_names(context, item);
    for (uint32_t i = 0; i < names.size(); ++i) arguments.push_back(type::parameter(item, i, names[i]));
    const Known& known = Known::get();
    (void)known;
    return type::nominal(item, std::move(arguments));
}

Type self_type(QueryContext& context, ItemId item) {
    for (; item != ItemId::None; item = parent_of(item)) {
        switch (kind_of(item)) {
            case ItemKind::Impl: {
                auto tree = context.get<ItemSyntax>(item);
                if (!*tree) return type::error();
                TypeLowering lowering(context, item, *tree, nullptr);
                auto impl = ast::ImplDecl::cast(tree->root());
                Type self = lowering.lower(impl.self_type());
                // What an `impl` adds to an actor works on its state, as the actor's own methods do.
                bool is_state = self->is(TypeKind::ActorHandle) && !impl.trait_type();
                return is_state ? type::nominal(self->item, self->arguments) : self;
            }
            case ItemKind::Trait: return trait_self(context, item);
            case ItemKind::Struct:
            case ItemKind::Enum:
            case ItemKind::Actor: return own_type(context, item);
            default: break;
        }
    }
    return nullptr;
}

ItemDiagnostic* TypeLowering::report(DiagnosticCode code, uint32_t node, std::string message) {
    if (!report_) return nullptr;
    return &report_->emplace_back(diagnostic(code, {item_, node}, std::move(message)));
}

Type TypeLowering::builtin_or_parameter(Name name) {
    for (ItemId owner = item_; owner != ItemId::None; owner = parent_of(owner)) {
        auto names = generic_names(context_, owner);
        for (uint32_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return type::parameter(owner, i, name);
        // A function inside a function or module does not see its surroundings' parameters.
        if (kind_of(owner) == ItemKind::Function && parent_of(owner) != ItemId::None &&
            kind_of(parent_of(owner)) == ItemKind::Function)
            break;
    }
    if (name.text() == "Self") return self_type(context_, item_);
    return nullptr;
}

Type TypeLowering::lower(const ast::Type& t) {
    if (!t) return type::error();
    if (++depth_ > kMaxTypeDepth) {
        --depth_;
        endless_ = true;
        return type::error();
    }
    Type result = type::error();
    switch (t.kind()) {
        case Kind::PathType: {
            ast::PathType path = t.as<ast::PathType>();
            std::vector<Type> arguments;
            for (const ast::Type& argument : path.arguments().types()) arguments.push_back(lower(argument));
            result = lower_path(path.segments(), std::move(arguments), tree_.node_of(t.node));
            break;
        }
        case Kind::ListType: result = type::list(lower(t.as<ast::ListType>().element())); break;
        case Kind::ArrayType: {
            ast::ArrayType array = t.as<ast::ArrayType>();
            uint64_t length = 0;
            if (ast::Expression e = array.length()) {
                std::string written(e.text()), digits;
                if (auto path = e.as<ast::PathExpr>()) {  // a constant whose value is a literal
                    std::vector<Name> names;
                    for (const SyntaxToken& segment : path.segments()) names.emplace_back(segment.text());
                    PathResolution constant = resolve_path(context_, enclosing_scope(item_), names, Want::Value);
                    if (constant.resolved == names.size() && constant.item != ItemId::None &&
                        kind_of(constant.item) == ItemKind::Constant)
                        written =
                            std::string(ast::ConstDecl::cast(declaration_of(context_, constant.item)).value().text());
                }
                for (char c : written)
                    if (c != '_') digits += c;
                auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
                if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
                    report(DiagnosticCode::TypeMismatch, tree_.node_of(e.node),
                           "the length of an array type must be a whole number literal; a length known at run time "
                           "makes a list `[T]`");
            }
            result = type::array(lower(array.element()), length);
            break;
        }
        case Kind::TupleType: {
            std::vector<Type> elements;
            for (const ast::Type& element : t.as<ast::TupleType>().elements()) elements.push_back(lower(element));
            result = type::tuple(std::move(elements));
            break;
        }
        case Kind::ParenType: result = lower(t.as<ast::ParenType>().inner()); break;
        case Kind::ReferenceType: {
            ast::ReferenceType reference = t.as<ast::ReferenceType>();
            result = type::reference(lower(reference.target()), reference.is_mut());
            break;
        }
        case Kind::FunctionType: result = lower_function(t.as<ast::FunctionType>(), 0); break;
        case Kind::UnionType: {
            std::vector<Type> members;
            for (const ast::Type& member : t.as<ast::UnionType>().members()) members.push_back(lower(member));
            result = type::union_of(std::move(members));
            break;
        }
        case Kind::ChannelType:
            result = type::nominal(Known::get().channel, {lower(t.as<ast::ChannelType>().element())});
            break;
        case Kind::DynType: {
            bool send = false;
            Type trait = nullptr;
            ast::TypeBounds written = t.as<ast::DynType>().bounds();
            for (Type bound : bounds(written)) {
                if (is_nominal(bound, Known::get().trait_send)) send = true;
                else if (!is_nominal(bound, Known::get().trait_sync) && !trait) trait = bound;
            }
            if (trait && trait->is(TypeKind::Nominal))
                result = with_bindings(type::dyn(trait->item, trait->arguments, send), written);
            else if (trait && trait->is(TypeKind::Function)) result = trait;
            break;
        }
        case Kind::BoundedType: {
            ast::BoundedType bounded = t.as<ast::BoundedType>();
            uint16_t flags = 0;
            for (Type bound : bounds(bounded.bounds()))
                if (is_nominal(bound, Known::get().trait_send)) flags = TypeSendBound;
            result = lower(bounded.type());
            if (flags && (result->is(TypeKind::Function) || result->is(TypeKind::Dyn))) {
                TypeData data = *result;
                data.flags |= flags;
                result = intern(std::move(data));
            }
            break;
        }
        case Kind::InferredType: {
            uint32_t node = tree_.node_of(t.node);
            if (infer) result = infer(node);
            else report(DiagnosticCode::AnnotationNeeded, node, "a type must be written here; `_` is for bodies");
            break;
        }
        default: break;
    }
    --depth_;
    return result;
}

Type TypeLowering::lower_function(const ast::FunctionType& function, uint16_t flags) {
    std::vector<Type> parameters;
    for (const ast::Type& parameter : function.parameters()) parameters.push_back(lower(parameter));
    Type result = function.result() ? lower(function.result()) : type::unit();
    if (function.is_async()) result = future_of(result);
    return type::function(std::move(parameters), result, flags);
}

/// `Self::Output` in the impl of `IndexMut` is what the impl of `Index` for the same type says.
ItemId TypeLowering::sibling_definition(ItemId impl, Name member) {
    auto self_text = [&](ItemId item) {
        auto tree = context_.get<ItemSyntax>(item);
        return *tree ? std::string(ast::ImplDecl::cast(tree->root()).self_type().text()) : std::string();
    };
    std::string own = self_text(impl);
    for (const auto& child : *context_.get<ItemChildren>(parent_of(impl))) {
        if (kind_of(child.item) != ItemKind::Impl || child.item == impl || self_text(child.item) != own) continue;
        ItemId definition = find_child(context_, child.item, member, ItemKind::TraitType);
        if (definition != ItemId::None) return definition;
    }
    return ItemId::None;
}

Type TypeLowering::associated(Type base, const SyntaxToken& name) {
    Name member(name.text());
    auto trait_with = [&](const std::vector<Type>& candidates) {
        for (Type bound : candidates) {
            if (!bound->is(TypeKind::Nominal) || kind_of(bound->item) != ItemKind::Trait) continue;
            if (find_child(context_, bound->item, member, ItemKind::TraitType) != ItemId::None) return bound->item;
        }
        return ItemId::None;
    };
    if (base->is(TypeKind::Parameter)) {
        ItemId owner = base->item;
        if (kind_of(owner) == ItemKind::Trait && base->text.text() == "Self") {
            if (find_child(context_, owner, member, ItemKind::TraitType) != ItemId::None)
                return type::projection(base, owner, member);
            auto tree = context_.get<ItemSyntax>(owner);
            TypeLowering inner(context_, owner, *tree, nullptr);
            ItemId super = trait_with(inner.bounds(ast::TraitDecl::cast(tree->root()).supertraits()));
            return super == ItemId::None ? nullptr : type::projection(base, super, member);
        }
        auto tree = context_.get<ItemSyntax>(owner);
        if (!*tree) return nullptr;
        TypeLowering inner(context_, owner, *tree, nullptr);
        ItemId trait = trait_with(inner.bounds(written_bounds(ast::Ast(tree->root()), base->text.text())));
        return trait == ItemId::None ? nullptr : type::projection(base, trait, member);
    }
    // `Self::Item` in an impl, `Stack::Item`: from the impl that surrounds us, if its self type is this one.
    for (ItemId owner = item_; owner != ItemId::None; owner = parent_of(owner)) {
        if (kind_of(owner) != ItemKind::Impl) continue;
        ItemId definition = find_child(context_, owner, member, ItemKind::TraitType);
        if (definition == ItemId::None) definition = sibling_definition(owner, member);
        if (definition == ItemId::None) return nullptr;
        auto tree = context_.get<ItemSyntax>(definition);
        TypeLowering inner(context_, definition, *tree, nullptr);
        Type said = inner.lower(ast::TypeAliasDecl::cast(tree->root()).type());
        ItemId other = parent_of(definition);
        if (other == owner) return said;
        std::vector<Type> own;  // the sibling's parameters by the names they have here
        for (Name parameter : generic_names(context_, other)) {
            Type here = builtin_or_parameter(parameter);
            own.push_back(here ? here : type::error());
        }
        return substitute(said, other, own);
    }
    return nullptr;
}

Type TypeLowering::lower_path(const std::vector<SyntaxToken>& segments, std::vector<Type> arguments, uint32_t node) {
    if (segments.empty()) return type::error();
    std::string_view first = segments[0].text();
    if (segments.size() == 1) {
        if (Type t = builtin_or_parameter(Name(first))) {
            if (resolved && t->is(TypeKind::Nominal)) resolved(tree_.node_of(segments[0]), t->item, t);
            if (!arguments.empty() && first != "Self")
                report(DiagnosticCode::WrongTypeArguments, node,
                       "`" + std::string(first) + "` takes no type arguments");
            return t;
        }
        if (first == "vec" || first == "list" || first == "List" || first == "Vec") {
            ItemId own = lookup_name(context_, enclosing_scope(item_), Name(first), Want::Type);
            if ((own == ItemId::None || is_std_item(own)) && (first == "vec" || arguments.size() == 1)) {
                if (arguments.empty() && infer) return type::list(infer(node));
                if (arguments.size() == 1) return type::list(arguments[0]);
                report(DiagnosticCode::WrongTypeArguments, node, "`vec` takes one type argument: `vec[int]`");
                return type::error();
            }
        }
    }
    std::vector<Name> names;
    for (const SyntaxToken& segment : segments) names.emplace_back(segment.text());
    if (segments.size() == 2)
        if (Type base = builtin_or_parameter(names[0]))
            if (Type t = associated(base, segments[1])) return t;
    PathResolution path = resolve_path(context_, enclosing_scope(item_), names, Want::Type);
    if (resolved)
        for (size_t i = 0; i < path.steps.size(); ++i)
            if (path.steps[i] != ItemId::None) resolved(tree_.node_of(segments[i]), path.steps[i], nullptr);
    if (path.hidden) {
        ItemId item = path.steps[*path.hidden];
        const SyntaxToken& segment = segments[*path.hidden];
        if (auto* d =
                report(DiagnosticCode::PrivateAccess, tree_.node_of(segment), private_message(item, segment.text()))) {
            d->related.push_back({Place{item, 0}, "declared here"});
            if (auto fix = publish(context_, item)) d->fixes.push_back(std::move(*fix));
        }
    }
    if (path.resolved == names.size() && path.item != ItemId::None)
        if (Type t = instantiate(path.item, arguments, node)) return t;
    if (segments.size() == 1)
        if (Type scalar = scalar_named(first)) {
            if (!arguments.empty())
                report(DiagnosticCode::WrongTypeArguments, node,
                       "`" + std::string(first) + "` takes no type arguments");
            return scalar;
        }
    size_t bad = std::min(path.resolved, segments.size() - 1);
    if (names[0].text() == "std" && bad == 0) bad = 1;
    bad = std::min(bad, segments.size() - 1);
    std::string what(segments[bad].text());
    if (is_import_missing(context_, enclosing_scope(item_), names[0]) || is_without_file(context_, path.item))
        return type::error();
    if (auto* foreign = bad == 0 ? foreign_name(what, ForeignPlace::Type) : nullptr) {
        if (auto* diagnostic = report(DiagnosticCode::UnresolvedName, tree_.node_of(segments[bad]), ""))
            describe_foreign(*diagnostic, *foreign);
        return type::error();
    }
    std::vector<std::string> candidates = visible_names(context_, enclosing_scope(item_), what);
    for (const char* scalar :
         {"int", "float", "bool", "char", "string", "i32", "u8", "u32", "u64", "f64", "f32", "usize"})
        candidates.emplace_back(scalar);
    for (Name generic : generic_names(context_, item_)) candidates.emplace_back(generic.text());
    ItemId scope = enclosing_scope(item_);
    std::erase_if(candidates, [&](const std::string& name) {
        bool is_function = lookup_name(context_, scope, Name(name), Want::Value) != ItemId::None;
        return is_function && lookup_name(context_, scope, Name(name), Want::Type) == ItemId::None;
    });
    std::string near = bad == 0 ? nearest_name(what, candidates) : "";
    std::string message = bad == 0 ? "there is no type `" + what + "` here"
                                   : "`" + std::string(segments[bad - 1].text()) + "` has no type `" + what + "`";
    if (!near.empty()) message += "; did you mean `" + near + "`?";
    if (auto* diagnostic = report(DiagnosticCode::UnresolvedName, tree_.node_of(segments[bad]), message);
        diagnostic && !near.empty())
        diagnostic->fixes.push_back(
            {"Change to `" + near + "`", {{diagnostic->location, ItemDiagnostic::FixEdit::Replace, near}}});
    return type::error();
}

Type TypeLowering::instantiate(ItemId item, std::vector<Type> arguments, uint32_t node) {
    const Known& known = Known::get();
    switch (kind_of(item)) {
        case ItemKind::Struct:
            if (item == known.actor) {
                if (arguments.size() == 1 &&
                    (arguments[0]->is(TypeKind::ActorHandle) || arguments[0]->is(TypeKind::Parameter)))
                    return arguments[0]->is(TypeKind::ActorHandle) ? arguments[0] : type::nominal(item, arguments);
                if (arguments.size() != 1)
                    report(DiagnosticCode::WrongTypeArguments, node,
                           "`Actor` takes one type argument, an actor: `Actor[Counter]`");
                return arguments.size() == 1 ? type::nominal(item, arguments) : type::error();
            }
            [[fallthrough]];
        case ItemKind::Enum: {
            arguments = complete_arguments(item, std::move(arguments), node);
            check_bounds(item, arguments, node);
            return type::nominal(item, std::move(arguments));
        }
        case ItemKind::Trait: return type::nominal(item, complete_arguments(item, std::move(arguments), node));
        case ItemKind::Actor: return type::actor_handle(item, complete_arguments(item, std::move(arguments), node));
        case ItemKind::TypeAlias: {
            auto names = generic_names(context_, item);
            Type target = *context_.get<ValueTypeOf>(item);
            return substitute(target, item, complete_arguments(item, std::move(arguments), node));
        }
        default: return nullptr;
    }
}

/// What a type asks of its arguments, where they are known. Send and Sync are left to the checks.
void TypeLowering::check_bounds(ItemId item, const std::vector<Type>& arguments, uint32_t node) {
    if (!report_ || arguments.empty() || is_std_item(item_)) return;
    auto definition = context_.get<DefinitionOf>(item);
    for (size_t i = 0; i < arguments.size() && i < definition->generics.size(); ++i) {
        if (arguments[i]->flags & (TypeHasParameter | TypeHasInference | TypeHasError)) continue;
        for (Type bound : definition->generics[i].bounds) {
            if (!bound->is(TypeKind::Nominal)) continue;
            InferenceTable table;
            TraitSolver solver(context_, table);
            if (solver.satisfies(arguments[i], substitute(bound, item, arguments)) != TraitSolver::Answer::No) continue;
            std::string name(name_of(item).text());
            auto* d =
                report(DiagnosticCode::BoundNotMet, node,
                       "`" + print_type(arguments[i]) + "` does not implement `" + print_type(bound) + "`, which `" +
                           name + "` asks of `" + std::string(definition->generics[i].name.text()) + "`");
            if (d) d->related.push_back({Place{item, definition->generics[i].node}, "the bound is declared here"});
        }
    }
}

std::vector<Type> TypeLowering::complete_arguments(ItemId item, std::vector<Type> given, uint32_t node) {
    auto tree = context_.get<ItemSyntax>(item);
    if (!*tree) return given;
    std::vector<ast::GenericParameter> parameters;
    for (const ast::GenericParameter& p : generics_of(ast::Ast(tree->root())).parameters())
        if (p.name()) parameters.push_back(p);
    if (given.size() > parameters.size()) {
        std::string name(name_of(item).text());
        report(DiagnosticCode::WrongTypeArguments, node,
               parameters.empty() ? "`" + name + "` takes no type arguments"
                                  : "`" + name + "` takes " + std::to_string(parameters.size()) + " type argument" +
                                        (parameters.size() == 1 ? "" : "s") + ", not " + std::to_string(given.size()));
        given.resize(parameters.size());
        return given;
    }
    bool reported = false;
    bool is_trait = kind_of(item) == ItemKind::Trait;
    if (!given.empty() && !is_trait && given.size() < parameters.size() && !parameters[given.size()].default_type()) {
        std::string list;
        for (const ast::GenericParameter& p : parameters)
            list += (list.empty() ? "" : ", ") + std::string(p.name().text());
        std::string name(name_of(item).text());
        report(DiagnosticCode::WrongTypeArguments, node,
               "`" + name + "` takes " + std::to_string(parameters.size()) + " type arguments, not " +
                   std::to_string(given.size()) + ": `" + name + "[" + list + "]`");
        given.resize(parameters.size(), type::error());
        return given;
    }
    for (size_t i = given.size(); i < parameters.size(); ++i) {
        // In a body what is left off is inferred, defaults included; in a signature defaults count.
        if (infer) {
            given.push_back(infer(node));
            continue;
        }
        if (is_trait && said_by_members)
            if (Type said = said_by_members(Name(parameters[i].name().text()))) {
                given.push_back(said);
                continue;
            }
        if (ast::Type written = parameters[i].default_type()) {
            TypeLowering inner(context_, item, *tree, nullptr);
            inner.depth_ = depth_ + kMaxTypeDepth / kMaxDefaults;
            std::vector<Type> arguments = given;
            arguments.resize(parameters.size(), type::error());
            if (is_trait) arguments.push_back(subject ? subject : type::error());
            given.push_back(substitute(inner.lower(written), item, arguments));
            endless_ = endless_ || inner.endless_;
            continue;
        }
        if (!reported)
            report(DiagnosticCode::AnnotationNeeded, node,
                   "`" + std::string(name_of(item).text()) + "` needs its type arguments here: `" +
                       std::string(name_of(item).text()) + "[…]`");
        reported = true;
        given.push_back(type::error());
    }
    return given;
}

std::vector<Type> TypeLowering::bounds(const ast::TypeBounds& written) {
    std::vector<Type> result;
    if (!written) return result;
    for (const ast::Type& bound : written.bounds()) {
        Type t = lower(bound);
        if (t->is(TypeKind::Error)) {  // kept: it silences what the parameter lacks
            result.push_back(t);
            continue;
        }
        bool trait = t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Trait;
        if (trait && report_) check_bindings(bound.as<ast::PathType>(), t->item);
        if (trait || t->is(TypeKind::Function)) {
            result.push_back(t);
        } else {
            report(DiagnosticCode::WrongTypeArguments, tree_.node_of(bound.node),
                   "`" + print_type(t) + "` is no trait; a bound names traits");
        }
    }
    return result;
}

std::vector<GenericParameter> TypeLowering::generics(const ast::GenericParameterList& list,
                                                     const ast::WhereClause& where) {
    std::vector<GenericParameter> result;
    for (const ast::GenericParameter& written : list.parameters()) {
        if (!written.name()) continue;  // a lifetime
        GenericParameter parameter;
        parameter.name = Name(written.name().text());
        parameter.node = tree_.node_of(written.name());
        subject = type::parameter(item_, uint32_t(result.size()), parameter.name);
        parameter.bounds = bounds(written.bounds());
        if (ast::Type standard = written.default_type()) {
            parameter.default_type = lower(standard);
            if (std::exchange(endless_, false))
                report(DiagnosticCode::InfiniteType, tree_.node_of(standard.node),
                       "the default of `" + std::string(parameter.name.text()) +
                           "` needs itself: it would be written out without end");
        }
        result.push_back(std::move(parameter));
    }
    for (const ast::WherePredicate& predicate : where.predicates()) {
        std::string_view constrained = predicate.type() ? predicate.type().text() : std::string_view();
        if (predicate.type()) subject = lower(predicate.type());
        std::vector<Type> more = bounds(predicate.bounds());
        for (GenericParameter& parameter : result)
            if (parameter.name.text() == constrained)
                parameter.bounds.insert(parameter.bounds.end(), more.begin(), more.end());
    }
    subject = nullptr;
    return result;
}

}  // namespace braid::altru_semantics
