#include <algorithm>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/waiting.h"
#include "analyzer/flow/mir_walk.h"

// wait-outside-loop: a condition is waited for and not checked again afterwards.
//
//     if (this.items.length === 0) await this.notEmpty.wait();
//     return this.items.shift()!;     // another task may have been first
namespace braid::checks {
namespace {

/// A schedule shows that nothing notifies it any more: that is told, and is the graver one.
bool loses_wakeup(QueryContext& context, Place wait) {
    auto found = context.get<ScheduleFindings>(wait.item);
    return std::any_of(found->begin(), found->end(), [&](const ScheduleFindings::Finding& each) {
        return each.diagnostic.code == DiagnosticCode::LostWakeup && each.diagnostic.location == wait;
    });
}

}  // namespace

void wait_outside_loop(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (is_std(file_of(item))) return;
    auto bodies = context.get<BuiltMir>(item);
    for (const mir::MirBody& body : bodies->functions)
        for (mir::BlockId id = 0; id < body.blocks.size(); ++id) {
            const mir::Block& block = body.blocks[id];
            auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
            if (!call || call->arguments.empty()) continue;
            std::string_view name = called_name(*call);
            if (name != "wait" && name != "wait_timeout") continue;
            Type type = mir::operand_type(context, body, call->arguments[0]);
            if (type->is(TypeKind::Reference)) type = type->element();
            if (!is_std_type(type, "Condvar") && !is_std_type(type, "Condition")) continue;
            if (is_in_loop(body, id) || loses_wakeup(context, {item, block.terminator.node})) continue;
            out.push_back(diagnostic(DiagnosticCode::WaitOutsideLoop, {item, block.terminator.node},
                                     "what is waited for is not checked again after the wait: another task may have "
                                     "been first; wait in a `while` over the condition"));
        }
}

}  // namespace braid::checks
