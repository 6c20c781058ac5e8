#pragma once

#include <mutex>
#include <vector>

#include "interpreter/heap/heap.h"
#include "interpreter/heap/layout_table.h"
#include "interpreter/heap/mark_work.h"
#include "interpreter/heap/size_classes.h"

namespace braid::heap {

struct Heap::State {
    LayoutTable layouts;
    struct Roots {
        size_t parts;
        std::function<void(Marker&, size_t part)> provide;
    };
    std::vector<Roots> roots;
    std::unique_ptr<MarkTeam> team;
    std::atomic<uint64_t> stress_points{0};
    uint64_t stress_cost = 0;                  // of all collections, in objects marked
    std::atomic<unsigned> stress_spacing{0};   // a power of two
    std::vector<uint64_t> pauses;              // the last kPausesKept, a ring
    uint64_t scanned_bytes = 0;                // by the last collection, roots included
    std::atomic<uint64_t> allocated_since{0};  // bytes, since the last collection
    std::atomic<uint64_t> allocated_before{0};
    std::atomic<uint64_t> next_collection{0};  // bytes allocated since
    std::atomic<bool> wanted{false};
    std::mutex mutex;  // allocators, roots, stats
    std::vector<Allocator*> allocators;
    HeapStats stats;
};

struct Allocator::Cache {
    // Where the next cell of a size class comes from: the free cells among 64 of an owned block.
    struct Cursor {
        Block* block = nullptr;
        size_t word = 0;
        uint64_t free = 0;
    };
    std::array<Cursor, kCellSizes.size()> cursors;
};

}  // namespace braid::heap
