#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace braid::lsp {

/// The path that a `file:` URI names; none for other schemes and malformed ones.
std::optional<std::string> path_of_uri(std::string_view uri);
/// As `file:` URI; characters other than letters, digits and `-._~/` are escaped.
std::string uri_of_path(std::string_view path);

}  // namespace braid::lsp
