#include <algorithm>

#include "analyzer/flow/lowering.h"

namespace braid::mir {

using namespace hir;

void Lowering::lower_block(Place d, const hir::Block& block, ExprId id, uint32_t node) {
    size_t before = mark();
    BlockId exit = new_block();
    targets_.push_back({id, before, exit, exit, d, true});
    for (ExprId statement : block.statements) {
        if (!reachable()) break;
        if (auto* let = std::get_if<Let>(&body_[statement].data)) lower_let(*let, body_[statement].node);
        else effect(statement);
    }
    if (reachable() && block.value != ExprId::None) {
        bool valueless = body_[block.value].type->is(TypeKind::Unit) || body_[block.value].type->is(TypeKind::Never);
        size_t temporaries = mark();
        if (valueless) effect(block.value);
        else into(d, block.value);
        if (reachable()) leave(temporaries, node);
        else scheduled_.resize(temporaries);
    }
    targets_.pop_back();
    if (reachable()) leave(before, node);
    else scheduled_.resize(before);
    go_to(exit, node);
    if (exit < jumped_to_.size() && jumped_to_[exit]) start(exit);
}

/// `m.lock()` where the place is what such a guard gives, `*m.lock()`: it is the argument of a `deref`.
ExprId Lowering::dereferenced(ExprId place) const {
    auto* deref = body_.as<hir::Deref>(place);
    auto* call = deref ? body_.as<Call>(deref->reference) : nullptr;
    auto* direct = call ? std::get_if<DirectCallee>(&call->callee) : nullptr;
    if (!direct || call->arguments.size() != 1) return ExprId::None;
    auto* lent = body_.as<Borrow>(call->arguments[0]);
    const std::string_view name = name_of(direct->function).text();
    return lent && lent->is_implicit && (name == "deref" || name == "deref_mut") ? lent->place : ExprId::None;
}

/// `let r = &f()`, `let pair = (&f().x, 1)`: the temporary lives as long as the binding (Rust's extended temporaries).
void Lowering::keep_borrowed_temporaries(ExprId initializer, uint32_t node) {
    const Expr& value = body_[initializer];
    if (auto* made = std::get_if<Aggregate>(&value.data)) {
        // Only where that changes no order.
        auto has_effect = [&](ExprId part) { return !is_trivial(part); };
        if (std::count_if(made->operands.begin(), made->operands.end(), has_effect) == 1)
            for (ExprId part : made->operands) keep_borrowed_temporaries(part, node);
        return;
    }
    auto* borrow = std::get_if<Borrow>(&value.data);
    if (!borrow) return;
    ExprId root = borrow->place;
    for (;;) {
        if (auto* field = body_.as<Field>(root)) root = field->base;
        else if (auto* index = body_.as<Index>(root); index && is_place(root)) root = index->base;
        else if (ExprId guard = dereferenced(root); guard != ExprId::None) root = guard;
        else break;
    }
    if (is_place(root) || is_trivial(root)) return;
    keep_borrowed_temporaries(root, node);
    Local kept = temporary(body_[root].type, node);
    mir_.locals[kept].kind = LocalKind::Variable;
    if (!needs_drop(body_[root].type)) schedule({Scheduled::Storage, kept});
    push(StorageLive{kept}, node);
    into(Place{kept, {}}, root);
    place_overrides_[uint32_t(root)] = Place{kept, {}};
}

void Lowering::lower_let(const Let& let, uint32_t node) {
    declare_bindings(let.pattern);
    if (let.initializer == ExprId::None) return;
    const Expr& value = body_[let.initializer];

    auto* binding = body_.as<BindPattern>(let.pattern);
    bool direct = binding && binding->mode == BindMode::Value && binding->sub == PatternId::None;
    keep_borrowed_temporaries(let.initializer, node);
    size_t temporaries = mark();
    if (direct && let.otherwise == ExprId::None) {
        into(place_of_local(binding->local), let.initializer);
    } else {
        bool lends = is_place(let.initializer);
        Place source = lends ? place(let.initializer) : Place{temporary(value.type, node), {}};
        if (!lends) into(source, let.initializer);
        if (reachable() && let.otherwise != ExprId::None) {
            BlockId matched = new_block(), failed = new_block();
            test(let.pattern, source, failed);
            go_to(matched, node);
            start(failed);
            size_t inside = mark();
            effect(let.otherwise);
            if (reachable()) terminate(Unreachable{}, node);  // the typed body checked that it diverges
            scheduled_.resize(inside);
            start(matched);
        }
        if (reachable()) bind(let.pattern, source, true);
    }
    // What a `for` walks over may look into temporaries of its head.
    if (direct && body_[binding->local].name.empty() && may_borrow(value.type)) return;
    if (reachable()) leave(temporaries, node);
    else scheduled_.resize(temporaries);
}

/// Branches to `then` or `otherwise`. Temporaries of a plain condition end before either; those of a `Matches` stay
/// scheduled for the caller's scope, because its bindings may borrow from them.
void Lowering::condition(ExprId id, BlockId then, BlockId otherwise) {
    const Expr& e = body_[id];
    if (auto* logical = std::get_if<Logical>(&e.data);
        logical && e.type->is(TypeKind::Bool) && logical->op != LogicalOp::Coalesce) {
        BlockId second = new_block();
        switch (logical->op) {
            case LogicalOp::And: condition(logical->left, second, otherwise); break;
            case LogicalOp::Or: condition(logical->left, then, second); break;
            default: condition(logical->left, second, then); break;  // implies
        }
        start(second);
        return condition(logical->right, then, otherwise);
    }
    if (auto* unary = std::get_if<Unary>(&e.data); unary && unary->op == UnaryOp::Not)
        return condition(unary->operand, otherwise, then);
    if (auto* matches = std::get_if<Matches>(&e.data)) {
        declare_bindings(matches->pattern);
        Place source = place(matches->scrutinee);
        if (!reachable()) return;
        push(FakeRead{source}, e.node);
        test(matches->pattern, source, otherwise);
        bind(matches->pattern, source, true);
        return go_to(then, e.node);
    }
    size_t before = mark();
    Local value = new_local(type::boolean(), LocalKind::Temporary, {}, LocalId::None, e.node);
    into(Place{value, {}}, id);
    if (!reachable()) return scheduled_.resize(before);
    leave(before, e.node);
    terminate(SwitchInteger{consume(value), {{0, otherwise}}, then}, e.node);
}

void Lowering::lower_if(Place d, const If& e, uint32_t node) {
    size_t before = mark();
    BlockId then = new_block(), otherwise = new_block(), join = new_block();
    condition(e.condition, then, otherwise);
    bool joins = false;
    std::vector<Scheduled> entries = scheduled_;
    for (auto [block, branch] : {std::pair(then, e.then), std::pair(otherwise, e.otherwise)}) {
        scheduled_ = entries;
        start(block);
        if (branch != ExprId::None) {
            size_t inside = mark();
            bool valueless = body_[branch].type->is(TypeKind::Unit) || body_[branch].type->is(TypeKind::Never);
            if (valueless) effect(branch);
            else into(d, branch);
            if (reachable()) leave(inside, node);
            else scheduled_.resize(inside);
        }
        if (reachable()) emit_exits(before, node);  // bindings and temporaries of the condition
        joins |= reachable();
        go_to(join, node);
    }
    scheduled_.resize(before);
    if (joins) start(join);
}

void Lowering::lower_logical(Place d, const Logical& e, uint32_t node) {
    BlockId join = new_block(), right = new_block();
    if (e.op == LogicalOp::Coalesce) {
        Operand left = operand(e.left);
        Local value = temporary(body_[e.left].type, node), absent = new_local(type::boolean());
        assign(Place{value, {}}, Use{std::move(left)}, node);
        assign(Place{absent, {}}, TypeTestOf{Copy{Place{value, {}}}, type::union_of({type::null(), type::undefined()})},
               node);
        BlockId present = new_block();
        terminate(SwitchInteger{consume(absent), {{0, present}}, right}, node);
        start(present);
        Type to = mir_.locals[d.local].type;
        if (d.is_local() && to != body_[e.left].type)
            assign(d, Conversion{ConvertKind::Unwrap, consume(value), to}, node);
        else assign(d, Use{consume(value)}, node);
    } else {
        // `a and b` as a value: the left side is the result unless the right one decides.
        into(d, e.left);
        if (!reachable()) return;
        BlockId done = new_block();
        Local test = new_local(type::boolean());
        if (body_[e.left].type->is(TypeKind::Bool)) assign(Place{test, {}}, Use{Copy{d}}, node);
        else assign(Place{test, {}}, Conversion{ConvertKind::ToBool, Copy{d}, type::boolean()}, node);
        bool right_when_true = e.op != LogicalOp::Or;
        terminate(SwitchInteger{consume(test), {{0, right_when_true ? done : right}}, right_when_true ? right : done},
                  node);
        start(done);
        if (e.op == LogicalOp::Implies) assign(d, Use{Constant{type::boolean(), true}}, node);
    }
    go_to(join, node);
    start(right);
    size_t inside = mark();
    into(d, e.right);
    if (reachable()) leave(inside, node);
    else scheduled_.resize(inside);
    go_to(join, node);
    start(join);
}

void Lowering::lower_match(Place d, const Match& m, uint32_t node) {
    size_t before = mark();
    bool lends = is_place(m.scrutinee);
    Place source = place(m.scrutinee);
    if (!reachable()) return scheduled_.resize(before);
    push(FakeRead{source}, node);
    size_t after_scrutinee = mark();
    split(node);
    BlockId join = new_block();
    bool joins = false;
    for (const MatchArm& arm : m.arms) {
        BlockId failed = new_block();
        scheduled_.resize(after_scrutinee);
        test(arm.pattern, source, failed);
        declare_bindings(arm.pattern);
        if (arm.guard != ExprId::None) {
            // A guard sees the bindings but must not move out of the scrutinee yet.
            bind(arm.pattern, source, false);
            BlockId passed = new_block(), refused = new_block();
            condition(arm.guard, passed, refused);
            start(refused);
            emit_exits(after_scrutinee, node);
            go_to(failed, node);
            start(passed);
        }
        bind(arm.pattern, source, true);
        if (!lends && !binds_reference(arm.pattern)) {
            // The scrutinee's temporaries end before the arm runs.
            drop_between(before, after_scrutinee, node);
        }
        size_t inside = mark();
        bool valueless = body_[arm.body].type->is(TypeKind::Unit) || body_[arm.body].type->is(TypeKind::Never);
        if (valueless) effect(arm.body);
        else into(d, arm.body);
        if (reachable()) {
            leave(inside, node);
            emit_exits(before, node);
            joins = true;
            go_to(join, node);
        }
        start(failed);
    }
    scheduled_.resize(after_scrutinee);
    if (m.throws_on_miss) {
        Operand value = is_copy(body_[m.scrutinee].type) ? Operand(Copy{source}) : Operand(Constant{type::unit(), {}});
        AssertTerminator miss;
        miss.condition = Constant{type::boolean(), false};
        miss.message = "no arm of the match fits";
        miss.error_class = "MatchError";
        miss.values.emplace_back("value", std::move(value));
        miss.target = new_block();
        BlockId next = miss.target;
        terminate(std::move(miss), node);
        start(next);
    }
    terminate(Unreachable{}, node);
    scheduled_.resize(before);
    if (joins) start(join);
}

/// Drops scheduled temporaries now; what is scheduled stays, and dropping again later finds nothing (drops.cpp).
void Lowering::drop_between(size_t from, size_t to, uint32_t node) {
    for (size_t i = to; i > from && reachable(); --i) {
        if (scheduled_[i - 1].kind != Scheduled::Drop) continue;
        split(node);
        BlockId next = new_block();
        terminate(Drop{Place{scheduled_[i - 1].local, {}}, kNoLocal, next}, node);
        start(next);
    }
}

void Lowering::lower_try_catch(Place d, const TryCatch& t, uint32_t node) {
    size_t outside = mark();
    BlockId join = new_block();
    bool valued = !mir_.locals[d.local].type->is(TypeKind::Unit);
    auto run = [&](ExprId body) {
        size_t inside = mark();
        bool valueless = body_[body].type->is(TypeKind::Unit) || body_[body].type->is(TypeKind::Never) || !valued;
        if (valueless) effect(body);
        else into(d, body);
        if (reachable()) leave(inside, node);
        else scheduled_.resize(inside);
    };
    ensure_block();
    if (t.finally != ExprId::None) schedule({Scheduled::Finally, kNoLocal, t.finally});
    size_t with_finally = mark();
    BlockId handler = t.catches.empty() ? kNoBlock : new_block();
    bool joins = false;
    auto finish_path = [&] {
        if (!reachable()) return;
        scheduled_.resize(with_finally);
        emit_exits(outside, node);
        joins |= reachable();
        go_to(join, node);
    };
    if (handler != kNoBlock) schedule({Scheduled::Catch, kNoLocal, ExprId::None, handler});
    run(t.body);
    if (reachable()) split(node);  // still guarded by the catch
    finish_path();

    scheduled_.resize(with_finally);
    if (handler != kNoBlock) {
        start(handler);
        Local error = new_local(type::any(), LocalKind::Temporary, {}, LocalId::None, node);
        mir_.blocks[handler].is_handler = true;
        mir_.blocks[handler].error_local = error;
        bool caught_all = false;
        for (const CatchClause& clause : t.catches) {
            BlockId next_clause = new_block();
            if (clause.filter) {
                Local matches = new_local(type::boolean(), LocalKind::Temporary, {}, LocalId::None, clause.node);
                assign(Place{matches, {}}, TypeTestOf{Copy{Place{error, {}}}, clause.filter}, clause.node);
                BlockId chosen = new_block();
                terminate(SwitchInteger{consume(matches), {{0, next_clause}}, chosen}, clause.node);
                start(chosen);
            }
            if (clause.pattern != PatternId::None) {
                Type wanted = body_[clause.pattern].type;
                Place source{error, {}};
                if (wanted && wanted != type::any()) {
                    Local typed = new_local(wanted, LocalKind::Temporary, {}, LocalId::None, clause.node);
                    assign(Place{typed, {}}, Conversion{ConvertKind::Unwrap, Copy{source}, wanted}, clause.node);
                    source = Place{typed, {}};
                }
                declare_bindings(clause.pattern);
                bind(clause.pattern, source, true);
            }
            run(clause.body);
            if (reachable()) {
                emit_exits(with_finally, node);
                split(node);
            }
            finish_path();
            scheduled_.resize(with_finally);
            start(next_clause);
            if (!clause.filter) {
                caught_all = true;
                break;
            }
        }
        if (!caught_all) terminate(ThrowTerminator{Copy{Place{error, {}}}}, node);
        else terminate(Unreachable{}, node);
    }
    scheduled_.resize(outside);
    if (joins) start(join);
}

void Lowering::lower_select(Place d, const Select& s, uint32_t node) {
    size_t before = mark();
    SelectTerminator select;
    struct Pending {
        const hir::SelectArm* arm;
        Local received;
        BlockId block;
    };
    std::vector<Pending> pending;
    for (const hir::SelectArm& arm : s.arms) {
        SelectArm out;
        out.kind = arm.kind;
        out.node = arm.node;
        out.raw_value = arm.raw_value;
        Constant none{type::unit(), {}};
        out.channel = arm.channel == ExprId::None ? Operand(none) : stable_operand(arm.channel, true);
        // Moved only if the arm is taken: a variable stays where it is, another value is held in a temporary, dropped
        // with the statement.
        bool is_variable = arm.value != ExprId::None && body_.as<LocalRef>(arm.value);
        out.value = arm.value == ExprId::None ? Operand(none)
                    : is_variable             ? operand(arm.value)
                                              : stable_operand(arm.value, true);
        Local received = kNoLocal;
        if (arm.kind == SelectArmKind::Receive) {
            Type type = arm.pattern != PatternId::None ? body_[arm.pattern].type : type::unit();
            received = temporary(type, arm.node);
            if (auto* variant = arm.pattern != PatternId::None ? body_.as<VariantPattern>(arm.pattern) : nullptr) {
                auto variants = context_.get<DefinitionOf>(parent_of(variant->variant))->variants;
                out.only_ok = !arm.raw_value && !variants.empty() && variants[0] == variant->variant;
                out.only_err = !arm.raw_value && variants.size() > 1 && variants[1] == variant->variant;
            }
        }
        out.destination = Place{received == kNoLocal ? new_local(type::unit()) : received, {}};
        out.target = new_block();
        pending.push_back({&arm, received, out.target});
        select.arms.push_back(std::move(out));
    }
    if (!reachable()) return;
    terminate(std::move(select), node);
    BlockId join = new_block();
    bool joins = false;
    size_t with_operands = mark();
    for (const Pending& p : pending) {
        scheduled_.resize(with_operands);
        start(p.block);
        if (p.received != kNoLocal && p.arm->pattern != PatternId::None) {
            Place source{p.received, {}};
            BlockId failed = new_block();
            test(p.arm->pattern, source, failed);
            declare_bindings(p.arm->pattern);
            bind(p.arm->pattern, source, true);
            BlockId matched = current_;
            start(failed);
            terminate(Unreachable{}, p.arm->node);
            start(matched);
        }
        size_t inside = mark();
        if (p.arm->body != ExprId::None) {
            bool valueless =
                body_[p.arm->body].type->is(TypeKind::Unit) || body_[p.arm->body].type->is(TypeKind::Never);
            if (valueless) effect(p.arm->body);
            else into(d, p.arm->body);
        }
        if (!reachable()) continue;
        leave(inside, node);
        emit_exits(before, node);
        joins = true;
        go_to(join, node);
    }
    scheduled_.resize(before);
    if (joins) start(join);
}

}  // namespace braid::mir
