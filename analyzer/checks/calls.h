#pragma once
#include <string_view>

#include "analyzer/flow/queries.h"

namespace braid::checks {

/// The function a call certainly reaches, as far as the text says: a direct callee, or the method a receiver's class
/// declares. None otherwise.
ItemId called_function(const mir::CallTerminator&);
std::string_view called_name(const mir::CallTerminator&);
/// The standard library's `effect(…)` of a function, "" without.
std::string_view effect_of(QueryContext&, ItemId function);
/// Control can come back to the block.
bool is_in_loop(const mir::MirBody&, mir::BlockId);
/// What a temporary of this block was made from: the place that was borrowed, copied or moved into it; `place` itself
/// where it is a variable.
mir::Place source_of(const mir::MirBody&, const mir::Block&, const mir::Place&);

/// Whether `to` runs depends on how `check` decides.
bool decides_about(const mir::MirBody&, mir::BlockId check, mir::BlockId to);

}  // namespace braid::checks
