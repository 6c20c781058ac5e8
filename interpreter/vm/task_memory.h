#pragma once
#include <cstddef>
#include <cstdint>

namespace braid::vm {

/// Memory of tasks: their objects, small stacks, and what natives keep for them. A task is often made by one worker and
/// ends on another, for which allocators take locks that both want. So each thread that runs tasks keeps what ended on
/// it for what it starts, and gives and takes batches where it has too much or nothing; after Go's lists of dead
/// goroutines (runtime/proc.go, gfput and gfget). What many tasks left behind goes back to the C library.
class TaskMemory {
  public:
    /// Pieces of up to this many bytes are kept. Sizes are those that the C library has without loss: a multiple of 16
    /// less the 8 bytes it needs for itself.
    static constexpr size_t kLargest = 1016, kStep = 16, kSizes = (kLargest + 7) / kStep + 1;

    static void* allocate(size_t bytes);
    static void free(void* memory, size_t bytes) noexcept;

    /// What a thread keeps, from now until it ends. One at a time for each thread.
    class Cache {
      public:
        Cache();
        ~Cache();
        Cache(const Cache&) = delete;

      private:
        friend class TaskMemory;
        struct Piece {
            Piece* next;
        };
        struct Kept {
            Piece* first = nullptr;
            uint32_t count = 0;
        };
        static constexpr size_t index_of(size_t bytes) { return (bytes + 7) / kStep; }
        static constexpr size_t bytes_of(size_t index) { return index * kStep + 8; }

        Kept kept_[kSizes];
        Cache* outer_;
    };
};

/// A base of classes whose objects lie there.
struct InTaskMemory {
    static void* operator new(size_t bytes) { return TaskMemory::allocate(bytes); }
    static void operator delete(void* memory, size_t bytes) noexcept { TaskMemory::free(memory, bytes); }
};

}  // namespace braid::vm
