#pragma once
#include <cstdint>
#include <string_view>

namespace braid::bench {

/// The number of tokens; nothing else is done with them.
uint32_t lex_velox(std::string_view text);
uint32_t lex_altru(std::string_view text);

}  // namespace braid::bench
