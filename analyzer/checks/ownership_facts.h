#pragma once
#include <memory>
#include <string>
#include <vector>

#include "analyzer/flow/queries.h"

namespace braid::checks {

/// What variables hold at some point: `braid dump facts`.
struct Holdings {
    std::vector<std::string> owned;     ///< variables that hold a value of their own
    std::vector<std::string> moved;     ///< that gave it away, on some way here
    std::vector<std::string> locked;    ///< those of them that hold a lock
    std::vector<std::string> borrowed;  ///< `list by first`, `count mutably by up`: borrows that are used again
    friend bool operator==(const Holdings&, const Holdings&) = default;
};

/// What holds once a part of a function has run; parts that change nothing share it.
struct OwnershipFact {
    uint32_t node = 0;  ///< the statement or call
    std::shared_ptr<const Holdings> holdings;
    friend bool operator==(const OwnershipFact& a, const OwnershipFact& b) {
        return a.node == b.node && (a.holdings == b.holdings || *a.holdings == *b.holdings);
    }
};

/// Those of all functions of an item, as hover asks for them at one name after the other.
struct OwnershipFacts {
    using Key = ItemId;
    using Value = std::vector<OwnershipFact>;
    static constexpr const char* name = "ownership_facts";
    static Value compute(QueryContext&, const Key&);
};

/// Of one function of an item, in the order of its blocks.
std::vector<OwnershipFact> ownership_facts(QueryContext&, const mir::MirBody&);

/// All functions of an item, a line of text for each line of the source where something is different from before, what
/// a task takes along, and where objects are shared, which other tasks may change them.
std::string dump_ownership(QueryContext&, ItemId);

}  // namespace braid::checks
