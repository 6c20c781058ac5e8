#include <algorithm>
#include <map>
#include <set>

#include "analyzer/checks/borrow_walk.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/possible_loans.h"
#include "analyzer/semantics/language.h"

// conflicting-borrow, assign-while-borrowed, borrow-outlives-value: a place is touched in a way that a borrow of it,
// still to be used, does not allow.
//
//     let first = &list[0]
//     list.push(4)             # `list` is borrowed mutably while `first` looks into it …
//     println(first)           # … and `first` is used again
//
// possible_loans.h says which loans an access might meet, loans.h where exactly those are held. A borrow for a method
// call is made in two phases (Rust RFC 2025): until the call happens it only looks. What rustc calls E0499, E0502,
// E0503, E0505, E0506, E0515, E0597 and E0716, and E0373 where no task is involved.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

/// Asking how many elements there are looks at none; and what a loop lent in an earlier round is another element than
/// the one it is at.
bool is_of_another_round(const BodyRegions& regions, const Place& place, Touch how, Depth depth, const Loan& loan) {
    for (size_t i = 0; i < loan.place.projections.size(); ++i) {
        auto* index = std::get_if<IndexOf>(&loan.place.projections[i]);
        if (!index || !regions.is_walk(index->index)) continue;
        if (place.projections.size() <= i) return how == Touch::Read && depth == Depth::Shallow;
        auto* other = std::get_if<IndexOf>(&place.projections[i]);
        return other && other->index == index->index;
    }
    return false;
}

/// What the loop over a list does itself with the element it is at.
bool is_element(const Place& place, const Loan& walk) {
    size_t at = walk.place.projections.size();
    if (place.projections.size() <= at) return false;
    auto* index = std::get_if<IndexOf>(&place.projections[at]);
    return index && index->index == walk.holder;
}

bool looks(Touch how) { return how == Touch::Read || how == Touch::Lend; }

/// Whether what the loan lends may not be touched so. `waits`: the loan is for a call that has not happened yet.
bool forbids(QueryContext& context, const MirBody& body, const BodyRegions& regions, const Loan& loan, bool waits,
             const Place& place, Touch how, Depth depth) {
    if (loan.walks ? is_element(place, loan) : is_of_another_round(regions, place, how, depth, loan)) return false;
    if (looks(how) && (!loan.is_mutable() || waits)) return false;
    return conflicts(body, context, loan.place, place, depth);
}

/// The loans that some access might not be allowed by: only for them it matters where exactly they are held.
class Suspects {
  public:
    Suspects(QueryContext& context, const MirBody& body, Loans& loans)
        : context_(context), body_(body), loans_(loans), possible_(body, loans), walk_(context, body, loans, *this) {}

    std::vector<bool> find() {
        found_.assign(loans_.all().size(), false);
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            context_.check_cancelled();
            if (!body_.blocks[id].is_cleanup) walk_.walk(id);
        }
        return std::move(found_);
    }

    void begin(Local local) { possible_.begin(local); }
    void end(Local local) { possible_.end(local); }
    void passed(const Statement&, uint32_t) {}
    void activate(Local holder) {
        LoanId id = possible_.waiting_in(holder);
        if (id == PossibleLoans::kNone) return;
        activating_ = id;
        touch(loans_.all()[id].place, Touch::LendMutably, Depth::Deep, 0);
        activating_ = PossibleLoans::kNone;
    }
    void touch(const Place& place, Touch how, Depth depth, uint32_t) {
        if (body_.locals[place.local].is_alias) return;
        for (LoanId id : possible_.held(place.local, looks(how))) {
            const Loan& loan = loans_.all()[id];
            if (id == activating_ || (found_[id] && activating_ == PossibleLoans::kNone)) continue;
            bool waits = loan.kind == BorrowKind::TwoPhase && walk_.lives(loan.holder);
            if (!forbids(context_, body_, loans_.regions(), loan, waits, place, how, depth)) continue;
            found_[id] = true;
            if (activating_ != PossibleLoans::kNone) found_[activating_] = true;  // its call has to be seen again
        }
    }

  private:
    QueryContext& context_;
    const MirBody& body_;
    Loans& loans_;
    PossibleLoans possible_;
    std::vector<bool> found_;
    LoanId activating_ = PossibleLoans::kNone;
    BorrowWalk<Suspects> walk_;  // last: it begins at once
};

class BorrowCheck {
  public:
    BorrowCheck(QueryContext& context, ItemId item, const MirBodies& bodies, const MirBody& body, Loans& loans,
                std::vector<ItemDiagnostic>& out)
        : context_(context),
          item_(item),
          bodies_(bodies),
          body_(body),
          out_(out),
          loans_(loans),
          lives_(loans.regions().region_count(), 0),
          walk_(context, body, loans, *this) {}

    void run() {
        loans_.solve();
        for (BlockId id = 0; id < body_.blocks.size(); ++id) {
            if (!loans_.at_start(id) || body_.blocks[id].is_cleanup) continue;
            state_ = *loans_.at_start(id);
            block_ = id;
            walk_.walk(id);
        }
    }

    void begin(Local local) { count(local, 1); }
    void end(Local local) { count(local, -1); }
    void passed(const Statement& s, uint32_t index) { loans_.apply(s, index, block_, state_); }

    /// The call happens: from now on its borrow is a mutable one.
    void activate(Local holder) {
        auto regions = loans_.regions().regions_of(holder);
        const LoanSet* held = regions.empty() ? nullptr : state_.of(loans_.regions().representative(regions[0]));
        if (!held) return;
        for (LoanId id : *held) {
            const Loan& loan = loans_.all()[id];
            if (loan.kind != BorrowKind::TwoPhase || loan.holder != holder) continue;
            activating_ = id;
            touch(loan.place, Touch::LendMutably, Depth::Deep, loan.node);
            activating_ = kNone;
        }
    }

    void touch(const Place& place, Touch how, Depth depth, uint32_t node) {
        const LoanSet* lent = loans_.on(place.local);
        if (!lent || body_.locals[place.local].is_alias) return;
        for (LoanId id : *lent) {
            const Loan& loan = loans_.all()[id];
            bool waits = loan.kind == BorrowKind::TwoPhase && walk_.lives(loan.holder);
            if (id == activating_) continue;
            if (!forbids(context_, body_, loans_.regions(), loan, waits, place, how, depth) || !is_live(id)) continue;
            report(id, place, how, node);
        }
    }

  private:
    void count(Local local, int by) {
        loans_.regions().for_each_region(local,
                                         [&](Region region) { lives_[loans_.regions().representative(region)] += by; });
    }

    bool is_live(LoanId id) const {
        for (const auto& [region, loans] : state_.all())
            if (lives_[region] > 0 && std::binary_search(loans.begin(), loans.end(), id)) return true;
        return false;
    }

    void report(LoanId id, const Place& place, Touch how, uint32_t node) {
        bool ends = how == Touch::End || how == Touch::Drop;  // of several values at one place
        if (told_.count(id) || (!ends && told_at_.count(node))) return;
        if (has_no_value_yet(loans_.all()[id].place.local)) return;
        Conflict c{&loans_.all()[id], how, place, node};
        explain(id, c);
        BorrowStory story(context_, item_, bodies_, body_);
        told_.insert(id);
        if (told_at_.insert(ends ? story.cause(c) : node).second) out_.push_back(story.tell(c));
    }

    /// It was said already that the variable is used without a value.
    bool has_no_value_yet(Local local) const {
        return std::any_of(out_.begin(), out_.end(), [&](const ItemDiagnostic& d) {
            return d.code == DiagnosticCode::UninitializedUse && !d.related.empty() &&
                   d.related[0].location.node == body_.locals[local].node;
        });
    }

    // ---- why the loan is still live ----

    void explain(LoanId id, Conflict& c) {
        std::set<Local> holders;
        for (const auto& [region, loans] : state_.all()) {
            if (lives_[region] <= 0 || !std::binary_search(loans.begin(), loans.end(), id)) continue;
            for (Local local = 0; local < body_.locals.size(); ++local) {
                bool everywhere = Liveness::lives_everywhere(body_.locals[local]);
                if (!everywhere && !walk_.lives(local)) continue;
                for (Region own : loans_.regions().regions_of(local)) {
                    if (loans_.regions().representative(own) != region) continue;
                    if (everywhere) c.kept = local;
                    else holders.insert(local);
                }
            }
        }
        if (!holders.empty()) c.kept = kNoLocal;
        c.returned = holders.count(0) != 0;
        c.later = c.returned ? returned_at() : used_at(holders);
    }

    /// Where the result was given its value.
    uint32_t returned_at() const {
        for (BlockId id = block_;; --id) {
            const Block& block = body_.blocks[id];
            for (size_t i = block.statements.size(); i-- > 0;)
                if (auto* assign = std::get_if<Assign>(&block.statements[i].kind); assign && assign->place.local == 0)
                    return block.statements[i].node;
            if (id == 0) return 0;
        }
    }

    /// The nearest use of one of the locals from here on.
    uint32_t used_at(const std::set<Local>& holders) const {
        std::vector<std::pair<BlockId, uint32_t>> work{{block_, walk_.index()}};
        std::vector<bool> seen(body_.blocks.size(), false);
        for (size_t next = 0; next < work.size(); ++next) {
            auto [id, from] = work[next];
            const Block& block = body_.blocks[id];
            if (block.is_cleanup) continue;
            for (uint32_t i = from; i < block.statements.size(); ++i)
                if (uint32_t node = use_in(block.statements[i], holders)) return node;
            if (uint32_t node = use_in(block.terminator, holders)) return node;
            for_each_successor(block.terminator, [&](BlockId to, const Place*) {
                if (!seen[to]) seen[to] = true, work.emplace_back(to, 0);
            });
        }
        return 0;
    }

    template <typename S>
    uint32_t use_in(const S& s, const std::set<Local>& holders) const {
        uint32_t found = 0;
        bool used = false;
        for_each_use(s, [&](Local local) { used |= holders.count(local) != 0; });
        if (!used) return 0;
        auto operand = [&](const Operand& o) {
            auto* place = read_place(o);
            if (place && holders.count(place->local) && found == 0) found = node_of(o, s.node);
        };
        if constexpr (std::is_same_v<S, Statement>) for_each_operand(s, operand, [](const Place&) {});
        else for_each_operand(s, operand);
        return found ? found : s.node;
    }

    static constexpr LoanId kNone = 0xffffffff;

    QueryContext& context_;
    ItemId item_;
    const MirBodies& bodies_;
    const MirBody& body_;
    std::vector<ItemDiagnostic>& out_;
    Loans& loans_;
    LoanState state_;
    std::vector<int> lives_;  // by representative: how many locals that live have the region
    BlockId block_ = 0;
    LoanId activating_ = kNone;
    std::set<LoanId> told_;
    std::set<uint32_t> told_at_;
    BorrowWalk<BorrowCheck> walk_;  // last: it begins at once
};

bool lends(const MirBodies& bodies) {
    for (const MirBody& body : bodies.functions)
        for (const Block& block : body.blocks)
            for (const Statement& s : block.statements)
                if (auto* assign = std::get_if<Assign>(&s.kind);
                    assign && std::holds_alternative<BorrowOf>(assign->value))
                    return true;
    return false;
}

}  // namespace

void borrow_check(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out) {
    if (language_of(item).has_any || !lends(*context.get<BuiltMir>(item))) return;
    // Drops are decided there: a value that was moved away is not dropped, and its drop looks at nothing.
    auto bodies = context.get<ElaboratedMir>(item);
    for (const MirBody& body : bodies->functions) {
        Loans loans(context, body);
        if (!loans.any()) continue;
        loans.keep_only(Suspects(context, body, loans).find());
        if (loans.any()) BorrowCheck(context, item, *bodies, body, loans, out).run();
    }
}

}  // namespace braid::checks
