#include <algorithm>

#include "interpreter/heap/block_store.h"
#include "interpreter/heap/heap_state.h"

namespace braid::heap {

namespace {

// Words of an array that are traced at a time.
constexpr uint64_t kPiece = 4096;

}  // namespace

void Marker::visit(Word word) noexcept {
    if (!Value::is_pointer(word)) return;
    auto* pointer = reinterpret_cast<char*>(static_cast<uintptr_t>(word));
    Block* block = heap_.store_->find(pointer);
    if (!block || pointer < block->cells()) return;
    size_t index = block->index_of(pointer);
    if (index >= block->cell_count || !block->is_allocated(index) || !block->mark(index)) return;
    Object* object = block->object(index);
    ++live_objects_;
    live_bytes_ += block->large() ? block->bytes : block->cell_bytes;
    if (!heap_.state_->layouts.shape(object->layout()).leaf) pending_.push_back({object, 0});
}

void Marker::visit_range(const Word* first, size_t count) noexcept {
    for (size_t i = 0; i < count; ++i) visit(first[i]);
}

void Marker::visit_slots(const Word* slots, const std::vector<uint64_t>& traced) noexcept {
    for (size_t i = 0; i < traced.size(); ++i)
        for (uint64_t bits = traced[i]; bits; bits &= bits - 1)
            visit(slots[i * 64 + static_cast<size_t>(__builtin_ctzll(bits))]);
}

void Marker::trace(Pending pending) {
    Object& object = *pending.object;
    const Shape& shape = heap_.state_->layouts.shape(object.layout());
    switch (shape.layout.kind) {
        case LayoutKind::Bytes: return;
        case LayoutKind::Fixed: return visit_slots(object.slots(), shape.traced);
        case LayoutKind::Native: return shape.layout.native.trace(object.slots(), *this);
        case LayoutKind::Array: break;
    }
    uint64_t stride = shape.layout.slots;
    uint64_t end = std::min(object.length(), pending.next + kPiece / stride + 1);
    // The rest first on the stack: it waits until this piece is done.
    if (end < object.length()) pending_.push_back({&object, end});
    if (stride == 1) return visit_range(object.elements() + pending.next, end - pending.next);
    for (uint64_t i = pending.next; i < end; ++i) visit_slots(object.elements() + i * stride, shape.traced);
}

void Marker::drain() {
    while (!pending_.empty()) {
        Pending next = pending_.back();
        pending_.pop_back();
        trace(next);
    }
}

}  // namespace braid::heap
