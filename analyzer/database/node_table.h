#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace braid::detail {

/// The nodes of some keys, found by the hash of those. A node owns the one behind it in its bucket, so that a table
/// costs two words a node: there are many, and most hold little.
template <typename Node>
class NodeTable {
  public:
    static size_t spread(size_t hash) { return size_t(uint64_t(hash) * 0x9e3779b97f4a7c15ull); }

    template <typename IsIt>
    Node* find(size_t hash, IsIt&& is_it) const {
        if (buckets_.empty()) return nullptr;
        Node* node = buckets_[bucket_of(hash)].get();
        while (node && !is_it(*node)) node = node->next.get();
        return node;
    }
    /// `hash_of(node)` is that of its key.
    template <typename HashOf>
    void insert(std::unique_ptr<Node> node, HashOf&& hash_of) {
        if (count_ >= buckets_.size()) grow(hash_of);
        const size_t hash = hash_of(*node);
        put(std::move(node), hash);
        ++count_;
    }
    template <typename F>
    void each(F&& f) const {
        for (const auto& bucket : buckets_)
            for (Node* node = bucket.get(); node; node = node->next.get()) f(*node);
    }
    template <typename F>
    size_t erase_if(F&& goes) {
        size_t erased = 0;
        for (auto& bucket : buckets_)
            for (std::unique_ptr<Node>* link = &bucket; *link;) {
                if (!goes(**link)) {
                    link = &(*link)->next;
                    continue;
                }
                std::unique_ptr<Node> rest = std::move((*link)->next);
                *link = std::move(rest);
                ++erased;
            }
        count_ -= erased;
        return erased;
    }

  private:
    size_t bucket_of(size_t hash) const { return spread(hash) >> 16 & (buckets_.size() - 1); }
    void put(std::unique_ptr<Node> node, size_t hash) {
        std::unique_ptr<Node>& bucket = buckets_[bucket_of(hash)];
        node->next = std::move(bucket);
        bucket = std::move(node);
    }
    template <typename HashOf>
    void grow(HashOf&& hash_of) {
        constexpr size_t kFewest = 8;
        std::vector<std::unique_ptr<Node>> old(std::max(kFewest, 2 * buckets_.size()));
        old.swap(buckets_);
        for (auto& bucket : old)
            while (bucket) {
                std::unique_ptr<Node> node = std::move(bucket);
                bucket = std::move(node->next);
                const size_t hash = hash_of(*node);
                put(std::move(node), hash);
            }
    }

    std::vector<std::unique_ptr<Node>> buckets_;  // a power of two of them
    size_t count_ = 0;
};

}  // namespace braid::detail
