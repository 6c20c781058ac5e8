#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"
#include "analyzer/semantics/velox/operator_kinds.h"
#include "analyzer/semantics/velox/type_operators.h"

namespace braid::velox_semantics {

using namespace hir;

namespace {

bool is_dynamic(Type t) { return t->is(TypeKind::Any) || t->is(TypeKind::Error); }
bool is_text(Type t) { return widened(t)->is(TypeKind::String); }

constexpr std::string_view kNotItsValue = "this is a promise, not its value; `await` it";

}  // namespace

ExprId BodyBuilder::prefix(const ast::PrefixExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    SyntaxToken op = e.op();
    if (!op) return error_expression(node);
    switch (to_kind(op.kind())) {
        case Kind::PlusPlus:
        case Kind::MinusMinus: return update(e.operand(), op, true, node);
        case Kind::Exclamation: return add(type::boolean(), node, Unary{UnaryOp::Not, condition(e.operand())});
        case Kind::VoidKw: {
            // Evaluated, and its value given up on purpose.
            ExprId value = expression(e.operand());
            PatternId nothing = add_pattern(type_of(value), node, WildcardPattern{});
            ExprId drop = add(type::unit(), node, Let{nothing, value, ExprId::None});
            ExprId undefined = add(type::undefined(), node, UndefinedLiteral{});
            return add(type::undefined(), node, Block{{drop}, undefined});
        }
        case Kind::TypeofKw: return add(type::string(), node, TypeOf{convert(expression(e.operand()), type::any())});
        case Kind::Minus:
            if (auto literal_operand = e.operand().as<ast::LiteralExpr>();
                literal_operand && literal_operand.value() &&
                to_kind(literal_operand.value().kind()) == Kind::NumberLiteral)
                return literal(literal_operand.value(), true, expected, node);
            [[fallthrough]];
        case Kind::Plus:
        case Kind::Tilde: {
            // What may be left off may be undefined; a number it is made of may not.
            Type wanted = expected ? nullable_parts_removed(expected) : nullptr;
            ExprId value = expression(e.operand(), wanted && !wanted->is(TypeKind::Never) ? wanted : nullptr);
            present(value, node_of(e.operand().node), "and is no number");
            Type t = widened(type_of(value));
            if (to_kind(op.kind()) == Kind::Plus &&
                (t->is(TypeKind::String) || is_std_type(t, "Date") || t->is(TypeKind::Bool) || is_dynamic(t)))
                return as_number(value, node);
            if (is_dynamic(t)) value = convert(value, t = type::float_());
            else if (!is_number(t) && !is_int(t)) {
                mismatch(node_of(e.operand().node), t, type::float_(), fmt::format("operand of `{}`", op.text()));
                return error_expression(node);
            } else value = convert(value, t);
            if (to_kind(op.kind()) == Kind::Plus) return value;
            return add(t, node, Unary{to_kind(op.kind()) == Kind::Minus ? UnaryOp::Negate : UnaryOp::BitNot, value});
        }
        case Kind::DeleteKw: return deletion(e);
        default: return error_expression(node);
    }
}

/// `delete object.name`, `delete object[key]`: only of what may be absent.
ExprId BodyBuilder::deletion(const ast::PrefixExpr& e) {
    uint32_t node = node_of(e.node);
    ast::Expression operand = e.operand();
    while (auto paren = operand.as<ast::ParenExpr>()) operand = paren.inner();
    ExprId read = unguarded(expression(operand));
    while (auto* c = body_.as<Convert>(read)) read = c->operand;
    if (type_of(read)->has(TypeHasError)) return error_expression(node);
    ExprId object, key;
    if (auto* p = body_.as<Property>(read)) {
        object = p->base;
        key = add(type::string(), node, StringLiteral{std::string(p->name.text())});
    } else if (auto* i = body_.as<hir::Index>(read)) {
        object = i->base, key = i->index;
    } else {
        report(DiagnosticCode::SyntaxError, node, "`delete` takes a member of an object: `delete object.name`");
        return error_expression(node);
    }
    Type declared = declared_type(read), holder = nullable_parts_removed(type_of(object));
    bool is_array = holder->is(TypeKind::List) || holder->is(TypeKind::Tuple);
    bool is_class = holder->is(TypeKind::Nominal) && kind_of(holder->item) == ItemKind::Class;
    bool by_key = body_.as<hir::Index>(read) != nullptr || open_places_.count(uint32_t(read));
    if (is_array || (is_class && is_std(file_of(holder->item)))) {
        report(DiagnosticCode::TypeMismatch, node,
               is_array ? "elements of an array are taken out with `splice`"
                        : fmt::format("nothing can be deleted from a `{}`", print_type(holder)));
        return error_expression(node);
    }
    if (!by_key && !holder->is(TypeKind::Any) && !may_be_absent(declared)) {
        report(DiagnosticCode::TypeMismatch, node_of(operand.node),
               fmt::format("a `{}` always has this member; only an optional one can be deleted", print_type(holder)));
        return error_expression(node);
    }
    forget(fact_key(operand));
    ItemId reflect = std_item(context_, "Reflect");
    MemberInfo remove = reflect == ItemId::None
                            ? MemberInfo()
                            : find_member(context_, type::nominal(reflect), Name("deleteProperty"), true);
    if (remove.item == ItemId::None) return error_expression(node);
    return add(type::boolean(), node,
               Call{DirectCallee{remove.item, {}, nullptr},
                    {convert(object, type::any()), convert(key, type::any())},
                    CallMode::Plain});
}

ExprId BodyBuilder::update(const ast::Expression& target, const SyntaxToken& op, bool is_prefix, uint32_t node) {
    mark_read(target);
    ExprId place = assignable(target);
    Type t = type_of(place);
    Type declared = declared_type(place);
    if (t->is(TypeKind::Union) && is_number(widened(t))) declared = widened(t);  // `number | 0`
    if (declared != t) {
        // An element that only the run knows: read, looked at, written back.
        ExprId old = add(declared, node, Convert{ConvertKind::Unwrap, place});
        BinaryOp op_kind = op && to_kind(op.kind()) == Kind::PlusPlus ? BinaryOp::Add : BinaryOp::Subtract;
        ExprId one = add(type::float_(), node, FloatLiteral{1});
        LocalId before = temporary(declared, node);
        ExprId let = let_temporary(before, old, node);
        ExprId sum = arithmetic(op_kind, add(declared, node, LocalRef{before}), one, node);
        ExprId set = add(type::unit(), node, hir::Assign{place, convert(sum, t)});
        ExprId value = is_prefix ? sum : add(declared, node, LocalRef{before});
        if (type_of(sum)->has(TypeHasError)) return error_expression(node);
        return add(type_of(value), node, Block{{let, set}, value});
    }
    forget(fact_key(target));
    if (t->has(TypeHasError)) return error_expression(node);
    int delta = op && to_kind(op.kind()) == Kind::PlusPlus ? 1 : -1;
    if (!is_number(t) && !is_int(t)) {
        if (!is_dynamic(t))
            return mismatch(node_of(target.node), t, type::float_(), "operand of `++`"), error_expression(node);
    }
    return add(t, node, Increment{place, delta, is_prefix});
}

ExprId BodyBuilder::binary(const ast::BinaryExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    if (!e.op()) return error_expression(node);
    Kind op = to_kind(e.op().kind());
    if (op == Kind::AmpersandAmpersand || op == Kind::BarBar || op == Kind::QuestionQuestion)
        return logical(e, expected);
    if (op == Kind::InstanceofKw) return instance_test(e);
    if (op == Kind::Comma) {
        ExprId first = expression(e.left()), second = expression(e.right(), expected);
        return add(type_of(second), node, Block{{first}, second});
    }
    if (op == Kind::InKw) {
        SyntaxToken first = e.left().node.first_token();
        bool is_private = first && to_kind(first.kind()) == Kind::PrivateName;  // `#count in other`
        ExprId key = is_private ? add(type::string(), node_of(first), StringLiteral{std::string(first.text())})
                                : to_text(expression(e.left()));
        ExprId container = expression(e.right());
        present(container, node_of(e.right().node), "and has no members");
        const Name symbol = symbol_name(e.left());
        if (!symbol.empty() && find_member(context_, type_of(container), symbol).kind != MemberInfo::None)
            return add(type::boolean(), node, Block{{container}, add(type::boolean(), node, BoolLiteral{true})});
        if (ItemId object = std_item(context_, "Object");
            type_of(container)->is(TypeKind::List) && object != ItemId::None)
            if (MemberInfo has = find_member(context_, type::nominal(object), Name("hasIndex"), true);
                has.item != ItemId::None)
                return add(type::boolean(), node,
                           Call{DirectCallee{has.item, {}, nullptr},
                                {convert(container, list_of(type::any())), convert(key, type::string())},
                                CallMode::Plain});
        container = convert(container, type::any());
        return add(type::boolean(), node, Binary{BinaryOp::Contains, convert(key, type::any()), container});
    }
    // A literal beside an `int` is an `int`: the side that is no literal is looked at first.
    bool left_literal = e.left().kind() == Kind::LiteralExpr && e.right().kind() != Kind::LiteralExpr &&
                        (arithmetic_operator(op) || comparison_operator(op));
    ExprId left, right;
    auto hint = [&](ExprId other) -> Type { return is_int(type_of(other)) ? type::integer() : nullptr; };
    if (left_literal) {
        right = expression(e.right());
        left = expression(e.left(), hint(right));
    } else {
        left = expression(e.left(), expected && is_int(expected) ? expected : nullptr);
        right = expression(e.right(), hint(left));
    }
    if (auto compare = comparison_operator(op)) return comparison(*compare, left, right, node);
    if (op == Kind::Plus) return addition(left, right, node);
    if (auto kind = arithmetic_operator(op)) return arithmetic(*kind, left, right, node);
    return error_expression(node);
}

ExprId BodyBuilder::addition(ExprId left, ExprId right, uint32_t node) {
    if (is_text(type_of(left)) || is_text(type_of(right))) {
        for (ExprId side : {left, right}) misused_promise(side, kNotItsValue);
        return add(type::string(), node, Binary{BinaryOp::Concat, to_text(left), to_text(right)});
    }
    auto is_open = [&](ExprId side) { return type_of(side)->is(TypeKind::Any); };
    auto may_be_text = [&](ExprId side) {
        std::vector<Type> members = members_of(widened(type_of(side)));
        return std::any_of(members.begin(), members.end(), [](Type t) { return t->is(TypeKind::String); });
    };
    if ((is_open(left) && (is_open(right) || may_be_text(right))) || (is_open(right) && may_be_text(left)))
        return add(type::any(), node, Binary{BinaryOp::Add, convert(left, type::any()), convert(right, type::any())});
    return arithmetic(BinaryOp::Add, left, right, node);
}

ExprId BodyBuilder::arithmetic(BinaryOp op, ExprId left, ExprId right, uint32_t node) {
    if (type_of(left)->has(TypeHasError) || type_of(right)->has(TypeHasError)) return error_expression(node);
    for (ExprId* side : {&left, &right}) {
        if (misused_promise(*side, kNotItsValue, Severity::Error)) return error_expression(node);
        if (!present(*side, body_[*side].node, "and is no number") && type_of(*side)->has(TypeHasError))
            return error_expression(node);
    }
    Type a = widened(type_of(left)), b = widened(type_of(right));
    // Unions of numbers only, like `0 | 1`, are numbers.
    Type result = is_int(a) || is_int(b) ? type::integer() : type::float_();
    auto settle = [&](ExprId& side, Type t) {
        if (t == result) return side = convert(side, t), true;
        if (is_dynamic(t)) return side = convert(side, result), true;
        if (is_assignable(context_, t, result)) return side = convert(side, result), true;
        if (!is_int(result) || !is_number(t)) return false;
        ExprId whole = as_whole(side);
        if (whole == ExprId::None) return false;
        return side = whole, true;
    };
    bool fine = settle(left, a);
    if (!settle(right, b) || !fine) {
        bool mixed = (is_int(a) && is_number(b)) || (is_number(a) && is_int(b));
        bool left_wrong = !is_number(a) && !is_int(a) && !is_dynamic(a);
        if (mixed) {
            ExprId number_side = is_number(a) ? left : right;
            auto& d = report(DiagnosticCode::TypeMismatch, node, "`int` and `number` do not mix; convert one of them");
            uint32_t at = body_[number_side].node;
            if (d.fixes.empty())
                d.fixes.push_back({"convert with `int()`",
                                   {{{item_, at}, ItemDiagnostic::FixEdit::InsertBefore, "int("},
                                    {{item_, at}, ItemDiagnostic::FixEdit::InsertAfter, ")"}}});
        } else {
            ExprId wrong = left_wrong ? left : right;
            mismatch(body_[wrong].node, left_wrong ? a : b, is_int(left_wrong ? b : a) ? result : type::float_(),
                     "operand");
        }
        return error_expression(node);
    }
    return add(result, node, Binary{op, left, right});
}

ExprId BodyBuilder::comparison(BinaryOp op, ExprId left, ExprId right, uint32_t node) {
    Type a = type_of(left), b = type_of(right);
    if (a->has(TypeHasError) || b->has(TypeHasError)) return error_expression(node);
    bool equality = op == BinaryOp::Equal || op == BinaryOp::NotEqual;
    Type wa = widened(a), wb = widened(b);
    auto is_plain = [](Type t) {
        return t->is(TypeKind::Bool) || t->is(TypeKind::String) || is_number(t) || is_int(t);
    };
    if ((is_plain(wa) && misused_promise(right, kNotItsValue, Severity::Error)) ||
        (is_plain(wb) && misused_promise(left, kNotItsValue, Severity::Error)))
        return error_expression(node);
    const bool may_be_missing = equality && (unguarded(left) != left || unguarded(right) != right);
    if (wa == wb && !may_be_missing &&
        (is_number(wa) || is_int(wa) || wa->is(TypeKind::Bool) || wa->is(TypeKind::String) || wa->is(TypeKind::Char)))
        return add(type::boolean(), node, Binary{op, convert(left, wa), convert(right, wb)});
    if (!may_be_missing && ((is_int(wa) && is_number(wb)) || (is_number(wa) && is_int(wb)))) {
        ExprId& number_side = is_int(wa) ? right : left;
        ExprId whole = as_whole(number_side);
        if (whole == ExprId::None) {
            if (!std::holds_alternative<FloatLiteral>(body_[number_side].data)) {
                report(DiagnosticCode::TypeMismatch, node, "`int` and `number` do not mix; convert one of them");
                return error_expression(node);
            }
            ExprId& int_side = is_int(wa) ? left : right;
            int_side = add(type::float_(), body_[int_side].node, Convert{ConvertKind::IntegerToFloat, int_side});
        } else {
            number_side = whole;
        }
        return add(type::boolean(), node, Binary{op, left, right});
    }
    if (equality) left = unguarded(left), right = unguarded(right);
    if (!equality) {
        bool dynamic = is_dynamic(wa) || is_dynamic(wb);
        if (!dynamic) {
            for (ExprId* side : {&left, &right}) present(*side, body_[*side].node, "and cannot be compared");
            Type na = widened(type_of(left)), nb = widened(type_of(right));
            if (na == nb && (is_number(na) || is_int(na) || na->is(TypeKind::String)))
                return add(type::boolean(), node, Binary{op, convert(left, na), convert(right, nb)});
            bool dates = is_std_type(na, "Date") && is_std_type(nb, "Date");
            auto has_order = [](Type t) {
                auto members = members_of(t);
                return std::all_of(members.begin(), members.end(), [](Type part) {
                    Type plain = widened(part);
                    return is_number(plain) || is_int(plain) || plain->is(TypeKind::String);
                });
            };
            if (na == nb && na->is(TypeKind::Union) && has_order(na))  // as the values are: numbers or texts
                return add(type::boolean(), node, Binary{op, convert(left, type::any()), convert(right, type::any())});
            for (Type kind : {type::float_(), type::string()})
                if (is_assignable(context_, na, kind) && is_assignable(context_, nb, kind))
                    return add(type::boolean(), node, Binary{op, convert(left, kind), convert(right, kind)});
            // Values of an open type are numbers or texts, or the machine says what they are.
            if (na == nb && na->is(TypeKind::Parameter))
                return add(type::boolean(), node, Binary{op, convert(left, type::any()), convert(right, type::any())});
            if (dates) return add(type::boolean(), node, Binary{op, date_value(left), date_value(right)});
            if (!na->has(TypeHasError) && !nb->has(TypeHasError))
                report(DiagnosticCode::TypeMismatch, node,
                       fmt::format("`{}` and `{}` have no order", print_type(a), print_type(b)));
            return error_expression(node);
        }
    } else if (!is_assignable(context_, wa, wb) && !is_assignable(context_, wb, wa) &&
               !(may_be_absent(a) && may_be_absent(b))) {
        bool overlap = false;
        for (Type member : members_of(a)) {
            overlap |= !restricted(context_, b, member)->is(TypeKind::Never);
            overlap |= member->is(TypeKind::Parameter) || b->is(TypeKind::Parameter);
        }
        bool absent_test =
            a->is(TypeKind::Null) || a->is(TypeKind::Undefined) || b->is(TypeKind::Null) || b->is(TypeKind::Undefined);
        if (!overlap && !absent_test)
            report(DiagnosticCode::TypeMismatch, node,
                   fmt::format("`{}` and `{}` are never equal", print_type(a), print_type(b)));
    }
    return add(type::boolean(), node, Binary{op, convert(left, type::any()), convert(right, type::any())});
}

ExprId BodyBuilder::logical(const ast::BinaryExpr& e, Type expected) {
    uint32_t node = node_of(e.node);
    Kind op = to_kind(e.op().kind());
    bool coalesce = op == Kind::QuestionQuestion, is_and = op == Kind::AmpersandAmpersand;
    ExprId left = expression(e.left(), coalesce ? expected : nullptr);
    misused_promise(left, "a promise is always true; did you mean to `await` it?");
    Facts before = facts_;
    bool reached = reachable_;
    if (!coalesce) assume(e.left(), is_and);
    Facts decided = facts_;
    Type a = type_of(left);
    // What stands behind `||` and `??` is of the kind of what stands before.
    Type kept = coalesce ? nullable_parts_removed(a) : is_and ? falsy_part(a) : truthy_part(a);
    bool hints = !is_target(expected) && !is_and && !kept->is(TypeKind::Never) && !kept->is(TypeKind::Any);
    ExprId right = expression(e.right(), hints ? widened(kept) : expected);
    facts_ = before;
    forget_assigned(e.right().node);
    // `a || throw` and `a ?? return` do not exist; a call that never comes back decides all the same.
    if (type_of(right)->is(TypeKind::Never) && !is_and) facts_ = decided;
    reachable_ = reached;
    Type b = type_of(right);
    if (a->has(TypeHasError) || b->has(TypeHasError)) return error_expression(node);
    if (!coalesce && widened(a)->is(TypeKind::Bool) && widened(b)->is(TypeKind::Bool))
        return add(type::boolean(), node,
                   Logical{is_and ? LogicalOp::And : LogicalOp::Or, convert(left, type::boolean()),
                           convert(right, type::boolean())});
    bool is_element = unguarded(left) != left;
    left = unguarded(left);
    if (coalesce && a->is(TypeKind::Any)) kept = type::any();
    if (is_int(widened(kept)) && is_number(b) && fits(right, type::integer())) right = as_whole(right);
    b = type_of(right);
    Type result = kept->is(TypeKind::Never) && !is_element ? widened(b) : joined(context_, widened(kept), widened(b));
    // `found ?? fallback` is there, also where what it goes to may be absent.
    Type goal = expected;
    if (coalesce && is_target(expected) && may_be_absent(expected) && !may_be_absent(kept))
        if (Type there = nullable_parts_removed(expected); !there->is(TypeKind::Never) && fits(right, there))
            goal = there;
    if (is_target(goal) && is_assignable(context_, kept, goal) && fits(right, goal)) {
        result = goal;
        right = coerce(right, goal, node);
    }
    if (coalesce)
        return add(result, node, Logical{LogicalOp::Coalesce, convert(left, type::any()), convert(right, result)});
    // The left value is kept in one variable: tested, then given or replaced.
    LocalId held = temporary(type::any(), node);
    ExprId let = let_temporary(held, convert(left, type::any()), node);
    ExprId test = add(type::boolean(), node, Convert{ConvertKind::ToBool, add(type::any(), node, LocalRef{held})});
    ExprId again = result == type::any()
                       ? add(type::any(), node, LocalRef{held})
                       : add(result, node, Convert{ConvertKind::Unwrap, add(type::any(), node, LocalRef{held})});
    ExprId other = convert(right, result);
    ExprId value = add(result, node, If{test, is_and ? other : again, is_and ? again : other});
    return add(result, node, Block{{let}, value});
}

ExprId BodyBuilder::date_value(ExprId date) {
    MemberInfo time = find_member(context_, type_of(date), Name("getTime"));
    uint32_t node = body_[date].node;
    if (time.item == ItemId::None) return error_expression(node);
    return add(type::float_(), node, Call{VirtualCallee{Name("getTime"), time.item}, {date}, CallMode::Plain});
}

ExprId BodyBuilder::instance_test(const ast::BinaryExpr& e) {
    uint32_t node = node_of(e.node);
    ExprId value = convert(expression(e.left()), type::any());
    auto name = e.right().as<ast::NameExpr>();
    ItemId klass = name && name.name() ? types_.scope().find_type(name.name()) : ItemId::None;
    if (klass == ItemId::None || kind_of(klass) != ItemKind::Class) {
        if (klass != ItemId::None) {
            report(DiagnosticCode::TypeMismatch, node_of(e.right().node),
                   "`instanceof` needs a class; interfaces cannot be tested");
            return error_expression(node);
        }
        ExprId tested = expression(e.right());
        if (type_of(tested)->has(TypeHasError)) return error_expression(node);
        if (type_of(tested)->is(TypeKind::Any))
            return call_reflection("isInstance", {value, tested}, type::boolean(), node);
        report(DiagnosticCode::TypeMismatch, node_of(e.right().node),
               fmt::format("`instanceof` needs a class; this is `{}`", print_type(type_of(tested))));
        return error_expression(node);
    }
    std::vector<Type> arguments(context_.get<GenericsOf>(klass)->size(), type::any());
    resolve(node_of(name.name()), klass, nullptr);
    return add(type::boolean(), node, TypeTest{value, type::nominal(klass, std::move(arguments))});
}

/// An expression that may stand left of `=`, with its declared type (what narrowing says does not restrict writing).
ExprId BodyBuilder::assignable(const ast::Expression& target) {
    uint32_t node = target ? node_of(target.node) : 0;
    if (auto paren = target.as<ast::ParenExpr>()) return assignable(paren.inner());
    if (auto n = target.as<ast::NameExpr>(); n && n.name()) {
        uint32_t at = node_of(n.name());
        if (auto local = find_local(Name(n.name().text()))) {
            LocalInfo& info = body_.locals[uint32_t(*local)];
            if (!late_.count(*local) || info.function != functions_.back().id) info.is_reassigned = true;
            else if (facts_.count("=" + std::to_string(uint32_t(*local)))) info.is_reassigned = true;
            mark_assigned(*local);
            resolve(at, *local, info.type, true);
            if (!info.is_mutable) {
                auto& d =
                    report(DiagnosticCode::AssignToImmutable, at, fmt::format("`{}` is a constant", n.name().text()));
                if (d.related.empty()) d.related.push_back({{item_, info.node}, "it is declared here"});
            }
            return local_reference(*local, node);
        }
        if (is_captured_by_class(Name(n.name().text()))) return captured_by_class(Name(n.name().text()), node);
        ItemId item = types_.scope().find_value(n.name());
        mark_assigned(item);
        bool imported = item != ItemId::None && kind_of(item) == ItemKind::Static && file_of(item) != file_of(item_);
        if (item != ItemId::None && (imported || is_constant(context_, item))) {
            auto& d = report(DiagnosticCode::AssignToImmutable, at,
                             imported ? fmt::format("`{}` is imported: only its own file assigns it", n.name().text())
                                      : fmt::format("`{}` is a constant", n.name().text()));
            if (d.related.empty()) d.related.push_back({{item, 0}, "it is declared here"});
        }
    }
    Facts saved = facts_;
    forget(fact_key(target));
    ExprId place = expression(target);
    facts_ = std::move(saved);
    while (auto* c = std::get_if<Convert>(&body_.expressions[uint32_t(place)].data)) place = c->operand;
    const ExprData& data = body_[place].data;
    bool ok = std::holds_alternative<LocalRef>(data) || std::holds_alternative<StaticRef>(data) ||
              std::holds_alternative<Property>(data) || std::holds_alternative<Index>(data);
    if (!ok && !type_of(place)->has(TypeHasError)) {
        report(DiagnosticCode::TypeMismatch, node, "this cannot be assigned to");
        return error_expression(node);
    }
    check_writable(target);
    return place;
}

/// Readonly members are set in the constructor of their class only.
void BodyBuilder::check_writable(const ast::Expression& target) {
    auto m = target.as<ast::MemberExpr>();
    if (!m || !m.name()) return;
    bool own = m.object().kind() == Kind::ThisExpr && functions_.front().is_constructor;
    Name name(m.name().text());
    Type object = plain_type(m.object());
    MemberInfo info = object ? find_member(context_, nullable_parts_removed(object), name) : MemberInfo();
    if (auto n = m.object().as<ast::NameExpr>(); !object && n && n.name()) {
        ItemId item = types_.scope().find(n.name());
        if (item != ItemId::None && kind_of(item) == ItemKind::Class)
            info = find_member(context_, self_type(context_, item), name, true);
    }
    bool is_method = info.kind == MemberInfo::Method;
    if (object && name.text() == "length" && (object->is(TypeKind::List) || array_base(context_, object)))
        return;  // takes elements away
    if (info.kind == MemberInfo::None || !info.is_readonly || (own && !is_method)) return;
    auto& d = report(DiagnosticCode::AssignToImmutable, node_of(m.name()),
                     info.kind == MemberInfo::Getter
                         ? fmt::format("`{}` is read through a getter and has no setter", name.text())
                     : is_method ? fmt::format("`{}` is a method and cannot be replaced", name.text())
                                 : fmt::format("`{}` is readonly", name.text()));
    if (d.related.empty() && info.item != ItemId::None) d.related.push_back({{info.item, 0}, "it is declared here"});
}

void BodyBuilder::mark_read(const ast::Expression& target) {
    auto n = target.as<ast::NameExpr>();
    if (auto local = n && n.name() ? find_local(Name(n.name().text())) : std::nullopt) read_.insert(*local);
}

}  // namespace braid::velox_semantics
