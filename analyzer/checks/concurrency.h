#pragma once
#include "analyzer/flow/queries.h"

namespace braid::checks {

/// The body starts something asynchronous without waiting for it at once: keeps a promise, gives an async function to
/// somebody else, sets a timer.
struct StartsTasks {
    using Key = ItemId;
    struct Value {
        bool yes = false;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "starts_tasks";
    static Value compute(QueryContext&, const Key&);
};

/// Two tasks of one isolate may interleave in the program this file belongs to. A file that runs nothing by itself is a
/// library: whoever uses it may do so from many tasks.
struct MayRunConcurrently {
    using Key = FileId;
    using Value = StartsTasks::Value;
    static constexpr const char* name = "may_run_concurrently";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid::checks
