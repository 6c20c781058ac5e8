#include "analyzer/flow/lowering.h"
#include "analyzer/semantics/body_walk.h"

// Places and operands: reading, writing, evaluation order.
namespace braid::mir {

using namespace hir;

bool Lowering::is_place(ExprId id) const {
    const Expr& e = body_[id];
    if (place_overrides_.count(uint32_t(id))) return true;
    if (std::holds_alternative<LocalRef>(e.data) || std::holds_alternative<StaticRef>(e.data)) return true;
    if (std::holds_alternative<hir::Deref>(e.data) || std::holds_alternative<Field>(e.data)) return true;
    if (auto* index = std::get_if<Index>(&e.data)) {
        TypeKind base = body_[index->base].type->kind;
        return base == TypeKind::List || base == TypeKind::Array;
    }
    return false;
}

/// Evaluating it later cannot see or cause a side effect.
bool Lowering::is_trivial(ExprId id) const {
    const ExprData& data = body_[id].data;
    return std::holds_alternative<LocalRef>(data) || std::holds_alternative<IntegerLiteral>(data) ||
           std::holds_alternative<FloatLiteral>(data) || std::holds_alternative<BoolLiteral>(data) ||
           std::holds_alternative<StringLiteral>(data) || std::holds_alternative<CharLiteral>(data) ||
           std::holds_alternative<UnitLiteral>(data) || std::holds_alternative<NullLiteral>(data) ||
           std::holds_alternative<UndefinedLiteral>(data) || std::holds_alternative<FunctionRef>(data) ||
           std::holds_alternative<hir::Closure>(data);
}

Place Lowering::subplace(const Place& place, Projection projection) const {
    Place result = place;
    result.projections.push_back(std::move(projection));
    return result;
}

Local Lowering::index_local(ExprId index) {
    if (auto found = evaluated_keys_.find(uint32_t(index)); found != evaluated_keys_.end()) return found->second;
    const Expr& e = body_[index];
    Local local = new_local(e.type, LocalKind::Temporary, {}, LocalId::None, e.node);
    into(Place{local, {}}, index);
    return local;
}

Place Lowering::place(ExprId id) {
    const Expr& e = body_[id];
    if (auto found = place_overrides_.find(uint32_t(id)); found != place_overrides_.end()) return found->second;
    if (auto* local = std::get_if<LocalRef>(&e.data)) return place_of_local(local->local);
    if (auto* item = std::get_if<StaticRef>(&e.data)) {
        Local temp = new_local(type::reference(e.type, true), LocalKind::Temporary, {}, LocalId::None, e.node);
        assign(Place{temp, {}}, StaticRefOf{item->item}, e.node);
        return Place{temp, {mir::Deref{}}};
    }
    if (auto* deref = std::get_if<hir::Deref>(&e.data)) {
        // `&mut r` looked through again is `r`: so `for x in &mut r` lends what `r` borrows, and not `r`.
        auto* borrow = body_.as<Borrow>(deref->reference);
        if (borrow && is_place(borrow->place) && body_[borrow->place].type->is(TypeKind::Reference))
            return place(borrow->place);
        return subplace(place(deref->reference), mir::Deref{});
    }
    if (auto* field = std::get_if<Field>(&e.data)) return subplace(place(field->base), FieldOf{field->index});
    if (auto* index = std::get_if<Index>(&e.data); index && is_place(id)) {
        Place base = place(index->base);
        return subplace(base, IndexOf{index_local(index->index)});
    }
    Local temp = temporary(e.type, e.node);
    into(Place{temp, {}}, id);
    return Place{temp, {}};
}

Operand Lowering::read(Place place, Type type, uint32_t node) {
    bool is_temporary = place.is_local() && mir_.locals[place.local].kind == LocalKind::Temporary;
    if (is_temporary || !is_copy(type)) return Move{std::move(place), node};
    return Copy{std::move(place), node};
}

namespace {
std::optional<Constant> constant_of(const Expr& e) {
    Constant c{e.type, {}};
    if (auto* v = std::get_if<IntegerLiteral>(&e.data)) return c.value = v->bits, c;
    if (auto* v = std::get_if<FloatLiteral>(&e.data)) return c.value = v->value, c;
    if (auto* v = std::get_if<BoolLiteral>(&e.data)) return c.value = v->value, c;
    if (auto* v = std::get_if<CharLiteral>(&e.data)) return c.value = uint64_t(v->value), c;
    if (auto* v = std::get_if<StringLiteral>(&e.data)) return c.value = v->value, c;
    if (std::holds_alternative<UnitLiteral>(e.data) || std::holds_alternative<NullLiteral>(e.data) ||
        std::holds_alternative<UndefinedLiteral>(e.data))
        return c;
    if (auto* v = std::get_if<FunctionRef>(&e.data)) {
        c.item = v->item;
        c.type_arguments = v->type_arguments;
        return c;
    }
    if (auto* v = std::get_if<ClassRef>(&e.data)) return c.item = v->item, c;
    return std::nullopt;
}
}  // namespace

Operand Lowering::operand(ExprId id) {
    const Expr& e = body_[id];
    if (auto constant = constant_of(e)) return *constant;
    if (is_place(id)) return read(place(id), e.type, e.node);
    Local temp = temporary(e.type, e.node);
    into(Place{temp, {}}, id);
    return consume(temp);
}

Operand Lowering::stable_operand(ExprId id, bool later_may_write) {
    Operand result = operand(id);
    auto* copy = std::get_if<Copy>(&result);
    auto* move = std::get_if<Move>(&result);
    bool plain_temp = move && move->place.is_local() && mir_.locals[move->place.local].kind == LocalKind::Temporary;
    if ((!copy && !move) || plain_temp || !later_may_write) return result;
    const Expr& e = body_[id];
    Local temp = temporary(e.type, e.node);
    assign(Place{temp, {}}, Use{std::move(result)}, e.node);
    return consume(temp);
}

/// The same for who only looks at the value: a temporary goes on owning it to the end of the statement.
Operand Lowering::lent_operand(ExprId id, bool later_may_write) {
    if (is_place(id) && !is_copy(body_[id].type)) return Copy{place(id)};
    Operand value = stable_operand(id, later_may_write);
    auto* move = std::get_if<Move>(&value);
    return move && needs_drop(body_[id].type) ? Operand(Copy{move->place, move->node}) : value;
}

std::vector<Operand> Lowering::operands(const std::vector<ExprId>& exprs, std::vector<bool>* spread,
                                        const EvaluationOrder& order) {
    auto nth = [&](size_t step) { return order.empty() ? step : size_t(order[step]); };
    size_t last_effect = 0;  // operands before this step are evaluated into temporaries
    for (size_t step = 0; step < exprs.size(); ++step)
        if (!is_trivial(exprs[nth(step)])) last_effect = step;
    std::vector<Operand> result(exprs.size(), Operand(Constant{type::unit(), {}}));
    spread->assign(exprs.size(), false);
    bool any_spread = false;
    for (size_t step = 0; step < exprs.size(); ++step) {
        size_t i = nth(step);
        auto* spreading = std::get_if<Spread>(&body_[exprs[i]].data);
        any_spread |= spreading != nullptr;
        (*spread)[i] = spreading != nullptr;
        result[i] = stable_operand(spreading ? spreading->operand : exprs[i], step < last_effect);
    }
    if (!any_spread) spread->clear();
    return result;
}

void Lowering::store(const Place& destination, Rvalue value, Type type, uint32_t node) {
    if (!needs_drop(type)) return assign(destination, std::move(value), node);
    // The new value is computed first: it may be made from the old one.
    Local temp = temporary(type, node);
    assign(Place{temp, {}}, std::move(value), node);
    BlockId next = new_block();
    terminate(Drop{destination, kNoLocal, next}, node);
    start(next);
    assign(destination, Use{consume(temp)}, node);
}

void Lowering::write_through(ExprId target, Operand value, uint32_t node) {
    const Expr& e = body_[target];
    if (is_place(target)) return store(place(target), Use{std::move(value)}, e.type, node);
    if (auto* property = std::get_if<Property>(&e.data)) {
        Operand object = operand(property->base);
        push(SetProperty{std::move(object), property->name, std::move(value)}, node);
    } else if (auto* index = std::get_if<Index>(&e.data)) {
        Operand object = body_[index->base].type->has(TypeShared) || !is_place(index->base)
                             ? operand(index->base)
                             : Operand(Copy{place(index->base)});
        auto evaluated = evaluated_keys_.find(uint32_t(index->index));
        Operand key =
            evaluated != evaluated_keys_.end() ? Operand(Copy{Place{evaluated->second, {}}}) : operand(index->index);
        push(SetElement{std::move(object), std::move(key), std::move(value)}, node);
    }
}

/// The keys of a place that is assigned to, from left to right: they are read before the value, which may move what
/// they are read from (`users[user.name] = user`).
void Lowering::evaluate_keys(ExprId target) {
    std::vector<ExprId> keys;
    for (ExprId at = target; at != ExprId::None;) {
        const Expr& e = body_[at];
        if (auto* deref = std::get_if<hir::Deref>(&e.data)) {
            at = deref->reference;
        } else if (auto* field = std::get_if<Field>(&e.data)) {
            at = field->base;
        } else if (auto* index = std::get_if<Index>(&e.data)) {
            if (is_copy(body_[index->index].type)) keys.push_back(index->index);
            at = index->base;
        } else {
            break;
        }
    }
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) evaluated_keys_[uint32_t(*key)] = index_local(*key);
}

void Lowering::lower_assign(const Expr& e, const hir::Assign& a) {
    const Expr& target = body_[a.place];
    if (auto* property = std::get_if<Property>(&target.data)) {
        Operand object = stable_operand(property->base, !is_trivial(a.value));
        Operand value = operand(a.value);
        push(SetProperty{std::move(object), property->name, std::move(value)}, e.node);
    } else if (is_place(a.place)) {
        evaluate_keys(a.place);
        if (!needs_drop(target.type) && std::holds_alternative<LocalRef>(target.data)) {
            Place destination = place(a.place);
            Operand value = operand(a.value);
            assign(destination, Use{std::move(value)}, e.node);
        } else {
            // Keys, the value, then the place.
            Operand value = stable_operand(a.value, !std::holds_alternative<LocalRef>(target.data));
            Place destination = place(a.place);
            store(destination, Use{std::move(value)}, target.type, e.node);
        }
    } else {
        evaluate_keys(a.place);
        Operand value = stable_operand(a.value, true);
        write_through(a.place, std::move(value), e.node);
    }
}

/// Other tasks can run before the value is there.
bool Lowering::waits(ExprId id) const {
    bool found = false;
    walk_expressions(body_, id, [&](ExprId part) { found |= body_.as<Await>(part) || body_.as<Yield>(part); });
    return found;
}

void Lowering::lower_compound(const Expr& e, const CompoundAssign& a) {
    const Expr& target = body_[a.place];
    auto combine = [&](Operand old, Operand value) {
        Local temp = temporary(target.type, e.node);
        assign(Place{temp, {}}, BinaryOperation{a.op, std::move(old), std::move(value)}, e.node);
        return consume(temp);
    };
    if (is_place(a.place)) {
        evaluate_keys(a.place);
        if (mir_.errors_are_exceptions && waits(a.value)) {
            // As for members: what others may change meanwhile is read before.
            Local old = temporary(target.type, e.node);
            assign(Place{old, {}}, Use{Copy{place(a.place)}}, e.node);
            Operand value = operand(a.value);
            store(place(a.place), Use{combine(consume(old), std::move(value))}, target.type, e.node);
            return;
        }
        Operand value = stable_operand(a.value, !std::holds_alternative<LocalRef>(target.data));
        Place destination = place(a.place);
        store(destination, Use{combine(Copy{destination}, std::move(value))}, target.type, e.node);
    } else {
        update_member(target, e.node, [&](Operand old) { return combine(std::move(old), operand(a.value)); });
    }
}

/// Writes to a property or an element what `make` gives for its old value. The object is evaluated once; the old value
/// is read before `make` evaluates anything, as in JavaScript.
void Lowering::update_member(const Expr& target, uint32_t node, const std::function<Operand(Operand)>& make) {
    if (auto* property = std::get_if<Property>(&target.data)) {
        Local object = temporary(body_[property->base].type, node);
        into(Place{object, {}}, property->base);
        Local old = temporary(target.type, node);
        assign(Place{old, {}}, PropertyOf{Copy{Place{object, {}}}, property->name}, node);
        Operand value = make(consume(old));
        push(SetProperty{Copy{Place{object, {}}}, property->name, std::move(value)}, node);
    } else if (auto* index = std::get_if<Index>(&target.data)) {
        Place object = place(index->base);
        Local key = temporary(body_[index->index].type, node);
        into(Place{key, {}}, index->index);
        Local old = temporary(target.type, node);
        assign(Place{old, {}}, ElementOf{Copy{object}, Copy{Place{key, {}}}}, node);
        Operand value = make(consume(old));
        push(SetElement{Copy{object}, consume(key), std::move(value)}, node);
    }
}

void Lowering::lower_increment(Place d, const Expr& e, const Increment& a) {
    const Expr& target = body_[a.place];
    const bool is_open = !target.type->is(TypeKind::Float) && !target.type->is(TypeKind::Integer);
    Constant number{is_open ? type::float_() : target.type, {}};
    if (target.type->is(TypeKind::Integer)) number.value = uint64_t(1);
    else number.value = double(1);
    Operand one = number;
    if (is_open) {  // what the place holds is known as it runs
        Local wrapped = temporary(target.type, e.node);
        assign(Place{wrapped, {}}, Conversion{ConvertKind::Wrap, number, target.type}, e.node);
        one = Copy{Place{wrapped, {}}};
    }
    BinaryOp op = a.delta > 0 ? BinaryOp::Add : BinaryOp::Subtract;
    Local before = temporary(target.type, e.node), after = temporary(target.type, e.node);
    auto step = [&](Operand old) -> Operand {
        assign(Place{before, {}}, Use{std::move(old)}, e.node);
        assign(Place{after, {}}, BinaryOperation{op, Copy{Place{before, {}}}, one}, e.node);
        return Copy{Place{after, {}}};
    };
    if (is_place(a.place)) {
        Place destination = place(a.place);
        assign(destination, Use{step(Copy{destination})}, e.node);
    } else {
        update_member(target, e.node, step);
    }
    assign(d, Use{Copy{Place{a.is_prefix ? after : before, {}}}}, e.node);
}

}  // namespace braid::mir
