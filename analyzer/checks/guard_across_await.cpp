#include <map>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"

// guard-across-await: a lock guard lives while its task is suspended.
//
//     let text = state.lock()
//     await http::get("…${*text}")     # everybody who wants `state` waits for the network
//
// Which locals hold a guard is a forward dataflow: a call gives one, a move or a drop takes it.
namespace braid::checks {
namespace {

using namespace mir;

using Held = std::map<Local, uint32_t>;  // guard → where it was taken

void transfer(const MirBody& body, const std::vector<bool>& guards, const Block& block, Held& held) {
    auto take = [&](const Operand& operand) {
        if (auto* place = moved_place(operand)) held.erase(place->local);
    };
    for (const Statement& s : block.statements) {
        uint32_t taken = 0;
        if (auto* assign = std::get_if<Assign>(&s.kind); assign && assign->place.is_local()) {
            auto* use = std::get_if<Use>(&assign->value);
            auto* from = use ? moved_place(use->operand) : nullptr;
            if (from && held.count(from->local)) taken = held[from->local];
            for_each_operand(s, take, [](const braid::mir::Place&) {});
            if (taken && guards[assign->place.local]) held[assign->place.local] = taken;
            continue;
        }
        for_each_operand(s, take, [](const braid::mir::Place&) {});
        if (auto* dead = std::get_if<StorageDead>(&s.kind)) held.erase(dead->local);
    }
    for_each_operand(block.terminator, take);
    if (auto* drop = std::get_if<Drop>(&block.terminator.kind); drop && drop->place.is_local())
        held.erase(drop->place.local);
    auto* call = std::get_if<CallTerminator>(&block.terminator.kind);
    if (call && call->destination.is_local() && guards[call->destination.local])
        held[call->destination.local] = block.terminator.node;
    (void)body;
}

}  // namespace

void guard_across_await(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const MirBody& body : bodies->functions) {
        if (body.errors_are_exceptions) continue;
        std::vector<bool> guards(body.locals.size(), false);
        bool any = false, awaits = false;
        for (Local i = 0; i < body.locals.size(); ++i) any |= guards[i] = is_guard(context, body.locals[i].type);
        for (const Block& block : body.blocks) awaits |= std::holds_alternative<AwaitTerminator>(block.terminator.kind);
        if (!any || !awaits) continue;
        auto entry = forward_dataflow_of_blocks(
            body, Held(), [&](BlockId id, Held& held) { transfer(body, guards, body.blocks[id], held); }, Union());
        for (BlockId id = 0; id < body.blocks.size(); ++id) {
            const Block& block = body.blocks[id];
            if (!entry[id] || !std::holds_alternative<AwaitTerminator>(block.terminator.kind)) continue;
            Held held = *entry[id];
            transfer(body, guards, block, held);
            for (auto [local, node] : held) {
                std::string_view name = body.locals[local].name.text();
                std::string what = name.empty() ? std::string("a lock guard") : fmt::format("the guard `{}`", name);
                ItemDiagnostic d = diagnostic(
                    DiagnosticCode::GuardAcrossAwait, {item, block.terminator.node},
                    fmt::format(
                        "{} is held while the task is suspended here: whoever wants the lock waits for this too",
                        what));
                d.related.push_back({{item, node}, "locked here and still held"});
                out.push_back(std::move(d));
                break;
            }
        }
    }
}

}  // namespace braid::checks
