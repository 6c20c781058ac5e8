#include "workspace/file_watcher.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace braid {

namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr int kQuietMilliseconds = 20;
/// What never comes to rest is answered now and then all the same.
constexpr std::chrono::milliseconds kLongest{500};

}  // namespace

tl::expected<FileWatcher, std::string> FileWatcher::create() {
    int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (descriptor < 0)
        return tl::make_unexpected(fmt::format(
            "files cannot be watched: {}; the limit is fs.inotify.max_user_instances", std::strerror(errno)));
    return FileWatcher(descriptor);
}

FileWatcher::FileWatcher(FileWatcher&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), folders_(std::move(other.folders_)) {}

FileWatcher::~FileWatcher() {
    if (descriptor_ >= 0) close(descriptor_);
}

tl::expected<bool, std::string> FileWatcher::watch(const std::vector<std::string>& folders) {
    bool grew = false;
    for (const std::string& folder : folders) {
        // Asked again for folders that are watched: one that was moved keeps its watch and gets its new name here.
        int watch = inotify_add_watch(descriptor_, folder.c_str(), kEvents);
        if (watch < 0 && errno == ENOSPC)
            return tl::make_unexpected(
                fmt::format("{}: cannot be watched, there are too many folders; raise fs.inotify.max_user_watches "
                            "(sysctl), or name fewer folders",
                            folder));
        if (watch < 0) continue;
        auto [known, is_new] = folders_.try_emplace(watch, folder);
        grew |= is_new || known->second != folder;
        known->second = folder;
    }
    return grew;
}

bool FileWatcher::wait_for_events(int milliseconds) const {
    pollfd descriptor{descriptor_, POLLIN, 0};
    int ready;
    do ready = poll(&descriptor, 1, milliseconds);
    while (ready < 0 && errno == EINTR && milliseconds < 0);
    return ready > 0;
}

bool FileWatcher::read_events(Changes& changes) {
    alignas(inotify_event) char buffer[1 << 14];
    ssize_t size = read(descriptor_, buffer, sizeof buffer);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    for (ssize_t at = 0; at < size;) {
        inotify_event event;
        std::memcpy(&event, buffer + at, sizeof event);
        auto folder = folders_.find(event.wd);
        if (event.mask & IN_Q_OVERFLOW) changes.all = true;
        else if (folder != folders_.end() && (event.mask & IN_IGNORED)) folders_.erase(folder);
        else if (folder != folders_.end())
            changes.paths.insert(event.len ? folder->second + "/" + (buffer + at + sizeof event) : folder->second);
        at += ssize_t(sizeof event + event.len);
    }
    return true;
}

tl::expected<FileWatcher::Changes, std::string> FileWatcher::wait() {
    Changes changes;
    bool readable = wait_for_events(-1) && read_events(changes);
    auto start = std::chrono::steady_clock::now();
    while (readable && wait_for_events(kQuietMilliseconds) && std::chrono::steady_clock::now() - start < kLongest)
        readable = read_events(changes);
    if (!readable) return tl::make_unexpected(fmt::format("files cannot be watched: {}", std::strerror(errno)));
    return changes;
}

}  // namespace braid
