#include "interpreter/io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/io/descriptor.h"

namespace braid::io {

namespace {

namespace fs = std::filesystem;

tl::unexpected<std::string> failed(std::string_view what, const std::string& path, std::string_view reason) {
    return tl::unexpected(fmt::format("cannot {} {}: {}", what, path.empty() ? "a file without a name" : path, reason));
}

/// A path with a NUL would name another file than the program meant.
bool is_usable(const std::string& path) { return path.find('\0') == std::string::npos; }
constexpr std::string_view kNul = "the path has a NUL character in it";

}  // namespace

std::string reason_of(int error) {
    std::string text = std::generic_category().message(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

Outcome<std::string> read_text(const std::string& path) {
    if (!is_usable(path)) return failed("read", path, kNul);
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return failed("read", path, reason_of(errno));
    std::string text;
    struct stat status {};
    if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        static_cast<size_t>(status.st_size) <= kLargestFile)
        text.reserve(static_cast<size_t>(status.st_size) + 1);
    char buffer[1 << 16];
    for (;;) {
        ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("read", path, reason_of(errno));
        if (count == 0) break;
        if (text.size() + static_cast<size_t>(count) > kLargestFile)
            return failed("read", path, "it is larger than 1 GiB");
        text.append(buffer, static_cast<size_t>(count));
    }
    if (!utf8::is_valid(text)) return failed("read", path, "it is no text in UTF-8");
    return text;
}

Outcome<void> write_text(const std::string& path, std::string_view text, WriteMode mode) {
    std::string_view what = mode == WriteMode::Append ? "append to" : "write";
    if (!is_usable(path)) return failed(what, path, kNul);
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == WriteMode::Append ? O_APPEND : O_TRUNC);
    Descriptor file(::open(path.c_str(), flags, 0666));
    if (file.get() < 0) return failed(what, path, reason_of(errno));
    while (!text.empty()) {
        ssize_t count = ::write(file.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed(what, path, reason_of(errno));
        text.remove_prefix(static_cast<size_t>(count));
    }
    if (file.close() != 0) return failed(what, path, reason_of(errno));
    return {};
}

bool exists(const std::string& path) {
    struct stat status {};
    return is_usable(path) && ::stat(path.c_str(), &status) == 0;
}

bool is_folder(const std::string& path) {
    struct stat status {};
    return is_usable(path) && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Outcome<void> remove(const std::string& path) {
    if (!is_usable(path)) return failed("remove", path, kNul);
    if (::remove(path.c_str()) != 0) return failed("remove", path, reason_of(errno));
    return {};
}

Outcome<void> make_folder(const std::string& path) {
    if (!is_usable(path)) return failed("make the folder", path, kNul);
    std::error_code error;
    fs::create_directories(path, error);
    if (!error && !is_folder(path)) error = std::make_error_code(std::errc::file_exists);
    if (error) return failed("make the folder", path, reason_of(error.value()));
    return {};
}

Outcome<void> rename(const std::string& from, const std::string& to) {
    if (!is_usable(from) || !is_usable(to)) return failed("rename", from, kNul);
    if (::rename(from.c_str(), to.c_str()) != 0)
        return failed("rename", from, fmt::format("to {}: {}", to, reason_of(errno)));
    return {};
}

Outcome<std::vector<std::string>> list_folder(const std::string& path) {
    if (!is_usable(path)) return failed("list", path, kNul);
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
        names.push_back(utf8::sanitize(entry->path().filename().string()));
    if (error) return failed("list", path, reason_of(error.value()));
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace braid::io
