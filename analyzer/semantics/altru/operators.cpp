#include "analyzer/semantics/altru/builder.h"

// Binary operators, casts, quantifiers.
namespace braid::altru_semantics {

using namespace hir;

namespace {

struct Operator {
    Kind kind;
    BinaryOp op;
    const char* spelling;
    const char* trait;  // of user types
    const char* method;
};
constexpr Operator kArithmetic[] = {
    {Kind::Plus, BinaryOp::Add, "+", "Add", "add"},
    {Kind::Minus, BinaryOp::Subtract, "-", "Sub", "sub"},
    {Kind::Star, BinaryOp::Multiply, "*", "Mul", "mul"},
    {Kind::Slash, BinaryOp::Divide, "/", "Div", "div"},
    {Kind::Percent, BinaryOp::Remainder, "%", "Rem", "rem"},
    {Kind::ShiftLeft, BinaryOp::ShiftLeft, "<<", "Shl", "shl"},
    {Kind::ShiftRight, BinaryOp::ShiftRight, ">>", "Shr", "shr"},
    {Kind::Amp, BinaryOp::BitAnd, "&", "BitAnd", "bitand"},
    {Kind::Pipe, BinaryOp::BitOr, "|", "BitOr", "bitor"},
    {Kind::Caret, BinaryOp::BitXor, "^", "BitXor", "bitxor"},
};

const Operator* arithmetic_operator(Kind kind) {
    for (const Operator& o : kArithmetic)
        if (o.kind == kind) return &o;
    return nullptr;
}

std::optional<BinaryOp> comparison_operator(Kind kind) {
    switch (kind) {
        case Kind::EqualEqual: return BinaryOp::Equal;
        case Kind::NotEqual: return BinaryOp::NotEqual;
        case Kind::Less: return BinaryOp::Less;
        case Kind::LessEqual: return BinaryOp::LessEqual;
        case Kind::Greater: return BinaryOp::Greater;
        case Kind::GreaterEqual: return BinaryOp::GreaterEqual;
        default: return std::nullopt;
    }
}

bool is_bit_operator(BinaryOp op) {
    return op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor || op == BinaryOp::ShiftLeft ||
           op == BinaryOp::ShiftRight;
}

}  // namespace

ExprId BodyBuilder::check_binary(const ast::BinaryExpr& e, Type expected) {
    uint32_t node = node_of(e);
    Kind op = e.op();
    if (op == Kind::AndKw || op == Kind::AmpAmp || op == Kind::OrKw || op == Kind::PipePipe || op == Kind::ImpliesKw) {
        LogicalOp logical = op == Kind::AndKw || op == Kind::AmpAmp    ? LogicalOp::And
                            : op == Kind::OrKw || op == Kind::PipePipe ? LogicalOp::Or
                                                                       : LogicalOp::Implies;
        // `if let p = e and q`: a LetExpr binds for what follows; the caller owns the scope.
        auto side = [&](const ast::Expression& s) {
            return s.kind() == Kind::LetExpr ? check_condition(s) : check_as(s, type::boolean());
        };
        if (!e.left() || !e.right()) return error_expr(node);
        ExprId left = side(e.left());
        bool before = diverges_;
        ExprId right = side(e.right());
        diverges_ = before;
        return emit(Logical{logical, left, right}, type::boolean(), node);
    }
    if (!e.left() || !e.right()) return error_expr(node);
    if (op == Kind::Question) {  // `a ?? b`, which the parser has reported
        Type t = type_of(auto_deref(check(e.left())));
        bool may_lack = is_nominal(t, Known::get().option) || is_nominal(t, Known::get().result);
        check(e.right(), may_lack ? t->arguments[0] : nullptr);
        Type given = may_lack ? table_.resolve(t->arguments[0]) : type::error();
        return emit(ErrorExpr{}, given->has(TypeHasInference) ? type::error() : given, node);
    }
    if (op == Kind::InKw) {
        ExprId needle = check(e.left());
        ExprId container = auto_deref(check(e.right()));
        Type t = type_of(container);
        const Known& known = Known::get();
        if (t->is(TypeKind::Error) || type_of(needle)->is(TypeKind::Error)) return error_expr(node);
        if (t->is(TypeKind::String)) {
            needle = decay(needle);
            if (type_of(needle)->is(TypeKind::Char)) needle = to_text(needle, node);
            return call_std_method(std_module("string"), "contains", container,
                                   {coerce(needle, type::string(), node_of(e.left()))}, node);
        }
        Type element = t->is(TypeKind::List) || t->is(TypeKind::Array) ? t->element()
                       : is_nominal(t, known.map) || is_nominal(t, known.set) || is_nominal(t, known.range)
                           ? t->arguments[0]
                           : nullptr;
        if (!element) {
            if (auto asked = operator_trait("Contains", "contains", t, nullptr)) {
                Type item = asked->arguments[0];
                if (!type_of(needle)->is(TypeKind::Reference))
                    needle = borrow(coerce(needle, item, node_of(e.left())), false, node);
                else needle = coerce(needle, type::reference(item, false), node_of(e.left()));
                return call_operator(*asked, t, {borrow(container, false, node), needle}, node);
            }
            error(DiagnosticCode::TypeMismatch, node,
                  "`in` asks lists, sets, maps, ranges, strings and what implements `Contains`, not `" + show(t) + "`");
            return error_expr(node);
        }
        if (!type_of(needle)->is(TypeKind::Reference))
            needle = borrow(coerce(needle, element, node_of(e.left())), false, node);
        else needle = coerce(needle, type::reference(element, false), node_of(e.left()));
        ItemId head = t->is(TypeKind::Nominal) ? t->item : std_module("list");
        return call_std_method(head, "contains", container, {needle}, node);
    }
    if (auto comparison_op = comparison_operator(op)) {
        ExprId left = check(e.left());
        auto chained = e.left().as<ast::BinaryExpr>();
        if (chained && comparison_operator(chained.op())) {  // the parser has reported it
            check(e.right());
            return emit(ErrorExpr{}, type::boolean(), node);
        }
        Type left_type = table_.shallow(type_of(left));
        while (left_type->is(TypeKind::Reference)) left_type = table_.shallow(left_type->element());
        ExprId right = check(e.right(), left_type);
        return comparison(op, left, right, node);
    }
    ExprId left = check_value(
        e.left(), expected && !is_nominal(table_.shallow(expected), Known::get().option) ? expected : nullptr);
    Type left_type = type_of(left);
    ExprId right = check_value(e.right(), wanted_operand(op, left_type));
    return arithmetic(op, left, right, node);
}

Type BodyBuilder::wanted_operand(Kind kind, Type left) {
    if (kind == Kind::ShiftLeft || kind == Kind::ShiftRight) return nullptr;
    const Operator* o = arithmetic_operator(kind);
    if (!o || !left->is(TypeKind::Nominal)) return left;
    auto before = table_.snapshot();
    auto found = operator_trait(o->trait, o->method, left, nullptr);
    Type wanted = found ? table_.resolve(found->arguments[0]) : nullptr;
    table_.rollback(before);
    return wanted && !wanted->has(TypeHasInference) ? wanted : nullptr;
}

ExprId BodyBuilder::arithmetic(Kind kind, ExprId left, ExprId right, uint32_t node) {
    const Operator* o = arithmetic_operator(kind);
    if (!o) return error_expr(node);  // the parser has reported it
    select_deferred();
    Type l = traits_.normalize(type_of(left)), r = traits_.normalize(type_of(right));
    if (l->has(TypeHasError) || r->has(TypeHasError)) return error_expr(node);
    if (l->is(TypeKind::Never) || r->is(TypeKind::Never))
        return emit(Binary{o->op, left, right}, l->is(TypeKind::Never) ? r : l, node);
    auto refuse = [&](const std::string& hint = {}) {
        auto& d =
            error(DiagnosticCode::TypeMismatch, node,
                  "`" + std::string(o->spelling) + "` does not work on `" + show(l) + "` and `" + show(r) + "`" + hint);
        return &d;
    };
    auto is_general = [&](Type t) { return t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::General; };
    auto is_number = [&](Type t) {
        return t->is(TypeKind::Integer) || t->is(TypeKind::Float) || (t->is(TypeKind::Inference) && !is_general(t));
    };
    if (is_general(l) && is_general(r)) {
        // Nothing is known yet: both sides and the result agree, and are looked at again later.
        table_.unify(l, r);
        ExprId id = emit(Binary{o->op, left, right}, l, node);
        defer([this, l, id, node, o](bool last) {
            Type t = table_.shallow(l);
            if (t->is(TypeKind::Inference)) return last;
            if (t->is(TypeKind::String) && o->op == BinaryOp::Add) {
                std::get<Binary>(expr(id).data).op = BinaryOp::Concat;
            } else if (!t->is(TypeKind::Integer) && !t->is(TypeKind::Float) && !t->has(TypeHasError)) {
                error(DiagnosticCode::TypeMismatch, node,
                      "`" + std::string(o->spelling) + "` does not work on `" + show(t) + "`");
            }
            return true;
        });
        return id;
    }
    bool shift = o->op == BinaryOp::ShiftLeft || o->op == BinaryOp::ShiftRight;
    if (is_number(l) || is_number(r)) {
        if (shift && (l->is(TypeKind::Integer) || l->is(TypeKind::Inference)) &&
            (r->is(TypeKind::Integer) || r->is(TypeKind::Inference))) {
            if (r->is(TypeKind::Inference) && l->is(TypeKind::Integer)) table_.unify(l, r);
            else if (r->is(TypeKind::Inference)) table_.unify(l, r);
            r = type_of(right);
            if (l->is(TypeKind::Integer) && r->is(TypeKind::Integer) && l != r)
                right = emit(Convert{ConvertKind::IntegerToInteger, right}, l, node);
            return emit(Binary{o->op, left, right}, type_of(left), node);
        }
        if (!table_.unify(l, r)) {
            if (auto own = overloaded(o->trait, o->method, left, right, node)) return *own;
            auto* d = refuse();
            bool both = (l->is(TypeKind::Integer) || l->is(TypeKind::Float)) &&
                        (r->is(TypeKind::Integer) || r->is(TypeKind::Float));
            if (both) {
                d->message += "; convert one of them with `as`";
            } else if (l->is(TypeKind::String) && o->op == BinaryOp::Multiply) {
                d->message += "; `text.repeat(n)` repeats text";
            } else if (l->is(TypeKind::String) || r->is(TypeKind::String)) {
                d->message += "; `\"${…}\"` puts a value into text";
                if (l->is(TypeKind::String))
                    d->fixes.push_back(
                        {"Turn it into text",
                         {{{item_, expr(right).node}, ItemDiagnostic::FixEdit::InsertAfter, ".to_string()"}}});
            }
            return error_expr(node);
        }
        Type t = type_of(left);
        if (is_bit_operator(o->op) &&
            (t->is(TypeKind::Float) || (t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::Float))) {
            refuse();
            return error_expr(node);
        }
        return emit(Binary{o->op, left, right}, t, node);
    }
    if (is_general(l) || is_general(r)) {
        Type known = is_general(l) ? r : l;
        if (known->is(TypeKind::String) || known->is(TypeKind::Parameter)) table_.unify(l, r);
        l = type_of(left);
        r = type_of(right);
    }
    if (l->is(TypeKind::String) && o->op == BinaryOp::Add) {
        if (r->is(TypeKind::String)) return emit(Binary{BinaryOp::Concat, left, right}, type::string(), node);
        if (r->is(TypeKind::Char))
            return emit(Binary{BinaryOp::Concat, left, to_text(right, node)}, type::string(), node);
        auto* d = refuse("; `\"${…}\"` puts a value into text");
        d->fixes.push_back(
            {"Turn it into text", {{{item_, expr(right).node}, ItemDiagnostic::FixEdit::InsertAfter, ".to_string()"}}});
        return error_expr(node);
    }
    if (l->is(TypeKind::Bool) && r->is(TypeKind::Bool) &&
        (o->op == BinaryOp::BitAnd || o->op == BinaryOp::BitOr || o->op == BinaryOp::BitXor))
        return emit(Binary{o->op, left, right}, type::boolean(), node);
    if (auto own = overloaded(o->trait, o->method, left, right, node)) return *own;
    if (is_nominal(l, Known::get().option) || is_nominal(r, Known::get().option))
        refuse("; take the value out first, with `match`, `unwrap` or `?`");
    else if (l->is(TypeKind::List) && r->is(TypeKind::List)) refuse("; `.chain(…)` joins lists");
    else if (l->is(TypeKind::Nominal) && !is_std_item(l->item))
        refuse("; `impl " + std::string(o->trait) + " for " + std::string(name_of(l->item).text()) +
               "` would say what it means");
    else if (l->is(TypeKind::Parameter))
        refuse("; the bound `" + show(l) + ": " + o->trait + "` would say that it does");
    else refuse();
    return error_expr(node);
}

ExprId BodyBuilder::comparison(Kind kind, ExprId left, ExprId right, uint32_t node) {
    BinaryOp op = *comparison_operator(kind);
    bool equality = op == BinaryOp::Equal || op == BinaryOp::NotEqual;
    // Both sides are lent; borrows are looked through until the types are alike.
    auto peel = [&](ExprId id) {
        while (type_of(id)->is(TypeKind::Reference)) id = deref(id, expr(id).node);
        return id;
    };
    left = peel(left);
    right = peel(right);
    Type l = traits_.normalize(type_of(left)), r = traits_.normalize(type_of(right));
    if (l->has(TypeHasError) || r->has(TypeHasError)) return emit(ErrorExpr{}, type::boolean(), node);
    if (!table_.unify(l, r)) {
        if (auto converted = try_coerce(right, l, node)) {
            right = *converted;
        } else if (auto converted_left = try_coerce(left, r, node)) {
            left = *converted_left;
        } else {
            std::string hint;
            if ((l->is(TypeKind::Integer) || l->is(TypeKind::Float)) &&
                (r->is(TypeKind::Integer) || r->is(TypeKind::Float)))
                hint = "; convert one of them with `as`";
            error(DiagnosticCode::TypeMismatch, node,
                  "`" + show(l) + "` cannot be compared with `" + show(r) + "`" + hint);
            return emit(ErrorExpr{}, type::boolean(), node);
        }
    }
    l = table_.resolve(type_of(left));
    const Known& known = Known::get();
    ItemId trait = equality ? known.trait_eq : known.trait_ord;
    if (!l->is(TypeKind::Inference)) {
        if (traits_.satisfies(l, type::nominal(trait)) == TraitSolver::Answer::No) {
            auto& d = error(
                DiagnosticCode::TraitNotImplemented, node,
                "`" + show(l) + "` values cannot be compared: the type has no `" + (equality ? "Eq" : "Ord") + "`");
            if (l->is(TypeKind::Nominal) && !is_std_item(l->item))
                d.message += "; `[derive(" + std::string(equality ? "Eq" : "Ord") + ")]` above `" +
                             std::string(name_of(l->item).text()) + "` gives it one";
            return emit(ErrorExpr{}, type::boolean(), node);
        }
        // Types with an order or equality of their own, and those that are not known here, are asked; the rest compares
        // structurally.
        bool own = l->is(TypeKind::Parameter) || l->is(TypeKind::Projection) ||
                   (l->is(TypeKind::Nominal) && !is_std_item(l->item) &&
                    traits_.find_impl(l, type::nominal(trait)).has_value());
        if (own && equality) {
            ItemId method = find_child(context_, trait, Name("eq"), ItemKind::Function);
            ExprId call =
                emit(Call{DirectCallee{method, {}, l}, {borrow(left, false, node), borrow(right, false, node)}},
                     type::boolean(), node);
            return op == BinaryOp::Equal ? call : emit(Unary{UnaryOp::Not, call}, type::boolean(), node);
        }
        if (own) {
            ItemId method = find_child(context_, trait, Name("cmp"), ItemKind::Function);
            Type ordering = type::nominal(known.ordering);
            ExprId call =
                emit(Call{DirectCallee{method, {}, l}, {borrow(left, false, node), borrow(right, false, node)}},
                     ordering, node);
            bool less = op == BinaryOp::Less || op == BinaryOp::GreaterEqual;
            ItemId variant = find_child(context_, known.ordering, Name(less ? "Less" : "Greater"), ItemKind::Variant);
            ExprId wanted = emit(Aggregate{AggregateKind::Variant, variant, {}, {}}, ordering, node);
            bool negated = op == BinaryOp::GreaterEqual || op == BinaryOp::LessEqual;
            return emit(Binary{negated ? BinaryOp::NotEqual : BinaryOp::Equal, call, wanted}, type::boolean(), node);
        }
    }
    return emit(Binary{op, left, right}, type::boolean(), node);
}

ExprId BodyBuilder::check_cast(const ast::CastExpr& e) {
    uint32_t node = node_of(e);
    Type to = table_.shallow(types_.lower(e.type()));
    ExprId value = check_value(e.operand(), nullptr);
    select_deferred();
    Type from = type_of(value);
    if (to->is(TypeKind::Error) || from->is(TypeKind::Error)) return error_expr(node);
    if (from->is(TypeKind::Inference) && table_.kind_of(from) == VariableKind::Integer && to->is(TypeKind::Integer)) {
        // `300 as u8` is checked as a conversion, `1 as u8` too: the literal is an int first, unless it needs more.
        table_.unify(from, type::integer());
        from = type_of(value);
    } else if (from->is(TypeKind::Inference)) {
        Type known = table_.default_of(from);
        if (known) table_.unify(from, known);
        from = type_of(value);
    }
    if (table_.unify(from, to)) return value;
    std::optional<ConvertKind> kind;
    if (from->is(TypeKind::Integer) && to->is(TypeKind::Integer)) kind = ConvertKind::IntegerToInteger;
    if (from->is(TypeKind::Integer) && to->is(TypeKind::Float)) kind = ConvertKind::IntegerToFloat;
    if (from->is(TypeKind::Float) && to->is(TypeKind::Integer)) kind = ConvertKind::FloatToInteger;
    if (from->is(TypeKind::Float) && to->is(TypeKind::Float)) kind = ConvertKind::FloatToFloat;
    if (from->is(TypeKind::Char) && to->is(TypeKind::Integer)) kind = ConvertKind::CharToInteger;
    if (from->is(TypeKind::Integer) && to->is(TypeKind::Char)) kind = ConvertKind::IntegerToChar;
    if (from->is(TypeKind::Bool) && to->is(TypeKind::Integer)) kind = ConvertKind::BoolToInteger;
    if (kind) return emit(Convert{*kind, value}, to, node);
    if (auto coerced = try_coerce(value, to, node)) return *coerced;
    auto& d =
        error(DiagnosticCode::TypeMismatch, node, "`as` cannot turn `" + show(from) + "` into `" + show(to) + "`");
    if (to->is(TypeKind::String)) {
        d.message += "; `.to_string()` does";
    } else if (from->is(TypeKind::String)) {
        d.message += "; `.parse[" + show(to) + "]()` reads it";
    }
    return error_expr(node);
}

ExprId BodyBuilder::check_quantifier(const ast::QuantifierExpr& e) {
    uint32_t node = node_of(e);
    ExprId range = check(e.range());
    Type t = type_of(range);
    Type element = is_nominal(t, Known::get().range) ? t->arguments[0] : type::integer();
    auto mark = open_scope();
    LocalId local = declare(Name(e.name() ? e.name().text() : std::string_view()), element,
                            e.name() ? node_of(e.name()) : node, false);
    ExprId body = check_as(e.body(), type::boolean());
    close_scope(mark);
    return emit(Quantifier{e.is_forall(), local, range, body}, type::boolean(), node);
}

}  // namespace braid::altru_semantics
