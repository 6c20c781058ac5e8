#include "analyzer/checks/blocking_in_async.h"

#include <fmt/format.h>

#include "analyzer/checks/calls.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"

// blocking-in-async: an async body calls what blocks its thread, at once or through a function that is not async.
//
//     async fn poll(): thread::sleep(100)      # no other task runs on this thread
//     async fn poll(): await async::sleep(100)
//
// Which natives block, the library says (`effect(blocks)`); locks and channels park and do not.
namespace braid::checks {
namespace {

bool blocks(QueryContext& context, const mir::CallTerminator& call) {
    ItemId function = called_function(call);
    if (function == ItemId::None || call.is_go || call.mode != hir::CallMode::Plain) return false;
    if (std::holds_alternative<hir::VirtualCallee>(call.callee)) return false;
    return effect_of(context, function) == "blocks" || context.get<BlocksThread>(function)->yes;
}

}  // namespace

BlocksThread::Value BlocksThread::compute(QueryContext& context, const Key& item) {
    if (kind_of(item) != ItemKind::Function) return {};
    auto signature = context.get<SignatureOf>(item);
    if (!signature->has_body || signature->is_native || signature->is_async) return {};
    if (context.get<BodyOf>(item)->has_errors) return {};
    auto bodies = context.get<BuiltMir>(item);
    for (const mir::Block& block : bodies->functions.at(0).blocks)
        if (auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind); call && blocks(context, *call))
            return {true, {item, block.terminator.node}, called_function(*call)};
    return {};
}

void blocking_in_async(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto bodies = context.get<BuiltMir>(item);
    for (const mir::MirBody& body : bodies->functions) {
        // A script may await and is a task of its own: nobody else waits for its thread.
        bool is_main = name_of(item).text() == "main" && kind_of(parent_of(item)) == ItemKind::File;
        if (!body.is_async || (is_main && body.function == BodyFunctionId(0))) continue;
        for (const mir::Block& block : body.blocks) {
            auto* call = std::get_if<mir::CallTerminator>(&block.terminator.kind);
            if (!call || !blocks(context, *call)) continue;
            ItemId function = called_function(*call);
            bool direct = effect_of(context, function) == "blocks";
            ItemDiagnostic d = diagnostic(
                DiagnosticCode::BlockingInAsync, {item, block.terminator.node},
                fmt::format(
                    "`{}` blocks the thread that runs this async task, and every other task that would run there",
                    name_of(function).text()));
            for (int depth = 0; !direct && depth < 8; ++depth) {
                auto inner = context.get<BlocksThread>(function);
                if (!inner->yes || is_std(file_of(function))) break;
                d.related.push_back({inner->place, fmt::format("`{}` calls `{}` here", name_of(function).text(),
                                                               name_of(inner->via).text())});
                function = inner->via;
            }
            out.push_back(std::move(d));
        }
    }
}

}  // namespace braid::checks
