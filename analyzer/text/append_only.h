#pragma once
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace braid {

/// A sequence that only grows and never moves its elements. One thread appends at a time; any number read, without a
/// lock, what was appended before they learnt its index.
template <typename T>
class AppendOnly {
  public:
    size_t size() const { return size_.load(std::memory_order_acquire); }
    const T& operator[](size_t index) const {
        const size_t block = block_of(index);
        return readable_[block].load(std::memory_order_acquire)[index - first_of(block)];
    }
    const T& push_back(T value) {
        const size_t index = size_.load(std::memory_order_relaxed);
        const size_t block = block_of(index);
        if (!blocks_[block]) {
            blocks_[block] = std::make_unique<T[]>(kFirstBlock << block);
            readable_[block].store(blocks_[block].get(), std::memory_order_release);
        }
        T& element = blocks_[block][index - first_of(block)];
        element = std::move(value);
        size_.store(index + 1, std::memory_order_release);
        return element;
    }

  private:
    // Each block is twice as large as the one before.
    static constexpr size_t kFirstBlock = 256;
    static constexpr size_t kMostBlocks = 40;
    static size_t block_of(size_t index) { return size_t(std::bit_width(index / kFirstBlock + 1)) - 1; }
    static size_t first_of(size_t block) { return ((size_t(1) << block) - 1) * kFirstBlock; }

    std::array<std::unique_ptr<T[]>, kMostBlocks> blocks_;
    std::array<std::atomic<T*>, kMostBlocks> readable_{};
    std::atomic<size_t> size_{0};
};

}  // namespace braid
