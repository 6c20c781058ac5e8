#pragma once
#include <string>
#include <string_view>

/// What two statements of SQL have to do with each other, as far as their words say.
namespace braid::checks {

/// The table that the first reads and the second changes; empty: none.
std::string shared_table(std::string_view read, std::string_view change);
inline bool share_a_table(std::string_view read, std::string_view change) {
    return !shared_table(read, change).empty();
}

/// The change looks for itself: `on conflict`, `or ignore`, or a condition beside the key.
bool is_cautious(std::string_view change);

}  // namespace braid::checks
