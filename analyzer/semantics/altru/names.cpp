#include <algorithm>

#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/altru/foreign_names.h"
#include "analyzer/semantics/altru/std_modules.h"
#include "analyzer/semantics/altru/visibility.h"

// Names in bodies: locals, items by path, associated functions.
namespace braid::altru_semantics {

LocalId BodyBuilder::declare(Name name, Type type, uint32_t node, bool is_mutable) {
    LocalInfo info;
    info.name = name;
    info.type = type;
    info.node = node;
    info.is_mutable = is_mutable;
    info.function = functions_.empty() ? BodyFunctionId{} : function().id;
    body().locals.push_back(info);
    local_reads_.push_back(0);
    LocalId id = LocalId(body().locals.size() - 1);
    if (!name.empty()) scope_.emplace_back(name, id);
    return id;
}

std::optional<LocalId> BodyBuilder::find_local(Name name) const {
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it)
        if (it->first == name) return it->second;
    return std::nullopt;
}

ExprId BodyBuilder::local_ref(LocalId local, uint32_t node) {
    ++local_reads_[uint32_t(local)];
    LocalInfo& info = body().locals[uint32_t(local)];
    if (info.function != function().id) info.is_captured = true;
    return emit(hir::LocalRef{local}, info.type, node);
}

Type BodyBuilder::self_type_of(ItemId item, std::vector<Type> arguments, uint32_t node) {
    if (kind_of(item) == ItemKind::TypeAlias) return types_.instantiate(item, std::move(arguments), node);
    if (kind_of(item) == ItemKind::Trait) return nullptr;
    return types_.instantiate(item, std::move(arguments), node);
}

std::optional<BodyBuilder::Named> BodyBuilder::find_associated(Type self, const SyntaxToken& name) {
    Name wanted(name.text());
    self = table_.shallow(self);
    Named named;
    named.kind = Named::AssociatedFunction;
    named.self = self;
    named.token = name;
    if (self->is(TypeKind::ActorHandle)) {
        ItemId found = find_child(context_, self->item, wanted, ItemKind::Function);
        if (found != ItemId::None) {
            named.item = found;
            named.parent_arguments = self->arguments;
            return named;
        }
        if (wanted.text() == "new") return named;
    }
    auto candidates = context_.get<MethodsOf>({wanted, head_of(table_.shallow(self))});
    for (bool inherent : {true, false}) {
        for (const auto& candidate : *candidates) {
            if ((kind_of(candidate.parent) == ItemKind::Impl) != inherent) continue;
            auto before = table_.snapshot();
            if (inherent) {
                auto info = context_.get<ImplOf>(candidate.parent);
                if (!info->self || info->self->is(TypeKind::Parameter)) continue;
                std::vector<Type> arguments = traits_.fresh_arguments(candidate.parent);
                if (!table_.unify(substitute(info->self, candidate.parent, arguments), self)) {
                    table_.rollback(before);
                    continue;
                }
                named.parent_arguments = std::move(arguments);
            } else {
                std::vector<Type> arguments = traits_.fresh_arguments(candidate.parent);
                if (traits_.satisfies(self, type::nominal(candidate.parent, arguments)) != TraitSolver::Answer::Yes) {
                    table_.rollback(before);
                    continue;
                }
                named.parent_arguments = std::move(arguments);
            }
            named.item = candidate.function;
            return named;
        }
    }
    bool plain_struct = self->is(TypeKind::Nominal) && kind_of(self->item) == ItemKind::Struct &&
                        !context_.get<DefinitionOf>(self->item)->is_native;
    if (wanted.text() == "new" && plain_struct) return named;
    return std::nullopt;
}

std::vector<Type> BodyBuilder::lower_type_arguments(const std::vector<ast::Expression>& arguments) {
    std::vector<Type> result;
    for (const ast::Expression& argument : arguments) result.push_back(expression_as_type(argument));
    return result;
}

/// Type arguments are parsed as expressions where both may stand.
Type BodyBuilder::expression_as_type(const ast::Expression& e) {
    if (!e) return type::error();
    if (auto t = e.as<ast::TypeExpr>()) return types_.lower(t.type());
    if (auto p = e.as<ast::ParenExpr>()) return expression_as_type(p.inner());
    if (auto p = e.as<ast::PathExpr>()) {
        if (p.segments().size() == 1 && p.segments()[0].text() == "_") return fresh(node_of(e));
        return types_.lower_path(p.segments(), {}, node_of(e));
    }
    if (auto l = e.as<ast::ListExpr>(); l && l.elements().size() == 1)
        return type::list(expression_as_type(l.elements()[0]));
    if (auto t = e.as<ast::TupleExpr>()) {
        std::vector<Type> elements;
        for (const ast::Expression& element : t.elements()) elements.push_back(expression_as_type(element));
        return type::tuple(std::move(elements));
    }
    if (auto i = e.as<ast::IndexExpr>()) {
        std::vector<Type> arguments = lower_type_arguments(i.arguments());
        if (auto p = i.base().as<ast::PathExpr>())
            return types_.lower_path(p.segments(), std::move(arguments), node_of(e));
    }
    if (auto b = e.as<ast::BorrowExpr>()) return type::reference(expression_as_type(b.operand()), b.is_mut());
    if (auto b = e.as<ast::BinaryExpr>(); b && b.op() == Kind::Pipe)
        return type::union_of({expression_as_type(b.left()), expression_as_type(b.right())});
    error(DiagnosticCode::TypeMismatch, node_of(e), "a type is expected here");
    return type::error();
}

void BodyBuilder::report_private(ItemId item, const SyntaxToken& name) {
    Place at{item_, node_of(name)};
    // A path may be looked at twice, as a callee and as a value.
    for (const ItemDiagnostic& known : body().diagnostics)
        if (known.code == DiagnosticCode::PrivateAccess && known.location == at) return;
    auto& d = error(DiagnosticCode::PrivateAccess, at.node, private_message(item, name.text()));
    d.related.push_back({Place{item, 0}, "declared here"});
    if (auto fix = publish(context_, item)) d.fixes.push_back(std::move(*fix));
}

void BodyBuilder::check_access(ItemId member, const SyntaxToken& name) {
    if (member != ItemId::None && !may_use_member(context_, member, scope_item_)) report_private(member, name);
}

void BodyBuilder::report_hidden(const PathResolution& path, const std::vector<SyntaxToken>& segments) {
    if (path.hidden && *path.hidden < segments.size()) report_private(path.steps[*path.hidden], segments[*path.hidden]);
}

BodyBuilder::Named BodyBuilder::resolve_named(const std::vector<SyntaxToken>& segments, bool report) {
    Named named;
    if (segments.empty()) return named;
    named.token = segments.back();
    std::vector<Name> names;
    for (const SyntaxToken& segment : segments) names.emplace_back(segment.text());
    if (segments.size() == 1) {
        ItemId item = lookup_name(context_, scope_item_, names[0], Want::Value);
        if (item == ItemId::None) return named;
        named.kind = Named::Item;
        named.item = item;
        return named;
    }
    auto associated = [&](Type self) -> bool {
        if (!self || self->is(TypeKind::Error)) {
            named.kind = Named::Error;
            return true;
        }
        auto found = find_associated(self, segments.back());
        if (!found) {
            if (!report) return false;
            std::string type_name = show(self), member(segments.back().text());
            bool is_enum = self->is(TypeKind::Nominal) && kind_of(self->item) == ItemKind::Enum;
            auto& d = error(DiagnosticCode::MissingMember, node_of(segments.back()),
                            "`" + type_name + "` has no " + (is_enum ? "variant" : "function") + " `" + member + "`");
            std::string near = nearest_name(member, member_names(self));
            if (!near.empty()) {
                d.message += "; did you mean `" + near + "`?";
                d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
            }
            named.kind = Named::Error;
            return true;
        }
        named = *found;
        check_access(named.item, segments.back());
        return true;
    };
    if (segments.size() == 2) {
        if (Type t = types_.builtin_or_parameter(names[0])) {
            if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Enum) {
                ItemId variant = find_child(context_, t->item, names[1], ItemKind::Variant);
                if (variant != ItemId::None) {
                    named.kind = Named::Item;
                    named.item = variant;
                    named.type_arguments = t->arguments;
                    named.has_type_arguments = true;
                    return named;
                }
            }
            if (t->is(TypeKind::Nominal) && kind_of(t->item) == ItemKind::Actor)
                t = type::actor_handle(t->item, t->arguments);
            if (associated(t)) return named;
        }
        Type scalar = scalar_named(names[0].text());
        if (names[0].text() == "vec" || names[0].text() == "list") scalar = nullptr;
        bool shadowed = lookup_in_scope(context_, scope_item_, names[0], Want::Any) != ItemId::None;
        if (scalar && !shadowed) {
            // `string` and `number` are modules too; `math::…` and the like go on below.
            if (auto found = find_associated(scalar, segments.back())) return *found;
            if (associated(scalar)) return named;
        }
        if ((names[0].text() == "vec" || names[0].text() == "Vec") && !shadowed)
            if (associated(type::list(fresh(node_of(segments[0]))))) return named;
    }
    PathResolution path = resolve_path(context_, scope_item_, names, Want::Value);
    for (size_t i = 0; i < path.steps.size() && i + 1 < segments.size(); ++i)
        if (path.steps[i] != ItemId::None) resolution(segments[i], path.steps[i], nullptr);
    report_hidden(path, segments);
    if (path.resolved == names.size() && path.item != ItemId::None) {
        named.kind = Named::Item;
        named.item = path.item;
        return named;
    }
    if (path.resolved + 1 == names.size() && path.item != ItemId::None && is_type_item(kind_of(path.item))) {
        if (kind_of(path.item) == ItemKind::Trait) {
            ItemId function = find_child(context_, path.item, names.back(), ItemKind::Function);
            if (function != ItemId::None) {
                named.kind = Named::AssociatedFunction;
                named.item = function;
                named.self = fresh(node_of(segments[0]));
                named.parent_arguments = traits_.fresh_arguments(path.item);
                return named;
            }
        }
        Type self = self_type_of(path.item, {}, node_of(segments[segments.size() - 2]));
        if (self && associated(self)) return named;
        if (report && kind_of(path.item) == ItemKind::Trait && names.back().text() == "new") {
            report_abstract(path.item, node_of(segments[segments.size() - 2]));
            named.kind = Named::Error;
            return named;
        }
    }
    if (!report) return named;
    size_t bad = std::min(path.resolved, segments.size() - 1);
    if (names[0].text() == "std" && bad == 0) bad = 1;
    bad = std::min(bad, segments.size() - 1);
    if (bad == 0) {
        report_unresolved_name(segments[0], false);
    } else if (!is_without_file(context_, path.item)) {
        std::vector<std::string> candidates;
        if (path.item != ItemId::None)
            for (const auto& child : *context_.get<ItemChildren>(module_contents(context_, path.item)))
                candidates.emplace_back(name_of(child.item).text());
        std::string what(segments[bad].text()), near = nearest_name(what, candidates);
        bool is_enum = path.item != ItemId::None && kind_of(path.item) == ItemKind::Enum;
        auto& d =
            error(is_enum ? DiagnosticCode::MissingMember : DiagnosticCode::UnresolvedName, node_of(segments[bad]),
                  "`" + std::string(segments[bad - 1].text()) + "` has no " + (is_enum ? "variant" : "item") + " `" +
                      what + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
        if (!near.empty())
            d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
    }
    named.kind = Named::Error;
    return named;
}

/// A value of a trait is a value of some type that implements it.
void BodyBuilder::report_abstract(ItemId trait, uint32_t node) {
    std::string name(name_of(trait).text());
    auto& d = error(DiagnosticCode::AbstractInstantiation, node,
                    "`" + name + "` is a trait and has no values of its own; make one of a type that implements it");
    d.related.push_back({Place{trait, 0}, "declared here"});
}

BodyBuilder::Named BodyBuilder::resolve_callee(const ast::Expression& e) {
    if (auto path = e.as<ast::PathExpr>()) {
        auto segments = path.segments();
        if (segments.size() == 1)
            if (find_local(Name(segments[0].text()))) {
                Named named;
                named.kind = Named::Local;
                named.token = segments[0];
                return named;
            }
        return resolve_named(segments, true);
    }
    if (auto index = e.as<ast::IndexExpr>()) {
        auto path = index.base().as<ast::PathExpr>();
        auto scoped = index.base().as<ast::ScopedExpr>();
        if (path) {
            auto segments = path.segments();
            if (segments.size() == 1 && find_local(Name(segments[0].text()))) return {};
            Named named = resolve_named(segments, false);
            if (named.item != ItemId::None &&
                (kind_of(named.item) == ItemKind::Constant || kind_of(named.item) == ItemKind::Static))
                return {};  // an element of its value
            if (named.kind == Named::Item || named.kind == Named::AssociatedFunction) {
                named.type_arguments = lower_type_arguments(index.arguments());
                named.has_type_arguments = true;
            }
            return named;
        }
        if (scoped) {
            Named named = resolve_callee(index.base());
            if (named.kind == Named::AssociatedFunction || named.kind == Named::Item) {
                named.type_arguments = lower_type_arguments(index.arguments());
                named.has_type_arguments = true;
            }
            return named;
        }
    }
    if (auto scoped = e.as<ast::ScopedExpr>()) {
        // `Stack[int]::new`, `map[string, int]::new`, `Option[int]::None`
        Type self = expression_as_type(scoped.base());
        Named named;
        named.kind = Named::Error;
        if (self->is(TypeKind::Error) || !scoped.name()) return named;
        if (self->is(TypeKind::Nominal) && kind_of(self->item) == ItemKind::Enum) {
            ItemId variant = find_child(context_, self->item, Name(scoped.name().text()), ItemKind::Variant);
            if (variant != ItemId::None) {
                named.kind = Named::Item;
                named.item = variant;
                named.type_arguments = self->arguments;
                named.has_type_arguments = true;
                named.token = scoped.name();
                return named;
            }
        }
        if (auto found = find_associated(self, scoped.name())) {
            check_access(found->item, scoped.name());
            return *found;
        }
        error(DiagnosticCode::MissingMember, node_of(scoped.name()),
              "`" + show(self) + "` has no function `" + std::string(scoped.name().text()) + "`");
        return named;
    }
    return {};
}

namespace {

const ForeignName* find_foreign(std::string_view name, bool is_call) {
    if (is_call)
        if (auto* found = foreign_name(name, ForeignPlace::Call)) return found;
    if (auto* found = foreign_name(name, ForeignPlace::Value)) return found;
    return foreign_name(name, ForeignPlace::Type);
}

}  // namespace

/// `math.sqrt(2.0)`
bool BodyBuilder::report_module_as_value(const SyntaxToken& token) {
    SyntaxNode node = token.parent();
    while (node && altru::to_kind(node.kind()) != Kind::FieldExpr && node.first_token() == token) node = node.parent();
    auto field = ast::FieldExpr::cast(node);
    SyntaxToken dot = field ? ast::Ast(node).token(Kind::Dot) : SyntaxToken();
    if (!field || !field.name() || !dot || node.first_token() != token) return false;
    const Name name(token.text());
    bool is_module = false;
    for (std::string_view known : std_module_names()) is_module |= known == name.text();
    for (ItemId scope = scope_item_; scope != ItemId::None && !is_module; scope = parent_of(scope))
        is_module = find_child(context_, scope, name, ItemKind::Module) != ItemId::None;
    if (!is_module) return false;
    auto& d = error(DiagnosticCode::UnresolvedName, node_of(token),
                    "`" + std::string(name.text()) + "` is a module; what is in it is written `" +
                        std::string(name.text()) + "::" + std::string(field.name().text()) + "`");
    d.fixes.push_back({"Write `::`", {{{item_, node_of(dot)}, ItemDiagnostic::FixEdit::Replace, "::"}}});
    return true;
}

void BodyBuilder::report_unresolved_name(const SyntaxToken& token, bool is_call) {
    std::string name(token.text());
    uint32_t node = node_of(token);
    if (name == "super") {
        error(DiagnosticCode::UnresolvedName, node, no_outer_module(item_));
        return;
    }
    if (is_import_missing(context_, scope_item_, Name(name))) return;
    // A function that names a local of the script body.
    ItemId file = file_item(file_of(item_));
    if (kind_of(item_) != ItemKind::File) {
        for (const auto& [local, local_node] : *context_.get<ScriptLocals>(file)) {
            if (local.text() != name) continue;
            auto& d = error(
                DiagnosticCode::MutableGlobal, node,
                "`" + name +
                    "` is a local of the script body; a function cannot use it. Pass it as a parameter, or make it a "
                    "`static` with a lock or an atomic");
            d.related.push_back({{file, local_node}, "`" + name + "` is bound here"});
            return;
        }
    }
    if (report_module_as_value(token)) return;
    if (auto* foreign = find_foreign(name, is_call)) {
        auto& d = error(DiagnosticCode::UnresolvedName, node, "");
        describe_foreign(d, *foreign);
        if (foreign->instead == "self" && !self_type_) d.fixes.clear();  // there is none here
        return;
    }
    std::vector<std::string> candidates;
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) candidates.emplace_back(it->first.text());
    std::vector<std::string> items = visible_names(context_, scope_item_, name);
    candidates.insert(candidates.end(), items.begin(), items.end());
    // `add` is nearer to `ad` than the trait `Add` is.
    auto is_type_like = [](std::string_view text) { return !text.empty() && text[0] >= 'A' && text[0] <= 'Z'; };
    std::vector<std::string> alike;
    for (const std::string& candidate : candidates)
        if (is_type_like(candidate) == is_type_like(name)) alike.push_back(candidate);
    std::string near = nearest_name(name, alike);
    if (near.empty()) near = nearest_name(name, candidates);
    auto& d = error(DiagnosticCode::UnresolvedName, node,
                    "there is no " + std::string(is_call ? "function" : "name") + " `" + name + "` here" +
                        (near.empty() ? "" : "; did you mean `" + near + "`?"));
    // A field or method of self, as other languages let one write it.
    if (self_type_) {
        Type self = table_.shallow(self_type_);
        if (self->is(TypeKind::Nominal) && kind_of(self->item) != ItemKind::Trait)
            for (const FieldInfo& field : context_.get<DefinitionOf>(self->item)->fields)
                if (field.name.text() == name) {
                    d.message = "there is no name `" + name + "` here; the field is `self." + name + "`";
                    d.fixes.push_back({"Write `self." + name + "`",
                                       {{d.location, ItemDiagnostic::FixEdit::Replace, "self." + name}}});
                    return;
                }
    }
    for (std::string_view module : {"sync", "time", "thread", "async", "math", "random", "actor", "stream"}) {
        for (ItemKind kind : {ItemKind::Struct, ItemKind::Function, ItemKind::Enum}) {
            ItemId found = find_child(context_, std_module(module), Name(name), kind);
            if (found == ItemId::None) continue;
            std::string path = "std::" + std::string(module) + "::" + name;
            d.message = "there is no " + std::string(is_call ? "function" : "name") + " `" + name + "` here; it is `" +
                        path + "`";
            d.fixes.push_back({"Add `use " + path + "`",
                               {{Place{file, 1}, ItemDiagnostic::FixEdit::InsertBefore, "use " + path + "\n"}}});
            return;
        }
    }
    if (!near.empty())
        d.fixes.push_back({"Change to `" + near + "`", {{d.location, ItemDiagnostic::FixEdit::Replace, near}}});
}

ExprId BodyBuilder::check_path(const ast::PathExpr& path, Type expected) {
    auto segments = path.segments();
    uint32_t node = node_of(path);
    if (segments.empty()) return error_expr(node);
    std::string_view first = segments[0].text();
    if (segments.size() == 1) {
        if (auto local = find_local(Name(first))) {
            ExprId ref = local_ref(*local, node_of(segments[0]));
            resolution(segments[0], *local, type_of(ref));
            return ref;
        }
        if (first == "self") {
            error(DiagnosticCode::UnresolvedName, node,
                  "there is no `self` here: the function has no `self` parameter");
            return error_expr(node);
        }
        if (in_contract_ && first == "result" && result_in_contract_)
            return emit(hir::ResultRef{}, result_in_contract_, node);
    }
    Named named = resolve_named(segments, true);
    switch (named.kind) {
        case Named::None: report_unresolved_name(segments.back(), false); return error_expr(node);
        case Named::Item: {
            std::vector<Type> arguments = named.type_arguments;
            ExprId value = item_value(named.item, std::move(arguments), node_of(segments.back()), expected);
            resolution(segments.back(), named.item, type_of(value));
            return value;
        }
        case Named::AssociatedFunction: {
            if (named.item == ItemId::None) {
                error(DiagnosticCode::TypeMismatch, node, "`" + std::string(path.text()) + "` must be called");
                return error_expr(node);
            }
            if (kind_of(named.item) == ItemKind::Constant) {
                Type t = *context_.get<ValueTypeOf>(named.item);
                resolution(segments.back(), named.item, t);
                return emit(hir::StaticRef{named.item}, t, node);
            }
            Target target;
            target.function = named.item;
            target.parent_arguments = named.parent_arguments;
            auto signature = context_.get<SignatureOf>(named.item);
            target.own_arguments = traits_.fresh_arguments(named.item, node);
            if (kind_of(parent_of(named.item)) == ItemKind::Trait) target.self = named.self;
            std::vector<Type> parameters;
            if (signature->receiver == Receiver::Move) parameters.push_back(named.self);
            else if (signature->receiver != Receiver::None)
                parameters.push_back(type::reference(named.self, signature->receiver == Receiver::Mutable));
            for (const ParameterInfo& parameter : signature->parameters)
                parameters.push_back(instantiate(parameter.type, target));
            Type result = instantiate(signature->result, target);
            if (signature->is_async) result = future_of(result);
            Type t = type::function(std::move(parameters), result, TypeSendBound);
            std::vector<Type> arguments = target.parent_arguments;
            arguments.insert(arguments.end(), target.own_arguments.begin(), target.own_arguments.end());
            resolution(segments.back(), named.item, t);
            return emit(hir::FunctionRef{named.item, std::move(arguments)}, t, node);
        }
        default: return error_expr(node);
    }
}

ExprId BodyBuilder::item_value(ItemId item, std::vector<Type> arguments, uint32_t node, Type expected) {
    switch (kind_of(item)) {
        case ItemKind::Function: {
            auto signature = context_.get<SignatureOf>(item);
            Target target;
            target.function = item;
            target.own_arguments = traits_.fresh_arguments(item, node);
            for (size_t i = 0; i < arguments.size() && i < target.own_arguments.size(); ++i)
                table_.unify(target.own_arguments[i], arguments[i]);
            std::vector<Type> parameters;
            for (const ParameterInfo& parameter : signature->parameters)
                parameters.push_back(instantiate(parameter.type, target));
            Type result = instantiate(signature->result, target);
            if (signature->is_async) result = future_of(result);
            register_bounds(target, node);
            return emit(hir::FunctionRef{item, target.own_arguments},
                        type::function(std::move(parameters), result, TypeSendBound), node);
        }
        case ItemKind::Variant: {
            ItemId owner = parent_of(item);
            auto definition = context_.get<DefinitionOf>(item);
            std::vector<Type> own = traits_.fresh_arguments(owner, node);
            for (size_t i = 0; i < arguments.size() && i < own.size(); ++i) table_.unify(own[i], arguments[i]);
            Type t = type::nominal(owner, own);
            if (definition->fields.empty()) {
                (void)expected;
                return emit(hir::Aggregate{hir::AggregateKind::Variant, item, {}, {}}, t, node);
            }
            // A constructor as a function value: a closure that calls it.
            BodyFunctionId id = new_function(function().id, node);
            hir::Aggregate aggregate{hir::AggregateKind::Variant, item, {}, {}};
            std::vector<Type> parameters;
            for (const FieldInfo& field : definition->fields) {
                Type parameter = substitute(field.type, owner, own);
                parameters.push_back(parameter);
                LocalInfo info;
                info.type = parameter;
                info.node = node;
                info.function = id;
                info.is_parameter = true;
                body().locals.push_back(info);
                local_reads_.push_back(1);
                LocalId local = LocalId(body().locals.size() - 1);
                body().functions[uint32_t(id)].parameters.push_back(local);
                body().functions[uint32_t(id)].parameter_patterns.push_back(PatternId::None);
                aggregate.operands.push_back(emit(hir::LocalRef{local}, parameter, node));
            }
            ExprId root = emit(std::move(aggregate), t, node);
            body().functions[uint32_t(id)].root = root;
            body().functions[uint32_t(id)].result = t;
            return emit(hir::Closure{id}, type::function(std::move(parameters), t, TypeSendBound), node);
        }
        case ItemKind::Constant:
        case ItemKind::Static: return emit(hir::StaticRef{item}, *context_.get<ValueTypeOf>(item), node);
        case ItemKind::Struct: {
            auto definition = context_.get<DefinitionOf>(item);
            if (definition->fields.empty() && !definition->is_native)
                return emit(hir::Aggregate{hir::AggregateKind::Struct, item, {}, {}},
                            type::nominal(item, traits_.fresh_arguments(item, node)), node);
            [[fallthrough]];
        }
        default: {
            std::string name(name_of(item).text());
            bool is_type = is_type_item(kind_of(item));
            error(DiagnosticCode::TypeMismatch, node,
                  "`" + name + "` is a " + (is_type ? "type" : "module") + ", not a value" +
                      (is_type ? "; make one with `" + name + "::new(…)` or `" + name + "{…}`" : ""));
            return error_expr(node);
        }
    }
}

}  // namespace braid::altru_semantics
