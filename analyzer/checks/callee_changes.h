#pragma once
#include <vector>

#include "analyzer/checks/tasks.h"

namespace braid::checks {

/// What a function, itself or by what it calls, changes of the objects it is given (Velox): the summary behind
/// `await this.save(n + 1)`. Not of a function that looks at it before: that one knows what it does.
struct ChangesOf {
    using Key = ItemId;
    enum class How : uint8_t { Set, Step, Change };  // `= value`; `+= value`; in place
    struct Change {
        uint32_t parameter = 0;  // `this` is the first
        Name property;
        StateKey key;
        How how = How::Set;
        bool waits_before = false;  // an await stands before it
        friend bool operator==(const Change&, const Change&) = default;
    };
    using Value = std::vector<Change>;
    static constexpr const char* name = "changes_of";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

}  // namespace braid::checks
