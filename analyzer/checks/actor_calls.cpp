#include <set>

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"

// actor-self-call: a handler waits for the reply to a message that it sends to its own actor, which is busy with the
// handler.
//
//     let me = self.handle()
//     return me.get() * 2      # `self.get()` is a plain call
namespace braid::checks {
namespace {

/// Locals that hold the handle of the actor whose method this is: what `self_handle` gave and its copies.
std::set<mir::Local> own_handles(const mir::MirBody& body) {
    std::set<mir::Local> own;
    for (bool changed = true; changed;) {
        size_t before = own.size();
        for (const mir::Block& block : body.blocks) {
            if (auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
                call && called_name(*call) == "self_handle" && call->destination.is_local())
                own.insert(call->destination.local);
            for (const mir::Statement& s : block.statements) {
                auto* assign = std::get_if<mir::Assign>(&s.kind);
                if (!assign || !assign->place.is_local()) continue;
                const mir::Place* from = nullptr;
                if (auto* use = std::get_if<mir::Use>(&assign->value)) from = mir::read_place(use->operand);
                if (auto* borrow = std::get_if<mir::BorrowOf>(&assign->value)) from = &borrow->place;
                if (from && own.count(from->local)) own.insert(assign->place.local);
            }
        }
        changed = own.size() != before;
    }
    return own;
}

}  // namespace

void actor_calls(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (kind_of(item) != ItemKind::Function || kind_of(parent_of(item)) != ItemKind::Actor) return;
    auto signature = context.get<SignatureOf>(item);
    auto bodies = context.get<BuiltMir>(item);
    const mir::MirBody& body = bodies->functions.at(0);
    std::set<mir::Local> own = own_handles(body);
    if (own.empty()) return;
    for (const mir::Block& block : body.blocks) {
        auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
        if (!call || call->is_go || !std::holds_alternative<hir::MessageCallee>(call->callee)) continue;
        auto* handle = call->arguments.empty() ? nullptr : mir::read_place(call->arguments[0]);
        ItemId method = std::get<hir::MessageCallee>(call->callee).method;
        Type result = context.get<SignatureOf>(method)->result;
        if (!handle || !own.count(handle->local) || !result || result->is(TypeKind::Unit)) continue;
        ItemDiagnostic d = diagnostic(
            DiagnosticCode::ActorSelfCall, {item, block.terminator.node},
            fmt::format("the actor waits here for its own reply to `{}`: it handles one message at a time and is busy "
                        "with this one",
                        name_of(method).text()));
        if (auto name = body.locals[handle->local].name.text(); !name.empty())
            d.related.push_back(
                {{item, body.locals[handle->local].node}, fmt::format("`{}` is this actor itself", name)});
        out.push_back(std::move(d));
    }
}

}  // namespace braid::checks
