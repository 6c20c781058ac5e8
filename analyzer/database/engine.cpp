#include "analyzer/database/engine.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "analyzer/database/task.h"
#include "analyzer/database/transient_query.h"

namespace braid::detail {

namespace {

/// Below this many keys nothing is collected by itself.
constexpr size_t smallest_sweep = 1024;
/// A collection that happens by itself keeps what was asked for in so many last revisions: a burst of typing must not
/// throw away what the editor will ask for when it ends.
constexpr Revision kept_revisions = 256;
/// How long a waiting task may overlook that its own run was cancelled.
constexpr std::chrono::milliseconds poll_interval{2};

}  // namespace

QueryTable::QueryTable(const QueryType& query) : type(query), is_transient(detail::is_transient(query)) {}

std::mutex& Node::mutex() const {
    constexpr size_t kBits = 8;
    static std::array<std::mutex, size_t(1) << kBits> mutexes;
    return mutexes[NodeTable<Node>::spread(reinterpret_cast<uintptr_t>(this)) >> (64 - kBits)];
}

Node* QueryTable::find_in(const Shard& shard, const void* key, size_t hash) const {
    return shard.nodes.find(hash, [&](const Node& node) { return type.equal_keys(node.key.get(), key); });
}

Node& QueryTable::node(const void* key, std::atomic<size_t>& node_count) {
    const size_t hash = type.hash_key(key);
    Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    if (Node* known = find_in(shard, key, hash)) return *known;
    auto created = std::make_unique<Node>();
    created->table = this;
    Node& result = *created;
    if (type.plain_key_size > 0) {
        std::memcpy(&result.plain_key, key, type.plain_key_size);
        result.key = {std::shared_ptr<const void>(), &result.plain_key};
    } else {
        result.key = type.copy_key(key);
    }
    shard.nodes.insert(std::move(created), [&](const Node& node) { return type.hash_key(node.key.get()); });
    node_count.fetch_add(1, std::memory_order_relaxed);
    return result;
}

Node* QueryTable::find(const void* key) const {
    const size_t hash = type.hash_key(key);
    const Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    return find_in(shard, key, hash);
}

/// Exclusive access: cancels what runs, waits until it is gone, and keeps new snapshots waiting.
class Engine::Exclusive {
  public:
    explicit Exclusive(Engine& engine) : engine_(engine) {
        std::unique_lock lock(engine_.lease_mutex_);
        engine_.writing_ = true;
        engine_.cancel_.store(true, std::memory_order_release);
        engine_.lease_changed_.wait(lock, [&] { return engine_.leases_ == 0; });
    }
    ~Exclusive() {
        {
            std::lock_guard lock(engine_.lease_mutex_);
            engine_.writing_ = false;
            engine_.cancel_.store(false, std::memory_order_release);
        }
        engine_.lease_changed_.notify_all();
    }

  private:
    Engine& engine_;
};

Engine::Engine() : sweep_at_(smallest_sweep) {}
Engine::~Engine() = default;

void Engine::acquire_lease() {
    std::unique_lock lock(lease_mutex_);
    lease_changed_.wait(lock, [&] { return !writing_; });
    ++leases_;
}

void Engine::share_lease() {
    std::lock_guard lock(lease_mutex_);
    ++leases_;
}

void Engine::release_lease() {
    std::lock_guard lock(lease_mutex_);
    if (--leases_ == 0) lease_changed_.notify_all();
}

QueryTable& Engine::table(const QueryType& type) {
    {
        std::shared_lock lock(tables_mutex_);
        if (auto known = tables_.find(&type); known != tables_.end()) return *known->second;
    }
    std::unique_lock lock(tables_mutex_);
    auto& table = tables_[&type];
    if (!table) {
        table = std::make_unique<QueryTable>(type);
        for (auto& shard : table->shards) shard = std::make_unique<QueryTable::Shard>();
    }
    return *table;
}

/// What a write makes doubtful: everything that depends on what changed, found along the dependents. So the next
/// question looks at that alone, however much else there is. Watched queries are brought up to date at once, and what
/// depends on them is doubtful only if they changed.
class Engine::Invalidation : public Announcements {
  public:
    explicit Invalidation(Engine& engine) : engine_(engine) {}

    void changed(Node& node) {
        open_.push_back(&node);
        while (!open_.empty()) {
            Node* next = open_.back();
            open_.pop_back();
            next->dependents.each([this](Node& dependent) { suspect(dependent); });
        }
    }
    void update_watched() {
        for (size_t i = 0; i < watched_.size(); ++i) update(*watched_[i]);
    }

  private:
    void suspect(Node& node) {
        const bool is_known = node.memo && node.memo->verified_at.load() < node.suspect_since;
        if (is_known || node.suspect_since == engine_.revision()) return;  // and so is what depends on it
        node.suspect_since = engine_.revision();
        (node.table->type.announce ? watched_ : open_).push_back(&node);
    }
    void update(Node& node) {
        const std::shared_ptr<Memo> old = node.current_memo();
        if (!old) return;
        Task(engine_, {}, Task::Access::Exclusive).compute_again(node);
        const std::shared_ptr<Memo> now = node.current_memo();
        if (now->value == old->value) return;
        changed(node);
        node.table->type.announce(old->value.get(), now->value.get(), *this);
    }
    void add(const QueryType& type, const void* key) override {
        Node* node = engine_.table(type).find(key);
        if (!node || !node->memo) return;
        node->announced_since = node->suspect_since = engine_.revision();
        changed(*node);
    }

    Engine& engine_;
    std::vector<Node*> open_, watched_;
};

bool Engine::commit(const std::vector<Change>& changes) {
    std::lock_guard writer(writer_mutex_);
    // The last change of a key wins; what changes nothing is dropped before anybody is cancelled for it. Only writers
    // change inputs, so looking at them here needs no exclusive access.
    std::unordered_map<Node*, const Change*> latest;
    for (const Change& change : changes) latest[&node(table(*change.type), change.key.get())] = &change;
    std::erase_if(latest, [](const auto& entry) {
        const auto& [node, change] = entry;
        const std::shared_ptr<Memo> memo = node->current_memo();
        if (!memo || !memo->value) return change->value == nullptr;
        return change->value && memo->durability == change->durability &&
               change->type->equal(memo->value.get(), change->value.get());
    });
    if (latest.empty()) return false;

    Exclusive exclusive(*this);
    revision_.fetch_add(1, std::memory_order_release);
    Invalidation invalidation(*this);
    for (const auto& [node, change] : latest) {
        apply(*node, *change);
        invalidation.changed(*node);
    }
    invalidation.update_watched();
    if (is_worth_a_sweep()) sweep(kept_revisions);
    return true;
}

void Engine::apply(Node& node, const Change& change) {
    const std::shared_ptr<Memo> old = node.current_memo();
    const bool was_set = old && old->value;
    // Whoever read the absence of a value counts it as least durable.
    const Durability old_durability = was_set ? old->durability : Durability::Low;
    auto memo = std::make_shared<Memo>();
    memo->value = change.value;
    memo->durability = change.value ? change.durability : Durability::Low;
    memo->changed_at = revision();
    const bool same_value = was_set && change.value && change.type->equal(old->value.get(), change.value.get());
    if (same_value) memo->value = old->value;
    if (same_value && change.durability >= old_durability) {
        memo->changed_at = old->changed_at;
    } else {
        // Less durable than readers assumed counts as a change too: they must learn to look again.
        for (size_t level = 0; level <= static_cast<size_t>(old_durability); ++level) last_changed_[level] = revision();
    }
    std::lock_guard lock(node.mutex());
    node.memo = std::move(memo);
}

size_t Engine::collect_garbage(Revision keep) {
    std::lock_guard writer(writer_mutex_);
    Exclusive exclusive(*this);
    return sweep(keep);
}

/// Many more keys than the last time, and enough of them may be out of use: not when a large file was just opened.
bool Engine::is_worth_a_sweep() const {
    const size_t nodes = node_count_.load();
    return nodes > sweep_at_ && replaced_.load() > nodes / 4;
}

/// Mark and sweep. Roots are the inputs that are set and the memos used lately; what they depend on stays, since
/// dependencies are pointers.
size_t Engine::sweep(Revision keep) {
    const Revision now = revision();
    std::vector<Node*> reached;
    auto mark = [&](Node& node) {
        if (node.marked) return;
        node.marked = true;
        reached.push_back(&node);
    };
    for (const auto& [type, table] : tables_) {
        table->each_node([&, is_input = type->is_input](Node& node) {
            if (!node.memo) return;
            // Watched queries have to be there when the next write comes: announced ones do not name them.
            const bool root =
                is_input || type->announce ? node.memo->value != nullptr : node.memo->verified_at.load() + keep >= now;
            if (root) mark(node);
        });
    }
    while (!reached.empty()) {
        Node* node = reached.back();
        reached.pop_back();
        if (!node->memo) continue;
        for (Node* dependency : node->memo->dependencies) mark(*dependency);
    }
    for (const auto& [type, table] : tables_)
        table->each_node([](Node& node) { node.dependents.keep_if([](const Node& each) { return each.marked; }); });
    transient_values_.forget_unmarked();
    size_t removed = 0;
    for (const auto& [type, table] : tables_) {
        for (const auto& shard : table->shards) {
            std::lock_guard lock(shard->mutex);
            removed += shard->nodes.erase_if([](const Node& node) { return !node.marked; });
            shard->nodes.each([](Node& node) { node.marked = false; });
        }
    }
    replaced_ = 0;
    node_count_.fetch_sub(removed);
    sweep_at_ = std::max(smallest_sweep, 2 * node_count_.load());
    return removed;
}

void Engine::set_event_hook(std::function<void(const QueryEvent&)> hook) {
    std::lock_guard writer(writer_mutex_);
    Exclusive exclusive(*this);
    hook_ = std::move(hook);
}

void Engine::notify(QueryEvent::Kind kind, const Node& node) const {
    if (hook_) hook_({kind, node.table->type.name, node.table->type.describe(node.key.get())});
}

bool Engine::wait_for_owner(Node& node, Task& task) {
    std::unique_lock lock(wait_mutex_);
    Task* const owner = node.owner.load();
    // Tasks are freed only after `retire`, which needs this mutex: those found here are alive.
    for (Task* other = owner; other != nullptr;) {
        if (other == &task) return false;
        other = other->waiting_for ? other->waiting_for->owner.load() : nullptr;
    }
    if (owner == nullptr) return true;
    task.waiting_for = &node;
    // Said before the owner is looked at again, and asked after it is gone: one of the two sees the other.
    for (node.awaited.store(true); node.owner.load() == owner && !task.cancelled(); node.awaited.store(true)) {
        owner_changed_.wait_until(lock, std::chrono::system_clock::now() + poll_interval);
    }
    task.waiting_for = nullptr;
    return true;
}

void Engine::release(Node& node) {
    node.owner.store(nullptr);
    if (!node.awaited.load()) return;  // nearly all: who waits for one node is not woken by every other
    std::lock_guard lock(wait_mutex_);
    node.awaited.store(false);
    owner_changed_.notify_all();
}

void Engine::retire(const Task&) { std::lock_guard lock(wait_mutex_); }

namespace {
QueryStatistics read(const QueryTable::Counters& counters) {
    return {counters.computed.load(), counters.verified.load(), counters.reused.load(), counters.cycles.load()};
}
}  // namespace

std::map<std::string, QueryStatistics> Engine::all_statistics() const {
    std::map<std::string, QueryStatistics> result;
    std::shared_lock lock(tables_mutex_);
    for (const auto& [type, table] : tables_) {
        if (!type->is_input) result.emplace(type->name, read(table->counters));
    }
    return result;
}

QueryStatistics Engine::statistics_of(const QueryType& type) const {
    std::shared_lock lock(tables_mutex_);
    auto known = tables_.find(&type);
    return known == tables_.end() ? QueryStatistics{} : read(known->second->counters);
}

void Engine::reset_statistics() {
    std::shared_lock lock(tables_mutex_);
    for (const auto& [type, table] : tables_) {
        auto& counters = table->counters;
        for (auto* counter : {&counters.computed, &counters.verified, &counters.reused, &counters.cycles}) *counter = 0;
    }
}

size_t Engine::count(const QueryType* wanted) const {
    size_t count = 0;
    std::shared_lock lock(tables_mutex_);
    for (const auto& [type, table] : tables_) {
        if (wanted && wanted != type) continue;
        table->each_node([&](const Node& node) {
            const std::shared_ptr<Memo> memo = node.current_memo();
            if (memo && memo->value) ++count;
        });
    }
    return count;
}

}  // namespace braid::detail
