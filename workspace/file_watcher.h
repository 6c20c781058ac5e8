#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace braid {

/// Tells when something happens in folders, by inotify. Folders rather than files, because editors save by putting a
/// new file in the old one's place; and one level each, because folders below come and go, which `watch` is told.
class FileWatcher {
  public:
    struct Changes {
        std::set<std::string> paths;  ///< what was written, made, moved or deleted
        bool all = false;             ///< more happened than could be listed
    };

    /// An error is a message for the user.
    static tl::expected<FileWatcher, std::string> create();
    FileWatcher(FileWatcher&& other) noexcept;
    FileWatcher& operator=(FileWatcher&&) = delete;
    ~FileWatcher();

    /// Also these folders from now on. True if one of them was not watched before: what happened in it until now is
    /// unknown. Folders that are not there are passed over.
    tl::expected<bool, std::string> watch(const std::vector<std::string>& folders);

    /// Waits for something to happen, and then until nothing more does for a moment: a save is several steps, and
    /// switching a branch touches many files.
    tl::expected<Changes, std::string> wait();

  private:
    explicit FileWatcher(int descriptor) : descriptor_(descriptor) {}
    bool wait_for_events(int milliseconds) const;
    bool read_events(Changes& changes);

    int descriptor_;
    std::map<int, std::string> folders_;  ///< by watch descriptor
};

}  // namespace braid
