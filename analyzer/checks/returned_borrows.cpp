#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analyzer/checks/call_regions.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/checks/loans.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"

// borrow-outlives-value: a function returns a borrow of another parameter than its callers take it to.
//
//     fn pick(&self, other: &Job) -> &Job:
//         return other        # callers believe that the result borrows `self`, and let go of `other`
//
// What the callers believe is what call_regions.h reads off the signature, so that both sides agree; what the body does
// is found with a loan for each parameter that is a reference (a placeholder of Rust's NLL, RFC 2094). What rustc says
// of lifetimes that "may not live long enough" (also E0621).
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

class ReturnedBorrows {
  public:
    ReturnedBorrows(QueryContext& context, ItemId item, const MirBody& body, std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), body_(body), out_(out), loans_(context, body) {}

    void run() {
        loans_.follow_parameters();
        if (!loans_.any()) return;
        for (Region region : loans_.regions().regions_of(0)) results_.insert(loans_.regions().representative(region));
        note_promises();
        bool all = std::all_of(loans_.all().begin(), loans_.all().end(),
                               [&](const Loan& loan) { return promised_.count(loan.holder); });
        if (all) return;
        loans_.solve();
        for (BlockId id = 0; id < body_.blocks.size() && !told_; ++id)
            if (loans_.at_start(id) && !body_.blocks[id].is_cleanup) look(id);
    }

  private:
    /// The parameters that callers know the result to borrow.
    void note_promises() {
        CallTerminator call;
        call.callee = hir::DirectCallee{item_, {}, nullptr};
        call.target = 0;
        RegionsOfTypes types(context_);
        CallRegions regions(types, call);
        for (Local local = 1; local <= body_.parameter_count; ++local) regions.argument(loans_.regions().view(local));
        std::set<Region> sources;
        regions.flow(loans_.regions().view(Local(0)),
                     [&](Region, Region from) { sources.insert(loans_.regions().representative(from)); });
        for (const Loan& loan : loans_.all())
            if (Region own = loans_.regions().representative(loan.held_by); sources.count(own) || results_.count(own))
                promised_.insert(loan.holder);
    }

    void look(BlockId id) {
        const Block& block = body_.blocks[id];
        LoanState state = *loans_.at_start(id);
        for (uint32_t i = 0; i < block.statements.size(); ++i) {
            const Statement& s = block.statements[i];
            loans_.apply(s, i, id, state);
            if (auto* assign = std::get_if<Assign>(&s.kind); assign && assign->place.local == 0) check(state, s.node);
        }
        LoanState before = state;
        loans_.apply(block.terminator, state);
        for_each_successor(block.terminator, [&](BlockId, const Place* destination) {
            if (!destination || destination->local != 0) return;
            LoanState edge = state;
            loans_.apply_edge(destination, before, block.terminator, edge);
            check(edge, block.terminator.node);
        });
    }

    void check(const LoanState& state, uint32_t node) {
        for (Region region : results_) {
            const LoanSet* held = state.of(region);
            for (size_t i = 0; held && i < held->size() && !told_; ++i) {
                const Loan& loan = loans_.all()[(*held)[i]];
                if (!promised_.count(loan.holder)) report(loan.holder, node);
            }
        }
    }

    void report(Local parameter, uint32_t node) {
        told_ = true;
        std::vector<std::string> names;
        for (Local local : promised_) names.push_back(fmt::format("`{}`", body_.locals[local].name.text()));
        const LocalDeclaration& wrong = body_.locals[parameter];
        ItemDiagnostic d =
            diagnostic(DiagnosticCode::BorrowOutlivesValue, {item_, node},
                       fmt::format("the result borrows `{}`, but callers take it to borrow {}", wrong.name.text(),
                                   names.empty() ? "nothing" : fmt::format("only {}", fmt::join(names, " and "))));
        d.related.push_back(
            {{item_, wrong.node},
             fmt::format("a lifetime `'a` here and in the result would say that it borrows `{}`", wrong.name.text())});
        out_.push_back(std::move(d));
    }

    QueryContext& context_;
    ItemId item_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    Loans loans_;
    std::set<Region> results_;
    std::set<Local> promised_;
    bool told_ = false;
};

}  // namespace

void returned_borrows(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (language_of(item).has_any || kind_of(item) != ItemKind::Function) return;
    auto signature = context.get<SignatureOf>(item);
    auto is_reference = [](const ParameterInfo& p) { return p.type->is(TypeKind::Reference); };
    auto references = std::count_if(signature->parameters.begin(), signature->parameters.end(), is_reference);
    RegionsOfTypes types(context);
    if (references == 0 || types.count(signature->result) == 0) return;
    auto bodies = context.get<ElaboratedMir>(item);
    if (!bodies->functions.empty()) ReturnedBorrows(context, item, bodies->functions[0], out).run();
}

}  // namespace braid::checks
