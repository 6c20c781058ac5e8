#include "analyzer/flow/lowering.h"

namespace braid::mir {

using namespace hir;

void Lowering::lower_call(Place d, const Expr& e, const Call& call) {
    CallTerminator out;
    out.callee = call.callee;
    out.mode = call.mode;
    if (auto* value = std::get_if<ValueCallee>(&call.callee)) {
        // Calling lends the closure; only its captures may be consumed inside.
        out.function_value =
            is_place(value->function) ? Operand(Copy{place(value->function)}) : stable_operand(value->function, true);
    } else {
        out.function_value = Constant{type::unit(), {}};
    }
    out.arguments = operands(call.arguments, &out.spread, call.order);
    if (!reachable()) return;
    out.destination = d;
    out.target = e.type->is(TypeKind::Never) ? kNoBlock : new_block();
    BlockId next = out.target;
    terminate(std::move(out), e.node);
    if (next != kNoBlock) start(next);
}

void Lowering::lower_new(Place d, const Expr& e, Type type, ItemId constructor, const std::vector<ExprId>& arguments) {
    CallTerminator out;
    out.callee = DirectCallee{constructor, type->arguments, nullptr};
    out.function_value = Constant{type::unit(), {}};
    out.is_new = true;
    out.new_type = type;
    out.arguments = operands(arguments, &out.spread, {});
    if (!reachable()) return;
    out.destination = d;
    BlockId next = out.target = new_block();
    terminate(std::move(out), e.node);
    start(next);
}

/// `go call(…)` evaluates callee and arguments here and runs the call as a task; `go fn(): …` runs the closure.
void Lowering::lower_go(const Expr& e, const Go& go) {
    const Expr& started = body_[go.call];
    size_t before = mark();
    CallTerminator out;
    if (auto* call = std::get_if<Call>(&started.data)) {
        out.callee = call->callee;
        out.mode = CallMode::Plain;
        out.function_value = Constant{type::unit(), {}};
        if (auto* value = std::get_if<ValueCallee>(&call->callee))
            out.function_value = stable_operand(value->function, true);
        out.arguments = operands(call->arguments, &out.spread, call->order);
    } else {
        out.callee = ValueCallee{go.call};
        out.function_value = operand(go.call);
    }
    if (!reachable()) return;
    out.is_go = true;
    out.destination = Place{new_local(type::unit()), {}};
    BlockId next = out.target = new_block();
    terminate(std::move(out), e.node);
    start(next);
    leave(before, e.node);
}

void Lowering::lower_closure(Place d, const Expr& e, const hir::Closure& closure) {
    ClosureOf result{closure.function, {}};
    for (const Capture& capture : body_[closure.function].captures) {
        const LocalInfo& info = body_[capture.local];
        Place source = place_of_local(capture.local);
        switch (capture.mode) {
            case CaptureMode::Copy: result.captures.push_back(Copy{source, capture.node}); break;
            case CaptureMode::Move: result.captures.push_back(read(source, info.type, capture.node)); break;
            default: {
                BorrowKind kind = capture.mode == CaptureMode::Alias    ? BorrowKind::Alias
                                  : capture.mode == CaptureMode::Borrow ? BorrowKind::Shared
                                                                        : BorrowKind::Mutable;
                bool is_mutable = capture.mode != CaptureMode::Borrow;
                Local reference = new_local(type::reference(info.type, is_mutable), LocalKind::Temporary, {},
                                            LocalId::None, capture.node);
                assign(Place{reference, {}}, BorrowOf{kind, source}, e.node);
                result.captures.push_back(consume(reference));
            }
        }
    }
    assign(d, std::move(result), e.node);
}

/// `e?`: the first variant (Some, Ok) carries on with its payload; the other leaves the function. Err payloads are
/// already converted by the typed body, so that the value can be rebuilt as the function's result.
void Lowering::lower_try(Place d, const Expr& e, const Try& t) {
    const Expr& tested = body_[t.operand];
    Local temp = temporary(tested.type, e.node);
    into(Place{temp, {}}, t.operand);
    if (!reachable()) return;
    auto variants = context_.get<DefinitionOf>(tested.type->item)->variants;
    if (variants.size() != 2) return terminate(Unreachable{}, e.node);
    Local tag = new_local(type::integer(), LocalKind::Temporary, {}, LocalId::None, e.node);
    assign(Place{tag, {}}, DiscriminantOf{Place{temp, {}}}, e.node);
    BlockId good = new_block(), bad = new_block();
    terminate(SwitchInteger{Copy{Place{tag, {}}}, {{0, good}}, bad}, e.node);

    start(bad);
    AggregateOf failure{AggregateKind::Variant, ItemId::None, {}, {}, {}};
    auto result_variants = context_.get<DefinitionOf>(function_.result->item)->variants;
    failure.item = result_variants.size() == 2 ? result_variants[1] : variants[1];
    auto payload = field_types(context_, tested.type, variants[1]);
    for (uint32_t i = 0; i < payload.size(); ++i) {
        Place field{temp, {Downcast{variants[1]}, FieldOf{i}}};
        auto wanted = field_types(context_, function_.result, failure.item);
        Operand value = is_copy(payload[i]) ? Operand(Copy{field}) : Operand(Move{field});
        if (i < wanted.size() && wanted[i] != payload[i]) {
            Local converted = temporary(wanted[i], e.node);
            assign(Place{converted, {}}, Conversion{ConvertKind::Wrap, std::move(value), wanted[i]}, e.node);
            value = consume(converted);
        }
        failure.operands.push_back(std::move(value));
    }
    assign(Place{0, {}}, std::move(failure), e.node);
    emit_exits(0, e.node);
    go_to(return_block_, e.node);

    start(good);
    Place value{temp, {Downcast{variants[0]}, FieldOf{0}}};
    if (!field_types(context_, tested.type, variants[0]).empty())
        assign(d, Use{is_copy(e.type) ? Operand(Copy{value}) : Operand(Move{value})}, e.node);
}

}  // namespace braid::mir
