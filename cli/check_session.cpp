#include "cli/check_session.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "analyzer/ide/file_diagnostics.h"
#include "cli/check_progress.h"

namespace braid::cli {

CheckSession::CheckSession(std::vector<std::string> paths) : paths_(std::move(paths)), host_(make_host()) {}

void CheckSession::read(const std::string& path) {
    auto file = read_into(*host_, path);
    if (file) {
        sources_[path] = *file;
        asked_.insert(*file);
        return;
    }
    problems_.push_back(file.error());
    if (auto known = files().find(normalized_path(path))) host_->remove_file(*known);
}

/// Files that are in the host because others import them.
void CheckSession::read_changed_imports(const std::optional<std::set<std::string>>& changed) {
    for (FileId file : host_->workspace_files()) {
        const std::string& path = files().path(file);
        if (asked_.count(file) || (changed && !changed->count(path))) continue;
        if (auto text = read_source_file(path)) host_->set_file(path, std::move(*text));
        else host_->remove_file(file);
    }
}

bool CheckSession::load(const std::optional<std::set<std::string>>& changed) {
    const uint64_t revision = host_->database().revision();
    const std::vector<std::string> problems = std::exchange(problems_, {});
    const std::map<std::string, FileId> before = std::exchange(sources_, {});
    asked_.clear();
    for (const std::string& path : paths_) {
        auto found = find_sources(path);
        if (!found) problems_.push_back(found.error());
        else
            for (const std::string& source : *found) {
                auto known = before.find(source);
                bool stays = changed && known != before.end() && host_->has_file(known->second) &&
                             !changed->count(normalized_path(source));
                if (!stays) read(source);
                else asked_.insert(sources_[source] = known->second);
            }
    }
    for (const auto& [path, file] : before)
        if (!asked_.count(file)) host_->remove_file(file);
    read_changed_imports(changed);
    read_manifests_again(*host_);
    for (const std::string& path : paths_) load_project(*host_, path);
    std::set<std::string> folders;
    for (const auto& [path, file] : sources_) {
        const bool is_first = folders.insert(path.substr(0, path.rfind('/') + 1)).second;
        if (is_first) load_project(*host_, path);
    }
    load_imports(*host_);
    std::sort(problems_.begin(), problems_.end());
    problems_.erase(std::unique(problems_.begin(), problems_.end()), problems_.end());
    return host_->database().revision() != revision || problems_ != problems;
}

std::vector<std::string> CheckSession::folders() const {
    std::set<std::string> all;
    auto add = [&](const std::vector<std::string>& folders) { all.insert(folders.begin(), folders.end()); };
    for (const std::string& path : paths_) add(source_folders(path));
    for (FileId file : host_->workspace_files()) add(source_folders(files().path(file)));
    for (FileId manifest : host_->manifests()) add(source_folders(files().path(manifest)));
    for (const std::string& path : host_->missing_imports()) add(source_folders(path));
    return {all.begin(), all.end()};
}

std::vector<Diagnostic> CheckSession::check(unsigned jobs) {
    using namespace std::chrono_literals;
    std::vector<FileId> order(asked_.begin(), asked_.end());
    // The longest first, so that no thread is left with a long one at the end.
    std::stable_sort(order.begin(), order.end(), [&](FileId left, FileId right) {
        return host_->tree(left)->text().size() > host_->tree(right)->text().size();
    });
    const uint64_t before = host_->database().statistics<FileDiagnostics>().computed;
    std::vector<std::shared_ptr<const std::vector<Diagnostic>>> answers(order.size());
    std::atomic<size_t> next{0}, done{0};
    auto work = [&](Snapshot snapshot) {
        for (size_t i = next++; i < order.size(); i = next++, ++done)
            answers[i] = snapshot.get<FileDiagnostics>(order[i]).value_or(nullptr);
    };
    {
        if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
        std::vector<std::future<void>> workers;
        for (size_t i = std::min<size_t>(jobs, order.size()); i > 0; --i)
            workers.push_back(std::async(std::launch::async, work, host_->snapshot()));
        CheckProgress progress(order.size());
        for (auto& worker : workers)
            while (worker.wait_for(50ms) != std::future_status::ready) progress.show(done);
        for (auto& worker : workers) worker.get();
    }
    computed_ = host_->database().statistics<FileDiagnostics>().computed - before;
    const HostSources sources(*host_);
    std::vector<Diagnostic> all;
    unanswered_.clear();
    for (size_t i = 0; i < order.size(); ++i) {
        if (answers[i]) all.insert(all.end(), answers[i]->begin(), answers[i]->end());
        else
            unanswered_.push_back(sources.path(order[i]) +
                                  ": not checked, its declarations depend on each other too deeply; split it");
    }
    for (FileId manifest : host_->manifests())
        if (auto found = host_->snapshot().get<ManifestDiagnostics>(manifest))
            all.insert(all.end(), (*found)->begin(), (*found)->end());
    sort_for_output(all, sources);
    return all;
}

}  // namespace braid::cli
