#pragma once
#include <vector>

#include "analyzer/flow/queries.h"

/// Each check is one file: a function from MIR (and summaries) to diagnostics. `checks.def` lists them.
namespace braid {

namespace checks {
#define CHECK(function) void function(QueryContext& context, ItemId item, std::vector<ItemDiagnostic>& out);
#include "analyzer/checks/checks.def"
#undef CHECK
}  // namespace checks

/// All checks of one item that has a body. Empty when the body has errors: what it means is not known then.
struct CheckDiagnostics {
    using Key = ItemId;
    using Value = std::vector<ItemDiagnostic>;
    static constexpr const char* name = "check_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid
