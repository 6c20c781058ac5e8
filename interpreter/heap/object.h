#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "interpreter/heap/layout.h"
#include "interpreter/heap/value.h"

namespace braid::heap {

// Slots that another task can reach are read and written with these: a race in a program gives an old or a new word,
// never a torn one and never undefined behaviour of ours.
inline Word load_slot(const Word* slot) noexcept {
    return std::atomic_ref<Word>(*const_cast<Word*>(slot)).load(std::memory_order_relaxed);
}
inline void store_slot(Word* slot, Word word) noexcept {
    std::atomic_ref<Word>(*slot).store(word, std::memory_order_relaxed);
}
// With publication: who reads the word with load_slot_acquire sees what was written before it (a fresh object's slots).
inline Word load_slot_acquire(const Word* slot) noexcept {
    return std::atomic_ref<Word>(*const_cast<Word*>(slot)).load(std::memory_order_acquire);
}
inline void store_slot_release(Word* slot, Word word) noexcept {
    std::atomic_ref<Word>(*slot).store(word, std::memory_order_release);
}

// Where a concurrent marker will be told of the word that a store overwrites (snapshot at the beginning). Marking is
// done with the world stopped today, so there is nothing to tell; every store of a traced word passes here all the
// same.
inline void write_barrier(Word* /*slot*/) noexcept {}

inline void store_traced(Word* slot, Word word) noexcept {
    write_barrier(slot);
    store_slot_release(slot, word);
}

// The header before the slots. Objects never move.
class Object {
  public:
    LayoutId layout() const noexcept { return layout_; }

    // Bits for the VM (frozen, escaped, …); the collector does not read them.
    uint32_t flags() const noexcept { return flags_.load(std::memory_order_relaxed); }
    uint32_t set_flags(uint32_t bits) noexcept { return flags_.fetch_or(bits, std::memory_order_relaxed); }
    uint32_t clear_flags(uint32_t bits) noexcept { return flags_.fetch_and(~bits, std::memory_order_relaxed); }

    Word* slots() noexcept { return reinterpret_cast<Word*>(this + 1); }
    const Word* slots() const noexcept { return reinterpret_cast<const Word*>(this + 1); }

    // Array and Bytes only. The length never changes.
    uint64_t length() const noexcept { return slots()[0]; }
    Word* elements() noexcept { return slots() + 1; }
    const Word* elements() const noexcept { return slots() + 1; }
    char* bytes() noexcept { return reinterpret_cast<char*>(slots() + 1); }
    const char* bytes() const noexcept { return reinterpret_cast<const char*>(slots() + 1); }

    // Native only.
    template <class T>
    T* native() noexcept {
        return reinterpret_cast<T*>(slots());
    }

  private:
    friend class Allocator;
    friend class Heap;
    explicit Object(LayoutId layout) noexcept : layout_(layout) {}

    LayoutId layout_;
    std::atomic<uint32_t> flags_{0};
};

static_assert(sizeof(Object) == 8);

}  // namespace braid::heap
