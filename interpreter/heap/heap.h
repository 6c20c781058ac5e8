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

class MarkTeam;
struct MarkWork;

// Handed to root providers and trace callbacks during a collection: one for each thread that marks.
class Marker {
  public:
    // Anything that is no pointer into the heap is ignored; an interior pointer keeps its object alive.
    void visit(Word word) noexcept;
    void visit(const void* pointer) noexcept { visit(static_cast<Word>(reinterpret_cast<uintptr_t>(pointer))); }
    void visit(const Object* object) noexcept { visit(static_cast<const void*>(object)); }
    void visit_range(const Word* first, size_t count) noexcept;

  private:
    friend class Heap;
    friend class MarkTeam;
    friend class Reachability;
    friend struct MarkWork;
    Marker(Heap& heap, MarkWork& work) : heap_(heap), work_(work) {}
    // Its part of a whole collection: roots, what can be reached from them, what others share. Returns when all is
    // marked.
    void work();
    void drain();
    void share();
    bool take_shared();
    static bool take_part(MarkWork& work);  // false: too late

    struct Pending {
        Object* object;
        uint64_t next;  // first word not yet traced: long arrays are traced in pieces
    };
    void trace(Pending pending);
    void visit_slots(const Word* slots, const std::vector<uint64_t>& traced) noexcept;

    Heap& heap_;
    MarkWork& work_;
    std::vector<Pending> pending_;
    uint64_t live_objects_ = 0;
    uint64_t live_bytes_ = 0;
    uint64_t root_words_ = 0;
};

struct HeapOptions {
    size_t max_bytes = 0;                // 0: no limit; counts blocks, large objects and external bytes
    size_t first_collection = 32 << 20;  // allocated bytes before a collection, at least; a few while little is live
    double growth = 1.0;                 // the next one comes after live * growth more
    bool stress = false;                 // ask for a collection at every safepoint, see stress()
    unsigned marking_threads = 1;        // that mark side by side, the collecting one included
    // The last sixteenth is for what still has to be done when memory runs out: the panic and the clean-ups.
    size_t soft_bytes() const { return max_bytes - max_bytes / 16; }
    // Called (from any allocating thread, at most once until the next collect()) when it is time to collect.
    std::function<void()> collection_wanted;
};

inline constexpr size_t kPausesKept = 4096;

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
    uint64_t pause_nanoseconds_p99 = 0;  // of the last kPausesKept; so is the median
    uint64_t pause_nanoseconds_median = 0;
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
    // One whose roots come in parts, which several threads ask for at a time.
    void add_root_provider(size_t parts, std::function<void(Marker&, size_t part)> provider);

    // World stopped. Marks from the roots, destroys dead native objects, frees the rest.
    void collect();
    // Called wherever a task enters the machine again, so at each safepoint while collections are wanted. With
    // HeapOptions::stress it asks for the next one; when a run has spent much on that, only at every second, fourth, …
    // call, so that long programs end.
    void stress() {
        if (options_.stress) stress_point();
    }
    uint64_t collections() const noexcept { return collections_.load(std::memory_order_acquire); }
    // Asks for a collection as allocation does when it is time (System.gc(), memory limit).
    void want_collection();

    // Memory outside the heap that dies with native objects (buffers): paces collections, counts for the limit.
    // False: over the limit; nothing was added.
    bool add_external(size_t bytes) noexcept;
    // The same for what is there already, whatever the limit: stacks of tasks, queues. over_limit() says so afterwards.
    void charge(size_t bytes) noexcept;
    void discharge(size_t bytes) noexcept;
    bool over_limit() const noexcept;
    // What the last collection found alive is more than is allowed. World stopped.
    bool live_over_limit() const noexcept;
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
    friend class Reachability;

    HeapOptions options_;
    std::unique_ptr<BlockStore> store_;
    std::atomic<uint64_t> collections_{0};
    struct State;
    std::unique_ptr<State> state_;

    void count_allocation(uint64_t bytes);
    void pace(uint64_t live_bytes);
    void stress_point();
    std::shared_ptr<MarkWork> make_work();
    bool destroy_in(Block& block, bool dead_only);
    void finish_collection(const MarkWork& marked, std::chrono::steady_clock::time_point start);
};

// What can be reached from some roots, added one after the other. World stopped as long as one lives.
class Reachability {
  public:
    explicit Reachability(Heap& heap);
    ~Reachability();
    void add(const std::function<void(Marker&)>& roots);
    // Of an object, or of what lies inside one.
    bool reached(const void* pointer) const;

  private:
    Heap& heap_;
    std::unique_ptr<MarkWork> work_;
    Marker marker_;
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
