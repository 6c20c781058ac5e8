#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Characters and texts, for both languages.
namespace braid::natives {

constexpr uint64_t kLongestText = uint64_t{1} << 30;

/// Decodes at `at` and moves it on. Texts of programs are valid UTF-8.
uint32_t next_character(std::string_view text, size_t& at);
int64_t count_characters(std::string_view text);

// By the C library's tables in the C.UTF-8 locale's manner: letters beyond ASCII follow towlower and its kin.
bool is_letter(uint32_t c);
bool is_numeric(uint32_t c);
bool is_white(uint32_t c);
bool is_upper(uint32_t c);
bool is_lower(uint32_t c);
uint32_t upper(uint32_t c);
uint32_t lower(uint32_t c);

std::string with_case(std::string_view text, bool upper);
std::string replaced(std::string_view text, std::string_view from, std::string_view to, bool all);
/// What is missing to `width`, made of `fill`; empty: nothing, or nothing to fill with.
std::string filler(int64_t length, int64_t width, std::string_view fill);

}  // namespace braid::natives
