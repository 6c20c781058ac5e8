#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "interpreter/heap/block_store.h"
#include "interpreter/heap/heap_state.h"
#include "interpreter/heap/mark_work.h"

namespace braid::heap {

namespace {

// Words of an array that are traced at a time.
constexpr uint64_t kPiece = 4096;
// Objects on a marker's stack that are worth handing over, and that one takes at a time.
constexpr size_t kWorthSharing = 32, kTaken = 128;
// Objects between asking memory for one and reading it.
constexpr size_t kAhead = 8;

}  // namespace

void Marker::visit(Word word) noexcept {
    if (!Value::is_pointer(word)) return;
    auto* pointer = reinterpret_cast<char*>(static_cast<uintptr_t>(word));
    Block* block = heap_.store_->find(pointer);
    if (!block || pointer < block->cells()) return;
    size_t index = block->index_of(pointer);
    if (index >= block->cell_count || !block->is_allocated(index) || !block->mark(index)) return;
    ++live_objects_;
    live_bytes_ += block->large() ? block->bytes : block->cell_bytes;
    pending_.push_back({block->object(index), 0});
}

void Marker::visit_range(const Word* first, size_t count) noexcept {
    root_words_ += count;
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
    if (shape.leaf) return;
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
    if (stride == 1) {
        for (uint64_t i = pending.next; i < end; ++i) visit(object.elements()[i]);
        return;
    }
    for (uint64_t i = pending.next; i < end; ++i) visit_slots(object.elements() + i * stride, shape.traced);
}

void Marker::drain() {
    // What will be traced is asked of memory some objects before it is.
    std::array<Pending, kAhead> ahead;
    size_t first = 0, count = 0;
    for (;;) {
        for (; count < kAhead && !pending_.empty(); ++count) {
            __builtin_prefetch(pending_.back().object);
            ahead[(first + count) % kAhead] = pending_.back();
            pending_.pop_back();
        }
        if (count == 0) return;
        trace(ahead[first]);
        first = (first + 1) % kAhead;
        --count;
        if (work_.idle.load(std::memory_order_relaxed) > 0 && pending_.size() >= kWorthSharing) share();
    }
}

void Marker::share() {
    // The older half: near the roots, so probably with more below it.
    auto middle = pending_.begin() + static_cast<std::ptrdiff_t>(pending_.size() / 2);
    std::lock_guard lock(work_.mutex);
    work_.shared.insert(work_.shared.end(), pending_.begin(), middle);
    pending_.erase(pending_.begin(), middle);
    work_.changed.notify_one();
}

bool Marker::take_shared() {
    std::unique_lock lock(work_.mutex);
    work_.live_objects += std::exchange(live_objects_, 0);
    work_.live_bytes += std::exchange(live_bytes_, 0);
    work_.root_words += std::exchange(root_words_, 0);
    if (work_.shared.empty()) {
        if (work_.idle.fetch_add(1, std::memory_order_relaxed) + 1 == work_.taking_part) {
            work_.done = true;
            work_.changed.notify_all();
        }
        work_.changed.wait(lock, [this] { return work_.done || !work_.shared.empty(); });
        if (work_.done) return false;
        work_.idle.fetch_sub(1, std::memory_order_relaxed);
    }
    size_t taken = std::min(kTaken, work_.shared.size());
    pending_.assign(work_.shared.end() - static_cast<std::ptrdiff_t>(taken), work_.shared.end());
    work_.shared.resize(work_.shared.size() - taken);
    return true;
}

void Marker::work() {
    while (work_.next_roots(*this)) drain();
    while (take_shared()) drain();
}

// --- Reachability ---

Reachability::Reachability(Heap& heap) : heap_(heap), work_(std::make_unique<MarkWork>()), marker_(heap, *work_) {}

Reachability::~Reachability() {
    for (Block* block : heap_.store_->blocks())
        for (size_t word = 0; word < block->bitmap_words(); ++word)
            block->marked[word].store(0, std::memory_order_relaxed);
}

void Reachability::add(const std::function<void(Marker&)>& roots) {
    roots(marker_);
    marker_.drain();
}

bool Reachability::reached(const void* pointer) const {
    Block* block = heap_.store_->find(pointer);
    if (!block || pointer < block->cells()) return false;
    size_t index = block->index_of(pointer);
    return index < block->cell_count && block->marked[index / 64].load(std::memory_order_relaxed) >> (index % 64) & 1;
}

// --- MarkTeam ---

MarkTeam::~MarkTeam() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void MarkTeam::help(const std::shared_ptr<MarkWork>& work, unsigned helpers) {
    std::lock_guard lock(mutex_);
    try {
        while (threads_.size() < helpers) threads_.emplace_back([this] { serve(); });
    } catch (const std::system_error&) {  // the system has no more threads: those that are there do it
    }
    work_ = work;
    ++round_;
    changed_.notify_all();
}

void MarkTeam::serve() {
    std::unique_lock lock(mutex_);
    for (uint64_t seen = 0;;) {
        changed_.wait(lock, [&] { return ending_ || round_ != seen; });
        if (ending_) return;
        seen = round_;
        std::shared_ptr<MarkWork> work = work_;
        lock.unlock();
        if (Marker::take_part(*work)) Marker(heap_, *work).work();
        lock.lock();
    }
}

bool Marker::take_part(MarkWork& work) {
    std::lock_guard lock(work.mutex);
    if (!work.done) ++work.taking_part;
    return !work.done;
}

}  // namespace braid::heap
