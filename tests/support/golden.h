#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace braid::test {

/// True when the variable BRAID_UPDATE asks for expectations to be rewritten.
bool updating();

/// Compares a stage's dump with the file that pins it. Empty when equal, else a message with the first lines that
/// differ. When updating, the file is written and the answer is empty.
std::string golden_difference(const std::filesystem::path& golden, std::string_view actual);

/// The first lines in which two texts differ, readable in a terminal; empty when equal.
std::string difference(std::string_view expected, std::string_view actual);

}  // namespace braid::test
