#pragma once
#include <string_view>

namespace braid::format {

/// Whether a glob of an .editorconfig fits a path that is relative to its folder. `*` is any text without `/`, `**` any
/// text, `?` one character, `[abc]` and `[!abc]` one of (not) these, `{a,b}` one of these texts, `{1..9}` a number. A
/// glob without `/` fits in every folder below. Time is bounded by a budget of
/// steps: a glob that needs more fits nothing.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace braid::format
