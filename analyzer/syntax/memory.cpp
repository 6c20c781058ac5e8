#include "analyzer/syntax/memory.h"

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

namespace braid::green_memory {

namespace {

constexpr size_t SlabBytes = 64 * ChunkBytes;
constexpr uint32_t MostIdle = 8;

/// Stands in the first chunk of its memory and tells which of the others are free.
struct Slab {
    static constexpr uint64_t AllFree = ~uint64_t(1);
    uint64_t free = AllFree;
    Slab* previous = nullptr;
    Slab* next = nullptr;

    static Slab* of(void* chunk) {
        return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(chunk) & ~uintptr_t(SlabBytes - 1));
    }
    static Slab* create() {
        void* memory = std::aligned_alloc(SlabBytes, SlabBytes);
        if (!memory) throw std::bad_alloc();
        return new (memory) Slab;
    }
    void* take() {
        auto number = size_t(__builtin_ctzll(free));
        free &= free - 1;
        return reinterpret_cast<char*>(this) + number * ChunkBytes;
    }
    void give(void* chunk) {
        auto number = (reinterpret_cast<uintptr_t>(chunk) - reinterpret_cast<uintptr_t>(this)) / ChunkBytes;
        free |= uint64_t(1) << number;
    }
};

class Pool {
  public:
    void* take() {
        std::lock_guard lock(mutex_);
        if (!first_) {
            link(Slab::create());
            ++idle_;
        }
        Slab* slab = first_;
        if (slab->free == Slab::AllFree) --idle_;
        void* chunk = slab->take();
        if (slab->free == 0) unlink(slab);
        return chunk;
    }
    void give(void* chunk) {
        std::lock_guard lock(mutex_);
        Slab* slab = Slab::of(chunk);
        if (slab->free == 0) link(slab);
        slab->give(chunk);
        if (slab->free != Slab::AllFree || ++idle_ <= MostIdle) return;
        --idle_;
        unlink(slab);
        std::free(slab);
    }

  private:
    void link(Slab* slab) {
        slab->previous = nullptr;
        slab->next = first_;
        if (first_) first_->previous = slab;
        first_ = slab;
    }
    void unlink(Slab* slab) {
        (slab->previous ? slab->previous->next : first_) = slab->next;
        if (slab->next) slab->next->previous = slab->previous;
    }

    std::mutex mutex_;
    Slab* first_ = nullptr;  ///< of those with something free
    uint32_t idle_ = 0;      ///< slabs of which nothing is in use
};

/// Never destroyed: trees held by other static objects may outlive it.
Pool& pool() {
    static Pool& pool = *new Pool;
    return pool;
}

}  // namespace

void* take_chunk() { return pool().take(); }
void give_chunk(void* chunk) { pool().give(chunk); }

}  // namespace braid::green_memory
