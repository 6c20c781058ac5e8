#pragma once
#include <span>
#include <string_view>

namespace braid::altru_semantics {

/// What `std::` may be followed by.
std::span<const std::string_view> std_module_names();

}  // namespace braid::altru_semantics
