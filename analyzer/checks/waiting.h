#pragma once
#include <set>
#include <tuple>

#include "analyzer/explore/search.h"
#include "analyzer/semantics/item_diagnostic.h"

namespace braid::checks {

/// What the schedules of one body show: see waiting.cpp.
struct ScheduleFindings {
    using Key = ItemId;
    /// Where an object is made, or the unknown that it was found in.
    using ObjectKey = std::tuple<uint32_t, uint32_t, explore::Symbol>;
    struct Finding {
        ItemDiagnostic diagnostic;
        std::set<ObjectKey> knot;  ///< what all wait for who wait for ever; empty: it is no such finding
        friend bool operator==(const Finding&, const Finding&) = default;
    };
    using Value = std::vector<Finding>;
    static constexpr const char* name = "schedule_findings";
    static Value compute(QueryContext&, const Key&);
    static Value cycle_fallback(const Key&) { return {}; }
};

/// Those of a file's bodies. They are no part of what is said of each item: whether one has schedules depends on all
/// that it reaches, and only those that have should be asked again when something changes.
struct ScheduleDiagnostics {
    using Key = FileId;
    using Value = std::vector<ItemDiagnostic>;
    static constexpr const char* name = "schedule_diagnostics";
    static Value compute(QueryContext&, const Key&);
};

/// Why a state in which every living task waits for ever came to be, and its story. Nothing where the reason is not
/// one of those that have a code.
std::optional<ItemDiagnostic> explain_stuck(QueryContext&, explore::Machine&, const explore::State&);
ItemDiagnostic explain_incident(QueryContext&, const explore::Incident&);

}  // namespace braid::checks
