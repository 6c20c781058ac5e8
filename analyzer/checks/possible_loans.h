#pragma once
#include <array>
#include <utility>
#include <vector>

#include "analyzer/checks/loans.h"

/// Which loans might be held at a point, whatever the order of statements: each region may hold what any statement lets
/// flow into it, and a loan may be held while a local lives to one of whose regions it can get that way. This is the
/// first, location-insensitive pass of Polonius (Matsakis and others, 2018), here with what lives taken into account: a
/// loan that no access meets even so needs no closer look, and most functions have none that does.
///
/// The regions are those of Loans, with the cycles among them made one; what is held follows the begins and ends of
/// locals by counts, so that going through a function once costs about as much as the function is long.
namespace braid::checks {

class PossibleLoans {
  public:
    PossibleLoans(const mir::MirBody& body, Loans& loans);

    void begin(mir::Local local) { change(local, true); }
    void end(mir::Local local) { change(local, false); }
    /// The loans of `lent` that may be held now; `unique_only`: without those that only look.
    const std::vector<LoanId>& held(mir::Local lent, bool unique_only) const { return held_[lent][unique_only]; }
    /// The borrow for a call that waits in `holder`, and kNone.
    LoanId waiting_in(mir::Local holder) const { return waiting_[holder]; }
    static constexpr LoanId kNone = 0xffffffff;

  private:
    using Edges = std::vector<std::pair<uint32_t, uint32_t>>;
    Edges flows(const mir::MirBody& body);
    void find_components(const Edges& flows);
    void change(mir::Local local, bool begins);
    void put(LoanId loan, bool held);

    Loans& loans_;
    std::vector<uint32_t> component_;             // by region
    std::vector<uint32_t> first_from_, from_;     // by component: those that flow into it
    std::vector<uint32_t> first_loan_, loan_of_;  // by component: the loans that are made in it
    std::vector<uint32_t> lives_;                 // by component: locals and living components that it flows into
    std::vector<std::array<std::vector<LoanId>, 2>> held_;  // by lent local: all, unique ones
    std::vector<std::array<uint32_t, 2>> position_;         // by loan: where it stands there
    std::vector<LoanId> waiting_;                           // by local
};

}  // namespace braid::checks
