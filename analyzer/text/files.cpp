#include "analyzer/text/files.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "analyzer/text/append_only.h"

namespace braid {

struct FileTable::State {
    mutable std::shared_mutex mutex;
    AppendOnly<std::string> paths;  // its elements never move, so views and references stay valid
    std::unordered_map<std::string_view, FileId> ids;
};

FileTable::FileTable() : state_(std::make_unique<State>()) {}
FileTable::~FileTable() = default;

FileId FileTable::intern(std::string_view path) {
    if (auto known = find(path)) return *known;
    std::unique_lock lock(state_->mutex);
    if (auto known = state_->ids.find(path); known != state_->ids.end()) return known->second;
    const auto id = static_cast<FileId>(state_->paths.size());
    const std::string& stored = state_->paths.push_back(std::string(path));
    state_->ids.emplace(stored, id);
    return id;
}

std::optional<FileId> FileTable::find(std::string_view path) const {
    std::shared_lock lock(state_->mutex);
    auto known = state_->ids.find(path);
    return known == state_->ids.end() ? std::nullopt : std::optional(known->second);
}

const std::string& FileTable::path(FileId file) const {
    static const std::string nothing;
    const auto index = static_cast<size_t>(file);
    return index < state_->paths.size() ? state_->paths[index] : nothing;
}

size_t FileTable::size() const { return state_->paths.size(); }

}  // namespace braid
