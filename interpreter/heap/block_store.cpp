#include "interpreter/heap/block_store.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace braid::heap {

namespace {

// So many units are mapped at a time for small blocks.
constexpr size_t kUnitsPerMapping = 16;
// Larger mappings begin at a multiple of it and ask for pages of this size: one fault instead of 512, and marking a
// large heap does not spend its time on address translation. A heap of kLargeHeap maps as much at a time; smaller ones
// would mostly pay for what they do not use.
constexpr size_t kHugePage = 2 << 20;
constexpr size_t kLargeHeap = 16 << 20;
// So many free units are kept after a collection; the rest goes back to the system.
constexpr size_t kFreeUnitsKept = 512;
constexpr int64_t kChargePiece = 64 << 10;

size_t live_cells(const Block& block) {
    size_t count = 0;
    for (size_t i = 0; i < block.bitmap_words(); ++i)
        count += static_cast<size_t>(__builtin_popcountll(block.allocated[i].load(std::memory_order_relaxed)));
    return count;
}

}  // namespace

BlockStore::~BlockStore() {
    // What lies side by side goes at once: piece by piece the system would have to take its large pages apart.
    std::vector<std::pair<char*, size_t>> pieces;
    for (Block* block : blocks_) pieces.emplace_back(reinterpret_cast<char*>(block), block->bytes);
    for (void* unit : free_units_) pieces.emplace_back(static_cast<char*>(unit), kUnit);
    std::sort(pieces.begin(), pieces.end());
    for (size_t i = 0; i < pieces.size();) {
        auto [begin, bytes] = pieces[i];
        while (++i < pieces.size() && pieces[i].first == begin + bytes) bytes += pieces[i].second;
        munmap(begin, bytes);
    }
    for (size_t i = 0; i < kRoot; ++i) delete root_[i].load(std::memory_order_relaxed);
}

bool BlockStore::within_limit(size_t more) const {
    return max_bytes_ == 0 || committed() + external() + more <= max_bytes_;
}

bool BlockStore::commit(size_t bytes) {
    if (!within_limit(bytes)) return false;
    size_t now = committed_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (now > peak()) peak_.store(now, std::memory_order_relaxed);
    return true;
}

bool BlockStore::add_external(size_t bytes) noexcept {
    if (!within_limit(bytes)) return false;
    external_.fetch_add(bytes, std::memory_order_relaxed);
    return true;
}

size_t BlockStore::charge(int64_t bytes) noexcept {
    static std::atomic<unsigned> threads{0};
    thread_local unsigned stripe = threads.fetch_add(1, std::memory_order_relaxed) % charged_.size();
    int64_t before = charged_[stripe].bytes.fetch_add(bytes, std::memory_order_relaxed);
    int64_t after = before + bytes;
    return after / kChargePiece > before / kChargePiece
               ? static_cast<size_t>((after / kChargePiece - before / kChargePiece) * kChargePiece)
               : 0;
}

size_t BlockStore::external() const {
    auto sum = static_cast<int64_t>(external_.load(std::memory_order_relaxed));
    for (const Stripe& stripe : charged_) sum += stripe.bytes.load(std::memory_order_relaxed);
    return static_cast<size_t>(std::max<int64_t>(0, sum));
}

// Aligned to kUnit; zero. Null: the system says no.
void* BlockStore::map_units(size_t bytes) {
    size_t alignment = bytes >= kHugePage ? kHugePage : kUnit;
    void* mapping =
        mmap(nullptr, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) return nullptr;
    auto start = reinterpret_cast<uintptr_t>(mapping);
    uintptr_t aligned = (start + alignment - 1) / alignment * alignment;
    if (aligned > start) munmap(mapping, aligned - start);
    size_t tail = start + alignment - aligned;
    if (tail) munmap(reinterpret_cast<void*>(aligned + bytes), tail);
    // A wish: the system may not have such pages.
    if (bytes >= kHugePage) madvise(reinterpret_cast<void*>(aligned), bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
    return reinterpret_cast<void*>(aligned);
}

// Lets find() answer `value` for every unit of the block.
void BlockStore::enter(Block* block, Block* value) {
    uintptr_t first = reinterpret_cast<uintptr_t>(block) / kUnit;
    for (uintptr_t unit = first; unit < first + block->bytes / kUnit; ++unit) {
        std::atomic<Leaf*>& slot = root_[unit / kLeaf];
        if (!slot.load(std::memory_order_relaxed)) slot.store(new Leaf(), std::memory_order_release);
        (*slot.load(std::memory_order_relaxed))[unit % kLeaf].store(value, std::memory_order_release);
    }
}

void BlockStore::unmap(Block* block) {
    enter(block, nullptr);
    committed_.fetch_sub(block->bytes, std::memory_order_relaxed);
    munmap(block, block->bytes);
}

Block* BlockStore::make_small(size_t size_class) {
    if (!commit(kUnit)) return nullptr;
    if (free_units_.empty()) {
        size_t units = committed() < kLargeHeap ? kUnitsPerMapping : kHugePage / kUnit;
        if (void* mapping = map_units(units * kUnit))
            for (size_t i = units; i-- > 0;) free_units_.push_back(static_cast<char*>(mapping) + i * kUnit);
    }
    if (free_units_.empty()) {
        committed_.fetch_sub(kUnit, std::memory_order_relaxed);
        return nullptr;
    }
    auto* block = new (free_units_.back()) Block();
    free_units_.pop_back();
    block->cell_bytes = kCellSizes[size_class];
    block->cell_count = static_cast<uint32_t>((kUnit - Block::kHeaderBytes) / block->cell_bytes);
    block->inverse = ((uint64_t{1} << 32) + block->cell_bytes - 1) / block->cell_bytes;
    block->bytes = kUnit;
    enter(block, block);
    blocks_.push_back(block);
    return block;
}

Block* BlockStore::take(size_t size_class, Allocator& owner) {
    std::lock_guard lock(mutex_);
    Block* block = nullptr;
    if (!with_room_[size_class].empty()) {
        block = with_room_[size_class].back();
        with_room_[size_class].pop_back();
    } else {
        block = make_small(size_class);
    }
    if (block) block->owner = &owner;
    return block;
}

void BlockStore::give_back(Block& block) {
    std::lock_guard lock(mutex_);
    block.owner = nullptr;
    if (live_cells(block) < block.cell_count) with_room_[size_class_of(block.cell_bytes)].push_back(&block);
}

Block* BlockStore::make_large(size_t object_bytes) {
    size_t bytes = (Block::kHeaderBytes + object_bytes + kUnit - 1) / kUnit * kUnit;
    std::lock_guard lock(mutex_);
    if (!commit(bytes)) return nullptr;
    void* mapping = map_units(bytes);
    if (!mapping) {
        committed_.fetch_sub(bytes, std::memory_order_relaxed);
        return nullptr;
    }
    auto* block = new (mapping) Block();
    block->cell_count = 1;
    block->bytes = bytes;
    enter(block, block);
    blocks_.push_back(block);
    return block;
}

void BlockStore::sweep() {
    for (auto& list : with_room_) list.clear();
    auto gone = [this](Block* block) {
        for (size_t i = 0; i < block->bitmap_words(); ++i) {
            block->allocated[i].store(block->marked[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
            block->marked[i].store(0, std::memory_order_relaxed);
        }
        size_t live = live_cells(*block);
        if (live > 0) {
            if (live < block->cell_count) with_room_[size_class_of(block->cell_bytes)].push_back(block);
            return false;
        }
        if (block->large() || free_units_.size() >= kFreeUnitsKept) {
            unmap(block);
        } else {
            enter(block, nullptr);
            committed_.fetch_sub(kUnit, std::memory_order_relaxed);
            free_units_.push_back(block);
        }
        return true;
    };
    blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(), gone), blocks_.end());
}

}  // namespace braid::heap
