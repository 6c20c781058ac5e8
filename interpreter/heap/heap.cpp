#include "interpreter/heap/heap.h"

#include <algorithm>
#include <chrono>

#include "interpreter/heap/block_store.h"
#include "interpreter/heap/heap_state.h"

namespace braid::heap {

namespace {

// With less to mark, waking another thread takes longer than it helps.
constexpr uint64_t kWorthHelp = 4 << 20;
// While little lives, a collection costs next to nothing, and what has been freed is still in the cache.
constexpr uint64_t kFitsCache = 4 << 20, kPerLiveByte = 8;
// Under stress: what a collection costs beside its objects, and what may be spent before they get rarer.
constexpr uint64_t kCollectionCost = 500, kStressCost = 20'000'000;

// Calls `visit` for each allocated object of the block that `wanted` does not exclude, by bitmap word.
template <class Exclude, class Visit>
void for_each_in(Block& block, Exclude exclude, Visit visit) {
    for (size_t word = 0; word < block.bitmap_words(); ++word) {
        uint64_t bits = block.allocated[word].load(std::memory_order_relaxed) & ~exclude(word);
        for (; bits; bits &= bits - 1) visit(*block.object(word * 64 + static_cast<size_t>(__builtin_ctzll(bits))));
    }
}

}  // namespace

Heap::Heap(HeapOptions options)
    : options_(std::move(options)),
      store_(std::make_unique<BlockStore>(options_.max_bytes)),
      state_(std::make_unique<State>()) {
    register_layout(Layout::fixed("int", {false}));
    pace(0);
}

Heap::~Heap() {
    state_->team.reset();
    for (Block* block : store_->blocks()) destroy_in(*block, false);
}

LayoutId Heap::register_layout(Layout layout) { return state_->layouts.add(std::move(layout)); }
const Layout& Heap::layout(LayoutId id) const noexcept { return state_->layouts.shape(id).layout; }
size_t Heap::layout_count() const noexcept { return state_->layouts.size(); }

std::unique_ptr<Allocator> Heap::make_allocator() { return std::unique_ptr<Allocator>(new Allocator(*this)); }

void Heap::add_root_provider(RootProvider provider) {
    add_root_provider(1, [provider = std::move(provider)](Marker& marker, size_t) { provider(marker); });
}
void Heap::add_root_provider(size_t parts, std::function<void(Marker&, size_t part)> provider) {
    std::lock_guard lock(state_->mutex);
    state_->roots.push_back({parts, std::move(provider)});
}

void Heap::count_allocation(uint64_t bytes) {
    uint64_t since = state_->allocated_since.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (since >= state_->next_collection.load(std::memory_order_relaxed)) want_collection();
}

void Heap::want_collection() {
    if (state_->wanted.load(std::memory_order_relaxed) || state_->wanted.exchange(true, std::memory_order_acq_rel))
        return;
    if (options_.collection_wanted) options_.collection_wanted();
}

bool Heap::add_external(size_t bytes) noexcept {
    if (!store_->add_external(bytes)) return false;
    count_allocation(bytes);
    return true;
}

void Heap::charge(size_t bytes) noexcept {
    if (size_t pieces = store_->charge(static_cast<int64_t>(bytes))) count_allocation(pieces);
}

void Heap::discharge(size_t bytes) noexcept { store_->charge(-static_cast<int64_t>(bytes)); }

bool Heap::over_limit() const noexcept {
    return options_.soft_bytes() && store_->committed() + store_->external() > options_.soft_bytes();
}

bool Heap::live_over_limit() const noexcept {
    return options_.soft_bytes() && state_->stats.live_bytes + store_->external() > options_.soft_bytes();
}

void Heap::remove_external(size_t bytes) noexcept { store_->remove_external(bytes); }

// The next collection comes after as much allocation as there is live data, later where there is little, sooner when
// the limit is near.
void Heap::pace(uint64_t live_bytes) {
    auto budget = static_cast<uint64_t>(static_cast<double>(live_bytes) * options_.growth);
    budget = std::max(budget, std::min<uint64_t>(options_.first_collection, kFitsCache + kPerLiveByte * live_bytes));
    if (options_.max_bytes) {
        size_t used = std::min(options_.max_bytes, store_->committed() + store_->external());
        size_t room = options_.max_bytes - used;
        budget = std::min<uint64_t>(budget, std::max(room / 2, options_.max_bytes / 16));
    }
    state_->next_collection.store(budget, std::memory_order_relaxed);
}

// Returns whether objects that will want to be destroyed one day are left.
bool Heap::destroy_in(Block& block, bool dead_only) {
    if (!block.has_native.load(std::memory_order_relaxed)) return false;
    uint64_t destroyed = 0;
    auto marked = [&](size_t word) { return dead_only ? block.marked[word].load(std::memory_order_relaxed) : 0; };
    for_each_in(block, marked, [&](Object& object) {
        if (auto* destroy = layout(object.layout()).native.destroy) {
            destroy(object.slots());
            ++destroyed;
        }
    });
    state_->stats.finalized_objects += destroyed;
    bool left = false;
    auto dead = [&](size_t word) { return ~block.marked[word].load(std::memory_order_relaxed); };
    for_each_in(block, dead, [&](Object& object) { left |= layout(object.layout()).native.destroy != nullptr; });
    return left;
}

void Heap::stress_point() {
    uint64_t spacing = uint64_t{1} << state_->stress_spacing.load(std::memory_order_relaxed);
    if (state_->stress_points.fetch_add(1, std::memory_order_relaxed) % spacing == 0) want_collection();
}

std::shared_ptr<MarkWork> Heap::make_work() {
    struct Parts {
        std::vector<std::pair<const State::Roots*, size_t>> all;
        std::atomic<size_t> next{0};
    };
    auto parts = std::make_shared<Parts>();
    {
        std::lock_guard lock(state_->mutex);
        for (const State::Roots& roots : state_->roots)
            for (size_t part = 0; part < roots.parts; ++part) parts->all.emplace_back(&roots, part);
    }
    auto work = std::make_shared<MarkWork>();
    work->next_roots = [parts](Marker& marker) {
        size_t i = parts->next.fetch_add(1, std::memory_order_relaxed);
        if (i < parts->all.size()) parts->all[i].first->provide(marker, parts->all[i].second);
        return i < parts->all.size();
    };
    return work;
}

void Heap::collect() {
    auto start = std::chrono::steady_clock::now();
    std::vector<Allocator*> allocators;
    {
        std::lock_guard lock(state_->mutex);
        allocators = state_->allocators;
    }
    for (Allocator* allocator : allocators) allocator->release_blocks();
    std::shared_ptr<MarkWork> work = make_work();
    Marker::take_part(*work);
    if (options_.marking_threads > 1 && state_->scanned_bytes >= kWorthHelp) {
        if (!state_->team) state_->team = std::make_unique<MarkTeam>(*this);
        state_->team->help(work, options_.marking_threads - 1);
    }
    Marker(*this, *work).work();
    {
        std::lock_guard lock(state_->mutex);
        for (Block* block : store_->blocks())
            block->has_native.store(destroy_in(*block, true), std::memory_order_relaxed);
    }
    store_->sweep();
    finish_collection(*work, start);
}

void Heap::finish_collection(const MarkWork& marked, std::chrono::steady_clock::time_point start) {
    uint64_t since = state_->allocated_since.exchange(0, std::memory_order_relaxed);
    state_->allocated_before.fetch_add(since, std::memory_order_relaxed);
    // What is outside, the stacks of tasks above all, is as much work as objects of its size.
    state_->scanned_bytes = marked.live_bytes + store_->external();
    pace(state_->scanned_bytes);
    state_->wanted.store(false, std::memory_order_release);
    if (options_.stress) {
        state_->stress_cost += kCollectionCost + marked.live_objects + marked.root_words;
        state_->stress_spacing.store(static_cast<unsigned>(std::min<uint64_t>(40, state_->stress_cost / kStressCost)),
                                     std::memory_order_relaxed);
    }
    auto pause = static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
    {
        std::lock_guard lock(state_->mutex);
        HeapStats& stats = state_->stats;
        stats.live_bytes = marked.live_bytes;
        stats.live_objects = marked.live_objects;
        stats.pause_nanoseconds_total += pause;
        stats.pause_nanoseconds_max = std::max(stats.pause_nanoseconds_max, pause);
        if (state_->pauses.size() < kPausesKept) state_->pauses.push_back(pause);
        else state_->pauses[collections() % kPausesKept] = pause;
    }
    collections_.fetch_add(1, std::memory_order_release);
}

Object* Heap::object_of(const void* pointer) const noexcept {
    Block* block = store_->find(pointer);
    if (!block || static_cast<const char*>(pointer) < block->cells()) return nullptr;
    size_t index = block->index_of(pointer);
    return index < block->cell_count && block->is_allocated(index) ? block->object(index) : nullptr;
}

size_t Heap::size_of(const Object& object) const noexcept {
    const Block* block = store_->find(&object);
    return block->large() ? block->bytes - Block::kHeaderBytes : block->cell_bytes;
}

void Heap::for_each_object(const std::function<void(Object&)>& visit) {
    for (Block* block : store_->blocks())
        for_each_in(
            *block, [](size_t) { return uint64_t{0}; }, visit);
}

HeapStats Heap::stats() const {
    std::lock_guard lock(state_->mutex);
    HeapStats stats = state_->stats;
    stats.committed_bytes = store_->committed();
    stats.peak_committed_bytes = store_->peak();
    stats.external_bytes = store_->external();
    stats.allocated_bytes = state_->allocated_before.load(std::memory_order_relaxed) +
                            state_->allocated_since.load(std::memory_order_relaxed);
    stats.collections = collections();
    std::vector<uint64_t> pauses = state_->pauses;
    std::sort(pauses.begin(), pauses.end());
    if (!pauses.empty()) {
        stats.pause_nanoseconds_median = pauses[pauses.size() / 2];
        stats.pause_nanoseconds_p99 = pauses[(pauses.size() * 99 + 99) / 100 - 1];
    }
    return stats;
}

}  // namespace braid::heap
