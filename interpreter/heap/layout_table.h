#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "interpreter/heap/layout.h"

namespace braid::heap {

// A layout as the collector reads it.
struct Shape {
    Layout layout;
    std::vector<uint64_t> traced;  // bit per slot
    bool leaf = true;              // nothing to trace
};

// All layouts by id. Reading takes no lock; entries stay where they are.
class LayoutTable {
  public:
    LayoutTable() = default;
    LayoutTable(const LayoutTable&) = delete;
    ~LayoutTable() {
        for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
    }

    LayoutId add(Layout layout);

    const Shape& shape(LayoutId id) const noexcept {
        return (*chunks_[id / kChunk].load(std::memory_order_acquire))[id % kChunk];
    }
    size_t size() const noexcept { return size_.load(std::memory_order_acquire); }

  private:
    static constexpr size_t kChunk = 256, kChunks = 4096;
    using Chunk = std::array<Shape, kChunk>;

    std::mutex mutex_;
    std::atomic<size_t> size_{0};
    std::array<std::atomic<Chunk*>, kChunks> chunks_{};
};

}  // namespace braid::heap
