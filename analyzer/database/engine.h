#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/database/database.h"
#include "analyzer/database/node_set.h"
#include "analyzer/database/node_table.h"
#include "analyzer/database/transient.h"

// The engine behind database.h, with types erased. Not for other folders.
//
// Who may touch what: a snapshot holds a *lease*; a writer has exclusive access once it holds `writer_mutex_` and there
// is no lease. The revision, `last_changed_`, input values and the hook change under exclusive access only, so tasks
// read them freely. Memos are published under their node's mutex and immutable but for `verified_at`.
namespace braid::detail {

using Revision = uint64_t;

struct QueryTable;
struct Node;

/// What is known of one key: for a query its last result, for an input its value (null: not set).
struct Memo {
    std::shared_ptr<const void> value;  ///< of a query null only where it was dropped: it is made again when asked for
    Revision changed_at = 0;
    std::atomic<Revision> verified_at{0};
    Durability durability = Durability::High;
    std::vector<Node*> dependencies;  ///< in the order of their first reading
    bool cyclic = false;              ///< a fallback value; the last dependency is the next member of the cycle
};

/// Absence is the least durable thing to read.
inline Durability durability_of(const Memo* memo) { return memo && memo->value ? memo->durability : Durability::Low; }

/// One key of one query. Its address is its identity; it is freed under exclusive access, when nothing kept depends on
/// it.
struct Node {
    QueryTable* table = nullptr;
    std::shared_ptr<const void> key;  ///< `plain_key`, where that is enough
    uint64_t plain_key = 0;
    std::unique_ptr<Node> next;  ///< of the table's bucket
    std::shared_ptr<Memo> memo;
    NodeSet dependents;  ///< at least those whose memos read this one's value, if it is of low durability
    // Revisions, changed under exclusive access only, so that a memo and what is thought of it never disagree: a memo
    // verified earlier is not to be trusted.
    Revision suspect_since = 0;            ///< something below changed
    Revision announced_since = 0;          ///< its own value is said to have changed
    std::atomic<Task*> owner{nullptr};     ///< the task that brings it up to date
    std::atomic<bool> awaited{false};      ///< a task waits for the owner to be done
    std::atomic<bool> asked_again{false};  ///< a transient value, since it was last looked over
    bool holds_transient = false;          ///< guarded by the mutex of TransientValues
    bool marked = false;                   ///< for the collector

    /// Guards `memo` and `dependents`; of other nodes, too, so nobody holds two. A mutex is as large as half of the
    /// rest.
    std::mutex& mutex() const;
    std::shared_ptr<Memo> current_memo() const {
        std::lock_guard lock(mutex());
        return memo;
    }
    /// Changes of more durable things are rare: every memo is then verified by walking its dependencies.
    inline bool must_be_told_by(Durability dependency) const;
    void add_dependent(Node& dependent) {
        std::lock_guard lock(mutex());
        dependents.insert(&dependent);
    }
};

struct QueryTable {
    explicit QueryTable(const QueryType& query);

    Node& node(const void* key, std::atomic<size_t>& node_count);
    Node* find(const void* key) const;  ///< null: nobody asked for it

    struct Shard {
        mutable std::mutex mutex;
        NodeTable<Node> nodes;
    };
    Shard& shard_of(size_t hash) const { return *shards[NodeTable<Node>::spread(hash) >> 60]; }
    Node* find_in(const Shard& shard, const void* key, size_t hash) const;
    struct Counters {
        std::atomic<uint64_t> computed{0}, verified{0}, reused{0}, cycles{0};
    };

    const QueryType& type;
    const bool is_transient;
    std::array<std::unique_ptr<Shard>, 16> shards;
    Counters counters;

    template <typename F>
    void each_node(F&& f) const {
        for (const auto& shard : shards) {
            std::lock_guard lock(shard->mutex);
            shard->nodes.each(f);
        }
    }
};

inline bool Node::must_be_told_by(Durability dependency) const {
    return dependency == Durability::Low || table->type.announce;
}

class Engine {
  public:
    Engine();
    ~Engine();

    // Leases of snapshots.
    void acquire_lease();  ///< waits while somebody writes
    void share_lease();    ///< by a holder of one
    void release_lease();

    // Writing.
    struct Change {
        const QueryType* type;
        std::shared_ptr<const void> key;
        std::shared_ptr<const void> value;
        Durability durability;
    };
    bool commit(const std::vector<Change>& changes);
    size_t collect_garbage(Revision keep);
    void set_event_hook(std::function<void(const QueryEvent&)> hook);

    // Read by tasks.
    Revision revision() const { return revision_.load(std::memory_order_acquire); }
    Revision last_changed(Durability durability) const { return last_changed_[static_cast<size_t>(durability)]; }
    bool cancel_requested() const { return cancel_.load(std::memory_order_acquire); }
    QueryTable& table(const QueryType& type);
    Node& node(QueryTable& table, const void* key) { return table.node(key, node_count_); }
    void count_replacement() { replaced_.fetch_add(1, std::memory_order_relaxed); }
    void notify(QueryEvent::Kind kind, const Node& node) const;

    /// Waits until the owner of `node` changes or `task` is cancelled. False, at once, if the owner itself waits,
    /// through others, for `task`.
    bool wait_for_owner(Node& node, Task& task);
    void release(Node& node);
    TransientValues& transient_values() { return transient_values_; }
    std::mutex& cycle_mutex() { return cycle_mutex_; }
    void retire(const Task& task);  ///< after its last release: nobody looks at it any more

    // Looking from outside.
    std::map<std::string, QueryStatistics> all_statistics() const;
    QueryStatistics statistics_of(const QueryType& type) const;
    void reset_statistics();
    size_t count(const QueryType* type) const;  ///< null: all

  private:
    class Exclusive;
    void apply(Node& node, const Change& change);
    class Invalidation;
    bool is_worth_a_sweep() const;
    size_t sweep(Revision keep);

    std::atomic<Revision> revision_{1};
    std::array<Revision, 3> last_changed_{1, 1, 1};
    std::function<void(const QueryEvent&)> hook_;

    std::mutex writer_mutex_;
    std::mutex lease_mutex_;
    std::condition_variable lease_changed_;
    size_t leases_ = 0;
    bool writing_ = false;
    std::atomic<bool> cancel_{false};

    mutable std::shared_mutex tables_mutex_;
    std::unordered_map<const QueryType*, std::unique_ptr<QueryTable>> tables_;
    std::atomic<size_t> node_count_{0};
    size_t sweep_at_;
    std::atomic<size_t> replaced_{0};  ///< memos since the last sweep: where none was replaced, nothing fell out of use

    std::mutex wait_mutex_;  ///< guards every task's `waiting_for`
    std::condition_variable owner_changed_;
    std::mutex cycle_mutex_;
    TransientValues transient_values_;
};

}  // namespace braid::detail
