#include <optional>

#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/operator_kinds.h"
#include "analyzer/semantics/velox/type_operators.h"

// `=`, the compound assignments, and patterns on the left of `=`.
namespace braid::velox_semantics {

using namespace hir;

ExprId BodyBuilder::assign_to(const ast::Expression& target, ExprId value, uint32_t node) {
    ExprId place = assignable(target);
    Type t = declared_type(place);
    if (type_of(place)->has(TypeHasError)) return add(type::unit(), node, Block{{value}, ExprId::None});
    forget(fact_key(target));
    value = coerce(value, t, node, {});
    return add(type::unit(), node, hir::Assign{place, convert(value, type_of(place))});
}

ExprId BodyBuilder::assignment(const ast::AssignExpr& e, bool wants_value) {
    uint32_t node = node_of(e.node);
    if (!e.op()) return error_expression(node);
    Kind op = to_kind(e.op().kind());
    if (op == Kind::Equal) return plain_assignment(e, wants_value);
    Kind operation = compound_operator(op);
    if (operation == Kind::AmpersandAmpersand || operation == Kind::BarBar || operation == Kind::QuestionQuestion)
        return conditional_assignment(e, operation, wants_value);
    mark_read(e.target());
    if (auto n = e.target().as<ast::NameExpr>(); n && n.name()) {
        if (auto local = find_local(Name(n.name().text()))) check_assigned(*local, node_of(n.name()));
        else check_assigned(types_.scope().find_value(n.name()), node_of(n.name()));
    }
    if (auto setter = static_setter(e.target())) {
        Type taken = resolved(context_, context_.get<SignatureOf>(*setter)->parameters[0].type);
        ExprId old = expression(e.target());
        ExprId value = expression(e.value(), is_int(taken) ? taken : nullptr);
        auto kind = arithmetic_operator(operation);
        if (!kind || type_of(old)->has(TypeHasError)) return error_expression(node);
        ExprId sum = *kind == BinaryOp::Add ? addition(old, value, node) : arithmetic(*kind, old, value, node);
        if (type_of(sum)->has(TypeHasError)) return error_expression(node);
        return call_static_setter(*setter, coerce(sum, taken, node), node, wants_value);
    }
    ExprId place = assignable(e.target());
    Type t = declared_type(place);
    if (type_of(place)->has(TypeHasError)) return expression(e.value()), error_expression(node);
    bool is_open = t != type_of(place);
    ExprId value = expression(e.value(), is_int(t) ? t : nullptr);
    std::string key = fact_key(e.target());
    Type now = narrowed(key, t);
    forget(key);
    auto kind = arithmetic_operator(operation);
    if (!kind) return error_expression(node);
    bool plain = !wants_value && !is_open && (is_int(t) || is_number(t) || widened(t)->is(TypeKind::String));
    if (plain && *kind == BinaryOp::Add && widened(t)->is(TypeKind::String))
        return add(type::unit(), node, CompoundAssign{BinaryOp::Concat, place, to_text(value)});
    if (plain && !type_of(value)->has(TypeHasError) && fits(value, t) && (is_int(t) || is_number(t)))
        return add(type::unit(), node,
                   CompoundAssign{*kind, place, coerce(value, widened(t), node_of(e.value().node))});
    if (!wants_value && t->is(TypeKind::Any))
        return add(type::unit(), node, CompoundAssign{*kind, place, convert(value, type::any())});
    // In general: `place = place op value`.
    ExprId old = is_open ? add(t, node, Convert{ConvertKind::Unwrap, place}) : convert(place, now);
    ExprId sum = *kind == BinaryOp::Add ? addition(old, value, node) : arithmetic(*kind, old, value, node);
    if (type_of(sum)->has(TypeHasError)) return error_expression(node);
    LocalId held = temporary(type_of(sum), node);
    ExprId let = let_temporary(held, sum, node);
    ExprId result = add(body_[held].type, node, LocalRef{held});
    ExprId set = add(type::unit(), node,
                     hir::Assign{place, convert(coerce(result, t, node_of(e.value().node)), type_of(place))});
    if (!wants_value) return add(type::unit(), node, Block{{let, set}, ExprId::None});
    return add(body_[held].type, node, Block{{let, set}, add(body_[held].type, node, LocalRef{held})});
}

/// `Class.name` where that is written through a setter.
std::optional<ItemId> BodyBuilder::static_setter(const ast::Expression& target) {
    auto member = target.as<ast::MemberExpr>();
    auto owner = member && member.name() ? static_owner(member.object()) : std::nullopt;
    if (!owner || kind_of(*owner) != ItemKind::Class) return std::nullopt;
    for (ItemId method : context_.get<DefinitionOf>(*owner)->methods) {
        auto signature = context_.get<SignatureOf>(method);
        bool is_meant = signature->is_setter && signature->is_static && !signature->parameters.empty() &&
                        name_of(method).text() == member.name().text();
        if (!is_meant) continue;
        resolve(node_of(member.name()), method, resolved(context_, signature->parameters[0].type));
        return method;
    }
    return std::nullopt;
}

ExprId BodyBuilder::call_static_setter(ItemId setter, ExprId value, uint32_t node, bool wants_value) {
    LocalId held = temporary(type_of(value), node);
    ExprId let = let_temporary(held, value, node);
    std::vector<Type> arguments(context_.get<GenericsOf>(parent_of(setter))->size(), type::any());
    ExprId given = add(body_[held].type, node, LocalRef{held});
    ExprId set =
        add(type::unit(), node, Call{DirectCallee{setter, std::move(arguments), nullptr}, {given}, CallMode::Plain});
    ExprId kept = wants_value ? add(body_[held].type, node, LocalRef{held}) : ExprId::None;
    return add(wants_value ? body_[held].type : type::unit(), node, Block{{let, set}, kept});
}

ExprId BodyBuilder::plain_assignment(const ast::AssignExpr& e, bool wants_value) {
    uint32_t node = node_of(e.node);
    ast::Expression target = e.target();
    while (auto paren = target.as<ast::ParenExpr>()) target = paren.inner();
    if (target.kind() == Kind::ArrayExpr || target.kind() == Kind::ObjectExpr) return destructure(e, wants_value);
    if (auto setter = static_setter(target)) {
        Type taken = resolved(context_, context_.get<SignatureOf>(*setter)->parameters[0].type);
        ExprId given = coerce(expression(e.value(), taken), taken, e.value() ? node_of(e.value().node) : node);
        return call_static_setter(*setter, given, node, wants_value);
    }
    // The variable counts as assigned behind the value only.
    Facts before = facts_;
    size_t told = body_.diagnostics.size();
    ExprId place = assignable(target);
    facts_ = std::move(before);
    bool refused =
        body_.diagnostics.size() > told && body_.diagnostics.back().code == DiagnosticCode::AssignToImmutable;
    Type t = declared_type(place);
    bool wrong = type_of(place)->has(TypeHasError);
    ExprId value = expression(e.value(), wrong ? nullptr : t);
    Type produced = type_of(value);
    std::string key = fact_key(target);
    forget(key);
    bool only_here = false;
    if (auto n = target.as<ast::NameExpr>(); n && n.name()) {
        if (auto local = find_local(Name(n.name().text()))) {
            mark_assigned(*local);
            only_here = !is_assigned_in_closure(Name(n.name().text()));
        } else {
            ItemId item = types_.scope().find_value(n.name());
            mark_assigned(item);
            only_here = t->is(TypeKind::Union) && item != ItemId::None && parent_of(item) == item_ &&
                        functions_.size() == 1 && !is_assigned_by_functions(name_of(item));
        }
    }
    if (wrong || refused) return error_expression(node);
    uint32_t at = e.value() ? node_of(e.value().node) : node;
    const bool is_there = !element_type_if_open(value);
    value = coerce(value, t, at);
    if (!key.empty() && is_there && is_assignable(context_, produced, t))
        if (Type now = narrowed_by_assignment(t, produced, only_here)) facts_[key] = now;
    if (!wants_value) return add(type::unit(), node, hir::Assign{place, convert(value, type_of(place))});
    Type kept = widened(type_of(value));
    if (kept->is(TypeKind::Unit)) kept = type::undefined();
    LocalId held = temporary(kept, node);
    ExprId let = let_temporary(held, convert(value, kept), node);
    ExprId again = add(kept, node, LocalRef{held});
    ExprId set = add(type::unit(), node, hir::Assign{place, convert(again, type_of(place))});
    ExprId result = add(kept, node, LocalRef{held});
    Type precise = restricted(context_, kept, widened(produced));
    if (kept->is(TypeKind::Union) && !precise->is(TypeKind::Never) && !produced->is(TypeKind::Any))
        result = convert(result, precise);
    return add(type_of(result), node, Block{{let, set}, result});
}

/// `a ??= b`, `a ||= b`, `a &&= b`: assigned only where `a` is absent, falsy, truthy.
ExprId BodyBuilder::conditional_assignment(const ast::AssignExpr& e, Kind operation, bool wants_value) {
    uint32_t node = node_of(e.node);
    ExprId now = unguarded(expression(e.target()));
    ExprId test = operation == Kind::QuestionQuestion
                      ? add(type::boolean(), node,
                            TypeTest{convert(now, type::any()), type::union_of({type::null(), type::undefined()})})
                      : truth(now);
    if (operation == Kind::BarBar) test = add(type::boolean(), node, Unary{UnaryOp::Not, test});
    ExprId place = assignable(e.target());
    Type t = declared_type(place);
    Type wanted = operation == Kind::QuestionQuestion ? nullable_parts_removed(t) : t;
    ExprId value = expression(e.value(), wanted->is(TypeKind::Never) ? t : wanted);
    Type produced = type_of(value);
    value = coerce(value, t, e.value() ? node_of(e.value().node) : node);
    ExprId set = add(type::unit(), node, hir::Assign{place, convert(value, type_of(place))});
    std::string key = fact_key(e.target());
    forget(key);
    bool is_there = operation == Kind::QuestionQuestion && !may_be_absent(produced);
    if (!key.empty() && is_there && may_be_absent(t) && !t->is(TypeKind::Any)) facts_[key] = nullable_parts_removed(t);
    ExprId choice = add(type::unit(), node, If{test, set, ExprId::None});
    if (!wants_value) return choice;
    ExprId result = expression(e.target());
    return add(type_of(result), node, Block{{choice}, result});
}

/// `[a, b] = …` and `({ a, b: c } = …)`: the value is kept, then taken apart.
ExprId BodyBuilder::destructure(const ast::AssignExpr& e, bool wants_value) {
    uint32_t node = node_of(e.node);
    ast::Expression target = e.target();
    while (auto paren = target.as<ast::ParenExpr>()) target = paren.inner();
    std::vector<ExprId> steps;
    auto targets = target.as<ast::ArrayExpr>();
    auto values = e.value().as<ast::ArrayExpr>();
    bool one_by_one = targets && values && !wants_value && targets.elements().size() == values.elements().size();
    if (one_by_one)
        for (const auto& list : {targets.elements(), values.elements()})
            for (const ast::Expression& part : list)
                one_by_one &= part.kind() != Kind::SpreadExpr && part.kind() != Kind::HoleExpr &&
                              part.kind() != Kind::ArrayExpr && part.kind() != Kind::ObjectExpr &&
                              part.kind() != Kind::AssignExpr;
    if (one_by_one) {  // `[a, b] = [b, a]` needs no array
        std::vector<LocalId> held;
        auto places = targets.elements();
        for (size_t i = 0; i < places.size(); ++i) {
            Type wanted = plain_type(places[i]);
            ExprId value = expression(values.elements()[i], wanted);
            Type t = widened(type_of(value));
            held.push_back(temporary(t, node));
            steps.push_back(let_temporary(held.back(), convert(value, t), node));
        }
        for (size_t i = 0; i < places.size(); ++i)
            steps.push_back(
                assign_to(places[i], add(body_[held[i]].type, node, LocalRef{held[i]}), node_of(places[i].node)));
        return add(type::unit(), node, Block{std::move(steps), ExprId::None});
    }
    ExprId value = expression(e.value());
    present(value, node_of(e.value().node), "and cannot be taken apart");
    Type t = widened(type_of(value));
    LocalId held = temporary(t, node);
    steps.push_back(let_temporary(held, convert(value, t), node));
    destructure_into(target, add(t, node, LocalRef{held}), steps);
    if (!wants_value) return add(type::unit(), node, Block{std::move(steps), ExprId::None});
    return add(t, node, Block{std::move(steps), add(t, node, LocalRef{held})});
}

void BodyBuilder::destructure_into(const ast::Expression& target, ExprId value, std::vector<ExprId>& out) {
    uint32_t node = node_of(target.node);
    if (++depth_ > 200) {
        --depth_;
        return;
    }
    if (auto paren = target.as<ast::ParenExpr>()) {
        destructure_into(paren.inner(), value, out);
    } else if (auto with_default = target.as<ast::AssignExpr>();
               with_default && with_default.op() && to_kind(with_default.op().kind()) == Kind::Equal) {
        Type t = excluded(context_, type_of(value), type::undefined());
        if (t->is(TypeKind::Never)) t = type::any();
        LocalId held = temporary(type::any(), node);
        out.push_back(let_temporary(held, convert(value, type::any()), node));
        ExprId absent = add(type::boolean(), node, TypeTest{add(type::any(), node, LocalRef{held}), type::undefined()});
        ExprId fallback = expression(with_default.value(), t);
        Type joint = joined(context_, t, widened(type_of(fallback)));
        ExprId present_value = convert(add(type::any(), node, LocalRef{held}), joint);
        ExprId chosen = add(joint, node, If{absent, convert(fallback, joint), present_value});
        destructure_into(with_default.target(), chosen, out);
    } else if (auto array = target.as<ast::ArrayExpr>()) {
        Type t = type_of(value);
        LocalId held = temporary(t, node);
        out.push_back(let_temporary(held, value, node));
        size_t i = 0;
        for (const ast::Expression& part : array.elements()) {
            uint32_t at = node_of(part.node);
            ExprId whole = add(t, at, LocalRef{held});
            ExprId position = add(type::integer(), at, IntegerLiteral{i});
            if (auto rest = part.as<ast::SpreadExpr>()) {
                MemberInfo slice = find_member(context_, t, Name("slice"));
                if (slice.item == ItemId::None) break;
                ExprId from = add(type::float_(), at, FloatLiteral{double(i)});
                ExprId to = convert(add(type::undefined(), at, UndefinedLiteral{}), type::any());
                ExprId begin = convert(from, type::any());
                Type list = t->is(TypeKind::List) ? t : list_of(type::any());
                ExprId others =
                    add(list, at, Call{VirtualCallee{Name("slice"), slice.item}, {whole, begin, to}, CallMode::Plain});
                destructure_into(rest.operand(), others, out);
            } else if (part.kind() != Kind::HoleExpr) {
                Type element = t->is(TypeKind::List) ? t->element()
                               : t->is(TypeKind::Tuple)
                                   ? (i < t->arguments.size() ? t->arguments[i] : type::undefined())
                                   : type::any();
                if (!t->is(TypeKind::List) && !t->is(TypeKind::Tuple) && !t->is(TypeKind::Any) && !t->has(TypeHasError))
                    report(DiagnosticCode::TypeMismatch, node,
                           fmt::format("`{}` has no elements to take apart", print_type(t)));
                ExprId read = t->is(TypeKind::List) ? add(element, at, Index{whole, position})
                                                    : element_of_open(whole, position, element, at);
                destructure_into(part, read, out);
            }
            ++i;
        }
    } else if (auto object = target.as<ast::ObjectExpr>()) {
        Type t = type_of(value);
        LocalId held = temporary(t, node);
        out.push_back(let_temporary(held, value, node));
        std::vector<Name> taken;
        for (const ast::Member& m : object.members()) {
            uint32_t at = node_of(m.node);
            ExprId whole = add(t, at, LocalRef{held});
            if (auto p = m.as<ast::Property>(); p && p.name().word()) {
                taken.push_back(member_name(p.name()));
                destructure_into(p.value(), property(whole, p.name().word(), target), out);
            } else if (auto s = m.as<ast::ShorthandProperty>(); s && s.name().name()) {
                taken.push_back(Name(s.name().name().text()));
                ExprId read = property(whole, s.name().name(), target);
                if (ast::Expression fallback = s.initializer().value()) {
                    Type there = excluded(context_, type_of(read), type::undefined());
                    if (there->is(TypeKind::Never)) there = type::any();
                    LocalId kept = temporary(type::any(), at);
                    out.push_back(let_temporary(kept, convert(read, type::any()), at));
                    ExprId absent =
                        add(type::boolean(), at, TypeTest{add(type::any(), at, LocalRef{kept}), type::undefined()});
                    ExprId other = checked(fallback, there, "default");
                    read = add(there, at,
                               If{absent, convert(other, there), convert(add(type::any(), at, LocalRef{kept}), there)});
                }
                out.push_back(assign_to(s.name().as<ast::Expression>(), read, at));
            } else if (auto spread = m.as<ast::SpreadProperty>()) {
                ExprId rest = convert(rest_of(whole, taken, at), rest_type(t, taken));
                destructure_into(spread.value(), rest, out);
            } else {
                report(DiagnosticCode::SyntaxError, at, "a pattern names its members");
            }
        }
    } else {
        out.push_back(assign_to(target, value, node));
    }
    --depth_;
}

}  // namespace braid::velox_semantics
