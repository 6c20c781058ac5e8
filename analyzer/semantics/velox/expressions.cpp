#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/semantics/names.h"
#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"

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
        case Kind::FunctionExpr:
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
        case Kind::AwaitExpr: return await(e.as<ast::AwaitExpr>());
        case Kind::BinaryExpr: return binary(e.as<ast::BinaryExpr>(), expected);
        case Kind::AssignExpr: return assignment(e.as<ast::AssignExpr>());
        case Kind::ConditionalExpr: return conditional(e.as<ast::ConditionalExpr>(), expected);
        case Kind::AsExpr: return cast(e.as<ast::AsExpr>());
        case Kind::MatchExpr: return match(e.as<ast::MatchExpr>(), expected);
        case Kind::YieldExpr: {
            auto y = e.as<ast::YieldExpr>();
            ExprId value = y.value() ? convert(expression(y.value()), type::any())
                                     : convert(add(type::undefined(), node, UndefinedLiteral{}), type::any());
            return add(type::any(), node, Yield{value});
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
        ExprId reference = local_reference(*local, node);
        Type now = narrowed(std::to_string(uint32_t(*local)), declared);
        return now == declared ? reference : convert(reference, now);
    }
    ItemId item = types_.scope().find_value(text);
    if (item == ItemId::None) {
        std::vector<std::string> candidates = types_.scope().names();
        for (const Scope& scope : scopes_)
            for (const auto& [candidate, id] : scope.names) candidates.emplace_back(candidate.text());
        std::string near = nearest_name(text, candidates);
        if (this_ != LocalId::None && find_member(context_, body_[this_].type, Name(text)).kind != MemberInfo::None)
            near = "this." + text;
        auto& d = report(DiagnosticCode::UnresolvedName, at,
                         fmt::format("no `{}` is known here{}", text,
                                     near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near)));
        if (!near.empty() && d.fixes.empty())
            d.fixes.push_back(
                {fmt::format("change to `{}`", near), {{{item_, at}, ItemDiagnostic::FixEdit::Replace, near}}});
        return error_expression(node);
    }
    if (is_std(file_of(item)) && kind_of(item) == ItemKind::Static) {
        // The two constants of the prelude that are no literals.
        if (text == "Infinity") return add(type::float_(), node, FloatLiteral{INFINITY});
        if (text == "NaN") return add(type::float_(), node, FloatLiteral{NAN});
    }
    ExprId reference = item_reference(item, node);
    resolve(at, item, type_of(reference));
    if (kind_of(item) == ItemKind::Static) {
        Type declared = type_of(reference), now = narrowed("static " + text, declared);
        return now == declared ? reference : convert(reference, now);
    }
    return reference;
}

ExprId BodyBuilder::item_reference(ItemId item, uint32_t node) {
    switch (kind_of(item)) {
        case ItemKind::Static: {
            // A script sees the types of its own variables as it goes; asking would be a cycle.
            Type type = nullptr;
            for (const Resolution& r : body_.resolutions)
                if (auto* target = std::get_if<ItemId>(&r.target); target && *target == item) type = r.type;
            return add(type ? type : *context_.get<ValueTypeOf>(item), node, StaticRef{item});
        }
        case ItemKind::Function: return add(function_type(context_, item), node, FunctionRef{item, {}});
        case ItemKind::Class: return add(type::any(), node, ClassRef{item});
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
        default:
            report(DiagnosticCode::SyntaxError, node, "regular expressions are not supported yet");
            return error_expression(node);
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
    if (wants_int && is_whole) {
        if (whole > uint64_t(INT64_MAX) + (negative ? 1 : 0))
            report(DiagnosticCode::TypeMismatch, node, "this number does not fit an `int`");
        return add(type::integer(), node, IntegerLiteral{negative ? uint64_t(-int64_t(whole)) : whole});
    }
    return add(type::literal(type::float_(), std::string(negative ? "-" : "") + std::string(token.text())), node,
               FloatLiteral{value});
}

ExprId BodyBuilder::template_expression(const ast::TemplateExpr& e) {
    Interpolate result;
    for (SyntaxElement part : e.node.children()) {
        if (part.is_token()) {
            Kind kind = to_kind(part.kind());
            std::string_view text = part.text();
            if (kind == Kind::TemplateHead || kind == Kind::TemplateMiddle)
                text = text.substr(1, text.size() >= 3 ? text.size() - 3 : 0);
            else if (text.size() >= 2) text = text.substr(1, text.size() - 2);
            else text = {};
            result.parts.push_back({unescaped(text), ExprId::None, {}});
        } else if (auto hole = ast::Expression::cast(part)) {
            ExprId value = expression(hole);
            if (is_std_type(type_of(value), "Promise"))
                report(DiagnosticCode::MisusedPromise, node_of(hole.node),
                       "this is a promise, not its value; `await` it");
            result.parts.push_back({{}, value, {}});
        }
    }
    return add(type::string(), node_of(e.node), std::move(result));
}

ExprId BodyBuilder::array(const ast::ArrayExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
    if (wanted && wanted->is(TypeKind::Union)) {
        Type only = nullptr;
        for (Type member : wanted->arguments)
            if (member->is(TypeKind::List) || member->is(TypeKind::Tuple)) only = only ? type::any() : member;
        wanted = only;
    }
    auto elements = e.elements();
    if (wanted && wanted->is(TypeKind::Tuple) && wanted->arguments.size() == elements.size()) {
        Aggregate tuple{AggregateKind::Tuple, ItemId::None, {}, {}};
        for (size_t i = 0; i < elements.size(); ++i)
            tuple.operands.push_back(checked(elements[i], wanted->arguments[i]));
        return add(wanted, node, std::move(tuple));
    }
    Type element = wanted && wanted->is(TypeKind::List) ? wanted->element() : nullptr;
    bool fixed = element && !element->has(TypeHasParameter);
    Aggregate list{AggregateKind::List, ItemId::None, {}, {}};
    Type common = nullptr;
    for (const ast::Expression& part : elements) {
        uint32_t at = node_of(part.node);
        if (auto spread = part.as<ast::SpreadExpr>()) {
            ExprId value = expression(spread.operand());
            present(value, at, "and cannot be spread");
            Type t = type_of(value);
            Type inner = t->is(TypeKind::List)     ? t->element()
                         : is_std_type(t, "Set")   ? t->arguments[0]
                         : t->is(TypeKind::String) ? type::string()
                                                   : type::any();
            if (fixed && !is_assignable(context_, inner, element)) mismatch(at, inner, element, "element");
            common = common ? joined(context_, common, inner) : inner;
            list.operands.push_back(add(t, at, Spread{value}));
            continue;
        }
        ExprId value =
            part.kind() == Kind::HoleExpr ? add(type::undefined(), at, UndefinedLiteral{}) : expression(part, element);
        if (fixed) value = coerce(value, element, at, "element");
        Type wide = widened(type_of(value));
        common = common ? joined(context_, common, wide) : wide;
        list.operands.push_back(value);
    }
    if (!fixed) {
        Type chosen = common ? common : element && !element->has(TypeHasParameter) ? element : type::any();
        if (!common && !element) chosen = type::any();
        for (ExprId& operand : list.operands)
            if (!std::holds_alternative<Spread>(body_[operand].data)) operand = convert(operand, chosen);
        return add(list_of(chosen), node, std::move(list));
    }
    return add(list_of(element), node, std::move(list));
}

ExprId BodyBuilder::object(const ast::ObjectExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
    Aggregate record{AggregateKind::Record, ItemId::None, {}, {}};
    std::vector<RecordField> fields;
    bool open = false;
    auto wanted_field = [&](Name name) -> Type {
        if (!wanted || wanted->is(TypeKind::Any) || wanted->is(TypeKind::Unknown)) return nullptr;
        if (!wanted->is(TypeKind::Union)) {
            MemberInfo info = find_member(context_, wanted, name);
            return info.kind == MemberInfo::None || info.type->has(TypeHasParameter) ? nullptr : info.type;
        }
        std::vector<Type> found;
        for (Type member : wanted->arguments)
            if (MemberInfo info = find_member(context_, member, name); info.kind != MemberInfo::None)
                found.push_back(info.type);
        return found.empty() ? nullptr : type::union_of(std::move(found));
    };
    // A literal stays one where the context tells values apart by it (`{ type: "key" }`).
    auto field_type = [&](Type produced, Type field) {
        bool fits = field && is_assignable(context_, produced, field);
        bool tells_apart = produced->is(TypeKind::Literal) && field && field->is(TypeKind::Union) &&
                           restricted(context_, field, produced) == produced;
        return tells_apart ? produced : fits ? field : widened(produced);
    };
    auto put = [&](Name name, ExprId value, Type as) {
        value = convert(value, as);
        record.names.push_back(name);
        record.operands.push_back(value);
        std::erase_if(fields, [&](const RecordField& f) { return f.name == name; });
        fields.push_back({name, as, false, false});
    };
    for (const ast::Member& m : e.members()) {
        if (auto p = m.as<ast::Property>()) {
            Name name = member_name(p.name());
            if (name.empty() && p.name().computed()) {
                report(DiagnosticCode::SyntaxError, node_of(p.name().node),
                       "computed names are not supported yet; use a Map");
                continue;
            }
            Type field = wanted_field(name);
            resolve_member(p.name().word(), wanted);
            ExprId value = expression(p.value(), field);
            put(name, value, field_type(type_of(value), field));
        } else if (auto s = m.as<ast::ShorthandProperty>()) {
            ExprId value = this->name(s.name());
            resolve_member(s.name().name(), wanted);
            Type field = wanted_field(Name(s.name().text()));
            put(Name(s.name().text()), value, field_type(type_of(value), field));
        } else if (auto method = m.as<ast::MethodDecl>()) {
            Name name = member_name(method.name());
            resolve_member(method.name().word(), wanted);
            ExprId value = closure(method.node, wanted_field(name));
            put(name, value, type_of(value));
        } else if (auto spread = m.as<ast::SpreadProperty>()) {
            ExprId value = expression(spread.value());
            Type t = nullable_parts_removed(type_of(value));
            if (t->is(TypeKind::Record)) {
                for (const RecordField& f : t->fields) {
                    std::erase_if(fields, [&](const RecordField& old) { return old.name == f.name; });
                    fields.push_back(f);
                }
            } else if (t->is(TypeKind::Nominal)) {
                for (const FieldInfo& f : context_.get<DefinitionOf>(t->item)->fields)
                    if (!f.is_static)
                        fields.push_back({f.name, substitute(f.type, t->item, t->arguments), false, false});
            } else {
                open = true;
            }
            record.names.push_back(Name());
            record.operands.push_back(add(type_of(value), node_of(spread.node), Spread{value}));
        } else {
            report(DiagnosticCode::SyntaxError, node_of(m.node), "accessors in object literals are not supported yet");
        }
    }
    return add(open ? type::any() : type::record(std::move(fields)), node, std::move(record));
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
    bool fits = expected && !expected->has(TypeHasParameter) && is_assignable(context_, type_of(yes), expected) &&
                is_assignable(context_, type_of(no), expected);
    Type result = fits ? expected : joined(context_, widened(type_of(yes)), widened(type_of(no)));
    return add(result, node, If{test, convert(yes, result), convert(no, result)});
}

ExprId BodyBuilder::await(const ast::AwaitExpr& e) {
    uint32_t node = node_of(e.node);
    if (!functions_.back().is_async) {
        auto& d = report(DiagnosticCode::AwaitOutsideAsync, node, "`await` stands in a function that is not async");
        SyntaxElement at = tree_.element(function().node);
        if (at && d.fixes.empty())
            d.fixes.push_back({"make the function async",
                               {{{item_, function().node}, ItemDiagnostic::FixEdit::InsertBefore, "async "}}});
    }
    ExprId operand = expression(e.operand());
    Type result = awaited(type_of(operand));
    // Another task may run meanwhile: what is known of anything but this task's own variables is forgotten.
    for (auto it = facts_.begin(); it != facts_.end();) {
        bool own = it->first.find('.') == std::string::npos && it->first.find("static ") == std::string::npos;
        it = own ? std::next(it) : facts_.erase(it);
    }
    return add(result, node, Await{operand});
}

ExprId BodyBuilder::cast(const ast::AsExpr& e) {
    uint32_t node = node_of(e.node);
    Type wanted = types_.read(e.type());
    ExprId value = expression(e.operand(), wanted);
    Type from = type_of(value);
    if (e.is_satisfies()) return coerce(value, wanted, node), value;
    if (is_assignable(context_, from, wanted)) return convert(value, wanted);
    if (!is_assignable(context_, wanted, from) && !is_assignable(context_, wanted, widened(from))) {
        mismatch(node, from, wanted, "cast");
        return value;
    }
    return add(wanted, node, Convert{ConvertKind::Unwrap, convert(value, type::any())});
}

}  // namespace braid::velox_semantics
