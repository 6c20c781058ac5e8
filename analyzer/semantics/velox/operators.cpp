#include <map>
#include <optional>

#include <fmt/format.h>

#include "analyzer/semantics/velox/builder.h"
#include "analyzer/semantics/velox/items.h"

namespace braid::velox_semantics {

using namespace hir;

namespace {

std::optional<BinaryOp> arithmetic_operator(Kind kind) {
    static const std::map<Kind, BinaryOp> table = {
        {Kind::Minus, BinaryOp::Subtract},
        {Kind::Star, BinaryOp::Multiply},
        {Kind::Slash, BinaryOp::Divide},
        {Kind::Percent, BinaryOp::Remainder},
        {Kind::StarStar, BinaryOp::Power},
        {Kind::Ampersand, BinaryOp::BitAnd},
        {Kind::Bar, BinaryOp::BitOr},
        {Kind::Caret, BinaryOp::BitXor},
        {Kind::LessLess, BinaryOp::ShiftLeft},
        {Kind::GreaterGreater, BinaryOp::ShiftRight},
        {Kind::GreaterGreaterGreater, BinaryOp::UnsignedShiftRight},
        {Kind::Plus, BinaryOp::Add},
    };
    auto found = table.find(kind);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

std::optional<BinaryOp> comparison_operator(Kind kind) {
    static const std::map<Kind, BinaryOp> table = {
        {Kind::EqualEqual, BinaryOp::Equal},
        {Kind::EqualEqualEqual, BinaryOp::Equal},
        {Kind::ExclamationEqual, BinaryOp::NotEqual},
        {Kind::ExclamationEqualEqual, BinaryOp::NotEqual},
        {Kind::Less, BinaryOp::Less},
        {Kind::LessEqual, BinaryOp::LessEqual},
        {Kind::Greater, BinaryOp::Greater},
        {Kind::GreaterEqual, BinaryOp::GreaterEqual},
    };
    auto found = table.find(kind);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

/// The operator of a compound assignment: `+=` is Plus.
Kind compound_operator(Kind kind) {
    static const std::map<Kind, Kind> table = {
        {Kind::PlusEqual, Kind::Plus},
        {Kind::MinusEqual, Kind::Minus},
        {Kind::StarEqual, Kind::Star},
        {Kind::SlashEqual, Kind::Slash},
        {Kind::PercentEqual, Kind::Percent},
        {Kind::StarStarEqual, Kind::StarStar},
        {Kind::AmpersandEqual, Kind::Ampersand},
        {Kind::BarEqual, Kind::Bar},
        {Kind::CaretEqual, Kind::Caret},
        {Kind::LessLessEqual, Kind::LessLess},
        {Kind::GreaterGreaterEqual, Kind::GreaterGreater},
        {Kind::GreaterGreaterGreaterEqual, Kind::GreaterGreaterGreater},
        {Kind::AmpersandAmpersandEqual, Kind::AmpersandAmpersand},
        {Kind::BarBarEqual, Kind::BarBar},
        {Kind::QuestionQuestionEqual, Kind::QuestionQuestion},
    };
    auto found = table.find(kind);
    return found == table.end() ? Kind::Error : found->second;
}

bool is_dynamic(Type t) { return t->is(TypeKind::Any) || t->is(TypeKind::Error); }
bool is_text(Type t) { return widened(t)->is(TypeKind::String); }

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
            ExprId value = expression(e.operand(), expected);
            present(value, node_of(e.operand().node), "and is no number");
            Type t = widened(type_of(value));
            if (is_dynamic(t)) value = convert(value, t = type::float_());
            else if (!is_number(t) && !is_int(t)) {
                mismatch(node_of(e.operand().node), t, type::float_(), fmt::format("operand of `{}`", op.text()));
                return error_expression(node);
            } else value = convert(value, t);
            if (to_kind(op.kind()) == Kind::Plus) return value;
            return add(t, node, Unary{to_kind(op.kind()) == Kind::Minus ? UnaryOp::Negate : UnaryOp::BitNot, value});
        }
        case Kind::DeleteKw:
            report(DiagnosticCode::SyntaxError, node, "properties cannot be deleted; use a Map, or assign undefined");
            return error_expression(node);
        default: return error_expression(node);
    }
}

ExprId BodyBuilder::update(const ast::Expression& target, const SyntaxToken& op, bool is_prefix, uint32_t node) {
    ExprId place = assignable(target);
    Type t = type_of(place);
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
        ExprId key = to_text(expression(e.left())), container = convert(expression(e.right()), type::any());
        return add(type::boolean(), node, Binary{BinaryOp::Contains, convert(key, type::any()), container});
    }
    // A literal beside an `int` is an `int`: the side that is no literal is looked at first.
    bool left_literal = e.left().kind() == Kind::LiteralExpr && e.right().kind() != Kind::LiteralExpr;
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
        for (ExprId side : {left, right})
            if (is_std_type(type_of(side), "Promise"))
                report(DiagnosticCode::MisusedPromise, body_[side].node,
                       "this is a promise, not its value; `await` it");
        return add(type::string(), node, Binary{BinaryOp::Concat, to_text(left), to_text(right)});
    }
    if (type_of(left)->is(TypeKind::Any) && type_of(right)->is(TypeKind::Any))
        return add(type::any(), node, Binary{BinaryOp::Add, left, right});
    return arithmetic(BinaryOp::Add, left, right, node);
}

ExprId BodyBuilder::arithmetic(BinaryOp op, ExprId left, ExprId right, uint32_t node) {
    if (type_of(left)->has(TypeHasError) || type_of(right)->has(TypeHasError)) return error_expression(node);
    for (ExprId* side : {&left, &right}) {
        if (is_std_type(type_of(*side), "Promise")) {
            report(DiagnosticCode::MisusedPromise, body_[*side].node, "this is a promise, not its value; `await` it");
            return error_expression(node);
        }
        if (!present(*side, body_[*side].node, "and is no number") && type_of(*side)->has(TypeHasError))
            return error_expression(node);
    }
    Type a = widened(type_of(left)), b = widened(type_of(right));
    Type result = is_int(a) || is_int(b) ? type::integer() : type::float_();
    auto settle = [&](ExprId& side, Type t) {
        if (t == result) return side = convert(side, t), true;
        if (is_dynamic(t)) return side = convert(side, result), true;
        ExprId fitted = side;
        if (is_int(result) && is_number(t))
            if (auto* literal = std::get_if<FloatLiteral>(&body_.expressions[uint32_t(side)].data);
                literal && literal->value == double(int64_t(literal->value))) {
                side = add(type::integer(), body_[fitted].node, IntegerLiteral{uint64_t(int64_t(literal->value))});
                return true;
            }
        // `.length` and `.size` are `int` or `number` as wanted.
        if (std::holds_alternative<Property>(body_[side].data) && is_int(t) && is_number(result)) {
            side = add(result, body_[side].node, Convert{ConvertKind::IntegerToFloat, side});
            return true;
        }
        return false;
    };
    auto is_length = [&](ExprId side, Type t) {
        auto* p = std::get_if<Property>(&body_[side].data);
        return p && is_int(t) && (p->name.text() == "length" || p->name.text() == "size");
    };
    // A length beside a number counts as a number.
    if ((is_length(left, a) && is_number(b) && !std::holds_alternative<FloatLiteral>(body_[right].data)) ||
        (is_length(right, b) && is_number(a) && !std::holds_alternative<FloatLiteral>(body_[left].data)))
        result = type::float_();
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
            mismatch(body_[wrong].node, left_wrong ? a : b, result, "operand");
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
    if (wa == wb &&
        (is_number(wa) || is_int(wa) || wa->is(TypeKind::Bool) || wa->is(TypeKind::String) || wa->is(TypeKind::Char)))
        return add(type::boolean(), node, Binary{op, convert(left, wa), convert(right, wb)});
    bool numbers = (is_int(wa) && is_number(wb)) || (is_number(wa) && is_int(wb));
    if (numbers) {
        auto widen = [&](ExprId side, Type t) {
            return is_int(t) ? add(type::float_(), body_[side].node, Convert{ConvertKind::IntegerToFloat, side})
                             : convert(side, type::float_());
        };
        auto length_or_literal = [&](ExprId side) {
            return std::holds_alternative<Property>(body_[side].data) ||
                   std::holds_alternative<FloatLiteral>(body_[side].data) ||
                   std::holds_alternative<IntegerLiteral>(body_[side].data);
        };
        if (!length_or_literal(left) && !length_or_literal(right)) {
            report(DiagnosticCode::TypeMismatch, node, "`int` and `number` do not mix; convert one of them");
            return error_expression(node);
        }
        return add(type::boolean(), node, Binary{op, widen(left, wa), widen(right, wb)});
    }
    if (!equality) {
        bool dynamic = is_dynamic(wa) || is_dynamic(wb);
        if (!dynamic) {
            for (ExprId* side : {&left, &right}) present(*side, body_[*side].node, "and cannot be compared");
            Type na = widened(type_of(left)), nb = widened(type_of(right));
            if (na == nb && (is_number(na) || is_int(na) || na->is(TypeKind::String)))
                return add(type::boolean(), node, Binary{op, convert(left, na), convert(right, nb)});
            if (!na->has(TypeHasError) && !nb->has(TypeHasError))
                report(DiagnosticCode::TypeMismatch, node,
                       fmt::format("`{}` and `{}` have no order", print_type(a), print_type(b)));
            return error_expression(node);
        }
    } else if (!is_assignable(context_, wa, wb) && !is_assignable(context_, wb, wa) &&
               !(may_be_absent(a) && may_be_absent(b))) {
        bool overlap = false;
        for (Type member : a->is(TypeKind::Union) ? a->arguments : std::vector<Type>{a})
            overlap |= !restricted(context_, b, member)->is(TypeKind::Never);
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
    if (is_std_type(type_of(left), "Promise"))
        report(DiagnosticCode::MisusedPromise, node_of(e.left().node),
               "a promise is always true; did you mean to `await` it?");
    Facts before = facts_;
    bool reached = reachable_;
    if (coalesce) assume_type(e.left(), [](Type t) { return may_be_absent(t) && !t->is(TypeKind::Any) ? t : t; });
    else assume(e.left(), is_and);
    ExprId right = expression(e.right(), expected);
    facts_ = before;
    reachable_ = reached;
    Type a = type_of(left), b = type_of(right);
    if (a->has(TypeHasError) || b->has(TypeHasError)) return error_expression(node);
    if (!coalesce && widened(a)->is(TypeKind::Bool) && widened(b)->is(TypeKind::Bool))
        return add(type::boolean(), node,
                   Logical{is_and ? LogicalOp::And : LogicalOp::Or, convert(left, type::boolean()),
                           convert(right, type::boolean())});
    Type kept = coalesce ? nullable_parts_removed(a) : is_and ? falsy_part(a) : truthy_part(a);
    if (coalesce && a->is(TypeKind::Any)) kept = type::any();
    Type result = kept->is(TypeKind::Never) ? widened(b) : joined(context_, widened(kept), widened(b));
    if (expected && !expected->has(TypeHasParameter) && is_assignable(context_, kept, expected) &&
        is_assignable(context_, b, expected))
        result = expected;
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

ExprId BodyBuilder::instance_test(const ast::BinaryExpr& e) {
    uint32_t node = node_of(e.node);
    ExprId value = convert(expression(e.left()), type::any());
    auto name = e.right().as<ast::NameExpr>();
    ItemId klass = name && name.name() ? types_.scope().find_type(name.name().text()) : ItemId::None;
    if (klass == ItemId::None || kind_of(klass) != ItemKind::Class) {
        if (klass != ItemId::None)
            report(DiagnosticCode::TypeMismatch, node_of(e.right().node),
                   "`instanceof` needs a class; interfaces cannot be tested");
        else expression(e.right());
        if (klass == ItemId::None && name && name.name())
            report(DiagnosticCode::UnresolvedName, node_of(name.name()),
                   fmt::format("no class `{}` is known here", name.name().text()));
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
            info.is_reassigned = true;
            resolve(at, *local, info.type, true);
            if (!info.is_mutable) {
                auto& d =
                    report(DiagnosticCode::AssignToImmutable, at, fmt::format("`{}` is a constant", n.name().text()));
                if (d.related.empty()) d.related.push_back({{item_, info.node}, "it is declared here"});
            }
            return local_reference(*local, node);
        }
    }
    Facts saved;
    saved.swap(facts_);
    ExprId place = expression(target);
    facts_.swap(saved);
    while (auto* c = std::get_if<Convert>(&body_.expressions[uint32_t(place)].data)) place = c->operand;
    const ExprData& data = body_[place].data;
    bool ok = std::holds_alternative<LocalRef>(data) || std::holds_alternative<StaticRef>(data) ||
              std::holds_alternative<Property>(data) || std::holds_alternative<Index>(data);
    if (!ok && !type_of(place)->has(TypeHasError)) {
        report(DiagnosticCode::TypeMismatch, node, "this cannot be assigned to");
        return error_expression(node);
    }
    if (auto m = target.as<ast::MemberExpr>(); m && m.name() && !functions_.front().is_constructor) {
        Type object = plain_type(m.object());
        MemberInfo info =
            object ? find_member(context_, nullable_parts_removed(object), Name(m.name().text())) : MemberInfo();
        if (info.is_readonly && info.kind == MemberInfo::Field)
            report(DiagnosticCode::AssignToImmutable, node_of(m.name()),
                   fmt::format("`{}` is readonly", m.name().text()));
    }
    return place;
}

ExprId BodyBuilder::assign_to(const ast::Expression& target, ExprId value, uint32_t node) {
    ExprId place = assignable(target);
    Type t = type_of(place);
    if (t->has(TypeHasError)) return add(type::unit(), node, Block{{value}, ExprId::None});
    return add(type::unit(), node, hir::Assign{place, coerce(value, t, node, {})});
}

ExprId BodyBuilder::assignment(const ast::AssignExpr& e) {
    uint32_t node = node_of(e.node);
    if (!e.op()) return error_expression(node);
    Kind op = to_kind(e.op().kind());
    if (op == Kind::Equal) {
        if (e.target().kind() == Kind::ArrayExpr || e.target().kind() == Kind::ObjectExpr) {
            report(DiagnosticCode::SyntaxError, node,
                   "assigning to a pattern is not supported yet; declare with `let`");
            return error_expression(node);
        }
        ExprId place = assignable(e.target());
        Type t = type_of(place);
        ExprId value = expression(e.value(), t->has(TypeHasError) ? nullptr : t);
        Type produced = type_of(value);
        forget(fact_key(e.target()));
        if (t->has(TypeHasError)) return error_expression(node);
        value = coerce(value, t, node_of(e.value().node));
        // An assignment narrows to what was assigned.
        std::string key = fact_key(e.target());
        if (!key.empty() && t->is(TypeKind::Union) && is_assignable(context_, produced, t) &&
            !produced->is(TypeKind::Any)) {
            Type now = restricted(context_, t, widened(produced));
            if (!now->is(TypeKind::Never)) facts_[key] = now;
        }
        return add(type::unit(), node, hir::Assign{place, value});
    }
    Kind operation = compound_operator(op);
    if (operation == Kind::AmpersandAmpersand || operation == Kind::BarBar || operation == Kind::QuestionQuestion) {
        ExprId now = expression(e.target());
        ExprId test = operation == Kind::QuestionQuestion
                          ? add(type::boolean(), node,
                                TypeTest{convert(now, type::any()), type::union_of({type::null(), type::undefined()})})
                          : truth(now);
        if (operation == Kind::BarBar) test = add(type::boolean(), node, Unary{UnaryOp::Not, test});
        ExprId place = assignable(e.target());
        Type t = type_of(place);
        ExprId set = add(type::unit(), node, hir::Assign{place, checked(e.value(), t)});
        forget(fact_key(e.target()));
        return add(type::unit(), node, If{test, set, ExprId::None});
    }
    ExprId place = assignable(e.target());
    Type t = type_of(place);
    if (t->has(TypeHasError)) return expression(e.value()), error_expression(node);
    ExprId value = expression(e.value(), is_int(t) ? t : nullptr);
    forget(fact_key(e.target()));
    if (operation == Kind::Plus && is_text(t))
        return add(type::unit(), node, CompoundAssign{BinaryOp::Concat, place, to_text(value)});
    auto kind = arithmetic_operator(operation);
    if (!kind) return error_expression(node);
    if (t->is(TypeKind::Any)) return add(type::unit(), node, CompoundAssign{*kind, place, convert(value, type::any())});
    if (!is_int(t) && !is_number(t))
        return mismatch(node_of(e.target().node), t, type::float_(), "operand"), error_expression(node);
    return add(type::unit(), node, CompoundAssign{*kind, place, coerce(value, t, node_of(e.value().node))});
}

}  // namespace braid::velox_semantics
