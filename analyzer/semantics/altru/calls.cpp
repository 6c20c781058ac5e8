#include <algorithm>

#include "analyzer/semantics/altru/associated.h"
#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

// Calls of functions, constructors, variants and values.
namespace braid::altru_semantics {

using namespace hir;

/// Bounds are judged when the types are known; Send and Sync are left to the checks.
void BodyBuilder::register_bounds(const Target& target, uint32_t node) {
    auto ask = [&](Type self, Type bound, Type of) {
        const Known& known = Known::get();
        if (is_nominal(bound, known.trait_send) || is_nominal(bound, known.trait_sync)) return;
        Type wanted = instantiate(bound, target);
        if (wanted->is(TypeKind::Function)) function_bounds_.emplace_back(self, wanted);
        defer([this, self, wanted, node, of, function = target.written()](bool last) {
            auto answer = traits_.satisfies(self, wanted);
            if (answer == TraitSolver::Answer::Unknown && !last) return false;
            if (answer != TraitSolver::Answer::No || !unmet_bounds_.emplace(node, of).second) return true;
            Type shown = table_.resolve(self);
            std::string verb = wanted->is(TypeKind::Function) ? "` is no `" : "` does not implement `";
            // The parameters of `Add` stand for the type itself unless they are written.
            bool plain = wanted->is(TypeKind::Nominal) &&
                         std::all_of(wanted->arguments.begin(), wanted->arguments.end(),
                                     [&](Type argument) { return table_.resolve(argument) == shown; });
            std::string bound = plain ? std::string(name_of(wanted->item).text()) : show(wanted);
            auto& d = error(DiagnosticCode::BoundNotMet, node,
                            "`" + show(shown) + verb + bound + "`, which `" + std::string(name_of(function).text()) +
                                "` asks of `" + print_type(of) + "`");
            if (shown->is(TypeKind::Parameter) && shown->item == item_ && !wanted->is(TypeKind::Function))
                d.message += "; add the bound `" + std::string(shown->text.text()) + ": " + bound + "`";
            return true;
        });
    };
    auto add = [&](ItemId owner, const std::vector<GenericParameter>& generics, const std::vector<Type>& arguments) {
        for (uint32_t i = 0; i < generics.size() && i < arguments.size(); ++i)
            for (Type bound : generics[i].bounds) ask(arguments[i], bound, type::parameter(owner, i, generics[i].name));
    };
    add(target.function, context_.get<SignatureOf>(target.function)->generics, target.own_arguments);
    ItemId parent = parent_of(target.function);
    if (parent != ItemId::None && kind_of(parent) == ItemKind::Impl)
        add(parent, context_.get<ImplOf>(parent)->generics, target.parent_arguments);
    for (const auto& [subject, bound] : *context_.get<WhereBounds>(target.function))
        ask(instantiate(subject, target), bound, subject);
    for (ItemId owner : {target.function, parent})
        if (owner != ItemId::None)
            for (const auto& binding : *context_.get<AssociatedBindings>(owner))
                register_binding(binding, target, node);
}

/// `I: Iterator[Item = int]`: the type that is given for `I` has to say so.
void BodyBuilder::register_binding(const AssociatedBindings::Binding& binding, const Target& target, uint32_t node) {
    Type self = instantiate(binding.subject, target), wanted = instantiate(binding.is, target);
    defer([this, self, wanted, binding, node, function = target.written()](bool last) {
        Type found = traits_.project(self, binding.trait, binding.name);
        if (!found) return last;
        if (table_.unify(found, wanted) || !unmet_bounds_.emplace(node, binding.subject).second) return true;
        std::string name(binding.name.text());
        error(DiagnosticCode::BoundNotMet, node,
              "`" + name + "` of `" + show(table_.resolve(self)) + "` is `" + show(table_.resolve(found)) + "`; `" +
                  std::string(name_of(function).text()) + "` asks for `" + show(table_.resolve(wanted)) + "`");
        return true;
    });
}

ExprId BodyBuilder::check_call(const ast::CallExpr& e, Type expected) {
    uint32_t node = node_of(e);
    ast::Expression callee = e.callee();
    if (!callee) return error_expr(node);
    std::vector<Type> type_arguments;
    if (auto index = callee.as<ast::IndexExpr>(); index && index.base().kind() == Kind::FieldExpr) {
        // `s.parse[int]()` or `table.handlers[i]()`: a method with type arguments, if there is one of that name.
        auto field = index.base().as<ast::FieldExpr>();
        if (field.name() && !context_.get<MethodsNamed>(Name(field.name().text()))->empty()) {
            auto arguments = index.arguments();
            bool types_only = std::all_of(arguments.begin(), arguments.end(), [&](const ast::Expression& a) {
                auto p = a.as<ast::PathExpr>();
                return a.kind() == Kind::TypeExpr || a.kind() == Kind::ListExpr || a.kind() == Kind::TupleExpr ||
                       a.kind() == Kind::IndexExpr || (p && p.name() && !find_local(Name(p.name().text())));
            });
            if (types_only) return check_method_call(e, field, lower_type_arguments(arguments), expected);
        }
    }
    if (auto field = callee.as<ast::FieldExpr>()) return check_method_call(e, field, {}, expected);
    if (callee.kind() == Kind::PathExpr || callee.kind() == Kind::IndexExpr || callee.kind() == Kind::ScopedExpr) {
        auto path = callee.as<ast::PathExpr>();
        std::string_view text = path ? path.text() : std::string_view();
        if (in_contract_ && text == "old" && e.arguments().size() == 1) {
            ExprId operand = check(e.arguments()[0].value());
            return emit(Old{operand}, type_of(operand), node);
        }
        if (text == "make" && lookup_name(context_, scope_item_, Name("make"), Want::Value) == ItemId::None &&
            !find_local(Name("make")))
            return call_make(e);
        Named named = resolve_callee(callee);
        switch (named.kind) {
            case Named::Item:
            case Named::AssociatedFunction: return call_named(e, std::move(named), expected);
            case Named::Error:
                for (const ast::Argument& argument : e.arguments()) check(argument.value());
                return error_expr(node);
            case Named::None:
                if (path) {
                    auto segments = path.segments();
                    // A type that is called: `error("text")`, or a person's `Point(1, 2)`.
                    ItemId type_item = segments.size() == 1
                                           ? lookup_name(context_, scope_item_, Name(segments[0].text()), Want::Type)
                                           : ItemId::None;
                    if (type_item != ItemId::None) {
                        named.kind = Named::Item;
                        named.item = type_item;
                        named.token = segments[0];
                        return call_named(e, std::move(named), expected);
                    }
                    if (!segments.empty()) report_unresolved_name(segments.back(), true);
                    for (const ast::Argument& argument : e.arguments()) check(argument.value());
                    return error_expr(node);
                }
                break;
            case Named::Local: break;
        }
    }
    return call_value(e, check(callee));
}

ExprId BodyBuilder::call_named(const ast::CallExpr& e, Named named, Type expected) {
    uint32_t node = node_of(e);
    uint32_t name_node = named.token ? node_of(named.token) : node;
    if (named.kind == Named::AssociatedFunction && named.item == ItemId::None) return call_generated_new(e, named.self);
    ItemKind kind = kind_of(named.item);
    if (kind == ItemKind::Variant) {
        if (named.token) resolution(named.token, named.item, nullptr);
        return call_variant(e, named.item, std::move(named.type_arguments), expected);
    }
    if (kind == ItemKind::Function) {
        Target target;
        target.function = named.item;
        target.own_arguments = traits_.fresh_arguments(named.item, node);
        target.parent_arguments = named.parent_arguments;
        ItemId parent = parent_of(named.item);
        if (parent != ItemId::None && kind_of(parent) == ItemKind::Trait) target.self = named.self;
        if (named.has_type_arguments) {
            if (named.type_arguments.size() > target.own_arguments.size())
                error(DiagnosticCode::WrongTypeArguments, name_node,
                      "`" + std::string(name_of(named.item).text()) + "` takes " +
                          std::to_string(target.own_arguments.size()) + " type argument" +
                          (target.own_arguments.size() == 1 ? "" : "s"));
            for (size_t i = 0; i < named.type_arguments.size() && i < target.own_arguments.size(); ++i)
                table_.unify(target.own_arguments[i], named.type_arguments[i]);
        }
        if (named.token) resolution(named.token, named.item, nullptr);
        // The receiver of `Type::method(value, …)` is the first argument.
        return call_function(e, std::move(target), ExprId::None, expected, name_node);
    }
    if (kind == ItemKind::Struct || kind == ItemKind::Actor || kind == ItemKind::TypeAlias) {
        Type self = self_type_of(named.item, named.type_arguments, node);
        if (!self || self->is(TypeKind::Error)) {
            for (const ast::Argument& argument : e.arguments()) check(argument.value());
            return error_expr(node);
        }
        if (is_nominal(self, Known::get().error)) {
            for (const auto& candidate : *context_.get<MethodsNamed>(Name("new"))) {
                if (!is_std_item(candidate.function) || name_of(candidate.parent).text() != "error") continue;
                Target target;
                target.function = candidate.function;
                return call_function(e, std::move(target), ExprId::None, expected, name_node);
            }
        }
        std::string name(name_of(named.item).text());
        auto& d = error(DiagnosticCode::TypeMismatch, name_node,
                        "`" + name + "` is a type; `" + name + "::new(…)` makes one");
        d.fixes.push_back({"Call `" + name + "::new`", {{d.location, ItemDiagnostic::FixEdit::InsertAfter, "::new"}}});
        for (const ast::Argument& argument : e.arguments()) check(argument.value());
        return error_expr(node);
    }
    if (kind == ItemKind::Constant || kind == ItemKind::Static)
        return call_value(e, item_value(named.item, {}, name_node, nullptr));
    if (kind == ItemKind::Trait) report_abstract(named.item, name_node);
    else
        error(DiagnosticCode::TypeMismatch, name_node,
              "`" + std::string(name_of(named.item).text()) + "` cannot be called");
    for (const ast::Argument& argument : e.arguments()) check(argument.value());
    return error_expr(node);
}

/// What nothing in the body decides is what the declaration says: `Ok(3)` alone is a `Result[int, error]`.
void BodyBuilder::fall_back_to_defaults(ItemId owner, const std::vector<Type>& arguments) {
    auto definition = context_.get<DefinitionOf>(owner);
    for (size_t i = 0; i < arguments.size() && i < definition->generics.size(); ++i) {
        Type standard = definition->generics[i].default_type;
        if (!standard || standard->has(TypeHasParameter)) continue;
        defer([this, standard, argument = arguments[i]](bool last) {
            if (last && table_.is_variable(argument)) table_.unify(argument, standard);
            return last || !table_.is_variable(argument);
        });
    }
}

ExprId BodyBuilder::call_variant(const ast::CallExpr& e, ItemId variant, std::vector<Type> arguments, Type expected) {
    uint32_t node = node_of(e);
    ItemId owner = parent_of(variant);
    std::vector<Type> own = traits_.fresh_arguments(owner, node);
    for (size_t i = 0; i < arguments.size() && i < own.size(); ++i) table_.unify(own[i], arguments[i]);
    fall_back_to_defaults(owner, own);
    Type t = type::nominal(owner, own);
    if (expected) {
        Type wanted = table_.shallow(expected);
        if (wanted->is(TypeKind::Union))
            for (Type member : wanted->arguments)
                if (is_nominal(member, owner)) wanted = member;
        table_.unify(t, wanted);
    }
    auto definition = context_.get<DefinitionOf>(variant);
    std::vector<FormalParameter> parameters;
    for (const FieldInfo& field : definition->fields)
        parameters.push_back({field.name, substitute(field.type, owner, own), false});
    Aggregate aggregate{AggregateKind::Variant, variant, {}, {}};
    auto given = e.arguments();
    if (given.empty() && parameters.size() == 1 && table_.shallow(parameters[0].type)->is(TypeKind::Unit)) {
        aggregate.operands.push_back(emit(UnitLiteral{}, type::unit(), node));  // `Ok()`
    } else {
        auto matched =
            match_arguments(given, parameters, node, "`" + std::string(name_of(variant).text()) + "`", {}, nullptr);
        aggregate.operands = std::move(matched.values);
        aggregate.order = std::move(matched.order);
    }
    return emit(std::move(aggregate), t, node);
}

ExprId BodyBuilder::call_std(std::string_view module, std::string_view name, std::vector<Type> arguments,
                             std::vector<ExprId> operands, Type result, uint32_t node) {
    ItemId function = std_item(ItemKind::Function, module, name);
    return emit(Call{DirectCallee{function, std::move(arguments), nullptr}, std::move(operands)}, result, node);
}

/// `make(chan T)`, `make(chan T, n)`
ExprId BodyBuilder::call_make(const ast::CallExpr& e) {
    uint32_t node = node_of(e);
    auto arguments = e.arguments();
    if (arguments.empty() || arguments.size() > 2) {
        error(DiagnosticCode::WrongArgumentCount, node,
              "`make` takes a channel type and perhaps a capacity: `make(chan int, 8)`");
        return error_expr(node);
    }
    Type t = expression_as_type(arguments[0].value());
    if (!is_nominal(t, Known::get().channel)) {
        if (!t->is(TypeKind::Error))
            error(DiagnosticCode::TypeMismatch, node_of(arguments[0].value()),
                  "`make` makes channels: `make(chan " + print_type(t) + ")`");
        return error_expr(node);
    }
    ExprId capacity = arguments.size() == 2 ? check_as(arguments[1].value(), type::integer())
                                            : emit(IntegerLiteral{0}, type::integer(), node);
    return call_std("sync", "make_channel", {t->arguments[0]}, {capacity}, t, node);
}

ExprId BodyBuilder::call_value(const ast::CallExpr& e, ExprId callee) {
    uint32_t node = node_of(e);
    select_deferred();
    while (type_of(callee)->is(TypeKind::Reference)) callee = deref(callee, expr(callee).node);
    Type t = type_of(callee);
    if (t->is(TypeKind::Parameter))  // `F: fn(int) -> int`
        for (Type bound : traits_.all_bounds(t))
            if (bound->is(TypeKind::Function) || bound->is(TypeKind::Error)) t = bound;
    auto arguments = e.arguments();
    if (t->is(TypeKind::Inference) && table_.kind_of(t) != VariableKind::General) t = table_.default_of(t);
    if (t->is(TypeKind::Inference)) {
        // A closure parameter that is called before anything says what it is.
        std::vector<Type> parameters;
        std::vector<ExprId> values;
        for (const ast::Argument& argument : arguments) {
            values.push_back(check_value(argument.value()));
            parameters.push_back(type_of(values.back()));
        }
        Type result = fresh(node);
        table_.unify(t, type::function(std::move(parameters), result));
        return emit(Call{ValueCallee{callee}, std::move(values)}, result, node);
    }
    if (!t->is(TypeKind::Function)) {
        for (const ast::Argument& argument : arguments) check(argument.value());
        if (t->is(TypeKind::Error)) return error_expr(node);
        auto& d = error(DiagnosticCode::TypeMismatch, node_of(e.callee()), "`" + show(t) + "` cannot be called");
        if (t->is(TypeKind::Parameter)) d.message += "; the bound `" + show(t) + ": fn(…) -> …` would say that it can";
        return error_expr(node);
    }
    std::vector<FormalParameter> parameters;
    for (Type parameter : t->parameters()) parameters.push_back({Name(), parameter, false});
    auto matched = match_arguments(arguments, parameters, node, "the function", {}, nullptr);
    return emit(Call{ValueCallee{callee}, std::move(matched.values)}, t->result(), node);
}

ExprId BodyBuilder::check_argument(const ast::Expression& e, Type expected, bool is_task, bool is_async, bool lends) {
    auto closure = e.as<ast::ClosureExpr>();
    // Standard functions that only look at an argument take it without `&` too.
    Type wanted = table_.shallow(expected);
    lends = lends && wanted->is(TypeKind::Reference) && !wanted->has(TypeMutable);
    Type hint = lends && e.kind() != Kind::BorrowExpr ? wanted->element() : expected;
    ExprId value = closure ? check_closure(closure, expected, is_task, is_async) : check(e, hint);
    if (lends && !type_of(value)->is(TypeKind::Reference))
        if (auto coerced = try_coerce(value, wanted->element(), node_of(e))) return borrow(*coerced, false, node_of(e));
    return coerce(value, expected, node_of(e));
}

/// A plain value of a type, for a fix to put where one is missing.
std::string BodyBuilder::stand_in(Type t) {
    if (t->is(TypeKind::Integer)) return "0";
    if (t->is(TypeKind::Float)) return "0.0";
    if (t->is(TypeKind::Bool)) return "false";
    if (t->is(TypeKind::String)) return "\"\"";
    if (t->is(TypeKind::List)) return "[]";
    if (is_nominal(t, Known::get().option)) return "None";
    return "todo()";
}

/// What names the function in a call; the call itself where nothing does.
uint32_t BodyBuilder::callee_node(uint32_t call) const {
    auto e = ast::CallExpr::cast(tree_.element(call).as_node());
    if (!e || !e.callee()) return call;
    auto field = e.callee().as<ast::FieldExpr>();
    return field && field.name() ? node_of(field.name()) : node_of(e.callee());
}

EvaluationOrder order_of(const std::vector<uint32_t>& written, size_t count) {
    EvaluationOrder order = written;
    std::vector<bool> seen(count);
    for (uint32_t i : written) seen[i] = true;
    for (uint32_t i = 0; i < count; ++i)
        if (!seen[i]) order.push_back(i);
    return std::is_sorted(order.begin(), order.end()) ? EvaluationOrder() : order;
}

BodyBuilder::MatchedArguments BodyBuilder::match_arguments(const std::vector<ast::Argument>& arguments,
                                                           const std::vector<FormalParameter>& parameters,
                                                           uint32_t node, const std::string& what,
                                                           const std::function<ExprId(size_t)>& default_of,
                                                           const FunctionSignature* signature) {
    std::vector<ast::Expression> given(parameters.size());
    std::vector<uint32_t> written;
    std::vector<SyntaxNode> surplus_nodes;
    std::vector<ast::Expression> rest;
    bool has_rest = !parameters.empty() && parameters.back().rest;
    size_t fixed = parameters.size() - has_rest;
    size_t position = 0;
    ast::Expression surplus;
    bool reported = false;
    for (const ast::Argument& argument : arguments) {
        if (argument.name()) {
            size_t i = 0;
            while (i < parameters.size() && parameters[i].name.text() != argument.name().text()) ++i;
            if (i == parameters.size()) {
                std::vector<std::string> names;
                for (const FormalParameter& p : parameters) names.emplace_back(p.name.text());
                std::string near = nearest_name(argument.name().text(), names);
                error(DiagnosticCode::WrongArgumentCount, node_of(argument.name()),
                      what + " has no parameter `" + std::string(argument.name().text()) + "`" +
                          (near.empty() ? "" : "; did you mean `" + near + "`?"));
                check(argument.value());
                reported = true;
            } else if (given[i]) {
                error(DiagnosticCode::WrongArgumentCount, node_of(argument.name()),
                      "`" + std::string(argument.name().text()) + "` is given twice");
                check(argument.value());
                reported = true;
            } else {
                given[i] = argument.value();
                written.push_back(uint32_t(i));
            }
        } else if (position < fixed) {
            if (!given[position]) written.push_back(uint32_t(position));
            given[position++] = argument.value();
        } else if (has_rest) {
            if (rest.empty()) written.push_back(uint32_t(fixed));
            rest.push_back(argument.value());
        } else {
            if (!surplus) surplus = argument.value();
            surplus_nodes.push_back(argument.node);
            ++position;
            check(argument.value());
        }
    }
    size_t required = 0;
    std::string missing;
    size_t missing_count = 0;
    for (size_t i = 0; i < fixed; ++i) {
        required += !parameters[i].has_default;
        if (given[i] || parameters[i].has_default) continue;
        ++missing_count;
        if (!parameters[i].name.empty() && !isdigit(parameters[i].name.text()[0]))
            missing += (missing.empty() ? ": `" : ", `") + std::string(parameters[i].name.text()) + "`";
    }
    if ((missing_count || surplus) && !reported) {
        std::string wanted =
            required == fixed ? std::to_string(fixed) : std::to_string(required) + " to " + std::to_string(fixed);
        auto& d = error(DiagnosticCode::WrongArgumentCount, surplus ? node_of(surplus) : callee_node(node),
                        what + " takes " + wanted + " argument" + (fixed == 1 ? "" : "s") + ", not " +
                            std::to_string(arguments.size()));
        if (missing_count && !missing.empty()) d.message += "; missing" + missing;
        auto call = ast::CallExpr::cast(tree_.element(node).as_node());
        if (surplus && !missing_count) {
            d.fixes.push_back({surplus_nodes.size() > 1 ? "Remove the arguments that are too many" : "Remove it",
                               remove_from_list(item_, tree_, surplus_nodes)});
        } else if (missing_count && call && call.argument_list()) {
            bool named = std::any_of(arguments.begin(), arguments.end(), [](const auto& a) { return bool(a.name()); });
            std::string added;
            for (size_t i = 0; i < fixed; ++i) {
                if (given[i] || parameters[i].has_default) continue;
                added += (added.empty() ? "" : ", ") +
                         (named ? std::string(parameters[i].name.text()) + " = " : std::string()) +
                         stand_in(table_.resolve(parameters[i].type));
            }
            d.fixes.push_back(
                {"Fill in what is missing", append_to_list(item_, tree_, call.argument_list().node, std::move(added))});
        }
    }
    const Attribute* task = signature ? find_attribute(signature->attributes, "task") : nullptr;
    const Attribute* async_closure = signature ? find_attribute(signature->attributes, "async_closure") : nullptr;
    auto named_by = [&](const Attribute* attribute, Name name) {
        return attribute && !attribute->arguments.empty() && attribute->arguments[0] == name.text();
    };
    bool lends = signature && signature->is_native;
    lends = lends || (signature && !signature->attributes.empty() && find_attribute(signature->attributes, "lends"));
    // Closures come last: the other arguments say what their parameters are.
    std::vector<ExprId> values(parameters.size(), ExprId::None);
    for (bool closures : {false, true}) {
        for (size_t i = 0; i < fixed; ++i) {
            if (!given[i] || (given[i].kind() == Kind::ClosureExpr) != closures) continue;
            if (closures || open_projections_ > 0) select_deferred();
            values[i] = check_argument(given[i], parameters[i].type, named_by(task, parameters[i].name),
                                       named_by(async_closure, parameters[i].name), lends);
        }
    }
    for (size_t i = 0; i < fixed; ++i) {
        if (values[i] != ExprId::None) continue;
        values[i] = parameters[i].has_default && default_of ? default_of(i) : error_expr(node);
    }
    if (has_rest) {
        Type list = table_.shallow(parameters.back().type);
        Type element = list->is(TypeKind::List) ? list->element() : type::error();
        Aggregate aggregate{AggregateKind::List, ItemId::None, {}, {}};
        for (const ast::Expression& e : rest) {
            ExprId value = check(e, nullptr);
            if (type_of(value)->is(TypeKind::Never)) diverges_ = true;
            aggregate.operands.push_back(element->is(TypeKind::String) ? to_text(value, node_of(e))
                                                                       : coerce(value, element, node_of(e)));
        }
        values.back() = emit(std::move(aggregate), list, node);
    }
    return {std::move(values), order_of(written, parameters.size())};
}

ExprId BodyBuilder::call_function(const ast::CallExpr& e, Target target, ExprId receiver, Type expected,
                                  uint32_t name_node) {
    uint32_t node = node_of(e);
    auto signature = context_.get<SignatureOf>(target.function);
    auto arguments = e.arguments();
    if (const Attribute* overload = find_attribute(signature->attributes, "overload");
        overload && !overload->arguments.empty() && !arguments.empty()) {
        // Another function of the module serves other argument types: `sleep(Duration)`, `spawn(future)`,
        // `channel[T](n)`.
        bool other = signature->parameters.size() < arguments.size();
        size_t last = std::min(arguments.size(), signature->parameters.size());
        if (!other && last > 0 && arguments[last - 1].value() &&
            arguments[last - 1].value().kind() != Kind::ClosureExpr) {
            auto before = table_.snapshot();
            size_t expressions = body().expressions.size(), diagnostics = body().diagnostics.size(),
                   resolutions = body().resolutions.size();
            size_t functions = body().functions.size(), patterns = body().patterns.size(),
                   locals = body().locals.size();
            auto reads = local_reads_;
            std::vector<Deferred> deferred = deferred_;
            const size_t looks = looks_.size();
            int open_projections = open_projections_;
            size_t open_borrows = draft_.open_borrows.size();
            Type wanted = instantiate(signature->parameters[last - 1].type, target);
            // A literal's own elements say what they are; the wanted type would only refuse them.
            bool is_literal = arguments[last - 1].value().kind() == Kind::ListExpr;
            ExprId probe = check(arguments[last - 1].value(), is_literal ? nullptr : wanted);
            Type actual = table_.resolve(type_of(probe));
            while (actual->is(TypeKind::Reference)) actual = table_.shallow(actual->element());
            wanted = table_.shallow(wanted);
            if (actual->is(TypeKind::List) && wanted->is(TypeKind::List)) {
                actual = table_.shallow(actual->element());
                wanted = table_.shallow(wanted->element());
            }
            other = !actual->is(TypeKind::Inference) && !actual->is(TypeKind::Error) && !actual->is(TypeKind::Never) &&
                    (actual->kind != wanted->kind || actual->item != wanted->item);
            table_.rollback(before);
            body().expressions.resize(expressions);
            body().diagnostics.resize(diagnostics);
            body().resolutions.resize(resolutions);
            body().functions.resize(functions);
            draft_.captures_by_value.resize(functions);
            body().patterns.resize(patterns);
            body().locals.resize(locals);
            std::erase_if(warn_unused_, [&](uint32_t local) { return local >= locals; });
            deferred_ = std::move(deferred);
            looks_.resize(looks);
            open_projections_ = open_projections;
            draft_.open_borrows.resize(open_borrows);
            draft_.mutable_deref.erase(draft_.mutable_deref.lower_bound(ExprId(expressions)),
                                       draft_.mutable_deref.end());
            local_reads_ = std::move(reads);
        }
        if (other) {
            ItemId parent = parent_of(target.function);
            ItemId found = find_child(context_, parent, Name(overload->arguments[0]), ItemKind::Function);
            if (found != ItemId::None) {
                std::vector<Type> own = target.own_arguments;
                target.function = found;
                target.own_arguments = traits_.fresh_arguments(found, node);
                for (size_t i = 0; i < own.size() && i < target.own_arguments.size(); ++i)
                    table_.unify(own[i], target.own_arguments[i]);
                signature = context_.get<SignatureOf>(found);
            }
        }
    }
    register_bounds(target, name_node);
    std::vector<FormalParameter> parameters;
    bool receiver_as_argument = receiver == ExprId::None && signature->receiver != Receiver::None;
    ItemId parent = parent_of(target.function);
    if (receiver_as_argument) {
        Type self = target.self ? target.self : fresh(node);
        if (kind_of(parent) == ItemKind::Impl)
            self = substitute(context_.get<ImplOf>(parent)->self, parent, target.parent_arguments);
        if (kind_of(parent) == ItemKind::Actor) self = type::actor_handle(parent, target.parent_arguments);
        Receiver mode = signature->receiver;
        if (mode == Receiver::Inferred) {
            // Asking how the method takes itself here would ask for its body while this one is made; the call says it.
            auto lent = arguments.empty() ? ast::BorrowExpr() : arguments[0].value().as<ast::BorrowExpr>();
            mode = lent && lent.is_mut() ? Receiver::Mutable : Receiver::Shared;
        }
        bool by_value = mode == Receiver::Move || kind_of(parent) == ItemKind::Actor;
        parameters.push_back({Name("self"), by_value ? self : type::reference(self, mode == Receiver::Mutable), false});
    }
    for (const ParameterInfo& parameter : signature->parameters)
        parameters.push_back(
            {parameter.name, instantiate(parameter.type, target), parameter.has_default, parameter.rest});
    Type result = instantiate(signature->result, target);
    if (expected && !signature->is_async) {
        // What is wanted may say what the type parameters are; a mismatch is found after the call.
        Type wanted = table_.shallow(expected);
        bool structured = !wanted->is(TypeKind::Inference) && !wanted->is(TypeKind::Union) &&
                          !wanted->is(TypeKind::Dyn) && !wanted->is(TypeKind::Reference) &&
                          table_.shallow(result)->kind == wanted->kind;
        if (structured) {
            auto before = table_.snapshot();
            if (!table_.unify(result, wanted)) table_.rollback(before);
        }
    }
    bool in_std = is_std_item(target.function);
    FunctionSignature lending = *signature;
    if (in_std) lending.is_native = true;
    if (target.is_message)
        for (const ParameterInfo& parameter : signature->parameters)
            if (parameter.type->is(TypeKind::Function))
                lending.attributes.push_back({Name("task"), {std::string(parameter.name.text())}, 0});
    auto default_of = [&](size_t i) {
        return default_argument(target.function, i - receiver_as_argument, parameters[i].type, node);
    };
    // As it is written: a standard method may have another form for elements that are copied.
    auto called = ast::CallExpr::cast(tree_.element(node).as_node());
    SyntaxToken method = called ? called.callee().as<ast::FieldExpr>().name() : SyntaxToken();
    std::string what = "`" + std::string(method ? method.text() : name_of(target.function).text()) + "`";
    auto [values, order] = match_arguments(arguments, parameters, node, what, default_of, &lending);
    if (receiver != ExprId::None) {
        values.insert(values.begin(), receiver);
        for (uint32_t& i : order) ++i;
        if (!order.empty()) order.insert(order.begin(), 0);
    }
    if (result->has(TypeHasInference)) {
        if (open_projections_ > 0) select_deferred();
        result = table_.resolve(result);
    }

    Call call;
    call.arguments = std::move(values);
    call.order = std::move(order);
    if (target.is_message || (receiver_as_argument && kind_of(parent) == ItemKind::Actor)) {
        call.callee = MessageCallee{target.function};
    } else if (target.is_dyn) {
        call.callee = VirtualCallee{name_of(target.function), target.function};
    } else {
        std::vector<Type> type_arguments = target.parent_arguments;
        type_arguments.insert(type_arguments.end(), target.own_arguments.begin(), target.own_arguments.end());
        call.callee = DirectCallee{target.function, std::move(type_arguments), target.self};
    }
    bool starts_actor = signature->is_constructor;
    if (signature->is_async && !target.is_message) {
        call.mode = CallMode::ColdFuture;
        result = future_of(result);
    }
    ExprId id = emit(std::move(call), result, node);
    return starts_actor ? actor_start(id, type::actor_handle(parent, target.parent_arguments), node) : id;
}

}  // namespace braid::altru_semantics
