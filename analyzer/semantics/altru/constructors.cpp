#include "analyzer/semantics/altru/builder.h"

// Generated `new`, and the defaults of fields and parameters where they are used.
namespace braid::altru_semantics {

using namespace hir;

/// `Name::new(field, …)` of a struct or actor that does not write its own.
ExprId BodyBuilder::call_generated_new(const ast::CallExpr& e, Type self) {
    uint32_t node = node_of(e);
    bool is_actor = self->is(TypeKind::ActorHandle);
    ItemId owner = self->item;
    Type state = is_actor ? type::nominal(owner, self->arguments) : self;
    auto definition = context_.get<DefinitionOf>(owner);
    if (auto path = e.callee().as<ast::PathExpr>()) resolution(path.segments().back(), owner, self);
    std::vector<FormalParameter> parameters;
    for (const FieldInfo& field : definition->fields)
        parameters.push_back({field.name, substitute(field.type, owner, self->arguments), field.has_default});
    // Nobody else reaches an actor's fields anyway: its `pub` is about messages.
    if (auto hidden = is_actor ? std::nullopt : check_generated_new_access(e, *definition))
        parameters[*hidden].has_default = true;
    auto default_of = [&](size_t i) {
        const FieldInfo& field = definition->fields[i];
        return field.has_default ? default_field(owner, field, parameters[i].type, node) : error_expr(node);
    };
    Aggregate aggregate{AggregateKind::Struct, owner, {}, {}};
    auto matched = match_arguments(e.arguments(), parameters, node, "`" + std::string(name_of(owner).text()) + "::new`",
                                   default_of, nullptr);
    aggregate.operands = std::move(matched.values);
    aggregate.order = std::move(matched.order);
    ExprId value = emit(std::move(aggregate), state, node);
    return is_actor ? actor_start(value, self, node) : value;
}

/// Elsewhere than in its module a generated `new` takes the fields that are let out, and the others need a default.
/// Gives the field for whose sake it cannot be called at all.
std::optional<size_t> BodyBuilder::check_generated_new_access(const ast::CallExpr& e,
                                                              const TypeDefinition& definition) {
    auto hidden = [&](const FieldInfo& field) { return !may_use_member(context_, field.item, scope_item_); };
    std::vector<bool> given(definition.fields.size());
    size_t position = 0;
    for (const ast::Argument& argument : e.arguments()) {
        size_t i = position;
        if (argument.name()) {
            for (i = 0; i < given.size() && definition.fields[i].name.text() != argument.name().text();) ++i;
        } else {
            ++position;
        }
        if (i >= given.size()) continue;
        given[i] = true;
        if (!hidden(definition.fields[i])) continue;
        auto& d =
            error(DiagnosticCode::PrivateAccess, argument.name() ? node_of(argument.name()) : node_of(argument.value()),
                  private_message(definition.fields[i].item, definition.fields[i].name.text()));
        d.related.push_back({Place{definition.fields[i].item, 0}, "declared here"});
    }
    for (size_t i = 0; i < given.size(); ++i) {
        const FieldInfo& field = definition.fields[i];
        if (given[i] || field.has_default || !hidden(field)) continue;
        std::string name(field.name.text());
        auto path = e.callee().as<ast::PathExpr>();
        auto& d = error(DiagnosticCode::PrivateAccess, path ? node_of(path.segments().back()) : node_of(e.callee()),
                        "only the module of `" + std::string(name_of(parent_of(field.item)).text()) +
                            "` can call its generated `new`: the field `" + name +
                            "` is private and has no default; a `pub fn new` in an `impl` lets others make one");
        d.related.push_back({Place{field.item, 0}, "`" + name + "` is declared here"});
        return i;
    }
    return std::nullopt;
}

ExprId BodyBuilder::actor_start(ExprId state, Type handle, uint32_t node) {
    ItemId start = std_item(ItemKind::Function, "actor", "start");
    return emit(Call{DirectCallee{start, {type_of(state)}, nullptr}, {state}}, handle, node);
}

/// A default expression is checked once more where it is used, in a scope of its own: it may only name items.
ExprId BodyBuilder::default_argument(ItemId function, size_t index, Type expected, uint32_t node) {
    auto header = context_.get<FunctionHeader>(function);
    if (!*header) return error_expr(node);
    auto parameters = ast::FunctionDecl::cast(header->root()).parameters();
    if (index >= parameters.size()) return error_expr(node);
    return default_expression(function, *header, parameters[index].default_value(), expected, node);
}

ExprId BodyBuilder::default_field(ItemId owner, const FieldInfo& field, Type expected, uint32_t node) {
    auto tree = context_.get<ItemSyntax>(owner);
    if (!*tree) return error_expr(node);
    for (const ast::FieldDecl& declared : ast::Ast(tree->root()).child<ast::MemberList>().fields())
        if (declared.name() && declared.name().text() == field.name.text())
            return default_expression(owner, *tree, declared.default_value(), expected, node);
    return error_expr(node);
}

/// Makes something of the syntax of another item as if it stood at `node` here. `names` is all that it sees beside
/// items. Its problems are reported where it is written; here they only silence.
ExprId BodyBuilder::elsewhere(ItemId owner, const ItemTree& tree, std::vector<std::pair<Name, LocalId>> names,
                              uint32_t node, const std::function<ExprId()>& make) {
    size_t diagnostics = body().diagnostics.size(), resolutions = body().resolutions.size(),
           first = body().expressions.size();
    size_t first_pattern = body().patterns.size(), first_local = body().locals.size();
    ItemTree own_tree = std::move(tree_);
    ItemId own_scope = scope_item_;
    auto own_names = std::exchange(scope_, std::move(names));
    tree_ = owner == item_ ? own_tree : tree;
    if (owner != item_) scope_item_ = enclosing_scope(owner);
    ExprId value = make();
    scope_ = std::move(own_names);
    scope_item_ = own_scope;
    tree_ = std::move(own_tree);
    body().diagnostics.resize(diagnostics);
    body().resolutions.resize(resolutions);
    for (size_t i = first; i < body().expressions.size(); ++i) body().expressions[i].node = node;
    for (size_t i = first_pattern; i < body().patterns.size(); ++i) body().patterns[i].node = node;
    for (size_t i = first_local; i < body().locals.size(); ++i) body().locals[i].node = node;
    return value;
}

ExprId BodyBuilder::default_expression(ItemId owner, const ItemTree& tree, const ast::Expression& e, Type expected,
                                       uint32_t node) {
    return elsewhere(owner, tree, {}, node, [&] { return coerce(check(e, expected), expected, node_of(e)); });
}

}  // namespace braid::altru_semantics
