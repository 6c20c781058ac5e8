#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/enum_values.h"
#include "analyzer/semantics/velox/foreign_names.h"
#include "analyzer/semantics/velox/generic_values.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

ExprId BodyBuilder::checked(const ast::Expression& e, Type wanted, std::string_view what) {
    ExprId value = expression(e, wanted);
    return coerce(value, wanted, e ? node_of(e.node) : 0, what);
}

ExprId BodyBuilder::expression(const ast::Expression& e, Type expected) {
    if (!e) return error_expression(0);
    if (++depth_ > 400) {
        --depth_;
        report(DiagnosticCode::SyntaxError, node_of(e.node),
               "this expression is nested too deeply; give parts of it names");
        return error_expression(node_of(e.node));
    }
    if (expected) expected = resolved(context_, expected);
    ExprId result = expression_inner(e, expected);
    --depth_;
    return result;
}

ExprId BodyBuilder::expression_inner(const ast::Expression& e, Type expected) {
    uint32_t node = node_of(e.node);
    switch (e.kind()) {
        case Kind::NameExpr: return name(e.as<ast::NameExpr>());
        case Kind::ThisExpr: return this_expression(node);
        case Kind::LiteralExpr: return literal(e.as<ast::LiteralExpr>().value(), false, expected, node);
        case Kind::TemplateExpr: return template_expression(e.as<ast::TemplateExpr>());
        case Kind::ArrayExpr: return array(e.as<ast::ArrayExpr>(), expected);
        case Kind::ObjectExpr: return object(e.as<ast::ObjectExpr>(), expected);
        case Kind::FunctionExpr: return function_expression(e.as<ast::FunctionExpr>(), expected);
        case Kind::ArrowExpr: return closure(e.node, expected);
        case Kind::ParenExpr: return expression(e.as<ast::ParenExpr>().inner(), expected);
        case Kind::MemberExpr:
        case Kind::IndexExpr:
        case Kind::CallExpr:
        case Kind::NonNullExpr: return chain(e, expected);
        case Kind::NewExpr: return new_object(e.as<ast::NewExpr>(), expected);
        case Kind::PrefixExpr: return prefix(e.as<ast::PrefixExpr>(), expected);
        case Kind::PostfixExpr: {
            auto p = e.as<ast::PostfixExpr>();
            return update(p.operand(), p.op(), false, node);
        }
        case Kind::AwaitExpr: return await(e.as<ast::AwaitExpr>(), expected);
        case Kind::BinaryExpr: return binary(e.as<ast::BinaryExpr>(), expected);
        case Kind::AssignExpr: return assignment(e.as<ast::AssignExpr>(), true);
        case Kind::ConditionalExpr: return conditional(e.as<ast::ConditionalExpr>(), expected);
        case Kind::AsExpr: return cast(e.as<ast::AsExpr>());
        case Kind::MatchExpr: return match(e.as<ast::MatchExpr>(), expected);
        case Kind::YieldExpr: return yield(e.as<ast::YieldExpr>());
        case Kind::InstantiationExpr: return expression(e.as<ast::InstantiationExpr>().callee(), expected);
        case Kind::ClassExpr: return class_expression(e.as<ast::ClassExpr>());
        case Kind::ImportExpr:
            report(DiagnosticCode::SyntaxError, node, "modules are imported at the top: `import { name } from \"…\"`");
            return error_expression(node);
        case Kind::TaggedTemplateExpr: return tagged_template(e.as<ast::TaggedTemplateExpr>());
        case Kind::SuperExpr:
            report(DiagnosticCode::UnresolvedName, node,
                   "`super` stands before `(…)` in a constructor, or before `.method(…)`");
            return error_expression(node);
        case Kind::SpreadExpr: {
            expression(e.as<ast::SpreadExpr>().operand());
            report(DiagnosticCode::SyntaxError, node, "`...` spreads into arrays, objects and arguments");
            return error_expression(node);
        }
        default:
            report(DiagnosticCode::SyntaxError, node, "this form of expression is not understood yet");
            return error_expression(node);
    }
}

ExprId BodyBuilder::name(const ast::NameExpr& e) {
    uint32_t node = node_of(e.node);
    if (!e.name()) return error_expression(node);
    std::string text(e.name().text());
    uint32_t at = node_of(e.name());
    if (auto local = find_local(Name(text))) {
        Type declared = body_[*local].type;
        resolve(at, *local, declared);
        read_.insert(*local);
        check_assigned(*local, at);
        ExprId reference = local_reference(*local, node);
        Type now = narrowed(std::to_string(uint32_t(*local)), declared);
        if (now->is(TypeKind::Literal) && now->element() == declared) return add(now, node, LocalRef{*local});
        if (auto open = open_variables_.find(*local); open != open_variables_.end() && now == declared)
            return guarded(reference, open->second);
        return now == declared ? reference : convert(reference, now);
    }
    if (is_captured_by_class(Name(text))) return captured_by_class(Name(text), node);
    ItemId item = types_.scope().find_value(e.name());
    if (item != ItemId::None && kind_of(item) == ItemKind::Class && is_std(file_of(item))) {
        // `xs.map(String)`: the conversion as a function.
        static const std::map<std::string_view, std::string_view> conversions = {
            {"String", "string"}, {"Number", "number"}, {"Boolean", "boolean"}};
        if (auto found = conversions.find(text); found != conversions.end())
            if (ItemId function = std_item(context_, found->second); function != ItemId::None) {
                resolve(at, item, nullptr);
                return add(function_type(context_, function), node, FunctionRef{function, {}});
            }
    }
    if (item == ItemId::None) {
        if (types_.scope().imports(text) || report_used_early(e.name())) return error_expression(node);
        std::vector<std::string> candidates = types_.scope().names_like(text);
        std::erase_if(candidates, [&](const std::string& each) {  // types without values
            ItemId known = types_.scope().find(each);
            return known != ItemId::None &&
                   (kind_of(known) == ItemKind::Interface || kind_of(known) == ItemKind::TypeAlias);
        });
        for (const Scope& scope : scopes_)
            for (const auto& [candidate, id] : scope.names) candidates.emplace_back(candidate.text());
        std::string near = nearest_name(text, candidates);
        if (this_ != LocalId::None && find_member(context_, body_[this_].type, Name(text)).kind != MemberInfo::None)
            near = "this." + text;
        const ForeignName* foreign = foreign_name(text, ForeignPlace::Value);
        if (foreign) near = foreign->instead;
        auto& d = report(DiagnosticCode::UnresolvedName, at,
                         fmt::format("no `{}` is known here{}", text,
                                     foreign && near.empty() ? std::string(foreign->message)
                                     : foreign               ? fmt::format("; write `{}`", near)
                                     : near.empty()          ? std::string()
                                                             : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty())
            d.fixes.push_back(
                {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
        return error_expression(node);
    }
    if (is_set_up_later(item, e.name())) return error_expression(node);
    check_assigned(item, at);
    if (is_std(file_of(item)) && kind_of(item) == ItemKind::Static) {
        // The two constants of the prelude that are no literals.
        if (text == "Infinity") return add(type::float_(), node, FloatLiteral{INFINITY});
        if (text == "NaN") return add(type::float_(), node, FloatLiteral{NAN});
    }
    ExprId reference = item_reference(item, node);
    resolve(at, item, type_of(reference));
    if (kind_of(item) == ItemKind::Static) {
        Type declared = type_of(reference), now = narrowed("static " + text, declared);
        if (Type there = now == declared ? *context_.get<OpenVariable>(item) : nullptr)
            return guarded(reference, there);
        return now == declared ? reference : convert(reference, now);
    }
    return reference;
}

ExprId BodyBuilder::item_reference(ItemId item, uint32_t node) {
    switch (kind_of(item)) {
        case ItemKind::Static: {
            return add(variable_type(item), node, StaticRef{item});
        }
        case ItemKind::Function:
            return add(for_anything(function_type(context_, item), item), node, FunctionRef{item, {}});
        case ItemKind::Class: return add(type::any(), node, ClassRef{item});
        case ItemKind::Enum:
            if (is_plain_enum(context_, type::nominal(item))) return enum_reference(item, node);
            [[fallthrough]];
        default:
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`{}` is a type, not a value", name_of(item).text()));
            return error_expression(node);
    }
}

ExprId BodyBuilder::literal(const SyntaxToken& token, bool negative, Type expected, uint32_t node) {
    if (!token) return error_expression(node);
    switch (to_kind(token.kind())) {
        case Kind::TrueKw: return add(type::literal(type::boolean(), "true"), node, BoolLiteral{true});
        case Kind::FalseKw: return add(type::literal(type::boolean(), "false"), node, BoolLiteral{false});
        case Kind::NullKw: return add(type::null(), node, NullLiteral{});
        case Kind::UndefinedKw: return add(type::undefined(), node, UndefinedLiteral{});
        case Kind::StringLiteral:
        case Kind::TemplateWhole: {
            std::string value = string_value(token.text());
            Type type = type::literal(type::string(), "\"" + value + "\"");
            return add(type, node, StringLiteral{std::move(value)});
        }
        case Kind::NumberLiteral: break;
        default: return regular_expression(token, node);
    }
    std::string text;
    for (char c : token.text())
        if (c != '_') text += c;
    bool based =
        text.size() > 2 && text[0] == '0' &&
        (text[1] == 'x' || text[1] == 'X' || text[1] == 'b' || text[1] == 'B' || text[1] == 'o' || text[1] == 'O');
    uint64_t whole = 0;
    double value = 0;
    bool is_whole = true;
    if (based) {
        int base = text[1] == 'x' || text[1] == 'X' ? 16 : text[1] == 'b' || text[1] == 'B' ? 2 : 8;
        std::from_chars(text.data() + 2, text.data() + text.size(), whole, base);
        value = double(whole);
    } else {
        is_whole = text.find_first_of(".eE") == std::string::npos;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
        is_whole = is_whole && error == std::errc() && end == text.data() + text.size();
        value = std::strtod(text.c_str(), nullptr);
    }
    if (negative) value = -value;
    bool wants_int =
        expected && (is_int(expected) || (expected->is(TypeKind::Union) && is_int(nullable_parts_removed(expected))));
    if (expected && !wants_int && !is_assignable(context_, type::float_(), expected))
        wants_int = is_assignable(context_, type::integer(), expected);
    if (wants_int && is_whole) {
        if (whole > uint64_t(INT64_MAX) + (negative ? 1 : 0))
            report(DiagnosticCode::TypeMismatch, node, "this number does not fit an `int`");
        return add(type::integer(), node, IntegerLiteral{negative ? uint64_t(-int64_t(whole)) : whole});
    }
    return add(type::literal(type::float_(), std::string(negative ? "-" : "") + std::string(token.text())), node,
               FloatLiteral{value});
}

/// The texts around the values of a template; where the tag wants a `TemplateStringsArray`, also as they are written.
ExprId BodyBuilder::template_texts(const SyntaxNode& quoted, Type tag, uint32_t node) {
    auto list = [&](bool raw) {
        Aggregate texts{AggregateKind::List, ItemId::None, {}, {}};
        for (SyntaxElement part : quoted.children()) {
            if (!part.is_token()) continue;
            std::string text = raw ? std::string(template_text(part)) : unescaped(template_text(part));
            texts.operands.push_back(add(type::string(), node, StringLiteral{std::move(text)}));
        }
        return add(list_of(type::string()), node, std::move(texts));
    };
    bool has_parameter = tag->is(TypeKind::Function) && !tag->parameters().empty();
    if (!has_parameter || !is_std_type(tag->parameters()[0], "TemplateStringsArray")) return list(false);
    MemberInfo made = find_member(context_, tag->parameters()[0], Name("made"), true);
    return add(tag->parameters()[0], node,
               Call{DirectCallee{made.item, {}, nullptr}, {list(false), list(true)}, CallMode::Plain});
}

/// tag`a ${x} b` is `tag(["a ", " b"], x)`.
ExprId BodyBuilder::tagged_template(const ast::TaggedTemplateExpr& e) {
    uint32_t node = node_of(e.node);
    Arguments arguments{{}, node};
    for (SyntaxElement part : e.quoted().node.children())
        if (auto hole = ast::Expression::cast(part)) arguments.written.push_back(hole);
    auto name = e.tag().as<ast::NameExpr>();
    bool is_local = !name || !name.name() || find_local(Name(name.name().text()));
    ItemId item = is_local ? ItemId::None : types_.scope().find_value(name.name());
    if (item == ItemId::None || kind_of(item) != ItemKind::Function) {
        ExprId tag = expression(e.tag());
        arguments.first = template_texts(e.quoted().node, type_of(tag), node);
        return call_value(tag, arguments, node);
    }
    Type tag = function_type(context_, item);
    resolve(node_of(name.name()), item, tag);
    arguments.first = template_texts(e.quoted().node, tag, node);
    return call_function(item, ExprId::None, nullptr, false, {}, arguments, nullptr, node);
}

ExprId BodyBuilder::template_expression(const ast::TemplateExpr& e) {
    Interpolate result;
    for (SyntaxElement part : e.node.children()) {
        if (part.is_token()) {
            result.parts.push_back({unescaped(template_text(part)), ExprId::None, {}});
        } else if (auto hole = ast::Expression::cast(part)) {
            ExprId value = unguarded(expression(hole));
            misused_promise(value, "this is a promise, not its value; `await` it");
            if (ExprId own = own_text(value); own != ExprId::None) value = own;
            result.parts.push_back({{}, value, {}});
        }
    }
    return add(type::string(), node_of(e.node), std::move(result));
}

/// Of a union, the one array or tuple that the elements can be: as many, and with these literals. Of several any.
Type BodyBuilder::sequence_wanted(Type wanted, const std::vector<ast::Expression>& elements) {
    bool spreads = std::any_of(elements.begin(), elements.end(),
                               [](const ast::Expression& e) { return e.kind() == Kind::SpreadExpr; });
    std::vector<Type> fitting;
    for (Type member : wanted->arguments) {
        member = resolved(context_, member);
        if (member->is(TypeKind::List)) fitting.push_back(member);
        if (!member->is(TypeKind::Tuple) || spreads || member->arguments.size() != elements.size()) continue;
        bool fits = true;
        for (size_t i = 0; fits && i < elements.size(); ++i) {
            auto literal = elements[i].as<ast::LiteralExpr>();
            Type t = literal && literal.value() ? literal_type(literal.value(), false) : nullptr;
            fits = !t || is_assignable(context_, t, member->arguments[i]);
        }
        if (fits) fitting.push_back(member);
    }
    if (fitting.size() == 1) return fitting[0];
    return fitting.empty() ? nullptr : type::any();
}

ExprId BodyBuilder::array(const ast::ArrayExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
    auto elements = e.elements();
    if (wanted && wanted->is(TypeKind::Union)) wanted = sequence_wanted(wanted, elements);
    if (keeps_literals_) {
        Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
        std::vector<Type> types;
        bool spreads = false;
        for (const ast::Expression& part : elements) spreads |= part.kind() == Kind::SpreadExpr;
        for (const ast::Expression& part : elements) {
            if (spreads) break;
            tuple.operands.push_back(expression(part));
            types.push_back(type_of(tuple.operands.back()));
        }
        if (!spreads && !types.empty()) return add(type::tuple(std::move(types), TypeShared), node, std::move(tuple));
    }
    if (wanted && wanted->is(TypeKind::Tuple) && wanted->arguments.size() > elements.size()) {
        bool rest_optional = true;
        for (size_t i = elements.size(); i < wanted->arguments.size(); ++i)
            rest_optional &= is_assignable(context_, type::undefined(), wanted->arguments[i]);
        if (rest_optional) {  // elements that may be left off are undefined
            Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
            for (size_t i = 0; i < wanted->arguments.size(); ++i)
                tuple.operands.push_back(i < elements.size() ? checked(elements[i], wanted->arguments[i])
                                                             : convert(add(type::undefined(), node, UndefinedLiteral{}),
                                                                       wanted->arguments[i]));
            return add(wanted, node, std::move(tuple));
        }
    }
    bool open_tuple = wanted && wanted->is(TypeKind::Tuple) && is_open_here(wanted);
    if (open_tuple && wanted->arguments.size() == elements.size()) {
        // `[K, V]` of a call: the elements say what K and V are.
        Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
        std::vector<Type> types;
        for (size_t i = 0; i < elements.size(); ++i) {
            Type part = wanted->arguments[i];
            ExprId value = expression(elements[i], part->is(TypeKind::Parameter) ? nullptr : part);
            types.push_back(is_open_here(part) ? widened(type_of(value)) : part);
            tuple.operands.push_back(coerce(value, types.back(), node_of(elements[i].node), "element"));
        }
        return add(type::tuple(std::move(types), TypeShared), node, std::move(tuple));
    }
    if (wanted && wanted->is(TypeKind::Tuple) && wanted->arguments.size() == elements.size()) {
        Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
        for (size_t i = 0; i < elements.size(); ++i)
            tuple.operands.push_back(checked(elements[i], wanted->arguments[i]));
        return add(wanted, node, std::move(tuple));
    }
    Type element = wanted && wanted->is(TypeKind::List) ? wanted->element() : nullptr;
    bool fixed = element && !is_open_here(element);
    Aggregate list{AggregateKind::List, ItemId::None, {}, {}};
    Type common = nullptr;
    for (const ast::Expression& part : elements) {
        uint32_t at = node_of(part.node);
        if (auto spread = part.as<ast::SpreadExpr>()) {
            ExprId value = expression(spread.operand());
            present(value, at, "and cannot be spread");
            Type t = type_of(value);
            t = type_of(value);
            Type inner = element_type(t, false);
            if (!inner) {
                if (!t->has(TypeHasError))
                    report(DiagnosticCode::TypeMismatch, at, fmt::format("`{}` cannot be spread", print_type(t)));
                inner = type::error();
            }
            // What is no array is gone through first.
            value = as_list(value, at);
            if (t->is(TypeKind::Literal)) value = convert(value, type::string());
            if (fixed && !is_assignable(context_, inner, element)) mismatch(at, inner, element, "element");
            common = common ? joined(context_, common, inner) : inner;
            list.operands.push_back(add(t, at, Spread{value}));
            continue;
        }
        ExprId value =
            part.kind() == Kind::HoleExpr ? add(type::undefined(), at, UndefinedLiteral{}) : expression(part, element);
        if (fixed) value = coerce(value, element, at, "element");
        Type wide = kept_type(value);
        common = common ? joined(context_, common, wide) : wide;
        list.operands.push_back(value);
    }
    if (!fixed) {
        Type chosen = common ? common : element && !is_open_here(element) ? element : type::any();
        if (!common && !element) chosen = type::any();
        for (ExprId& operand : list.operands)
            if (!std::holds_alternative<Spread>(body_[operand].data)) operand = convert(operand, chosen);
        return add(list_of(chosen), node, std::move(list));
    }
    return add(list_of(element), node, std::move(list));
}

/// A choice between literals keeps them (`c ? "a" : "b"`); variables made of it widen.
static Type choice_type(Type t) {
    return t->is(TypeKind::Literal) && !t->element()->is(TypeKind::Bool) ? t : widened(t);
}

ExprId BodyBuilder::conditional(const ast::ConditionalExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    ExprId test = condition(e.condition());
    Facts before = facts_;
    bool reached = reachable_;
    assume(e.condition(), true);
    ExprId yes = expression(e.when_true(), expected);
    Facts after_yes = facts_;
    facts_ = before;
    reachable_ = reached;
    assume(e.condition(), false);
    ExprId no = expression(e.when_false(), expected);
    merge_facts(after_yes, true, facts_, true);
    reachable_ = reached;
    if (is_target(expected) && fits(yes, expected) && fits(no, expected))
        return add(expected, node, If{test, coerce(yes, expected, node), coerce(no, expected, node)});
    // A whole number beside an `int` is one.
    if (is_int(type_of(yes)) && is_number(type_of(no)) && fits(no, type::integer())) no = as_whole(no);
    if (is_int(type_of(no)) && is_number(type_of(yes)) && fits(yes, type::integer())) yes = as_whole(yes);
    bool literals = keeps_literals_ || (expected && is_open_here(expected));
    Type result = literals ? type::union_of({type_of(yes), type_of(no)})
                           : joined(context_, choice_type(type_of(yes)), choice_type(type_of(no)));
    return add(result, node, If{test, convert(yes, result), convert(no, result)});
}

/// `async` before the function, and a promise of what it gives.
void BodyBuilder::offer_async(ItemDiagnostic& d) {
    SyntaxNode node = tree_.element(function().node).as_node();
    if (!node || ast::GetterDecl::cast(node) || ast::SetterDecl::cast(node) || ast::ConstructorDecl::cast(node)) return;
    SyntaxToken keyword = node.token(raw(Kind::FunctionKw));
    auto insert = [&](const SyntaxElement& at, ItemDiagnostic::FixEdit::Position position, std::string text) {
        d.fixes.back().edits.push_back({{item_, node_of(at)}, position, std::move(text)});
    };
    d.fixes.push_back({"make the function async", {}});
    insert(keyword ? SyntaxElement(keyword) : SyntaxElement(node), ItemDiagnostic::FixEdit::InsertBefore, "async ");
    ast::Type result = function_parts(node).result.type();
    if (!result || result.node.text().starts_with("Promise<")) return;
    insert(result.node, ItemDiagnostic::FixEdit::InsertBefore, "Promise<");
    insert(result.node, ItemDiagnostic::FixEdit::InsertAfter, ">");
}

ExprId BodyBuilder::await(const ast::AwaitExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    if (!functions_.back().is_async) {
        auto& d = report(DiagnosticCode::AwaitOutsideAsync, node, "`await` stands in a function that is not async");
        if (d.fixes.empty()) offer_async(d);
    }
    ExprId operand = expression(e.operand(), is_target(expected) ? promise_of(context_, expected) : nullptr);
    if (ExprId promise = promise_of_thenable(operand, node); promise != ExprId::None) operand = promise;
    Type result = awaited(type_of(operand));
    if (result->is(TypeKind::Projection)) result = type::any();
    // Another task may run meanwhile: what is known of anything but this task's own variables is forgotten.
    for (auto it = facts_.begin(); it != facts_.end();) {
        bool own = it->first[0] == '=' ||
                   (it->first.find('.') == std::string::npos && it->first.find("static ") == std::string::npos);
        it = own ? std::next(it) : facts_.erase(it);
    }
    return add(result, node, Await{operand});
}

/// An object that is no promise, but has a `then` that is given what to call: as a promise. None: it is none of these.
ExprId BodyBuilder::promise_of_thenable(ExprId value, uint32_t node) {
    Type t = resolved(context_, type_of(value));
    bool is_object = t->is(TypeKind::Record) || (t->is(TypeKind::Nominal) && kind_of(t->item) != ItemKind::Enum);
    if (!is_object || is_std_type(t, "Promise")) return ExprId::None;
    MemberInfo then = find_member(context_, t, Name("then"));
    bool has_then =
        then.kind != MemberInfo::None && then.type->is(TypeKind::Function) && !then.type->parameters().empty();
    Type resolve = has_then ? resolved(context_, nullable_parts_removed(then.type->parameters()[0])) : nullptr;
    ItemId promise = std_item(context_, "Promise");
    if (!resolve || !resolve->is(TypeKind::Function) || promise == ItemId::None) return ExprId::None;
    Type result = resolve->parameters().empty() ? type::unit() : resolve->parameters()[0];
    if (result->has(TypeHasParameter) && !t->has(TypeHasParameter)) result = type::any();
    MemberInfo adopt = find_member(context_, promise_of(context_, type::any()), Name("adopt"), true);
    if (adopt.item == ItemId::None) return ExprId::None;
    return add(promise_of(context_, result), node,
               Call{DirectCallee{adopt.item, {type::any(), result}, nullptr}, {convert(value, type::any())}});
}

/// An expression whose type does not depend on where it stands, of an object that may have a `then`.
bool BodyBuilder::may_be_thenable(const ast::Expression& e) {
    if (auto object = e.as<ast::ObjectExpr>()) {
        for (const ast::Member& m : object.members()) {
            auto method = m.as<ast::MethodDecl>();
            auto property = m.as<ast::Property>();
            if ((method && member_name(method.name()).text() == "then") ||
                (property && member_name(property.name()).text() == "then"))
                return true;
        }
        return false;
    }
    if (e.kind() != Kind::NameExpr && e.kind() != Kind::MemberExpr && e.kind() != Kind::NewExpr) return false;
    Type t = plain_type(e);
    return t && find_member(context_, resolved(context_, t), Name("then")).kind != MemberInfo::None &&
           !is_std_type(t, "Promise");
}

ExprId BodyBuilder::cast(const ast::AsExpr& e) {
    uint32_t node = node_of(e.node);
    if (auto word = e.type().as<ast::KeywordType>();
        word && word.word() && to_kind(word.word().kind()) == Kind::ConstKw) {
        bool outer = keeps_literals_;
        keeps_literals_ = true;
        ExprId value = expression(e.operand());
        keeps_literals_ = outer;
        return value;
    }
    Type wanted = resolved(context_, types_.read(e.type()));
    ExprId value = expression(e.operand(), wanted);
    Type from = type_of(value);
    if (e.is_satisfies()) return coerce(value, wanted, node), value;
    if (fits(value, wanted)) {
        ExprId made = coerce(value, wanted, node);
        if (made != value) body_.expressions[uint32_t(made)].node = node;  // the cast's own, not what its operand is
        return made;
    }
    bool overlaps = is_assignable(context_, wanted, from) || is_assignable(context_, wanted, widened(from));
    for (Type member : members_of(wanted)) overlaps |= !restricted(context_, from, member)->is(TypeKind::Never);
    if (!overlaps) {
        mismatch(node, from, wanted, "cast");
        return value;
    }
    return add(wanted, node, Convert{ConvertKind::Unwrap, convert(value, type::any())});
}

}  // namespace braid::velox_semantics
