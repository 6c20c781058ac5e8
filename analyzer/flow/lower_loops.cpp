#include "analyzer/flow/lowering.h"

namespace braid::mir {

using namespace hir;

/// Runs `body` with break and continue aimed at `exit` and `next`, and ends at `next`.
void Lowering::loop_body(ExprId body, ExprId id, BlockId exit, BlockId next, size_t loop_mark, Place result,
                         bool has_result) {
    targets_.push_back({id, loop_mark, exit, next, std::move(result), has_result});
    size_t inside = mark();
    effect(body);
    if (reachable()) leave(inside, body_[body].node);
    else scheduled_.resize(inside);
    targets_.pop_back();
}

void Lowering::lower_loop(Place d, const Loop& l, ExprId id, uint32_t node) {
    ensure_block();
    size_t outside = mark();
    BlockId head = new_block(), exit = new_block(), next = new_block();
    bool has_result = !mir_.locals[d.local].type->is(TypeKind::Unit);
    split(node);
    go_to(head, node);
    start(head);
    check_loop_invariants(id, node);
    if (l.condition != ExprId::None && !l.test_after) {
        BlockId body = new_block(), leave_loop = new_block();
        condition(l.condition, body, leave_loop);
        std::vector<Scheduled> entries = scheduled_;
        start(leave_loop);
        emit_exits(outside, node);
        go_to(exit, node);
        scheduled_ = entries;
        start(body);
    }
    // `continue` leaves the condition's bindings too: they are made anew.
    loop_body(l.body, id, exit, next, outside, d, has_result);
    if (reachable()) emit_exits(outside, node);
    go_to(next, node);
    scheduled_.resize(outside);
    start(next);
    for (LocalId variable : l.renewed) {
        Place place = place_of_local(variable);
        Local carried = new_local(body_[variable].type, LocalKind::Temporary, {}, LocalId::None, node);
        assign(Place{carried, {}}, Use{Copy{place}}, node);
        push(StorageLive{place.local}, node);
        assign(place, Use{consume(carried)}, node);
    }
    if (l.update != ExprId::None) effect(l.update);
    if (l.test_after && l.condition != ExprId::None) condition(l.condition, head, exit);
    else go_to(head, node);
    scheduled_.resize(outside);
    start(exit);
}

void Lowering::lower_for(const For& f, ExprId id, uint32_t node) {
    ensure_block();
    size_t outside = mark();
    auto* range = std::get_if<hir::Range>(&body_[f.iterable].data);
    if (f.iteration == Iteration::Range && range) for_range(f, *range, id, node);
    else if (f.iteration == Iteration::List || f.iteration == Iteration::ListMutable) for_list(f, id, node);
    else if (f.next != ItemId::None) for_iterator(f, id, node);
    else for_protocol(f, id, node);
    if (reachable()) leave(outside, node);
    else scheduled_.resize(outside);
}

/// Where the iterable is while the loop runs: its own place when it is lent, else a local that holds the value. None:
/// evaluating it never ends.
std::optional<Place> Lowering::iterable_place(ExprId iterable, bool lends, uint32_t node) {
    if (lends) return place(iterable);
    Local held = new_local(body_[iterable].type, LocalKind::Variable, {}, LocalId::None, node);
    schedule_local(held);
    push(StorageLive{held}, node);
    size_t temporaries = mark();
    into(Place{held, {}}, iterable);
    if (!reachable()) return std::nullopt;
    // What the iterator borrows from lives as long as the loop.
    if (!may_borrow(body_[iterable].type)) leave(temporaries, node);
    return Place{held, {}};
}

/// Starts at the head, which the caller ends with a way to the body and one to `exit`.
Lowering::Rounds Lowering::begin_rounds(ExprId id, uint32_t node) {
    Rounds rounds{new_block(), new_block(), new_block(), mark()};
    split(node);
    go_to(rounds.head, node);
    start(rounds.head);
    check_loop_invariants(id, node);
    return rounds;
}

/// The body, with the pattern bound already; goes on at `next`.
void Lowering::run_round(const For& f, ExprId id, const Rounds& rounds, Place element, uint32_t node) {
    loop_body(f.body, id, rounds.exit, rounds.next, rounds.mark, std::move(element), false);
    if (reachable()) leave(rounds.mark, node);
    scheduled_.resize(rounds.mark);
    go_to(rounds.next, node);
    start(rounds.next);
}

void Lowering::end_rounds(const Rounds& rounds, uint32_t node) {
    go_to(rounds.head, node);
    start(rounds.exit);
}

void Lowering::for_range(const For& f, const hir::Range& range, ExprId id, uint32_t node) {
    Type type = body_[range.begin].type;
    auto value = [&](ExprId from) {
        Local local = new_local(type, LocalKind::Temporary, {}, LocalId::None, node);
        into(Place{local, {}}, from);
        return local;
    };
    Local counter = value(range.begin);
    bool bounded = range.end != ExprId::None;
    Local end = bounded ? value(range.end) : kNoLocal;
    if (!reachable()) return;
    Rounds rounds = begin_rounds(id, node);
    BlockId body = new_block();
    if (bounded) {
        Local more = new_local(type::boolean());
        BinaryOp compare = range.inclusive ? BinaryOp::LessEqual : BinaryOp::Less;
        assign(Place{more, {}}, BinaryOperation{compare, Copy{Place{counter, {}}}, Copy{Place{end, {}}}}, node);
        terminate(SwitchInteger{consume(more), {{0, rounds.exit}}, body}, node);
    } else {
        go_to(body, node);
    }
    start(body);
    declare_bindings(f.pattern);
    Local element = new_local(type, LocalKind::Temporary, {}, LocalId::None, node);
    assign(Place{element, {}}, Use{Copy{Place{counter, {}}}}, node);
    bind(f.pattern, Place{element, {}}, true);
    run_round(f, id, rounds, Place{element, {}}, node);
    BlockId advance = new_block();
    if (bounded && range.inclusive) {
        // The last value is not stepped past: it may be the type's largest.
        Local last = new_local(type::boolean());
        assign(Place{last, {}}, BinaryOperation{BinaryOp::Equal, Copy{Place{counter, {}}}, Copy{Place{end, {}}}}, node);
        terminate(SwitchInteger{consume(last), {{0, advance}}, rounds.exit}, node);
    } else {
        go_to(advance, node);
    }
    start(advance);
    assign(Place{counter, {}}, BinaryOperation{BinaryOp::Add, Copy{Place{counter, {}}}, Constant{type, uint64_t(1)}},
           node);
    end_rounds(rounds, node);
}

/// Lends the elements by index; the length is read on each round, so a list that grows is followed (Velox), and one
/// that may not change is not (the borrow says so).
void Lowering::for_list(const For& f, ExprId id, uint32_t node) {
    const Expr& iterable = body_[f.iterable];
    bool lends = is_place(f.iterable) && !iterable.type->has(TypeShared);
    auto held = iterable_place(f.iterable, lends, node);
    if (!held) return;
    Place list = *held;
    Type list_type = iterable.type;
    while (list_type->is(TypeKind::Reference)) {
        list = subplace(list, mir::Deref{});
        list_type = list_type->element();
    }
    Local index = new_local(type::integer());
    assign(Place{index, {}}, Use{Constant{type::integer(), uint64_t(0)}}, node);
    Rounds rounds = begin_rounds(id, node);
    // Says to the checks that the list is walked over by this index: it may not change before the loop is over.
    push(FakeRead{subplace(list, IndexOf{index})}, node);
    BlockId body = new_block();
    Local length = new_local(type::integer()), more = new_local(type::boolean());
    assign(Place{length, {}}, LengthOf{list}, node);
    assign(Place{more, {}}, BinaryOperation{BinaryOp::Less, Copy{Place{index, {}}}, Copy{Place{length, {}}}}, node);
    terminate(SwitchInteger{consume(more), {{0, rounds.exit}}, body}, node);
    start(body);
    declare_bindings(f.pattern);
    Place element = subplace(list, IndexOf{index});
    Type wanted = body_[f.pattern].type;
    bool is_known = !list_type->arguments.empty();  // else what is walked over is an error
    if (wanted->is(TypeKind::Reference) && is_known && wanted != list_type->element()) {
        Local lent = new_local(wanted, LocalKind::Temporary, {}, LocalId::None, node);
        BorrowKind kind = f.iteration == Iteration::ListMutable ? BorrowKind::Mutable : BorrowKind::Shared;
        assign(Place{lent, {}}, BorrowOf{kind, element}, node);
        element = Place{lent, {}};
    }
    bind(f.pattern, element, false);
    run_round(f, id, rounds, Place{index, {}}, node);
    assign(Place{index, {}},
           BinaryOperation{BinaryOp::Add, Copy{Place{index, {}}}, Constant{type::integer(), uint64_t(1)}}, node);
    end_rounds(rounds, node);
}

/// Calls `next(&mut iterator)`, which gives Option or Result: the first variant carries an element, the other ends.
void Lowering::for_iterator(const For& f, ExprId id, uint32_t node) {
    const Expr& iterable = body_[f.iterable];
    bool by_reference = iterable.type->is(TypeKind::Reference);
    bool lends = is_place(f.iterable) && (is_copy(iterable.type) || f.iteration == Iteration::Channel);
    auto held = iterable_place(f.iterable, lends, node);
    if (!held) return;
    Place iterator = *held;
    Type iterator_type = by_reference ? iterable.type->element() : iterable.type;
    if (by_reference) iterator = subplace(iterator, mir::Deref{});

    auto signature = context_.get<SignatureOf>(f.next);
    ItemId owner = parent_of(f.next);
    std::vector<Type> arguments = iterator_type->arguments;
    if (iterator_type->is(TypeKind::Tuple)) arguments.clear();
    Type step_type = substitute(signature->result, owner, arguments);
    DirectCallee callee{f.next, arguments, nullptr};
    if (kind_of(owner) == ItemKind::Impl) {
        std::vector<Type> matched(context_.get<ImplOf>(owner)->generics.size(), nullptr);
        match_type(context_.get<ImplOf>(owner)->self, iterator_type, owner, matched);
        step_type = substitute(signature->result, owner, matched);
        callee.type_arguments = matched;
    } else if (kind_of(owner) == ItemKind::Trait) {
        callee.self = iterator_type;
        callee.type_arguments.clear();
        step_type = body_[f.pattern].type;
    }

    Rounds rounds = begin_rounds(id, node);
    bool is_mutable = signature->receiver == Receiver::Mutable;
    Local lent = new_local(type::reference(iterator_type, is_mutable), LocalKind::Temporary, {}, LocalId::None, node);
    assign(Place{lent, {}}, BorrowOf{is_mutable ? BorrowKind::Mutable : BorrowKind::Shared, iterator}, node);
    Local step = temporary(step_type, node);
    CallTerminator call;
    call.callee = callee;
    call.function_value = Constant{type::unit(), {}};
    call.arguments.push_back(consume(lent));
    call.destination = Place{step, {}};
    BlockId got = call.target = new_block();
    terminate(std::move(call), node);
    start(got);
    Local tag = new_local(type::integer());
    assign(Place{tag, {}}, DiscriminantOf{Place{step, {}}}, node);
    BlockId body = new_block(), ended = new_block();
    terminate(SwitchInteger{consume(tag), {{0, body}}, ended}, node);
    std::vector<Scheduled> entries = scheduled_;
    start(ended);
    emit_exits(rounds.mark, node);
    go_to(rounds.exit, node);
    scheduled_ = entries;
    start(body);
    declare_bindings(f.pattern);
    auto variants = context_.get<DefinitionOf>(step_type->item)->variants;
    Place element{step, {Downcast{variants.empty() ? ItemId::None : variants[0]}, FieldOf{0}}};
    bind(f.pattern, element, true);
    run_round(f, id, rounds, Place{step, {}}, node);
    end_rounds(rounds, node);
}

/// The iteration protocol of objects: `next()` gives `{ done, value }`; awaited for asynchronous iterators.
void Lowering::for_protocol(const For& f, ExprId id, uint32_t node) {
    auto iterator = iterable_place(f.iterable, false, node);
    if (!iterator) return;
    Rounds rounds = begin_rounds(id, node);
    Local step = new_local(type::any());
    CallTerminator call;
    call.callee = VirtualCallee{Name("next"), ItemId::None};
    call.function_value = Constant{type::unit(), {}};
    call.arguments.push_back(Copy{*iterator});
    call.destination = Place{step, {}};
    BlockId got = call.target = new_block();
    terminate(std::move(call), node);
    start(got);
    if (f.iteration == Iteration::AsyncIterator) {
        Local settled = new_local(type::any());
        BlockId resumed = new_block();
        terminate(AwaitTerminator{consume(step), Place{settled, {}}, resumed}, node);
        start(resumed);
        step = settled;
    }
    Local done_value = property_value(Place{step, {}}, Name("done"), type::any(), node);
    Local done = new_local(type::boolean());
    assign(Place{done, {}}, Conversion{ConvertKind::ToBool, consume(done_value), type::boolean()}, node);
    BlockId body = new_block();
    terminate(SwitchInteger{consume(done), {{0, body}}, rounds.exit}, node);
    start(body);
    Local raw = property_value(Place{step, {}}, Name("value"), type::any(), node);
    Type wanted = body_[f.pattern].type;
    Local element = raw;
    if (wanted != type::any()) {
        element = new_local(wanted);
        assign(Place{element, {}}, Conversion{ConvertKind::Unwrap, consume(raw), wanted}, node);
    }
    declare_bindings(f.pattern);
    bind(f.pattern, Place{element, {}}, true);
    run_round(f, id, rounds, Place{element, {}}, node);
    end_rounds(rounds, node);
}

}  // namespace braid::mir
