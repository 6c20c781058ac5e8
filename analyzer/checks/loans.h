#pragma once
#include <map>
#include <optional>
#include <vector>

#include "analyzer/checks/body_regions.h"
#include "analyzer/checks/liveness.h"

/// Loans of one function: which borrows of which places may still be held, and by whom, at each point.
///
/// After Niko Matsakis' non-lexical lifetimes (Rust RFC 2094) in the flow-sensitive form of Polonius: a loan is live
/// where a region that may hold it belongs to a local that is used later. Regions carry sets of loans forward along the
/// control flow; an assignment to a whole local replaces what its regions held. What stands behind a `&mut` is one
/// region with what it was borrowed from, and only gains.
namespace braid::checks {

struct Loan {
    mir::Place place;
    mir::BorrowKind kind = mir::BorrowKind::Shared;
    mir::BlockId block = 0;
    uint32_t node = 0;
    mir::Local holder = mir::kNoLocal;  // what the borrow was first put into
    bool walks = false;                 // a loop over the list, by the index `holder`
    Region held_by = kStatic;           // the region it is first in; kStatic: it ends what it was made from
    bool is_mutable() const { return kind != mir::BorrowKind::Shared; }
};
using LoanId = uint32_t;
using LoanSet = std::vector<LoanId>;  // sorted

/// How much of a place an access touches.
enum class Depth : uint8_t {
    Shallow,  ///< the place itself, not what is behind references in it: assigning, the end of a variable
    Dropping,
    Deep
};

/// Whether touching `accessed` touches what `lent` lends. Different fields are disjoint; elements are not, unless both
/// indices are fixed.
bool conflicts(const mir::MirBody& body, QueryContext& context, const mir::Place& lent, const mir::Place& accessed,
               Depth depth);

class LoanState {
  public:
    const LoanSet* of(Region region) const;
    void add(Region region, const LoanSet& loans);
    void erase(Region region) { held_.erase(region); }
    void kill(const LoanSet& loans);
    bool merge(const LoanState& other);
    const std::map<Region, LoanSet>& all() const { return held_; }
    template <typename F>
    void keep_only(F&& wanted) {
        for (auto it = held_.begin(); it != held_.end();) it = wanted(it->first) ? std::next(it) : held_.erase(it);
    }

  private:
    std::map<Region, LoanSet> held_;
};

class Loans {
  public:
    Loans(QueryContext& context, const mir::MirBody& body, Calls calls = Calls::BySummary);

    bool any() const { return !loans_.empty(); }
    const std::vector<Loan>& all() const { return loans_; }
    const LoanSet* on(mir::Local local) const { return by_local_[local].empty() ? nullptr : &by_local_[local]; }
    /// Follows what the parameters borrow from the caller instead of what is lent here: a loan for each of them that is
    /// a reference.
    void follow_parameters();
    /// The others are forgotten.
    void keep_only(const std::vector<bool>& wanted);
    BodyRegions& regions() { return regions_; }
    const BodyRegions& regions() const { return regions_; }
    const Liveness& liveness() const { return *liveness_; }

    void solve();
    /// What is held at the begin of a block; none where no way leads.
    const std::optional<LoanState>& at_start(mir::BlockId block) const { return entry_[block]; }
    void apply(const mir::Statement& s, uint32_t statement, mir::BlockId block, LoanState& state);
    void apply(const mir::Terminator& t, LoanState& state);
    void apply_edge(const mir::Place* destination, const LoanState& before, const mir::Terminator& t, LoanState& state);

  private:
    void collect();
    void prepare();
    void add(Loan loan, uint32_t statement);
    void index();
    bool is_alone(Region region) { return members_[regions_.representative(region)] == 1; }
    void forget(mir::Local local, LoanState& state);
    using Gained = std::vector<std::pair<Region, LoanSet>>;

    QueryContext& context_;
    const mir::MirBody& body_;
    RegionsOfTypes types_;
    BodyRegions regions_;
    std::optional<Liveness> liveness_;
    std::vector<Loan> loans_;
    std::vector<LoanSet> by_local_;
    std::map<std::pair<mir::BlockId, uint32_t>, LoanId> made_at_;
    std::vector<uint32_t> members_;  // by representative
    std::vector<std::optional<LoanState>> entry_;
};

}  // namespace braid::checks
