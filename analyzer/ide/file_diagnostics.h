#pragma once
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid {

/// Everything there is to say about a file, rendered at present positions, sorted by place. The cheap part (syntax,
/// names, types) is a query of its own so that an editor may show it before the rest.
struct FastDiagnostics {
    using Key = FileId;
    using Value = std::vector<Diagnostic>;
    static constexpr const char* name = "fast_diagnostics";
    static Value compute(QueryContext&, const Key&);
};
struct FileDiagnostics {
    using Key = FileId;
    using Value = std::vector<Diagnostic>;
    static constexpr const char* name = "file_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

}  // namespace braid
