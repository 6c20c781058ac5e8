#pragma once
#include <memory>
#include <vector>

#include "analyzer/explore/state.h"
#include "analyzer/flow/queries.h"

/// Which bodies have schedules at all.
namespace braid::explore {

/// What models.def says of a function; None for most.
Model model_of(ItemId function);

/// The `drop` that the program gives a type; None for most.
struct DropMethodOf {
    using Key = ItemId;
    using Value = ItemId;
    static constexpr const char* name = "drop_method";
    static Value compute(QueryContext&, const Key&);
};

/// What a body does itself, and whom it calls.
struct OwnTaskUse {
    using Key = ItemId;
    struct Value {
        bool touches = false;         ///< it waits or starts a task
        bool runs = false;            ///< that, or it has to do with closures, futures and lists
        std::vector<ItemId> callees;  ///< that are not modelled
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "own_task_use";
    static Value compute(QueryContext&, const Key&);
};

/// The same, of what a body reaches through its calls too.
struct TouchesTasks {
    using Key = ItemId;
    struct Value {
        bool yes = false;   ///< its schedules are tried
        bool runs = false;  ///< the explorer runs it; all else is stepped over
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr const char* name = "touches_tasks";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

/// The items of a file that touch tasks, sorted. Answered from groups of items and not by asking each what it reaches:
/// then an edit deep down would put all that call it in doubt.
struct TaskUsers {
    using Key = FileId;
    using Value = std::vector<ItemId>;
    static constexpr const char* name = "task_users";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid::explore
