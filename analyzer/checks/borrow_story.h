#pragma once
#include "analyzer/checks/loans.h"

/// What the borrow check found, told to the reader.
namespace braid::checks {

enum class Touch : uint8_t { Read, Lend, LendMutably, Move, Assign, End, Drop };

struct Conflict {
    const Loan* loan = nullptr;
    Touch touch = Touch::Read;
    mir::Place touched;
    uint32_t node = 0;                // where it is touched
    uint32_t later = 0;               // where the loan is used after that; 0: not found
    bool returned = false;            // the loan leaves the function in its result
    mir::Local kept = mir::kNoLocal;  // a parameter or capture that keeps it, beyond the function
};

class BorrowStory {
  public:
    BorrowStory(QueryContext& context, ItemId item, const mir::MirBodies& bodies, const mir::MirBody& body)
        : context_(context), item_(item), bodies_(bodies), body_(body) {}

    ItemDiagnostic tell(const Conflict& conflict) const;
    /// Of values that end too early: what has to change; those with the same one are told once.
    uint32_t cause(const Conflict& conflict) const;

  private:
    ItemDiagnostic overlap(const Conflict& c) const;
    ItemDiagnostic moved(const Conflict& c) const;
    ItemDiagnostic assigned(const Conflict& c) const;
    ItemDiagnostic outlived(const Conflict& c) const;
    void used_later(ItemDiagnostic& d, const Conflict& c) const;
    std::string quoted(const mir::Place& place, std::string_view otherwise) const;
    uint32_t outlived_at(const Conflict& c) const;
    const BodyFunction* closure_at(uint32_t node) const;

    QueryContext& context_;
    ItemId item_;
    const mir::MirBodies& bodies_;
    const mir::MirBody& body_;
};

}  // namespace braid::checks
