#include <algorithm>
#include <map>
#include <set>

#include "analyzer/checks/borrow_story.h"
#include "analyzer/checks/checks.h"
#include "analyzer/checks/describe.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/semantics/language.h"

// conflicting-borrow, assign-while-borrowed, borrow-outlives-value: a place is touched in a way that a borrow of it,
// still to be used, does not allow.
//
//     let first = &list[0]
//     list.push(4)             # `list` is borrowed mutably while `first` looks into it …
//     println(first)           # … and `first` is used again
//
// loans.h says which loans are live where. A borrow for a method call is made in two phases (Rust RFC 2025): until the
// call happens it only looks. What rustc calls E0499, E0502, E0503, E0505, E0506, E0515, E0597 and E0716, and E0373
// where no task is involved.
namespace braid::checks {
namespace {

using namespace mir;
using mir::Place;  // not the place in the source

class BorrowCheck {
  public:
    BorrowCheck(QueryContext& context, ItemId item, const MirBodies& bodies, const MirBody& body,
                std::vector<ItemDiagnostic>& out)
        : context_(context), item_(item), bodies_(bodies), body_(body), out_(out), loans_(context, body) {}

    void run() {
        if (!loans_.any()) return;
        loans_.solve();
        lives_.assign(loans_.regions().region_count(), 0);
        for (Local local = 0; local < body_.locals.size(); ++local)
            if (Liveness::lives_everywhere(body_.locals[local])) count(local, 1);
        for (BlockId id = 0; id < body_.blocks.size(); ++id)
            if (loans_.at_start(id) && !body_.blocks[id].is_cleanup) check(id);
    }

  private:
    void count(Local local, int by) {
        for (Region region : loans_.regions().regions_of(local)) {
            Region r = loans_.regions().representative(region);
            lives_[r] += by;
        }
    }

    void check(BlockId id) {
        const Block& block = body_.blocks[id];
        state_ = *loans_.at_start(id);
        block_ = id;
        live_.clear();
        loans_.liveness().at_start(id, [&](Local local) { begin(local); });
        auto changes = loans_.liveness().changes(id);
        size_t next = 0;
        for (uint32_t i = 0; i <= block.statements.size(); ++i) {
            index_ = i;
            bool last = i == block.statements.size();
            if (last) check_reads(block.terminator);
            else check_reads(block.statements[i]);
            size_t first = next;
            while (next < changes.size() && changes[next].statement == i) ++next;
            // All ends come first: what dies here is read here at the latest.
            for (size_t c = first; c < next; ++c)
                if (!changes[c].begins) end(changes[c].local);
            for (size_t c = first; c < next; ++c)
                if (changes[c].begins) begin(changes[c].local);
            if (last) check_writes(block.terminator);
            else check_writes(block.statements[i]);
            if (!last) loans_.apply(block.statements[i], i, id, state_);
        }
        std::set<Local> still = live_;
        for (Local local : still) end(local);
    }

    void begin(Local local) {
        if (live_.insert(local).second) count(local, 1);
    }
    void end(Local local) {
        if (live_.erase(local)) count(local, -1);
    }

    // ---- what a statement touches ----

    void check_reads(const Statement& s) {
        for_each_operand(
            s, [&](const Operand& o) { operand(o, s.node); },
            [&](const Place& place) {
                auto* assign = std::get_if<Assign>(&s.kind);
                auto* borrow = assign ? std::get_if<BorrowOf>(&assign->value) : nullptr;
                if (!borrow) return touch(place, Touch::Read, Depth::Shallow, s.node);
                if (borrow->kind == BorrowKind::Alias) return;
                // A borrow for a call looks until the call happens.
                bool looks = borrow->kind == BorrowKind::Shared || borrow->kind == BorrowKind::TwoPhase;
                touch(place, looks ? Touch::Lend : Touch::LendMutably, Depth::Deep, looks_at(body_, s));
            });
        auto* set = std::get_if<SetElement>(&s.kind);
        if (auto* object = set ? read_place(set->object) : nullptr)
            touch(*object, Touch::LendMutably, Depth::Deep, s.node);
    }

    void check_writes(const Statement& s) {
        if (auto* assign = std::get_if<Assign>(&s.kind)) {
            if (is_variable(assign->place.local)) touch(assign->place, Touch::Assign, Depth::Shallow, s.node);
        } else if (auto* dead = std::get_if<StorageDead>(&s.kind)) {
            touch({dead->local, {}}, Touch::End, Depth::Shallow, s.node);
        }
    }

    void check_reads(const Terminator& t) {
        for_each_operand(t, [&](const Operand& o) { operand(o, t.node); });
        if (auto* select = std::get_if<SelectTerminator>(&t.kind))
            for (const SelectArm& arm : select->arms) operand(arm.value, arm.node);
        if (!std::holds_alternative<ReturnTerminator>(t.kind)) return;
        for (Local local = 1; local <= body_.parameter_count; ++local)
            touch({local, {}}, Touch::End, Depth::Shallow, t.node);
    }

    void check_writes(const Terminator& t) {
        if (auto* drop = std::get_if<Drop>(&t.kind)) touch(drop->place, Touch::Drop, Depth::Dropping, t.node);
        for_each_successor(t, [&](BlockId, const Place* destination) {
            if (destination && is_variable(destination->local))
                touch(*destination, Touch::Assign, Depth::Shallow, t.node);
        });
    }

    /// Not a temporary of the lowering: those are written before anybody can see them.
    bool is_variable(Local local) const {
        return !body_.locals[local].name.empty() || body_.locals[local].kind == LocalKind::Temporary;
    }

    void operand(const Operand& o, uint32_t node) {
        auto* place = read_place(o);
        if (!place) return;
        activate(*place);
        if (!loans_.on(place->local)) return;
        uint32_t at = node_of(o, node);
        if (moved_place(o) && !context_.get<CapabilitiesOf>(place_type(context_, body_, *place))->copy)
            touch(*place, Touch::Move, Depth::Deep, at);
        else touch(*place, Touch::Read, Depth::Deep, at);
    }

    /// The call happens: from now on its borrow is a mutable one.
    void activate(const Place& place) {
        if (!place.is_local()) return;
        auto regions = loans_.regions().regions_of(place.local);
        const LoanSet* held = regions.empty() ? nullptr : state_.of(loans_.regions().representative(regions[0]));
        if (!held) return;
        for (LoanId id : *held) {
            const Loan& loan = loans_.all()[id];
            if (loan.kind != BorrowKind::TwoPhase || loan.holder != place.local) continue;
            activating_ = id;
            touch(loan.place, Touch::LendMutably, Depth::Deep, loan.node);
            activating_ = kNone;
        }
    }

    // ---- conflicts ----

    bool is_reserved(const Loan& loan) const {
        return loan.kind == BorrowKind::TwoPhase && live_.count(loan.holder) != 0;
    }

    void touch(const Place& place, Touch how, Depth depth, uint32_t node) {
        const LoanSet* lent = loans_.on(place.local);
        if (!lent || body_.locals[place.local].is_alias) return;
        for (LoanId id : *lent) {
            const Loan& loan = loans_.all()[id];
            bool looks = how == Touch::Read || how == Touch::Lend;
            if (loan.walks ? is_element(place, loan) : is_of_another_round(place, how, depth, loan)) continue;
            if (id == activating_ || (looks && (!loan.is_mutable() || is_reserved(loan)))) continue;
            if (!conflicts(body_, context_, loan.place, place, depth) || !is_live(id)) continue;
            report(id, place, how, node);
        }
    }

    /// What the loop over a list does itself with the element it is at.
    static bool is_element(const Place& place, const Loan& walk) {
        size_t at = walk.place.projections.size();
        if (place.projections.size() <= at) return false;
        auto* index = std::get_if<IndexOf>(&place.projections[at]);
        return index && index->index == walk.holder;
    }

    /// What a loop lent in an earlier round is another element than the one it is at; and asking how many there are
    /// looks at none.
    bool is_of_another_round(const Place& place, Touch how, Depth depth, const Loan& loan) const {
        for (size_t i = 0; i < loan.place.projections.size(); ++i) {
            auto* index = std::get_if<IndexOf>(&loan.place.projections[i]);
            if (!index || !loans_.regions().is_walk(index->index)) continue;
            if (place.projections.size() <= i) return how == Touch::Read && depth == Depth::Shallow;
            auto* other = std::get_if<IndexOf>(&place.projections[i]);
            return other && other->index == index->index;
        }
        return false;
    }

    bool is_live(LoanId id) const {
        for (const auto& [region, loans] : state_.all())
            if (lives_[region] > 0 && std::binary_search(loans.begin(), loans.end(), id)) return true;
        return false;
    }

    void report(LoanId id, const Place& place, Touch how, uint32_t node) {
        if (!told_.insert({id, 0}).second || !told_at_.insert(node).second) return;
        if (has_no_value_yet(loans_.all()[id].place.local)) return;
        Conflict c{&loans_.all()[id], how, place, node};
        explain(id, c);
        out_.push_back(BorrowStory(context_, item_, bodies_, body_).tell(c));
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
                if (!everywhere && !live_.count(local)) continue;
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
        std::vector<std::pair<BlockId, uint32_t>> work{{block_, index_}};
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
    Loans loans_;
    LoanState state_;
    std::vector<int> lives_;  // by representative: how many locals that live have the region
    std::set<Local> live_;
    BlockId block_ = 0;
    uint32_t index_ = 0;
    LoanId activating_ = kNone;
    std::set<std::pair<LoanId, uint32_t>> told_;
    std::set<uint32_t> told_at_;
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
    for (const MirBody& body : bodies->functions) BorrowCheck(context, item, *bodies, body, out).run();
}

}  // namespace braid::checks
