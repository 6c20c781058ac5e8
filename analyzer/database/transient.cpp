#include "analyzer/database/transient.h"

#include <unordered_set>
#include <vector>

#include "analyzer/database/engine.h"
#include "analyzer/database/transient_query.h"

namespace braid::detail {

namespace {

/// A keystroke asks for one body and the few it calls; opening a file makes all of them once.
constexpr size_t kKept = 32;

/// Complete before `main`: only definitions of queries add to it.
std::unordered_set<const QueryType*>& transient_queries() {
    static std::unordered_set<const QueryType*> queries;
    return queries;
}

}  // namespace

void declare_transient(const QueryType& type) { transient_queries().insert(&type); }
bool is_transient(const QueryType& type) { return transient_queries().count(&type) != 0; }

TransientValues::Run::Run(TransientValues& values) : values_(values) {
    std::lock_guard lock(values_.mutex_);
    begun_ = values_.drops_;
    values_.running_.insert(begun_);
}

TransientValues::Run::~Run() {
    std::vector<Dropped> free;  // without the lock
    std::lock_guard lock(values_.mutex_);
    values_.running_.erase(values_.running_.find(begun_));
    auto& dropped = values_.dropped_;
    while (!dropped.empty() && (values_.running_.empty() || *values_.running_.begin() >= dropped.front().first)) {
        free.push_back(std::move(dropped.front()));
        dropped.pop_front();
    }
}

/// By age, with a second chance for what was asked for since (the clock of paging).
void TransientValues::keep(Node& node) {
    std::lock_guard lock(mutex_);
    if (node.holds_transient) return;
    node.holds_transient = true;
    nodes_.push_back(&node);
    for (size_t chances = nodes_.size(); nodes_.size() > kKept;) {
        Node* oldest = nodes_.front();
        nodes_.pop_front();
        if (chances > 0 && oldest->asked_again.exchange(false, std::memory_order_relaxed)) {
            --chances;
            nodes_.push_back(oldest);
        } else {
            drop(*oldest);
        }
    }
}

void TransientValues::drop_all() {
    const Run run(*this);  // what is dropped is freed at its end, without the mutex
    std::lock_guard lock(mutex_);
    for (Node* node : nodes_) drop(*node);
    nodes_.clear();
}

void TransientValues::drop(Node& node) {
    node.holds_transient = false;
    std::lock_guard lock(node.mutex());
    if (!node.memo || !node.memo->value) return;
    auto bare = std::make_shared<Memo>();
    bare->changed_at = node.memo->changed_at;
    bare->verified_at.store(node.memo->verified_at.load(std::memory_order_acquire), std::memory_order_relaxed);
    bare->durability = node.memo->durability;
    bare->dependencies = node.memo->dependencies;
    bare->cyclic = node.memo->cyclic;
    if (!running_.empty()) dropped_.emplace_back(++drops_, node.memo->value);
    node.memo = std::move(bare);
}

void TransientValues::forget_unmarked() {
    std::lock_guard lock(mutex_);
    std::erase_if(nodes_, [](const Node* node) { return !node->marked; });
}

}  // namespace braid::detail
