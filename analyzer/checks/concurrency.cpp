#include "analyzer/checks/concurrency.h"

#include <map>

#include "analyzer/checks/discarded.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

StartsTasks::Value StartsTasks::compute(QueryContext& context, const Key& item) {
    auto bodies = context.get<BuiltMir>(item);
    for (const mir::MirBody& body : bodies->functions) {
        std::map<mir::Local, int> uses;  // of call results
        std::map<mir::Local, bool> awaited;
        bool is_closure = body.function != BodyFunctionId(0);
        for (const mir::Block& block : body.blocks) {
            auto note = [&](const mir::Operand& o) {
                if (auto* place = mir::read_place(o)) ++uses[place->local];
            };
            for (const mir::Statement& s : block.statements) for_each_operand(s, note, [](const mir::Place&) {});
            for_each_operand(block.terminator, note);
            if (auto* await = std::get_if<mir::AwaitTerminator>(&block.terminator.kind))
                if (auto* place = mir::read_place(await->operand)) awaited[place->local] = true;
        }
        for (const mir::Block& block : body.blocks) {
            auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
            if (!call) continue;
            Type type = mir::place_type(context, body, call->destination);
            bool promise = call->mode == hir::CallMode::HotPromise || is_std_type(type, "Promise");
            if (!promise) {
                auto* direct = std::get_if<hir::DirectCallee>(&call->callee);
                bool is_timer = direct && direct->function != ItemId::None && is_std(file_of(direct->function)) &&
                                (name_of(direct->function).text() == "setTimeout" ||
                                 name_of(direct->function).text() == "setInterval");
                if (is_timer) return {true};
                continue;
            }
            mir::Local result = call->destination.local;
            bool waits = call->destination.is_local() && awaited[result] && uses[result] == 1;
            // A function that hands its promise on leaves the waiting to its caller; a closure's caller is a library.
            bool hands_on = call->destination.is_local() && result == 0 && !is_closure;
            if (!waits && !hands_on) return {true};
        }
    }
    return {};
}

MayRunConcurrently::Value MayRunConcurrently::compute(QueryContext& context, const Key& file) {
    bool runs = false;
    auto sources = context.get<SourceFiles>();
    std::vector<ItemId> pending;
    for (FileId source : *sources)
        if (!is_std(source)) pending.push_back(file_item(source));
    bool starts = false;
    for (size_t i = 0; i < pending.size(); ++i) {
        ItemId item = pending[i];
        for (const auto& child : *context.get<ItemChildren>(item)) pending.push_back(child.item);
        ItemKind kind = kind_of(item);
        bool is_main =
            kind == ItemKind::Function && name_of(item).text() == "main" && kind_of(parent_of(item)) == ItemKind::File;
        if (is_main) runs |= file_of(item) == file;
        if (kind != ItemKind::File && kind != ItemKind::Function) continue;
        auto body = context.get<BodyOf>(item);
        if (body->has_errors || body->functions.empty()) continue;
        if (kind == ItemKind::File && body->functions[0].root != ExprId::None) {
            auto* block = body->as<hir::Block>(body->functions[0].root);
            runs |= !block || !block->statements.empty() || block->value != ExprId::None;
        }
        starts |= context.get<StartsTasks>(item)->yes;
    }
    return {!runs || starts};
}

}  // namespace braid::checks
