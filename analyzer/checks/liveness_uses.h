#pragma once
#include <algorithm>

#include "analyzer/flow/mir_walk.h"

// Internal to liveness.h.
namespace braid::checks {

/// Writing `(*r).field` uses `r`; writing `pair.0` does not use the pair.
inline bool writes_through(const mir::Place& place) {
    return std::any_of(place.projections.begin(), place.projections.end(),
                       [](const mir::Projection& p) { return std::holds_alternative<mir::Deref>(p); });
}

template <typename F>
void for_each_use(const mir::Statement& s, F&& f) {
    for_each_operand(
        s,
        [&](const mir::Operand& o) {
            if (auto* place = mir::read_place(o)) f(place->local);
        },
        [&](const mir::Place& place) { f(place.local); });
    auto* assign = std::get_if<mir::Assign>(&s.kind);
    if (assign && writes_through(assign->place)) f(assign->place.local);
}

template <typename F>
void for_each_use(const mir::Terminator& t, F&& f) {
    for_each_operand(t, [&](const mir::Operand& o) {
        if (auto* place = mir::read_place(o)) f(place->local);
    });
    if (auto* select = std::get_if<mir::SelectTerminator>(&t.kind))
        for (const mir::SelectArm& arm : select->arms)
            if (auto* place = mir::read_place(arm.value)) f(place->local);
    if (std::holds_alternative<mir::ReturnTerminator>(t.kind)) f(mir::Local(0));
    for_each_successor(t, [&](mir::BlockId, const mir::Place* destination) {
        if (destination && writes_through(*destination)) f(destination->local);
    });
}

}  // namespace braid::checks
