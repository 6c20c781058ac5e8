#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid::velox_semantics {

enum class ForeignPlace : uint8_t { Type, Value, Member };

/// What Velox has for a name that other languages have: `instead` replaces it, else `message` says what to do.
struct ForeignName {
    std::string_view name;
    ForeignPlace place;
    std::string_view instead, message;
};

/// Null when the name is nobody's habit at this place.
const ForeignName* foreign_name(std::string_view name, ForeignPlace place);
/// What one of the members is called elsewhere; empty: nothing.
std::string foreign_member(std::string_view name, const std::vector<std::string>& members);

}  // namespace braid::velox_semantics
