#pragma once
#include <functional>
#include <vector>

#include "analyzer/semantics/queries.h"

namespace braid {

/// What the rules of the language say about a file — syntax, names, types —, whether the program allows it or not:
/// what has such errors cannot run.
struct LanguageDiagnostics {
    using Key = FileId;
    using Value = std::vector<Diagnostic>;
    static constexpr const char* name = "language_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

/// Everything there is to say about a file but for what it allows (suppressions.h), rendered at present positions,
/// sorted by place. The cheap part (syntax, names, types) is a query of its own so that an editor may show it before
/// the rest.
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

/// What the checks say of a group of items, not rendered yet.
struct GroupCheckDiagnostics {
    using Key = ItemGroup;
    using Value = std::vector<ItemDiagnostic>;
    static constexpr const char* name = "group_check_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

/// The dear parts of FastDiagnostics and of FileDiagnostics, each a question of its own: whoever asks for them one
/// after the other can do something else in between, and several threads can share them. Schedules come after the
/// checks.
using Parts = std::vector<std::function<void(QueryContext&)>>;
/// Few parts for a file that was looked at before, many small ones for a new one: what a part read is kept while it
/// runs.
enum class PartSize : uint8_t { Small, Large };
Parts parts_of_fast_diagnostics(QueryContext&, FileId, PartSize);
Parts parts_of_checks(QueryContext&, FileId, PartSize);
Parts parts_of_schedules(QueryContext&, FileId);

}  // namespace braid
