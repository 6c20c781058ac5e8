#include <cstring>

#include "interpreter/heap/block_store.h"
#include "interpreter/heap/heap_state.h"

namespace braid::heap {

namespace {

// More is no memory but a mistake, or an attack; keeps the arithmetic on sizes from overflowing.
constexpr uint64_t kLargestObject = uint64_t{1} << 46;

uint64_t free_cells(const Block& block, size_t word) {
    uint64_t free = ~block.allocated[word].load(std::memory_order_relaxed);
    size_t cells_before = word * 64;
    size_t cells_here = block.cell_count - cells_before;
    return cells_here >= 64 ? free : free & ((uint64_t{1} << cells_here) - 1);
}

}  // namespace

Allocator::Allocator(Heap& heap) : heap_(heap), cache_(std::make_unique<Cache>()) {
    std::lock_guard lock(heap_.state_->mutex);
    heap_.state_->allocators.push_back(this);
}

Allocator::~Allocator() {
    release_blocks();
    std::lock_guard lock(heap_.state_->mutex);
    std::erase(heap_.state_->allocators, this);
}

void Allocator::release_blocks() {
    for (auto& cursor : cache_->cursors) {
        if (cursor.block) heap_.store_->give_back(*cursor.block);
        cursor = {};
    }
}

inline void* Allocator::cell(size_t size_class) {
    auto& cursor = cache_->cursors[size_class];
    if (!cursor.free && !refill(size_class)) [[unlikely]]
        return nullptr;
    auto bit = static_cast<size_t>(__builtin_ctzll(cursor.free));
    cursor.free &= cursor.free - 1;
    std::atomic<uint64_t>& allocated = cursor.block->allocated[cursor.word];
    allocated.store(allocated.load(std::memory_order_relaxed) | uint64_t{1} << bit, std::memory_order_relaxed);
    return cursor.block->object(cursor.word * 64 + bit);
}

bool Allocator::refill(size_t size_class) {
    auto& cursor = cache_->cursors[size_class];
    while (!cursor.free) {
        if (cursor.block && ++cursor.word < cursor.block->bitmap_words()) {
            cursor.free = free_cells(*cursor.block, cursor.word);
            continue;
        }
        // The old block is full: it turns up again after the next collection.
        if (cursor.block) cursor.block->owner = nullptr;
        cursor = {heap_.store_->take(size_class, *this), 0, 0};
        if (!cursor.block) return false;
        uint64_t room = 0;
        for (size_t word = 0; word < cursor.block->bitmap_words(); ++word)
            room += static_cast<uint64_t>(__builtin_popcountll(free_cells(*cursor.block, word)));
        heap_.count_allocation(room * cursor.block->cell_bytes);
        cursor.free = free_cells(*cursor.block, 0);
    }
    return true;
}

Object* Allocator::raw(LayoutId layout, uint64_t payload_bytes) {
    uint64_t bytes = sizeof(Object) + payload_bytes;
    if (bytes <= kLargestCell) {
        size_t size_class = size_class_of(bytes);
        void* memory = cell(size_class);
        if (!memory) return nullptr;
        // A loop for small cells: a call of memset costs more than it does.
        if (uint32_t size = kCellSizes[size_class]; size <= 128)
            for (auto* word = static_cast<uint64_t*>(memory); size > 0; size -= 16, word += 2) word[0] = word[1] = 0;
        else std::memset(memory, 0, size);
        return new (memory) Object(layout);
    }
    if (bytes > kLargestObject) return nullptr;
    Block* block = heap_.store_->make_large(bytes);
    if (!block) return nullptr;
    heap_.count_allocation(block->bytes);
    block->allocated[0].store(1, std::memory_order_relaxed);
    return new (block->cells()) Object(layout);  // fresh from the system: zero
}

Object* Allocator::fixed(LayoutId layout) { return raw(layout, uint64_t{heap_.layout(layout).slots} * sizeof(Word)); }

Object* Allocator::array(LayoutId layout, uint64_t length) {
    uint64_t element = uint64_t{heap_.layout(layout).slots} * sizeof(Word);
    if (element && length > kLargestObject / element) return nullptr;
    Object* object = raw(layout, sizeof(Word) + length * element);
    if (object) object->slots()[0] = length;
    return object;
}

Object* Allocator::bytes(LayoutId layout, uint64_t length) {
    if (length > kLargestObject) return nullptr;
    Object* object = raw(layout, sizeof(Word) + (length + 7) / 8 * 8);
    if (object) object->slots()[0] = length;
    return object;
}

Object* Allocator::bytes(LayoutId layout, std::string_view content) {
    Object* object = bytes(layout, content.size());
    if (object && !content.empty()) std::memcpy(object->bytes(), content.data(), content.size());
    return object;
}

Value Allocator::integer(int64_t i) {
    if (Value::fits_integer(i)) return Value::small_integer(i);
    Object* object = fixed(kBoxedInteger);
    if (!object) return Value::empty();
    object->slots()[0] = static_cast<Word>(i);
    return Value::pointer(object);
}

void Allocator::publish_native(Object* object) noexcept {
    if (heap_.layout(object->layout()).native.destroy)
        heap_.store_->find(object)->has_native.store(true, std::memory_order_relaxed);
}

}  // namespace braid::heap
