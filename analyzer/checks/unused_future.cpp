#include <fmt/format.h>

#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/discarded.h"

// unused-future: a cold future is made and dropped; the function it stands for never runs.
//
//     save(order)          # nothing happens
//     await save(order)    # runs
namespace braid::checks {

void unused_future(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    auto body = context.get<BodyOf>(item);
    for_each_discarded(*body, [&](BodyFunctionId, ExprId id) {
        const Expr& e = (*body)[id];
        if (body->as<hir::Assign>(id) || body->as<hir::Let>(id) || !is_std_type(e.type, "Future")) return;
        ItemDiagnostic d = diagnostic(DiagnosticCode::UnusedFuture, {item, e.node},
                                      "this future is dropped without being awaited: what it stands for never runs");
        d.fixes.push_back({"await it", {{{item, e.node}, ItemDiagnostic::FixEdit::InsertBefore, "await "}}});
        out.push_back(std::move(d));
    });
}

}  // namespace braid::checks
