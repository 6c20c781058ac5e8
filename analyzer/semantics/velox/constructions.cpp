#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/local_classes.h"
#include "analyzer/semantics/velox/local_types.h"
#include "analyzer/semantics/velox/type_operators.h"

// `new`, `super(…)`, values of enums.
namespace braid::velox_semantics {

using namespace hir;

namespace {

/// `(resolve) => … resolve(value) …`
bool resolves_with_value(const ast::Expression& executor) {
    auto parameters = function_parts(executor.node).parameters.parameters();
    auto resolve = parameters.empty() ? ast::NameBinding() : parameters[0].binding().as<ast::NameBinding>();
    if (!resolve || !resolve.name()) return false;
    for (Preorder walk(executor.node); walk; walk.next()) {
        auto call = ast::CallExpr::cast(walk->as_node());
        auto callee = call ? call.callee().as<ast::NameExpr>() : ast::NameExpr();
        if (callee && callee.name().text() == resolve.name().text() && !call.arguments().arguments().empty())
            return true;
    }
    return false;
}

}  // namespace

/// `new C(x)` where which class `C` is shows only as the program runs.
ExprId BodyBuilder::new_of_value(const ast::Expression& callee, const Arguments& arguments) {
    ExprId klass = expression(callee);
    Aggregate given{AggregateKind::List, ItemId::None, {}, {}};
    for (const ast::Expression& written : arguments.written) {
        auto spread = written.as<ast::SpreadExpr>();
        ExprId value = expression(spread ? spread.operand() : written);
        if (spread)
            value = add(type::any(), node_of(written.node),
                        Spread{convert(as_list(value, node_of(written.node)), type::any())});
        given.operands.push_back(convert(value, type::any()));
    }
    Type t = type_of(klass);
    if (t->has(TypeHasError)) return error_expression(arguments.node);
    if (!t->is(TypeKind::Any)) {
        report(DiagnosticCode::TypeMismatch, node_of(callee.node),
               fmt::format("`new` needs a class; this is `{}`", print_type(t)));
        return error_expression(arguments.node);
    }
    return call_reflection("construct", {klass, add(list_of(type::any()), arguments.node, std::move(given))},
                           type::any(), arguments.node);
}

/// A function of std's `Reflect`.
ExprId BodyBuilder::call_reflection(std::string_view name, std::vector<ExprId> arguments, Type result, uint32_t node) {
    ItemId reflect = std_item(context_, "Reflect");
    if (reflect == ItemId::None) return error_expression(node);
    MemberInfo function = find_member(context_, type::nominal(reflect), Name(name), true);
    return add(result, node, Call{DirectCallee{function.item, {}, nullptr}, std::move(arguments), CallMode::Plain});
}

ExprId BodyBuilder::new_object(const ast::NewExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    auto name = e.callee().as<ast::NameExpr>();
    Arguments arguments{e.arguments().arguments(), node};
    auto variable = name && name.name() ? find_local(Name(name.name().text())) : std::nullopt;
    auto known = variable ? class_variables_.find(*variable) : class_variables_.end();
    if (known != class_variables_.end()) read_.insert(*variable);
    else if (name ? variable.has_value() : bool(e.callee())) return new_of_value(e.callee(), arguments);
    else if (name && name.name() && is_captured_by_class(Name(name.name().text())) &&
             types_.scope().find_type(name.name()) == ItemId::None)
        return new_of_value(e.callee(), arguments);
    ItemId klass = known != class_variables_.end() ? known->second
                   : name && name.name()           ? types_.scope().find_type(name.name())
                                                   : ItemId::None;
    ItemId held_by = klass == ItemId::None && name && name.name() && !is_captured_by_class(Name(name.name().text()))
                         ? types_.scope().find_value(name.name())
                         : ItemId::None;
    if (held_by != ItemId::None) klass = class_in_variable(context_, held_by);
    if (klass != ItemId::None && kind_of(klass) == ItemKind::Interface) {
        resolve(node_of(name.name()), klass, nullptr);
        auto& d =
            report(DiagnosticCode::AbstractInstantiation, node,
                   fmt::format("`{}` is an interface; make one of a class that implements it", name.name().text()));
        if (d.related.empty()) d.related.push_back({{klass, 0}, "it is declared here"});
        for (const ast::Expression& a : arguments.written) expression(a);
        return error_expression(node);
    }
    if (klass == ItemId::None || kind_of(klass) != ItemKind::Class) {
        ItemId value = name && name.name() ? types_.scope().find_value(name.name()) : ItemId::None;
        if (klass == ItemId::None && name && name.name() && types_.scope().imports(name.name().text())) {
            // said at the import
        } else if (klass == ItemId::None && value != ItemId::None && kind_of(value) == ItemKind::Static) {
            return new_of_value(e.callee(), arguments);
        } else if (name && name.name()) {
            std::string near = nearest_name(name.name().text(), types_.scope().names_like(name.name().text()));
            uint32_t at = node_of(name.name());
            auto& d = report(klass == ItemId::None ? DiagnosticCode::UnresolvedName : DiagnosticCode::TypeMismatch, at,
                             klass == ItemId::None
                                 ? fmt::format("no class `{}` is known here{}", name.name().text(),
                                               near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near))
                                 : fmt::format("`{}` is not a class", name.name().text()));
            if (klass == ItemId::None && !near.empty() && d.fixes.empty())
                d.fixes.push_back(
                    {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
        } else {
            report(DiagnosticCode::TypeMismatch, node, "`new` needs the name of a class");
        }
        for (const ast::Expression& a : arguments.written) expression(a);
        return error_expression(node);
    }
    if (variable) resolve(node_of(name.name()), *variable, body_[*variable].type);
    else resolve(node_of(name.name()), held_by != ItemId::None ? held_by : klass, nullptr);
    auto definition = context_.get<DefinitionOf>(klass);
    if (definition->is_abstract)
        report(DiagnosticCode::AbstractInstantiation, node,
               fmt::format("`{}` is abstract; make one of a class that extends it", name.name().text()));
    if (ItemId made_by = definition->constructor; made_by != ItemId::None && file_of(made_by) != file_of(item_) &&
                                                  context_.get<SignatureOf>(made_by)->is_private) {
        auto& d = report(DiagnosticCode::PrivateAccess, node_of(name.name()),
                         fmt::format("the constructor of `{}` is private to its file", name.name().text()));
        if (d.related.empty()) d.related.push_back({{made_by, 0}, "it is declared here"});
    }
    Inference inference;
    inference.owners.push_back({klass, std::vector<Type>(definition->generics.size(), nullptr)});
    auto& own = inference.owners[0].second;
    auto explicit_list = e.type_arguments().types();
    const std::vector<Type> outer = outer_arguments(context_, item_, klass);
    const size_t declared = own.size() - std::min(own.size(), outer.size());
    for (size_t i = 0; i < explicit_list.size() && i < declared; ++i) own[i] = types_.read(explicit_list[i]);
    if (!explicit_list.empty()) {
        std::vector<Type> given;
        for (size_t i = 0; i < explicit_list.size(); ++i) given.push_back(i < declared ? own[i] : type::any());
        types_.instantiate(klass, std::move(given), e.type_arguments().node);
    }
    std::copy(outer.begin(), outer.end(), own.begin() + ptrdiff_t(declared));
    Type self = self_type(context_, klass);
    if (expected && explicit_list.empty()) {
        // Of `Box<string> | Box<number>` the arguments tell which is meant.
        Type wanted = nullptr;
        int candidates = 0;
        for (Type member : members_of(nullable_parts_removed(expected)))
            if (member->is(TypeKind::Nominal) && member->item == klass) wanted = member, ++candidates;
        for (size_t i = 0; candidates == 1 && i < declared; ++i)
            if (!wanted->arguments[i]->is(TypeKind::Any) && !wanted->arguments[i]->has(TypeHasInference))
                own[i] = wanted->arguments[i];
    }
    if (is_std_type(self, "Array")) {
        Type element = !own.empty() && own[0]                                                ? own[0]
                       : expected && expected->is(TypeKind::List) && !is_open_here(expected) ? expected->element()
                                                                                             : type::any();
        Inference inference;
        std::vector<Type> wanted{type::float_()};
        auto values = match_arguments(arguments, wanted, 1, false, inference, "the constructor of `Array`", klass);
        return add(list_of(element), node,
                   New{type::nominal(klass, {element}), definition->constructor, std::move(values)});
    }
    std::vector<Type> parameters;
    uint32_t optional = 0;
    bool variadic = false;
    ItemId constructor = definition->constructor;
    if (constructor != ItemId::None)
        for (const ParameterInfo& p : context_.get<SignatureOf>(constructor)->parameters) {
            Type t = p.type;
            if (p.rest) t = t->is(TypeKind::List) ? t : list_of(t), variadic = true;
            if (p.has_default) ++optional, t = or_undefined(t);
            parameters.push_back(t);
        }
    bool is_promise = is_std_type(self, "Promise");
    // `new Promise` without evidence is `Promise<void>`, unless its executor resolves it with something.
    if (is_promise && !own.empty() && !own[0])
        own[0] = !arguments.written.empty() && resolves_with_value(arguments.written[0]) ? type::any() : type::unit();
    auto values = match_arguments(arguments, parameters, optional, variadic, inference,
                                  fmt::format("the constructor of `{}`", name.name().text()), constructor);
    for (size_t i = 0; i < own.size(); ++i) {
        Type fallback = definition->generics[i].default_type;
        if (!own[i] && fallback) own[i] = inference.apply(fallback, type::any());
        if (!own[i] || definition->generics[i].bounds.empty()) continue;
        Type bound = settled(context_, inference.apply(definition->generics[i].bounds[0], type::any()));
        if (!is_assignable(context_, own[i], bound) && explicit_list.empty())
            report(DiagnosticCode::BoundNotMet, node_of(name.name()),
                   fmt::format("`{}` asks for a `{}` that is a `{}`; `{}` is none", name.name().text(),
                               definition->generics[i].name.text(), print_type(bound), print_type(own[i])));
    }
    // Maps and sets are made of lists, maps and sets; what else can be gone through becomes a list.
    if ((is_std_type(self, "Map") || is_std_type(self, "Set")) && values.size() == 1) {
        ExprId given = values[0];
        while (auto* c = body_.as<Convert>(given)) given = c->operand;
        Type t = resolved(context_, type_of(given));
        bool is_text = widened(t)->is(TypeKind::String);
        bool built_in = t->is(TypeKind::List) || is_std_type(t, "Map") || is_std_type(t, "Set");
        bool gone_through = !built_in && (t->is(TypeKind::Nominal) || t->is(TypeKind::Record));
        if (is_text) given = code_points(given, node);
        if (gone_through) given = as_list(given, node);
        if (is_text || gone_through) values[0] = convert(convert(given, type::any()), type_of(values[0]));
    }
    Type result = inference.apply(self, type::any());
    return in_scope_of(klass, add(result, node, New{result, constructor, std::move(values)}));
}

ExprId BodyBuilder::super_call(const ast::CallExpr& e) {
    uint32_t node = node_of(e.node);
    Arguments arguments{e.arguments().arguments(), node};
    Type base = class_ == ItemId::None ? nullptr : context_.get<DefinitionOf>(class_)->base;
    if (base) base = resolved(context_, base);
    if (!functions_.front().is_constructor || !base || !base->is(TypeKind::Nominal) || this_ == LocalId::None) {
        report(DiagnosticCode::UnresolvedName, node,
               "`super(…)` stands in the constructor of a class that extends another");
        return error_expression(node);
    }
    ItemId constructor = context_.get<DefinitionOf>(base->item)->constructor;
    std::vector<ExprId> values;
    if (constructor != ItemId::None) {
        Inference inference;
        std::vector<Type> parameters;
        uint32_t optional = 0;
        bool variadic = false;
        for (const ParameterInfo& p : context_.get<SignatureOf>(constructor)->parameters) {
            Type t = substitute(p.type, base->item, base->arguments);
            if (p.rest) t = t->is(TypeKind::List) ? t : list_of(t), variadic = true;
            if (p.has_default) ++optional, t = or_undefined(t);
            parameters.push_back(t);
        }
        values = match_arguments(arguments, parameters, optional, variadic, inference,
                                 fmt::format("the constructor of `{}`", name_of(base->item).text()), constructor);
        values.insert(values.begin(), this_expression(node));
    }
    std::vector<ExprId> steps;
    if (constructor != ItemId::None)
        steps.push_back(add(type::unit(), node, SuperCall{constructor, std::move(values)}));
    keep_scope(class_, node, steps);
    if (ExprId init = call_field_initializers(class_, node); init != ExprId::None) steps.push_back(init);
    return add(type::unit(), node, Block{std::move(steps), ExprId::None});
}

/// Of a plain enum: the number or text itself.
ExprId BodyBuilder::variant_value(ItemId variant, const EnumValue& value, uint32_t node) {
    ExprId plain = value.is_text ? add(type::string(), node, StringLiteral{value.text})
                                 : add(type::float_(), node, FloatLiteral{value.number});
    return add(variant_type(context_, variant), node, Convert{ConvertKind::Wrap, plain});
}

/// `Object.keys(Color)`, `Color[value]`: a plain enum as an object.
ExprId BodyBuilder::enum_reference(ItemId plain_enum, uint32_t node) {
    Aggregate record{AggregateKind::Record, ItemId::None, {}, {}};
    auto variants = context_.get<DefinitionOf>(plain_enum)->variants;
    for (ItemId variant : variants) {
        record.names.push_back(name_of(variant));
        record.operands.push_back(variant_value(variant, *enum_value(context_, variant), node));
    }
    for (ItemId variant : variants) {
        EnumValue value = *enum_value(context_, variant);
        if (value.is_text) continue;
        record.names.push_back(value.key());
        record.operands.push_back(add(type::string(), node, StringLiteral{std::string(name_of(variant).text())}));
    }
    return add(enum_object(context_, plain_enum), node, std::move(record));
}

ExprId BodyBuilder::variant(ItemId variant, const Arguments& arguments, Type expected, uint32_t node) {
    if (auto value = enum_value(context_, variant)) {
        if (!arguments.written.empty())
            report(DiagnosticCode::WrongArgumentCount, node,
                   fmt::format("`{}` carries no values", qualified_name(variant, ".")));
        return variant_value(variant, *value, node);
    }
    ItemId owner = parent_of(variant);
    auto definition = context_.get<DefinitionOf>(variant);
    Inference inference;
    inference.owners.push_back({owner, std::vector<Type>(context_.get<GenericsOf>(owner)->size(), nullptr)});
    if (expected)
        if (Type wanted = nullable_parts_removed(expected); wanted->is(TypeKind::Nominal) && wanted->item == owner)
            inference.owners[0].second = wanted->arguments;
    std::vector<Type> parameters;
    for (const FieldInfo& f : definition->fields) parameters.push_back(f.type);
    auto values = match_arguments(arguments, parameters, 0, false, inference,
                                  fmt::format("`{}`", qualified_name(variant, ".")), variant);
    Type result = inference.apply(self_type(context_, owner), type::any());
    return add(result, node, Aggregate{AggregateKind::Variant, variant, {}, std::move(values)});
}

}  // namespace braid::velox_semantics
