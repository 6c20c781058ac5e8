#include <chrono>

#include <fmt/format.h>

#include "cli/check.h"
#include "cli/command.h"
#include "workspace/file_watcher.h"

namespace braid::cli {
namespace {

using Changed = std::optional<std::set<std::string>>;

/// Reads what changed. What happened in a folder before it was watched is unknown; so then everything is read again.
tl::expected<bool, std::string> load(CheckSession& session, FileWatcher& watcher, const Changed& changed) {
    bool differs = session.load(changed);
    for (;;) {
        auto grew = watcher.watch(session.folders());
        if (!grew) return grew;
        if (!*grew) return differs;
        differs |= session.load();
    }
}

Changed changed_files(const FileWatcher::Changes& changes) {
    if (changes.all) return std::nullopt;
    std::set<std::string> paths;
    for (const std::string& path : changes.paths) {
        paths.insert(path);
        paths.insert(normalized_path(path));  // a link stands for what it leads to
    }
    return paths;
}

void report_round(CheckSession& session, const CheckOptions& options) {
    using namespace std::chrono;
    auto start = steady_clock::now();
    CheckReport report = check_and_report(session, options);
    std::fflush(stdout);
    size_t files = session.asked().size();
    say(fmt::format("checked {} file{} ({} anew) in {} ms: {}; watching for changes", files, files == 1 ? "" : "s",
                    session.computed(), duration_cast<milliseconds>(steady_clock::now() - start).count(),
                    report.counts));
}

}  // namespace

int check_and_watch(CheckSession& session, const CheckOptions& options) {
    auto fail = [](const std::string& message) {
        complain(message);
        return Exit::Usage;
    };
    auto watcher = FileWatcher::create();
    if (!watcher) return fail(watcher.error());
    auto differs = load(session, *watcher, std::nullopt);
    if (differs) report_round(session, options);
    while (differs) {
        auto changes = watcher->wait();
        if (!changes) return fail(changes.error());
        differs = load(session, *watcher, changed_files(*changes));
        if (differs && *differs) report_round(session, options);
    }
    return fail(differs.error());
}

}  // namespace braid::cli
