#include "analyzer/checks/stored_borrows.h"

#include <algorithm>

#include "analyzer/checks/loans.h"
#include "analyzer/flow/mir_walk.h"

namespace braid::checks {

using namespace mir;

namespace {

void note(Loans& loans, const MirBody& body, const LoanState& state, StoredBorrows::Value& out) {
    BodyRegions& regions = loans.regions();
    for (Local local = 1; local <= body.parameter_count; ++local) {
        Type type = body.locals[local].type;
        if (!type->is(TypeKind::Reference) || !type->has(TypeMutable)) continue;
        auto own = regions.regions_of(local);
        for (uint32_t i = 1; i < own.size(); ++i) {
            const LoanSet* held = state.of(regions.representative(own[i]));
            for (size_t at = 0; held && at < held->size(); ++at) {
                Local from = loans.all()[(*held)[at]].holder;
                StoredBorrows::Stored stored{local - 1, i, uint32_t(own.size()), from - 1};
                if (from != local && std::find(out.begin(), out.end(), stored) == out.end()) out.push_back(stored);
            }
        }
    }
}

}  // namespace

StoredBorrows::Value StoredBorrows::compute(QueryContext& context, const Key& item) {
    Value out;
    if (context.get<BodyOf>(item)->has_errors) return out;
    auto bodies = context.get<ElaboratedMir>(item);
    if (bodies->functions.empty()) return out;
    const MirBody& body = bodies->functions[0];
    Loans loans(context, body, Calls::BySignature);
    loans.follow_parameters();
    if (!loans.any()) return out;
    loans.solve();
    for (BlockId id = 0; id < body.blocks.size(); ++id) {
        const Block& block = body.blocks[id];
        if (!loans.at_start(id) || !std::holds_alternative<ReturnTerminator>(block.terminator.kind)) continue;
        LoanState state = *loans.at_start(id);
        for (uint32_t i = 0; i < block.statements.size(); ++i) loans.apply(block.statements[i], i, id, state);
        note(loans, body, state, out);
    }
    return out;
}

}  // namespace braid::checks
