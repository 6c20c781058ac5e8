#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "interpreter/heap/layout.h"
#include "interpreter/heap/object.h"
#include "interpreter/heap/value.h"

namespace braid::heap {

class Allocator;
class BlockStore;
class Heap;
struct Block;

// Handed to root providers and trace callbacks during a collection.
class Marker {
  public:
    // Anything that is no pointer into the heap is ignored; an interior pointer keeps its object alive.
    void visit(Word word) noexcept;
    void visit(const void* pointer) noexcept { visit(static_cast<Word>(reinterpret_cast<uintptr_t>(pointer))); }
    void visit(const Object* object) noexcept { visit(static_cast<const void*>(object)); }
    void visit_range(const Word* first, size_t count) noexcept;

  private:
    friend class Heap;
    explicit Marker(Heap& heap) : heap_(heap) {}
    void drain();

    struct Pending {
        Object* object;
        uint64_t next;  // first word not yet traced: long arrays are traced in pieces
    };
    void trace(Pending pending);
    void visit_slots(const Word* slots, const std::vector<uint64_t>& traced) noexcept;

    Heap& heap_;
    std::vector<Pending> pending_;
    uint64_t live_objects_ = 0;
    uint64_t live_bytes_ = 0;
};

struct HeapOptions {
    size_t max_bytes = 0;                // 0: no limit; counts blocks, large objects and external bytes
    size_t first_collection = 32 << 20;  // allocated bytes before the first collection
    double growth = 1.0;                 // the next one comes after live * growth more, at least first_collection
    bool stress = false;                 // ask for a collection at every allocation
    // Called (from any allocating thread, at most once until the next collect()) when it is time to collect.
    std::function<void()> collection_wanted;
};

struct HeapStats {
    uint64_t live_bytes = 0;  // in objects found alive by the last collection
    uint64_t live_objects = 0;
    uint64_t committed_bytes = 0;  // taken from the system
    uint64_t peak_committed_bytes = 0;
    uint64_t external_bytes = 0;
    uint64_t allocated_bytes = 0;  // ever; counted when an allocator takes a block
    uint64_t collections = 0;
    uint64_t pause_nanoseconds_total = 0;
    uint64_t pause_nanoseconds_max = 0;
    uint64_t finalized_objects = 0;
};

// A precise, non-moving, size-classed mark-and-sweep heap. It knows no scheduler: whoever calls collect() has stopped
// every thread that allocates or touches objects.
class Heap {
  public:
    explicit Heap(HeapOptions options = {});
    ~Heap();  // destroys native objects; all allocators are gone by then
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    // Any thread. Ids are dense, from 1, in order of registration.
    LayoutId register_layout(Layout layout);
    const Layout& layout(LayoutId id) const noexcept;
    size_t layout_count() const noexcept;

    // One per thread that runs tasks; used by that thread only.
    std::unique_ptr<Allocator> make_allocator();

    using RootProvider = std::function<void(Marker&)>;
    void add_root_provider(RootProvider provider);

    // World stopped. Marks from the roots, destroys dead native objects, frees the rest.
    void collect();
    uint64_t collections() const noexcept { return collections_.load(std::memory_order_acquire); }
    // Asks for a collection as allocation does when it is time (System.gc(), memory limit).
    void want_collection();

    // Memory outside the heap that dies with native objects (buffers): paces collections, counts for the limit.
    // False: over the limit; nothing was added.
    bool add_external(size_t bytes) noexcept;
    void remove_external(size_t bytes) noexcept;

    // The object a (possibly interior) pointer points into; null if into none.
    Object* object_of(const void* pointer) const noexcept;
    size_t size_of(const Object& object) const noexcept;  // bytes it occupies

    // World stopped: every allocated object not yet known to be dead.
    void for_each_object(const std::function<void(Object&)>& visit);

    HeapStats stats() const;
    const HeapOptions& options() const noexcept { return options_; }

  private:
    friend class Allocator;
    friend class Marker;

    HeapOptions options_;
    std::unique_ptr<BlockStore> store_;
    std::atomic<uint64_t> collections_{0};
    struct State;
    std::unique_ptr<State> state_;

    void count_allocation(uint64_t bytes);
    void pace(uint64_t live_bytes);
    bool destroy_in(Block& block, bool dead_only);
    void finish_collection(const Marker& marker, std::chrono::steady_clock::time_point start);
};

// A thread's way to allocate. Memory is zeroed: every slot of a new object is the empty value.
// Null: the limit is reached. The VM then asks for a collection (want_collection), returns to the scheduler, executes
// the instruction again, and panics ("out of memory") if it fails with collections() moved on.
class Allocator {
  public:
    ~Allocator();
    Allocator(const Allocator&) = delete;
    Allocator& operator=(const Allocator&) = delete;

    Object* fixed(LayoutId layout);                   // LayoutKind::Fixed
    Object* array(LayoutId layout, uint64_t length);  // LayoutKind::Array
    Object* bytes(LayoutId layout, uint64_t length);  // LayoutKind::Bytes
    Object* bytes(LayoutId layout, std::string_view content);

    template <class T, class... Arguments>
    Object* native(LayoutId layout, Arguments&&... arguments) {
        Object* object = raw(layout, (sizeof(T) + 7) / 8 * 8);
        if (object) {
            new (object->slots()) T(std::forward<Arguments>(arguments)...);
            publish_native(object);
        }
        return object;
    }

    // Velox `int` beyond 51 bits: an object of the heap's built-in layout boxed_integer(). Empty value: no memory.
    Value integer(int64_t i);

    Heap& heap() const noexcept { return heap_; }

  private:
    friend class Heap;
    explicit Allocator(Heap& heap);
    Object* raw(LayoutId layout, uint64_t payload_bytes);
    void* cell(size_t size_class);
    bool refill(size_t size_class);  // false: no memory
    void release_blocks();
    void publish_native(Object* object) noexcept;

    Heap& heap_;
    struct Cache;
    std::unique_ptr<Cache> cache_;
};

// The layout of integers that do not fit into a word with their tag, registered first in every heap.
inline constexpr LayoutId kBoxedInteger = 1;

}  // namespace braid::heap
