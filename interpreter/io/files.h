#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

/// Files and folders, blocking. Every failure is a message that names the file and the reason.
namespace braid::io {

template <class T>
using Outcome = tl::expected<T, std::string>;

/// The largest file that is read as one text.
inline constexpr size_t kLargestFile = size_t{1} << 30;

Outcome<std::string> read_text(const std::string& path);
enum class WriteMode { Replace, Append };
Outcome<void> write_text(const std::string& path, std::string_view text, WriteMode mode);
bool exists(const std::string& path);
bool is_folder(const std::string& path);
/// A file, or an empty folder.
Outcome<void> remove(const std::string& path);
/// With the folders above it; one that is there already is fine.
Outcome<void> make_folder(const std::string& path);
Outcome<void> rename(const std::string& from, const std::string& to);
/// Names, sorted.
Outcome<std::vector<std::string>> list_folder(const std::string& path);

/// "no such file or directory": what the system says of an error number, as the end of a sentence.
std::string reason_of(int error);

}  // namespace braid::io
