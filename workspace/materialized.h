#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace braid {

/// Texts that are inside the program, where an editor can open them: read-only files below `$XDG_CACHE_HOME/braid`
/// (`~/.cache/braid`). Written when they are first asked for, and again when another version of the program left
/// others. None when there is no place to write.
std::optional<std::string> materialized(std::string_view relative_path, std::string_view text);

/// The file for "std:altru/sync.altru", whose text is `text`.
std::optional<std::string> materialized_standard_file(std::string_view standard_path, std::string_view text);
/// The inverse: "std:altru/sync.altru" for the path of such a file.
std::optional<std::string> standard_path_of(const std::string& path);
/// The same for the source that it was made from, `…/stdlib/altru/sync.altru` in a checkout of Braid.
std::optional<std::string> standard_path_of_source(const std::string& path);

}  // namespace braid
