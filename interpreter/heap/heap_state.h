#pragma once

#include <mutex>
#include <vector>

#include "interpreter/heap/heap.h"
#include "interpreter/heap/layout_table.h"
#include "interpreter/heap/size_classes.h"

namespace braid::heap {

struct Heap::State {
    LayoutTable layouts;
    std::vector<RootProvider> roots;
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
