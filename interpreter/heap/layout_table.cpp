#include "interpreter/heap/layout_table.h"

#include <cassert>

namespace braid::heap {

LayoutId LayoutTable::add(Layout layout) {
    Shape shape;
    shape.traced.resize((layout.slots + 63) / 64);
    for (size_t i = 0; i < layout.traced.size() && i < layout.slots; ++i)
        if (layout.traced[i]) shape.traced[i / 64] |= uint64_t{1} << (i % 64);
    for (uint64_t bits : shape.traced)
        if (bits) shape.leaf = false;
    if (layout.kind == LayoutKind::Native) shape.leaf = layout.native.trace == nullptr;
    shape.layout = std::move(layout);

    std::lock_guard lock(mutex_);
    size_t id = size_.load(std::memory_order_relaxed) + 1;  // 0 is no layout
    assert(id < kChunk * kChunks && "layouts come from program text, which is smaller");
    std::atomic<Chunk*>& chunk = chunks_[id / kChunk];
    if (!chunk.load(std::memory_order_relaxed)) chunk.store(new Chunk(), std::memory_order_release);
    (*chunk.load(std::memory_order_relaxed))[id % kChunk] = std::move(shape);
    size_.store(id, std::memory_order_release);
    return static_cast<LayoutId>(id);
}

}  // namespace braid::heap
