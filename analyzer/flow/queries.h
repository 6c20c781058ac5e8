#pragma once
#include <memory>

#include "analyzer/flow/mir.h"
#include "analyzer/semantics/queries.h"

namespace braid {

/// MIR as the checks read it: every scope end has its Drop, whether or not the value was moved.
struct BuiltMir {
    using Key = ItemId;
    using Value = mir::MirBodies;
    static constexpr const char* name = "built_mir";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

/// MIR as the machine runs it: drops of moved values are gone, conditional ones have flags.
struct ElaboratedMir {
    using Key = ItemId;
    using Value = mir::MirBodies;
    static constexpr const char* name = "mir";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

/// ElaboratedMir with checks of what structs' `inv` say: what is compiled.
struct RunnableMir {
    using Key = ItemId;
    using Value = std::shared_ptr<const mir::MirBodies>;
    static constexpr const char* name = "runnable_mir";
    static Value compute(QueryContext&, const Key&);
    static bool equal(const Value&, const Value&) { return false; }
};

namespace mir {
/// Type of a place: the local's type through its projections.
Type place_type(QueryContext&, const MirBody&, const Place&);
Type operand_type(QueryContext&, const MirBody&, const Operand&);
/// Removes drops of what is certainly moved, flags what may be; see drops.cpp.
void elaborate_drops(QueryContext&, MirBody&);
/// The same bodies where they make or change no struct that has an `inv`; see invariants.cpp.
std::shared_ptr<const MirBodies> with_invariants(QueryContext&, std::shared_ptr<const MirBodies>);
}  // namespace mir

}  // namespace braid
