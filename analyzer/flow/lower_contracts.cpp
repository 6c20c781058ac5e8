#include <algorithm>
#include <set>

#include "analyzer/flow/lowering.h"
#include "analyzer/semantics/body_walk.h"

// Contracts as run-time checks. What the verifier proves is taken out again later (contracts/), by node.
namespace braid::mir {

using namespace hir;

bool Lowering::guard_checks() const {
    bool destructures = std::any_of(function_.parameter_patterns.begin(), function_.parameter_patterns.end(),
                                    [](PatternId pattern) { return pattern != PatternId::None; });
    return function_.future && !destructures &&
           std::any_of(function_.contracts.begin(), function_.contracts.end(),
                       [](const ContractClause& clause) { return clause.kind == ContractKind::Requires; });
}

/// Who calls through `dyn` knows of a trait's method only that it gives a future.
bool Lowering::may_be_called_through_dyn() const {
    ItemId parent = parent_of(body_.item);
    if (kind_of(body_.item) != ItemKind::Function || parent == ItemId::None) return false;
    return kind_of(parent) == ItemKind::Trait ||
           (kind_of(parent) == ItemKind::Impl && context_.get<ImplOf>(parent)->trait);
}

std::optional<MirBody> Lowering::run_guard() {
    if (!function_.future || !(guard_checks() || may_be_called_through_dyn())) return std::nullopt;
    mir_.is_async = false;
    mir_.result = function_.future;
    begin(function_.future);
    if (guard_checks()) check_contracts(ContractKind::Requires, function_.node);
    DirectCallee callee{body_.item, {}, nullptr};
    auto add_parameters = [&](ItemId owner, const std::vector<GenericParameter>& generics) {
        for (uint32_t i = 0; i < generics.size(); ++i)
            callee.type_arguments.push_back(type::parameter(owner, i, generics[i].name));
    };
    ItemId parent = parent_of(body_.item);
    if (kind_of(parent) == ItemKind::Impl) add_parameters(parent, context_.get<ImplOf>(parent)->generics);
    if (kind_of(parent) == ItemKind::Trait) {
        auto generics = context_.get<DefinitionOf>(parent)->generics;
        add_parameters(parent, generics);
        callee.self = type::parameter(parent, uint32_t(generics.size()), Name("Self"));
    }
    add_parameters(body_.item, context_.get<SignatureOf>(body_.item)->generics);
    CallTerminator call;
    call.callee = std::move(callee);
    call.mode = CallMode::ColdFuture;
    call.function_value = Constant{type::unit(), {}};
    for (LocalId parameter : function_.parameters)
        call.arguments.push_back(read(place_of_local(parameter), body_[parameter].type, function_.node));
    call.destination = Place{0, {}};
    BlockId next = call.target = new_block();
    terminate(std::move(call), function_.node);
    start(next);
    emit_exits(0, function_.node);
    go_to(return_block_, function_.node);
    scheduled_.clear();
    start(return_block_);
    terminate(ReturnTerminator{}, function_.node);
    finish();
    return std::move(mir_);
}

void Lowering::capture_old_values() {
    for (const ContractClause& clause : function_.contracts) {
        if (clause.kind != ContractKind::Ensures) continue;
        walk_expressions(body_, clause.condition, [&](ExprId id) {
            auto* old = body_.as<Old>(id);
            if (!old) return;
            Local value = new_local(body_[id].type, LocalKind::Temporary, {}, LocalId::None, body_[id].node);
            into(Place{value, {}}, old->operand);
            old_values_[uint32_t(id)] = value;
        });
    }
}

void Lowering::check_contracts(ContractKind kind, uint32_t) {
    for (const ContractClause& clause : function_.contracts)
        if (clause.kind == kind && clause.loop == ExprId::None && reachable()) check_clause(clause, clause.node);
}

void Lowering::check_loop_invariants(ExprId loop, uint32_t) {
    for (const ContractClause& clause : function_.contracts)
        if (clause.loop == loop && clause.kind == ContractKind::Invariant && reachable())
            check_clause(clause, clause.node);
}

void Lowering::check_clause(const ContractClause& clause, uint32_t node) {
    size_t before = mark();
    AssertTerminator check;
    Local holds = new_local(type::boolean(), LocalKind::Temporary, {}, LocalId::None, node);
    into(Place{holds, {}}, clause.condition);
    if (!reachable()) return scheduled_.resize(before);
    check.condition = consume(holds);
    check.contract = uint8_t(1 + uint8_t(clause.kind));
    check.always = clause.always_checked;
    check.message = clause.text;
    std::set<std::string> named;
    auto show = [&](std::string name, Place place) {
        if (named.insert(name).second) check.values.emplace_back(std::move(name), Operand(Copy{std::move(place)}));
    };
    walk_expressions(body_, clause.condition, [&](ExprId id) {
        const Expr& e = body_[id];
        if (auto* local = std::get_if<LocalRef>(&e.data)) {
            const LocalInfo& info = body_[local->local];
            if (!info.is_self && locals_.count(uint32_t(local->local)) && info.function == function_id_)
                show(std::string(info.name.text()), place_of_local(local->local));
        } else if (auto* field = std::get_if<Field>(&e.data)) {
            const Expr& base = body_[field->base];
            auto* deref = std::get_if<hir::Deref>(&base.data);
            auto* self = body_.as<LocalRef>(deref ? deref->reference : field->base);
            if (!self || !body_[self->local].is_self) return;
            Type owner = base.type;
            auto definition = context_.get<DefinitionOf>(owner->item);
            if (field->index < definition->fields.size())
                show("self." + std::string(definition->fields[field->index].name.text()), place(id));
        } else if (std::holds_alternative<ResultRef>(e.data)) {
            show("result", Place{0, {}});
        } else if (std::holds_alternative<Old>(e.data)) {
            auto value = old_values_.find(uint32_t(id));
            if (value != old_values_.end()) show("old value", Place{value->second, {}});
        }
    });
    BlockId next = check.target = new_block();
    terminate(std::move(check), node);
    start(next);
    leave(before, node);
}

/// forall / exists over an integer range or a list: a loop that ends early.
void Lowering::lower_quantifier(Place d, const Quantifier& q, uint32_t node) {
    bool forall = q.is_forall;
    assign(d, Use{Constant{type::boolean(), forall}}, node);
    auto* range = body_.as<hir::Range>(q.range);
    if (!range || range->begin == ExprId::None || range->end == ExprId::None) return;
    Type type = body_[q.local].type;
    Local counter = new_local(type), end = new_local(type), more = new_local(type::boolean());
    into(Place{counter, {}}, range->begin);
    into(Place{end, {}}, range->end);
    BlockId head = new_block(), body = new_block(), next = new_block(), exit = new_block(), decided = new_block();
    go_to(head, node);
    start(head);
    BinaryOp compare = range->inclusive ? BinaryOp::LessEqual : BinaryOp::Less;
    assign(Place{more, {}}, BinaryOperation{compare, Copy{Place{counter, {}}}, Copy{Place{end, {}}}}, node);
    terminate(SwitchInteger{consume(more), {{0, exit}}, body}, node);
    start(body);
    size_t before = mark();
    Local variable = declare(q.local);
    assign(Place{variable, {}}, Use{Copy{Place{counter, {}}}}, node);
    if (forall) condition(q.body, next, decided);
    else condition(q.body, decided, next);
    scheduled_.resize(before);
    start(next);
    assign(Place{counter, {}}, BinaryOperation{BinaryOp::Add, Copy{Place{counter, {}}}, Constant{type, uint64_t(1)}},
           node);
    go_to(head, node);
    start(decided);
    assign(d, Use{Constant{type::boolean(), !forall}}, node);
    go_to(exit, node);
    start(exit);
}

}  // namespace braid::mir
