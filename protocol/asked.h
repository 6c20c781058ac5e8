#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace braid::protocol {

/// Requests of a server to its client that await their response, by number. Any thread may ask; the reading thread
/// takes what is answered and, when the connection ends, the rest.
template <typename Entry>
class AskedRequests {
  public:
    /// Gives the entry back when the connection has ended: nobody will answer.
    std::optional<Entry> add(std::int64_t number, Entry entry) {
        std::lock_guard lock(mutex_);
        if (ended_) return entry;
        open_.emplace(number, std::move(entry));
        return std::nullopt;
    }
    /// None: nothing was asked under this number, or it was answered before.
    std::optional<Entry> take(std::int64_t number) {
        std::lock_guard lock(mutex_);
        auto found = open_.extract(number);
        if (found.empty()) return std::nullopt;
        return std::move(found.mapped());
    }
    std::map<std::int64_t, Entry> end() {
        std::lock_guard lock(mutex_);
        ended_ = true;
        return std::exchange(open_, {});
    }

  private:
    std::mutex mutex_;
    std::map<std::int64_t, Entry> open_;
    bool ended_ = false;
};

}  // namespace braid::protocol
