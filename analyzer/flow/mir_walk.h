#pragma once
#include <type_traits>

#include "analyzer/flow/mir.h"

namespace braid::mir {

/// Calls `f(const Operand&)` for each operand an rvalue reads, and `read(const Place&)` for each place it looks at
/// without moving (borrow, discriminant, length, slice).
template <typename F, typename R>
void for_each_operand(const Rvalue& value, F&& f, R&& read) {
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, Use> || std::is_same_v<T, UnaryOperation> ||
                          std::is_same_v<T, Conversion> || std::is_same_v<T, TypeTestOf> ||
                          std::is_same_v<T, TypeOfOperand>)
                f(v.operand);
            else if constexpr (std::is_same_v<T, BinaryOperation>) f(v.left), f(v.right);
            else if constexpr (std::is_same_v<T, AggregateOf>) {
                for (const Operand& o : v.operands) f(o);
            } else if constexpr (std::is_same_v<T, RepeatOf>) f(v.value), f(v.count);
            else if constexpr (std::is_same_v<T, RangeOf>) f(v.begin), f(v.end);
            else if constexpr (std::is_same_v<T, ClosureOf>) {
                for (const Operand& o : v.captures) f(o);
            } else if constexpr (std::is_same_v<T, PropertyOf>) f(v.object);
            else if constexpr (std::is_same_v<T, ElementOf>) f(v.object), f(v.index);
            else if constexpr (std::is_same_v<T, InterpolateOf>) {
                for (const Operand& o : v.values) f(o);
            } else if constexpr (!std::is_same_v<T, StaticRefOf>) read(v.place);
        },
        value);
}

/// Operands a statement reads, in order.
template <typename F, typename R>
void for_each_operand(const Statement& statement, F&& f, R&& read) {
    if (auto* assign = std::get_if<Assign>(&statement.kind)) for_each_operand(assign->value, f, read);
    else if (auto* set = std::get_if<SetProperty>(&statement.kind)) f(set->object), f(set->value);
    else if (auto* set = std::get_if<SetElement>(&statement.kind)) f(set->object), f(set->index), f(set->value);
    else if (auto* fake = std::get_if<FakeRead>(&statement.kind)) read(fake->place);
}

/// Operands a terminator reads, in order. Values of select's send arms are not among them (moved on their edge only).
template <typename F>
void for_each_operand(const Terminator& terminator, F&& f) {
    std::visit(
        [&](const auto& t) {
            using T = std::decay_t<decltype(t)>;
            if constexpr (std::is_same_v<T, SwitchInteger> || std::is_same_v<T, ThrowTerminator> ||
                          std::is_same_v<T, YieldTerminator>)
                f(t.value);
            else if constexpr (std::is_same_v<T, CallTerminator>) {
                f(t.function_value);
                for (const Operand& o : t.arguments) f(o);
            } else if constexpr (std::is_same_v<T, AwaitTerminator>) f(t.operand);
            else if constexpr (std::is_same_v<T, SelectTerminator>) {
                for (const SelectArm& arm : t.arms) f(arm.channel);
            } else if constexpr (std::is_same_v<T, AssertTerminator>) {
                f(t.condition);
                for (const auto& [name, value] : t.values) f(value);
            }
        },
        terminator.kind);
}

/// Calls `f(BlockId, Place* written)` for each successor but the unwind target; `written` is what is assigned on that
/// edge.
template <typename F>
void for_each_successor(const Terminator& terminator, F&& f) {
    std::visit(
        [&](const auto& t) {
            using T = std::decay_t<decltype(t)>;
            if constexpr (std::is_same_v<T, Goto> || std::is_same_v<T, Drop> || std::is_same_v<T, AssertTerminator>)
                f(t.target, nullptr);
            else if constexpr (std::is_same_v<T, SwitchInteger>) {
                for (const auto& [value, target] : t.targets) f(target, nullptr);
                f(t.otherwise, nullptr);
            } else if constexpr (std::is_same_v<T, CallTerminator> || std::is_same_v<T, AwaitTerminator> ||
                                 std::is_same_v<T, YieldTerminator>) {
                if (t.target != kNoBlock) f(t.target, &t.destination);
            } else if constexpr (std::is_same_v<T, SelectTerminator>) {
                for (const SelectArm& arm : t.arms) f(arm.target, &arm.destination);
            }
        },
        terminator.kind);
}

inline const Place* moved_place(const Operand& operand) {
    auto* move = std::get_if<Move>(&operand);
    return move ? &move->place : nullptr;
}
/// Where a place is read; `otherwise` for a constant, and where the operand has no node of its own.
inline uint32_t node_of(const Operand& operand, uint32_t otherwise) {
    uint32_t node = 0;
    if (auto* copy = std::get_if<Copy>(&operand)) node = copy->node;
    if (auto* move = std::get_if<Move>(&operand)) node = move->node;
    return node ? node : otherwise;
}
inline const Place* read_place(const Operand& operand) {
    if (auto* copy = std::get_if<Copy>(&operand)) return &copy->place;
    return moved_place(operand);
}

}  // namespace braid::mir
