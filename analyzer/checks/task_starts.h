#pragma once
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid::checks {

/// A place that starts a task: `go`, or a call that runs what it is given in a task of its own.
struct TaskStart {
    ItemId item = ItemId::None;
    uint32_t node = 0;
};

/// Where tasks begin that run a function, be it through others that they call. Asked by those who look at one function:
/// it searches the calls of every task.
std::vector<TaskStart> starts_of(QueryContext&, ItemId function);

}  // namespace braid::checks
