#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "interpreter/heap/block.h"
#include "interpreter/heap/size_classes.h"

namespace braid::heap {

// The blocks: from the system, by address, and those with free cells.
class BlockStore {
  public:
    explicit BlockStore(size_t max_bytes) : max_bytes_(max_bytes) {}
    ~BlockStore();
    BlockStore(const BlockStore&) = delete;

    // A block of the class with free cells, now owned. Null: the limit, or the system, says no.
    Block* take(size_t size_class, Allocator& owner);
    void give_back(Block& block);
    Block* make_large(size_t object_bytes);

    // The block a pointer points into, or null. Any thread.
    Block* find(const void* pointer) const noexcept {
        auto unit = reinterpret_cast<uintptr_t>(pointer) / kUnit;
        if (unit / kLeaf >= kRoot) return nullptr;
        Leaf* leaf = root_[unit / kLeaf].load(std::memory_order_acquire);
        return leaf ? (*leaf)[unit % kLeaf].load(std::memory_order_acquire) : nullptr;
    }

    // World stopped.
    const std::vector<Block*>& blocks() const { return blocks_; }
    // After a collection: frees what is empty, and sorts the rest by whether it has room.
    void sweep();

    bool add_external(size_t bytes) noexcept;
    // Counted per thread, so that it costs little. Returns what of it is worth telling the pacing: whole pieces.
    size_t charge(int64_t bytes) noexcept;
    void remove_external(size_t bytes) noexcept { external_.fetch_sub(bytes, std::memory_order_relaxed); }
    size_t external() const;
    size_t committed() const { return committed_.load(std::memory_order_relaxed); }
    size_t peak() const { return peak_.load(std::memory_order_relaxed); }
    size_t max_bytes() const { return max_bytes_; }

  private:
    // User addresses have 47 or 48 bits: 32 bits of units, in two levels.
    static constexpr size_t kLeaf = 1 << 16, kRoot = 1 << 16;
    using Leaf = std::array<std::atomic<Block*>, kLeaf>;

    bool within_limit(size_t more) const;
    bool commit(size_t bytes);
    Block* make_small(size_t size_class);
    void* map_units(size_t bytes);
    void enter(Block* block, Block* value);
    void unmap(Block* block);

    const size_t max_bytes_;
    std::mutex mutex_;
    std::vector<Block*> blocks_;
    std::array<std::vector<Block*>, kCellSizes.size()> with_room_;
    std::vector<void*> free_units_;  // empty small blocks, kept for the next
    std::atomic<size_t> committed_{0}, peak_{0}, external_{0};
    struct alignas(64) Stripe {
        std::atomic<int64_t> bytes{0};
    };
    std::array<Stripe, 16> charged_;
    std::unique_ptr<std::atomic<Leaf*>[]> root_ { new std::atomic<Leaf*>[ kRoot ]() };
};

}  // namespace braid::heap
