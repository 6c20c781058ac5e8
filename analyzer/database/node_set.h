#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace braid::detail {

struct Node;

/// A set of nodes that takes two words while it is empty: most nodes have one or two dependents, some have thousands.
/// Open addressing; a few are searched in order.
class NodeSet {
  public:
    void insert(Node* node) {
        if (contains(node)) return;
        if (count_ >= room()) grow();
        place(node);
        ++count_;
    }
    template <typename F>
    void keep_if(F&& keeps) {
        bool all = true;
        each([&](Node& node) { all = all && keeps(node); });
        if (all) return;
        const NodeSet old = std::move(*this);
        *this = NodeSet();
        old.each([&](Node& node) {
            if (keeps(node)) insert(&node);
        });
    }

    template <typename F>
    void each(F&& f) const {
        for (uint32_t i = 0; i < capacity_; ++i)
            if (slots_[i]) f(*slots_[i]);
    }

  private:
    static constexpr uint32_t kSearched = 8;

    bool is_searched() const { return capacity_ <= kSearched; }
    uint32_t room() const { return is_searched() ? capacity_ : capacity_ - capacity_ / 4; }
    uint32_t home(const Node* node) const {
        return static_cast<uint32_t>((reinterpret_cast<uintptr_t>(node) * 0x9e3779b97f4a7c15ull) >> 32) &
               (capacity_ - 1);
    }
    bool contains(const Node* node) const {
        if (is_searched()) {
            for (uint32_t i = 0; i < count_; ++i)
                if (slots_[i] == node) return true;
            return false;
        }
        for (uint32_t i = home(node); slots_[i]; i = (i + 1) & (capacity_ - 1))
            if (slots_[i] == node) return true;
        return false;
    }
    void place(Node* node) {
        uint32_t i = is_searched() ? count_ : home(node);
        while (slots_[i]) i = (i + 1) & (capacity_ - 1);
        slots_[i] = node;
    }
    void grow() {
        const std::unique_ptr<Node*[]> old = std::move(slots_);
        const uint32_t old_capacity = capacity_;
        const uint32_t old_count = count_;
        capacity_ = old_capacity == 0 ? 2 : old_capacity * 2;
        slots_ = std::make_unique<Node*[]>(capacity_);
        count_ = 0;
        for (uint32_t i = 0; i < old_capacity; ++i) {
            if (!old[i]) continue;
            place(old[i]);
            ++count_;
        }
        count_ = old_count;
    }

    std::unique_ptr<Node*[]> slots_;
    uint32_t capacity_ = 0;
    uint32_t count_ = 0;
};

}  // namespace braid::detail
