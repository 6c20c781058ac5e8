#include <map>
#include <set>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/explore/machine.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/body_walk.h"

// unreachable-select-arm: a `timeout` beside a `default`, which is ready before any time has passed.
//
//     select:
//         case v = <-ch: println(v)
//         case timeout(100): println("late")     # never
//         default: println("nothing")
//
// busy-select: a loop comes back to its `select` through `default` without anything in between that waits or works.
namespace braid::checks {
namespace {

/// The way from an arm back to its select does nothing but look again. Whatever calls a function of the program works;
/// a standard function that neither prints nor computes on values may wait.
bool spins(QueryContext& context, const mir::MirBody& body, mir::BlockId select, mir::BlockId from) {
    std::set<mir::BlockId> seen{from};
    std::vector<mir::BlockId> work{from};
    while (!work.empty()) {
        mir::BlockId id = work.back();
        work.pop_back();
        if (id == select) return true;
        const mir::Terminator& t = body.blocks[id].terminator;
        if (auto* call = std::get_if<mir::CallTerminator>(&t.kind)) {
            ItemId function = called_function(*call);
            bool idle = function != ItemId::None && is_std(file_of(function)) && !call->is_go &&
                        effect_of(context, function).empty() && call->mode == hir::CallMode::Plain &&
                        explore::model_of(function) == explore::Model::None && called_name(*call) != "yield_now" &&
                        !context.get<explore::TouchesTasks>(function)->runs;
            if (!idle) continue;
        }
        if (std::holds_alternative<mir::AwaitTerminator>(t.kind) ||
            std::holds_alternative<mir::SelectTerminator>(t.kind))
            continue;
        // What counts makes progress: the loop may be about that.
        bool counts = false;
        for (const mir::Statement& s : body.blocks[id].statements) {
            auto* assign = std::get_if<mir::Assign>(&s.kind);
            counts |= assign && !body.locals[assign->place.local].name.empty();
        }
        if (counts) continue;
        mir::for_each_successor(t, [&](mir::BlockId to, const mir::Place*) {
            if (seen.insert(to).second) work.push_back(to);
        });
    }
    return false;
}

/// The nodes of the selects whose innermost loop is a `for`, which ends.
std::set<uint32_t> counted_selects(const Body& body) {
    std::map<uint32_t, std::pair<size_t, bool>> innermost;  // by select: size of the loop, whether it is a `for`
    for (const Expr& e : body.expressions) {
        auto* loop = std::get_if<hir::Loop>(&e.data);
        auto* counted = std::get_if<hir::For>(&e.data);
        if (!loop && !counted) continue;
        std::vector<uint32_t> selects;
        size_t size = 0;
        walk_expressions(body, loop ? loop->body : counted->body, [&](ExprId id) {
            ++size;
            if (body.as<hir::Select>(id)) selects.push_back(body[id].node);
        });
        for (uint32_t node : selects) {
            auto [it, first] = innermost.emplace(node, std::pair(size, counted != nullptr));
            if (!first && size < it->second.first) it->second = {size, counted != nullptr};
        }
    }
    std::set<uint32_t> out;
    for (const auto& [node, loop] : innermost)
        if (loop.second) out.insert(node);
    return out;
}

}  // namespace

void select_arms(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    bool any = false;
    for (const Expr& e : body->expressions) {
        auto* select = std::get_if<hir::Select>(&e.data);
        if (!select) continue;
        any = true;
        const hir::SelectArm* otherwise = nullptr;
        for (const hir::SelectArm& arm : select->arms)
            if (arm.kind == hir::SelectArmKind::Default) otherwise = &arm;
        for (const hir::SelectArm& arm : select->arms) {
            if (!otherwise || arm.kind != hir::SelectArmKind::Timeout) continue;
            ItemDiagnostic d =
                diagnostic(DiagnosticCode::UnreachableSelectArm, {item, arm.node},
                           "this `timeout` can never be taken: `default` is ready before any time passes");
            d.related.push_back({{item, otherwise->node}, "`default` is taken when no other arm is ready at once"});
            d.tags = TagUnnecessary;
            out.push_back(std::move(d));
        }
    }
    if (!any) return;
    const std::set<uint32_t> counted = counted_selects(*body);
    auto bodies = context.get<BuiltMir>(item);
    for (const mir::MirBody& each : bodies->functions)
        for (mir::BlockId id = 0; id < each.blocks.size(); ++id) {
            auto* select = std::get_if<mir::SelectTerminator>(&each.blocks[id].terminator.kind);
            if (!select || counted.count(each.blocks[id].terminator.node)) continue;
            for (const mir::SelectArm& arm : select->arms) {
                if (arm.kind != hir::SelectArmKind::Default || !spins(context, each, id, arm.target)) continue;
                ItemDiagnostic d = diagnostic(
                    DiagnosticCode::BusySelect, {item, each.blocks[id].terminator.node},
                    "the loop around this `select` never waits: with `default` it turns as fast as it can and keeps "
                    "a core busy");
                d.related.push_back({{item, arm.node}, "taken again and again while no other arm is ready"});
                out.push_back(std::move(d));
            }
        }
}

}  // namespace braid::checks
