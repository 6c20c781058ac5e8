#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include "analyzer/database/cancellation.h"
#include "analyzer/database/query.h"

// A demand-driven incremental computation engine after the red-green algorithm of rustc and salsa. See README.md here.
namespace braid {

namespace detail {
class Engine;
class Task;
/// Unwinds the queries of a cancelled run. Deliberately no std::exception, so that nobody catches it by accident.
struct Unwind {
    Cancelled::Reason reason;
};
}  // namespace detail

/// How often a query was answered, and how. `computed` ran its function; `verified` kept a memo after looking at what
/// it depends on; `reused` had nothing to look at (already verified in this revision).
struct QueryStatistics {
    uint64_t computed = 0;
    uint64_t verified = 0;
    uint64_t reused = 0;
    uint64_t cycles = 0;
    friend bool operator==(const QueryStatistics&, const QueryStatistics&) = default;
};

/// For logs and tests. The hook is called from whatever thread runs the query and must not use the database.
struct QueryEvent {
    enum class Kind : uint8_t {
        Computing,
        Computed,        ///< with a new value
        Unchanged,       ///< computed, equal to the old value: dependents stay valid
        Verified,        ///< kept without computing
        Cycle,           ///< a member of a cycle that declares a fallback
        UndeclaredCycle  ///< a bug of ours: a member of a cycle that declares none
    };
    Kind kind;
    const char* query;
    std::string key;
};

/// What a query sees of the world. Only valid during the call it is handed to, on the thread it is handed to.
class QueryContext {
  public:
    /// The value of a query; the dependency is recorded. Of an input: null if it is not set (that is recorded too).
    template <Declaration Q>
    std::shared_ptr<const typename Q::Value> get(const typename Q::Key& key) {
        return std::static_pointer_cast<const typename Q::Value>(fetch(detail::Erased<Q>::type, &key));
    }
    template <Declaration Q>
    requires std::is_same_v<typename Q::Key, NoKey> std::shared_ptr<const typename Q::Value> get() {
        return get<Q>(NoKey{});
    }

    /// Unwinds when a newer text waits or the run was cancelled. Long loops call it at least every few milliseconds;
    /// every `get` does by itself. Cheap: two loads.
    void check_cancelled() const;

    QueryContext(const QueryContext&) = delete;
    QueryContext& operator=(const QueryContext&) = delete;

  private:
    friend class detail::Engine;
    friend class detail::Task;
    friend class Snapshot;
    explicit QueryContext(detail::Task& task) : task_(task) {}
    std::shared_ptr<const void> fetch(const detail::QueryType& type, const void* key);

    detail::Task& task_;
};

/// The database as it was at one revision. While any snapshot lives, a write waits; so hold one only for a piece of
/// work that polls, and never write from a thread that holds one. Copies share the revision and may run on many threads
/// at once.
class Snapshot {
  public:
    Snapshot(const Snapshot&);
    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot) noexcept;
    ~Snapshot();

    /// Calls `f(QueryContext&)` and gives its result, or says that it was cancelled. Not to be called inside a query.
    template <typename F>
    auto run(F&& f, const CancellationToken& token = {}) const
        -> tl::expected<std::decay_t<std::invoke_result_t<F&, QueryContext&>>, Cancelled> {
        using Result = std::decay_t<std::invoke_result_t<F&, QueryContext&>>;
        if constexpr (std::is_void_v<Result>) {
            auto reason = run_erased([&](QueryContext& context) { f(context); }, token);
            if (reason) return tl::make_unexpected(*reason);
            return {};
        } else {
            std::optional<Result> result;
            auto reason = run_erased([&](QueryContext& context) { result.emplace(f(context)); }, token);
            if (reason) return tl::make_unexpected(*reason);
            return std::move(*result);
        }
    }

    /// One query as a run of its own.
    template <Declaration Q>
    tl::expected<std::shared_ptr<const typename Q::Value>, Cancelled> get(const typename Q::Key& key,
                                                                          const CancellationToken& token = {}) const {
        return run([&](QueryContext& context) { return context.get<Q>(key); }, token);
    }

    /// Large values that are soon made again (`transient_query.h`) are let go: nobody is expected to ask for them soon.
    void drop_transient_values() const;

    uint64_t revision() const;
    /// A newer text waits: this snapshot's runs will not finish.
    bool stale() const;

  private:
    friend class Database;
    explicit Snapshot(std::shared_ptr<detail::Engine> engine);
    std::optional<Cancelled> run_erased(const std::function<void(QueryContext&)>& body,
                                        const CancellationToken& token) const;

    std::shared_ptr<detail::Engine> engine_;
};

/// Collects changes that become visible together, as one revision.
class InputWriter {
  public:
    template <InputDeclaration Q>
    void set(const typename Q::Key& key, typename Q::Value value, Durability durability = Durability::Low) {
        set_erased(detail::Erased<Q>::type, &key, std::make_shared<const typename Q::Value>(std::move(value)),
                   durability);
    }
    template <InputDeclaration Q>
    void remove(const typename Q::Key& key) {
        set_erased(detail::Erased<Q>::type, &key, nullptr, Durability::Low);
    }

    InputWriter(const InputWriter&) = delete;
    InputWriter& operator=(const InputWriter&) = delete;

  private:
    friend class Database;
    InputWriter();
    ~InputWriter();
    void set_erased(const detail::QueryType& type, const void* key, std::shared_ptr<const void> value,
                    Durability durability);
    struct Changes;
    std::unique_ptr<Changes> changes_;
};

/// Owns the inputs and all memos. One writer at a time; snapshots may be taken from any thread.
class Database {
  public:
    Database();
    ~Database();
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;

    /// Cancels what runs on snapshots, waits until they are gone, and applies what `f(InputWriter&)` sets. Changes that
    /// set what is there already change nothing and cancel nobody. Returns true if there is a new revision.
    template <typename F>
    bool write(F&& f) {
        InputWriter writer;
        f(writer);
        return commit(writer);
    }
    template <InputDeclaration Q>
    bool set(const typename Q::Key& key, typename Q::Value value, Durability durability = Durability::Low) {
        return write([&](InputWriter& writer) { writer.set<Q>(key, std::move(value), durability); });
    }
    template <InputDeclaration Q>
    bool remove(const typename Q::Key& key) {
        return write([&](InputWriter& writer) { writer.remove<Q>(key); });
    }

    /// The current revision. Waits while a write is going on.
    Snapshot snapshot() const;
    uint64_t revision() const;

    template <Declaration Q>
    QueryStatistics statistics() const {
        return statistics_of(detail::Erased<Q>::type);
    }
    std::map<std::string, QueryStatistics> all_statistics() const;  ///< by query name
    void reset_statistics();

    /// Keys with a memo or an input value.
    template <Declaration Q>
    size_t memo_count() const {
        return count_of(detail::Erased<Q>::type);
    }
    size_t memo_count() const;

    /// Forgets memos that nobody asked for in the last `revisions` revisions and that nothing newer depends on, and the
    /// places of removed inputs. Happens by itself when there are many; never changes a result. Waits like a write.
    size_t collect_garbage(uint64_t revisions = 0);

    /// Waits like a write. Empty: no hook.
    void set_event_hook(std::function<void(const QueryEvent&)> hook);

  private:
    bool commit(InputWriter& writer);
    QueryStatistics statistics_of(const detail::QueryType& type) const;
    size_t count_of(const detail::QueryType& type) const;

    std::shared_ptr<detail::Engine> engine_;
};

}  // namespace braid
