#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "interpreter/heap/object.h"

namespace braid::heap {

class Allocator;

// Small objects live in blocks of one cell size; a block begins with its Block. Large objects have a block each, of as
// many units as they need. Both begin at a multiple of kUnit.
inline constexpr size_t kUnit = 64 << 10;
inline constexpr size_t kMinCell = 16;
inline constexpr size_t kLargestCell = 8 << 10;
inline constexpr size_t kMaxCells = kUnit / kMinCell;
inline constexpr size_t kBitmapWords = kMaxCells / 64;

using Bitmap = std::atomic<uint64_t>[kBitmapWords];

struct Block {
    uint32_t cell_bytes;           // large: 0
    uint32_t cell_count;           // large: 1
    uint64_t inverse;              // of cell_bytes, 2^32 / cell_bytes rounded up
    uint64_t bytes;                // of the whole block, a multiple of kUnit
    Allocator* owner;              // who allocates from it now
    Block* next;                   // in a list of the store
    std::atomic<bool> has_native;  // some object has something to do when it dies
    // Which cells hold objects, and which of these the collection under way has found alive. A collection makes the
    // second into the first, so sweeping a block touches none of its cells.
    Bitmap allocated;
    Bitmap marked;

    bool large() const { return cell_bytes == 0; }
    char* cells() { return reinterpret_cast<char*>(this) + kHeaderBytes; }
    const char* cells() const { return reinterpret_cast<const char*>(this) + kHeaderBytes; }
    size_t bitmap_words() const { return (cell_count + 63) / 64; }

    // Multiplication instead of division: exact, because offset * cell_bytes < 2^32.
    size_t index_of(const void* pointer) const {
        if (large()) return 0;
        auto offset = static_cast<uint64_t>(static_cast<const char*>(pointer) - cells());
        return static_cast<size_t>(offset * inverse >> 32);
    }
    Object* object(size_t index) { return reinterpret_cast<Object*>(cells() + index * cell_bytes); }
    bool is_allocated(size_t index) const {
        return allocated[index / 64].load(std::memory_order_relaxed) >> (index % 64) & 1;
    }
    // True: it was not marked before.
    bool mark(size_t index) {
        uint64_t bit = uint64_t{1} << (index % 64);
        std::atomic<uint64_t>& word = marked[index / 64];
        if (word.load(std::memory_order_relaxed) & bit) return false;
        return !(word.fetch_or(bit, std::memory_order_relaxed) & bit);
    }

    static constexpr size_t kHeaderBytes = 1088;
};

static_assert(sizeof(Block) <= Block::kHeaderBytes && Block::kHeaderBytes % 16 == 0);

}  // namespace braid::heap
