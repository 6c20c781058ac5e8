#include <algorithm>
#include <type_traits>

#include "analyzer/flow/lowering.h"

namespace braid::mir {

using namespace hir;

Lowering::Lowering(QueryContext& context, const Body& body, BodyFunctionId function, bool errors_are_exceptions)
    : context_(context), body_(body), function_(body[function]), function_id_(function) {
    mir_.item = body.item;
    mir_.function = function;
    mir_.is_async = function_.is_async;
    mir_.is_generator = function_.is_generator;
    mir_.is_task = function_.is_task;
    mir_.errors_are_exceptions = errors_are_exceptions;
    mir_.result = function_.result;
    mir_.name = function_.name;
    mir_.node = function_.node;
}

/// A captured value that its closure must keep between calls or drop at its end stays in the closure's slot; the
/// capture local refers to it. A plain copy is just loaded.
static bool lives_in_slot(const Capture& capture, const LocalInfo& local, const Capabilities& c) {
    bool by_value = capture.mode == CaptureMode::Copy || capture.mode == CaptureMode::Move;
    return by_value && (!c.copy || c.needs_drop || local.is_reassigned || local.is_mutable);
}

/// Return place, parameters, captures; the first block.
void Lowering::begin(Type result) {
    new_local(result, LocalKind::Return, {}, LocalId::None, function_.node);
    for (LocalId id : function_.parameters) {
        const LocalInfo& info = body_[id];
        Local local = new_local(info.type, LocalKind::Parameter, info.name, id, info.node);
        mir_.locals[local].is_mutable = info.is_mutable;
        locals_[uint32_t(id)] = local;
    }
    for (const Capture& capture : function_.captures) {
        const LocalInfo& info = body_[capture.local];
        bool slot = lives_in_slot(capture, info, *context_.get<CapabilitiesOf>(info.type));
        bool reference = slot || (capture.mode != CaptureMode::Copy && capture.mode != CaptureMode::Move);
        bool is_mutable = capture.mode == CaptureMode::Alias || capture.mode == CaptureMode::BorrowMutable || slot;
        Type type = reference ? type::reference(info.type, is_mutable) : info.type;
        Local local = new_local(type, LocalKind::Capture, info.name, capture.local, capture.node);
        mir_.locals[local].is_alias = capture.mode == CaptureMode::Alias;
        mir_.locals[local].is_slot = slot;
        mir_.locals[local].is_mutable = info.is_mutable;
        locals_[uint32_t(capture.local)] = local;
        if (reference) captured_by_reference_[uint32_t(capture.local)] = true;
    }
    mir_.parameter_count = uint32_t(function_.parameters.size());
    mir_.capture_count = uint32_t(function_.captures.size());

    start(new_block());
    return_block_ = new_block();
    Local first = 1;
    for (LocalId id : function_.parameters) schedule_local(first++), (void)id;
}

MirBody Lowering::run() {
    begin(function_.result);
    for (size_t i = 0; i < function_.parameter_patterns.size(); ++i) {
        PatternId pattern = function_.parameter_patterns[i];
        if (pattern == PatternId::None) continue;
        declare_bindings(pattern);
        bind(pattern, place_of_local(function_.parameters[i]), true);
    }
    if (!guard_checks()) check_contracts(ContractKind::Requires, function_.node);
    capture_old_values();

    if (function_.root != ExprId::None) {
        bool has_value = !function_.result->is(TypeKind::Unit) && !function_.result->is(TypeKind::Never);
        size_t temporaries = mark();
        if (has_value) into(Place{0, {}}, function_.root);
        else effect(function_.root);
        if (reachable()) leave(temporaries, function_.node);
        else scheduled_.resize(temporaries);
    }
    if (reachable()) {
        emit_exits(0, function_.node);
        go_to(return_block_, function_.node);
    }
    scheduled_.clear();
    start(return_block_);
    check_contracts(ContractKind::Invariant, function_.node);
    check_contracts(ContractKind::Ensures, function_.node);
    terminate(ReturnTerminator{}, function_.node);
    finish();
    return std::move(mir_);
}

/// Locals whose own address is taken live in cells.
void Lowering::finish() {
    auto mark_cell = [&](const Place& place) {
        if (place.is_local()) mir_.locals[place.local].in_cell = true;
    };
    for (Block& block : mir_.blocks)
        for (Statement& statement : block.statements)
            if (auto* assign = std::get_if<mir::Assign>(&statement.kind))
                if (auto* borrow = std::get_if<BorrowOf>(&assign->value)) mark_cell(borrow->place);
}

void Lowering::effect(ExprId id) {
    const Expr& e = body_[id];
    if (is_trivial(id) && !std::holds_alternative<LocalRef>(e.data)) return;
    size_t before = mark();
    if (is_place(id)) {
        push(FakeRead{place(id)}, e.node);
    } else {
        bool valueless = e.type->is(TypeKind::Unit) || e.type->is(TypeKind::Never);
        Local temp =
            valueless ? new_local(e.type, LocalKind::Temporary, {}, LocalId::None, e.node) : temporary(e.type, e.node);
        into(Place{temp, {}}, id);
    }
    if (reachable()) leave(before, e.node);
    else scheduled_.resize(before);
}

void Lowering::into(Place d, ExprId id) {
    ensure_block();
    const Expr& e = body_[id];
    if (is_place(id) || is_trivial(id)) {
        if (!std::holds_alternative<hir::Closure>(e.data)) return assign(d, Use{operand(id)}, e.node);
    }
    lower_into(d, e, id);
}

/// A temporary that is borrowed and has no drop to mark its end. Literals live for ever.
bool Lowering::ends_with_statement(const Place& lent, ExprId id) {
    const LocalDeclaration& local = mir_.locals[lent.local];
    bool through = std::any_of(lent.projections.begin(), lent.projections.end(),
                               [](const Projection& p) { return std::holds_alternative<mir::Deref>(p); });
    bool is_value = local.kind == LocalKind::Temporary && !through && !needs_drop(local.type);
    return is_value && !is_trivial(id);
}

bool Lowering::lower_simple(Place& d, const Expr& e) {
    auto is = [&]<typename T>(std::type_identity<T>) { return std::get_if<T>(&e.data); };
    if (auto* v = is(std::type_identity<Aggregate>{})) return lower_aggregate(d, e, *v), true;
    if (auto* v = is(std::type_identity<Repeat>{})) {
        Operand value = stable_operand(v->value, !is_trivial(v->count));
        return assign(d, RepeatOf{std::move(value), operand(v->count)}, e.node), true;
    }
    if (auto* v = is(std::type_identity<hir::Range>{})) {
        Constant none{type::unit(), {}};
        Operand begin = v->begin == ExprId::None ? Operand(none) : stable_operand(v->begin, true);
        Operand end = v->end == ExprId::None ? Operand(none) : operand(v->end);
        return assign(d, RangeOf{std::move(begin), std::move(end), v->inclusive}, e.node), true;
    }
    if (auto* v = is(std::type_identity<Property>{}))
        return assign(d, PropertyOf{operand(v->base), v->name}, e.node), true;
    if (auto* v = is(std::type_identity<Index>{})) {
        bool lend = is_place(v->base) && !is_copy(body_[v->base].type);
        Operand object = lend ? Operand(Copy{place(v->base)}) : stable_operand(v->base, !is_trivial(v->index));
        return assign(d, ElementOf{std::move(object), operand(v->index)}, e.node), true;
    }
    if (auto* v = is(std::type_identity<Unary>{}))
        return assign(d, UnaryOperation{v->op, operand(v->operand)}, e.node), true;
    if (auto* v = is(std::type_identity<Binary>{})) {
        // Comparing lends its operands, whatever their type.
        Operand left = lent_operand(v->left, !is_trivial(v->right));
        return assign(d, BinaryOperation{v->op, std::move(left), lent_operand(v->right, false)}, e.node), true;
    }
    if (auto* v = is(std::type_identity<Convert>{}))
        return assign(d, Conversion{v->kind, operand(v->operand), e.type}, e.node), true;
    if (auto* v = is(std::type_identity<TypeTest>{})) {
        Operand tested = is_place(v->operand) ? Operand(Copy{place(v->operand)}) : operand(v->operand);
        return assign(d, TypeTestOf{std::move(tested), v->tested}, e.node), true;
    }
    if (auto* v = is(std::type_identity<TypeOf>{})) return assign(d, TypeOfOperand{operand(v->operand)}, e.node), true;
    if (auto* v = is(std::type_identity<Borrow>{})) {
        BorrowKind kind = !v->is_mutable   ? BorrowKind::Shared
                          : v->is_implicit ? BorrowKind::TwoPhase
                                           : BorrowKind::Mutable;
        Place lent = place(v->place);
        if (ends_with_statement(lent, v->place)) schedule({Scheduled::Storage, lent.local});
        return assign(d, BorrowOf{kind, std::move(lent)}, e.node), true;
    }
    if (auto* v = is(std::type_identity<Interpolate>{})) {
        InterpolateOf result;
        result.texts.emplace_back();
        for (size_t i = 0; i < v->parts.size(); ++i) {
            const InterpolatePart& part = v->parts[i];
            result.texts.back() += part.text;
            if (part.value == ExprId::None) continue;
            bool is_last = is_place(part.value) && i + 1 == v->parts.size();
            result.values.push_back(is_last ? Operand(Copy{place(part.value)}) : lent_operand(part.value, true));
            result.formats.push_back(part.format);
            result.texts.emplace_back();
        }
        return assign(d, std::move(result), e.node), true;
    }
    return false;
}

void Lowering::lower_into(Place& d, const Expr& e, ExprId id) {
    if (lower_simple(d, e)) return;
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, Call>) lower_call(d, e, v);
            else if constexpr (std::is_same_v<T, New>) lower_new(d, e, v.type, v.constructor, v.arguments);
            else if constexpr (std::is_same_v<T, SuperCall>) {
                Call call{DirectCallee{v.constructor, {}, nullptr}, v.arguments};
                lower_call(d, e, call);
            } else if constexpr (std::is_same_v<T, hir::Closure>) lower_closure(d, e, v);
            else if constexpr (std::is_same_v<T, hir::Assign>) lower_assign(e, v);
            else if constexpr (std::is_same_v<T, CompoundAssign>) lower_compound(e, v);
            else if constexpr (std::is_same_v<T, Increment>) lower_increment(d, e, v);
            else if constexpr (std::is_same_v<T, Let>) lower_let(v, e.node);
            else if constexpr (std::is_same_v<T, hir::Block>) lower_block(d, v, id, e.node);
            else if constexpr (std::is_same_v<T, If>) lower_if(d, v, e.node);
            else if constexpr (std::is_same_v<T, Logical>) lower_logical(d, v, e.node);
            else if constexpr (std::is_same_v<T, Match>) lower_match(d, v, e.node);
            else if constexpr (std::is_same_v<T, Loop>) lower_loop(d, v, id, e.node);
            else if constexpr (std::is_same_v<T, For>) lower_for(v, id, e.node);
            else if constexpr (std::is_same_v<T, Return>) lower_return(v, e.node);
            else if constexpr (std::is_same_v<T, Select>) lower_select(d, v, e.node);
            else if constexpr (std::is_same_v<T, Try>) lower_try(d, e, v);
            else if constexpr (std::is_same_v<T, TryCatch>) lower_try_catch(d, v, e.node);
            else if constexpr (std::is_same_v<T, Quantifier>) lower_quantifier(d, v, e.node);
            else if constexpr (std::is_same_v<T, Matches>) {
                BlockId yes = new_block(), no = new_block(), join = new_block();
                condition(id, yes, no);
                for (auto [block, value] : {std::pair(yes, true), std::pair(no, false)}) {
                    start(block);
                    assign(d, Use{Constant{type::boolean(), value}}, e.node);
                    go_to(join, e.node);
                }
                start(join);
            } else if constexpr (std::is_same_v<T, Break> || std::is_same_v<T, Continue>) {
                for (auto target = targets_.rbegin(); target != targets_.rend(); ++target) {
                    if (target->id != v.target) continue;
                    Target found = *target;
                    if constexpr (std::is_same_v<T, Break>) {
                        if (v.value != ExprId::None && found.has_result) into(found.result, v.value);
                        else if (v.value != ExprId::None) effect(v.value);
                        break_to(found, found.break_block, e.node);
                    } else {
                        break_to(found, found.continue_block, e.node);
                    }
                    break;
                }
            } else if constexpr (std::is_same_v<T, Await>) {
                Operand awaited = operand(v.operand);
                BlockId next = new_block();
                terminate(AwaitTerminator{std::move(awaited), d, next}, e.node);
                start(next);
            } else if constexpr (std::is_same_v<T, Go>) {
                lower_go(e, v);
            } else if constexpr (std::is_same_v<T, Throw>) {
                Operand value = operand(v.value);
                terminate(ThrowTerminator{std::move(value)}, e.node);
            } else if constexpr (std::is_same_v<T, Yield>) {
                Operand value = v.value == ExprId::None ? Operand(Constant{type::undefined(), {}}) : operand(v.value);
                BlockId next = new_block();
                terminate(YieldTerminator{std::move(value), d, next}, e.node);
                start(next);
            } else if constexpr (std::is_same_v<T, Old>) {
                auto found = old_values_.find(uint32_t(id));
                if (found != old_values_.end()) assign(d, Use{Copy{Place{found->second, {}}}}, e.node);
            } else if constexpr (std::is_same_v<T, ResultRef>) {
                assign(d, Use{Copy{Place{0, {}}}}, e.node);
            } else if constexpr (std::is_same_v<T, ErrorExpr>) {
                terminate(Unreachable{}, e.node);  // never run: a body with errors is not compiled
            } else {
                assign(d, Use{operand(id)}, e.node);
            }
        },
        e.data);
}

void Lowering::lower_aggregate(Place d, const Expr& e, const Aggregate& a) {
    AggregateOf result{a.kind, a.item, a.names, {}, {}};
    result.operands = operands(a.operands, &result.spread, a.order);
    assign(d, std::move(result), e.node);
}

void Lowering::lower_return(const Return& r, uint32_t node) {
    if (r.value != ExprId::None) {
        bool has_value = !function_.result->is(TypeKind::Unit) && !function_.result->is(TypeKind::Never);
        size_t temporaries = mark();
        if (r.adopts) return lower_adopting_return(r, node);
        if (has_value) into(Place{0, {}}, r.value);
        else effect(r.value);
        if (!reachable()) return scheduled_.resize(temporaries);
        leave(temporaries, node);
    }
    emit_exits(0, node);
    go_to(return_block_, node);
}

/// The promise is awaited with no handler of this function around it: its failure is the caller's to catch.
void Lowering::lower_adopting_return(const Return& r, uint32_t node) {
    Local promise = new_local(body_[r.value].type, LocalKind::Temporary, {}, LocalId::None, node);
    into(Place{promise, {}}, r.value);
    if (!reachable()) return;
    emit_exits(0, node);
    if (!reachable()) return;
    std::vector<Scheduled> outer;
    outer.swap(scheduled_);
    split(node);
    bool has_value = !function_.result->is(TypeKind::Unit) && !function_.result->is(TypeKind::Never);
    Place destination{has_value ? 0 : new_local(type::unit()), {}};
    terminate(AwaitTerminator{consume(promise), destination, return_block_}, node);
    scheduled_.swap(outer);
}

}  // namespace braid::mir
