#pragma once
#include <cstdint>
#include <string>

namespace braid::bench {

/// Programs of about `lines` lines, the same on every run. No two declarations are alike, and none is larger than what
/// people write.
std::string velox_program(uint32_t lines);

/// One program in two languages: statement by statement as many tokens, but for a few per cent.
struct ProgramPair {
    std::string altru;
    std::string python;
};
ProgramPair altru_and_python(uint32_t lines);

}  // namespace braid::bench
