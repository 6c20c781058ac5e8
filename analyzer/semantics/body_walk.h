#pragma once
#include <algorithm>
#include <type_traits>

#include "analyzer/semantics/body.h"

namespace braid {

/// Calls `f(ExprId)` for each direct subexpression, in evaluation order where there is one. Expressions of patterns
/// (literals, defaults) are not entered, nor are other functions of the body.
template <typename F>
void for_each_child(const Expr& expr, F&& f) {
    using namespace hir;
    auto one = [&](ExprId id) {
        if (id != ExprId::None) f(id);
    };
    auto all = [&](const std::vector<ExprId>& ids) {
        for (ExprId id : ids) one(id);
    };
    auto ordered = [&](const std::vector<ExprId>& ids, const EvaluationOrder& order) {
        for (uint32_t i : order) one(ids[i]);
        if (order.empty()) all(ids);
    };
    std::visit(
        [&](const auto& e) {
            using T = std::decay_t<decltype(e)>;
            constexpr auto is = []<typename... Us>(std::type_identity<Us>...) {
                return (std::is_same_v<T, Us> || ...);
            };
            if constexpr (std::is_same_v<T, Aggregate>) ordered(e.operands, e.order);
            else if constexpr (std::is_same_v<T, Repeat>) one(e.value), one(e.count);
            else if constexpr (std::is_same_v<T, Range>) one(e.begin), one(e.end);
            else if constexpr (is(std::type_identity<Spread>{}, std::type_identity<Unary>{},
                                  std::type_identity<Convert>{}, std::type_identity<Await>{}, std::type_identity<Try>{},
                                  std::type_identity<TypeTest>{}, std::type_identity<TypeOf>{},
                                  std::type_identity<Old>{}))
                one(e.operand);
            else if constexpr (is(std::type_identity<Field>{}, std::type_identity<Property>{})) one(e.base);
            else if constexpr (std::is_same_v<T, Index>) one(e.base), one(e.index);
            else if constexpr (is(std::type_identity<Binary>{}, std::type_identity<Logical>{}))
                one(e.left), one(e.right);
            else if constexpr (std::is_same_v<T, Call>) {
                if (auto* value = std::get_if<ValueCallee>(&e.callee)) one(value->function);
                ordered(e.arguments, e.order);
            } else if constexpr (is(std::type_identity<New>{}, std::type_identity<SuperCall>{})) all(e.arguments);
            else if constexpr (std::is_same_v<T, Borrow>) one(e.place);
            else if constexpr (std::is_same_v<T, Deref>) one(e.reference);
            else if constexpr (is(std::type_identity<Assign>{}, std::type_identity<CompoundAssign>{}))
                one(e.place), one(e.value);
            else if constexpr (std::is_same_v<T, Increment>) one(e.place);
            else if constexpr (std::is_same_v<T, Let>) one(e.initializer), one(e.otherwise);
            else if constexpr (std::is_same_v<T, Block>) all(e.statements), one(e.value);
            else if constexpr (std::is_same_v<T, If>) one(e.condition), one(e.then), one(e.otherwise);
            else if constexpr (std::is_same_v<T, Matches>) one(e.scrutinee);
            else if constexpr (std::is_same_v<T, Match>) {
                one(e.scrutinee);
                for (const MatchArm& arm : e.arms) one(arm.guard), one(arm.body);
            } else if constexpr (std::is_same_v<T, Loop>) one(e.condition), one(e.body), one(e.update);
            else if constexpr (std::is_same_v<T, For>) one(e.iterable), one(e.body);
            else if constexpr (is(std::type_identity<Break>{}, std::type_identity<Return>{},
                                  std::type_identity<Throw>{}, std::type_identity<Yield>{}))
                one(e.value);
            else if constexpr (std::is_same_v<T, Go>) one(e.call);
            else if constexpr (std::is_same_v<T, Select>) {
                for (const SelectArm& arm : e.arms) one(arm.channel), one(arm.value), one(arm.body);
            } else if constexpr (std::is_same_v<T, TryCatch>) {
                one(e.body);
                for (const CatchClause& clause : e.catches) one(clause.body);
                one(e.finally);
            } else if constexpr (std::is_same_v<T, Interpolate>) {
                for (const InterpolatePart& part : e.parts) one(part.value);
            } else if constexpr (std::is_same_v<T, Quantifier>) one(e.range), one(e.body);
        },
        expr.data);
}

/// The expression and everything below it, parents first.
template <typename F>
void walk_expressions(const Body& body, ExprId root, F&& f) {
    std::vector<ExprId> pending{root};
    while (!pending.empty()) {
        ExprId id = pending.back();
        pending.pop_back();
        if (id == ExprId::None) continue;
        f(id);
        size_t first = pending.size();
        for_each_child(body[id], [&](ExprId child) { pending.push_back(child); });
        std::reverse(pending.begin() + first, pending.end());
    }
}

}  // namespace braid
