#pragma once
#include <vector>

#include "analyzer/checks/tasks.h"

namespace braid::checks {

/// Which properties of its parameters (`this` among them) a function's result is made from or found in.
struct ResultSources {
    using Key = ItemId;
    struct Source {
        uint32_t parameter = 0;
        Name property;
        friend bool operator==(const Source&, const Source&) = default;
    };
    using Value = std::vector<Source>;
    static constexpr const char* name = "result_sources";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

}  // namespace braid::checks
