#pragma once
#include <string_view>

/// Texts in the order in which people look them up.
namespace braid::natives {

/// What makes two texts different.
enum class Strength { Base, Accent, Case, Variant };

/// -1, 0, 1: by letters, then by accents, then small letters before capitals, as Unicode's root collation (UTS 10)
/// orders the common scripts. `numeric`: digits count as the number they are.
int collated(std::string_view a, std::string_view b, bool numeric, Strength strength);

}  // namespace braid::natives
