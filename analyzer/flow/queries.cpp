#include "analyzer/flow/queries.h"

#include <cassert>

#include "analyzer/database/transient_query.h"
#include "analyzer/flow/lowering.h"

namespace braid {
namespace {

// All are many times as large as the text they come from, and made in a fraction of the time the checks take.
const TransientQuery<BuiltMir> kBuiltMir;
const TransientQuery<ElaboratedMir> kElaboratedMir;
const TransientQuery<RunnableMir> kRunnableMir;

}  // namespace

mir::MirBodies BuiltMir::compute(QueryContext& context, const Key& item) {
    mir::MirBodies bodies;
    bodies.body = context.get<BodyOf>(item);
    if (bodies.body->has_errors) return bodies;
    bool exceptions = language_of(item).errors_are_exceptions;
    for (uint32_t i = 0; i < bodies.body->functions.size(); ++i) {
        context.check_cancelled();
        bodies.functions.push_back(mir::Lowering(context, *bodies.body, BodyFunctionId(i), exceptions).run());
    }
    if (!bodies.functions.empty())
        bodies.guard = mir::Lowering(context, *bodies.body, BodyFunctionId(0), exceptions).run_guard();
    assert(mir::verify(bodies).empty());
    return bodies;
}

mir::MirBodies ElaboratedMir::compute(QueryContext& context, const Key& item) {
    mir::MirBodies bodies = *context.get<BuiltMir>(item);
    for (mir::MirBody& body : bodies.functions) mir::elaborate_drops(context, body);
    if (bodies.guard) mir::elaborate_drops(context, *bodies.guard);
    assert(mir::verify(bodies).empty());
    return bodies;
}

std::shared_ptr<const mir::MirBodies> RunnableMir::compute(QueryContext& context, const Key& item) {
    auto bodies = mir::with_invariants(context, context.get<ElaboratedMir>(item));
    assert(mir::verify(*bodies).empty());
    return bodies;
}

}  // namespace braid
