#include "interpreter/scheduler/registry.h"

#include <algorithm>

#include "interpreter/scheduler/short_lock.h"

namespace braid::scheduler {

namespace {

constexpr size_t kAtHand = 64, kMoved = kAtHand / 2;
// A worker that has started so many takes ids by the batch; before, ids are in order of spawning.
constexpr uint64_t kOrdered = 1024, kIdBatch = 16;

}  // namespace

class alignas(64) Registry::Local {
    friend class Registry;
    std::array<Place*, kAtHand> places;
    size_t free = 0;
    uint64_t next_id = 0, last_id = 0;           // of a batch
    std::atomic<uint64_t> added{0}, removed{0};  // written by one thread
};

// Aligned to its size: a place leads to its chunk.
struct alignas(1024) Registry::Chunk {
    // Who looks at the tasks holds it, so that none goes meanwhile.
    mutable ShortLock lock;
    alignas(64) std::array<Place, 120> places{};

    static Chunk& of(Place* place) {
        return *reinterpret_cast<Chunk*>(reinterpret_cast<uintptr_t>(place) & ~uintptr_t{sizeof(Chunk) - 1});
    }
};

Registry::Registry(uint64_t max_tasks) : max_tasks_(max_tasks), shared_(make_local()) {}
Registry::~Registry() { clear(); }

Registry::Local& Registry::make_local() {
    std::lock_guard lock(mutex_);
    return *locals_.emplace_back(std::make_unique<Local>());
}

bool Registry::refill(Local& local, size_t wanted) {
    std::lock_guard lock(mutex_);
    wanted = std::min<uint64_t>(wanted, max_tasks_ - std::min(max_tasks_, given_out_));
    if (wanted == 0) return false;
    while (free_.size() < wanted) {
        auto& places = chunks_.emplace_back(std::make_unique<Chunk>())->places;
        for (size_t i = places.size(); i-- > 0;) free_.push_back(&places[i]);
    }
    for (; wanted > 0; --wanted, ++given_out_) {
        local.places[local.free++] = free_.back();
        free_.pop_back();
    }
    return true;
}

void Registry::put_back(Local& local, size_t count) {
    std::lock_guard lock(mutex_);
    for (; count > 0; --count, --given_out_) free_.push_back(local.places[--local.free]);
}

void Registry::number(Task& task, Local& local) {
    if (local.next_id == local.last_id) {
        bool ordered = &local == &shared_ || local.added.load(std::memory_order_relaxed) < kOrdered;
        uint64_t batch = ordered ? 1 : kIdBatch;
        local.next_id = next_id_.fetch_add(batch, std::memory_order_relaxed);
        local.last_id = local.next_id + batch;
    }
    task.id_ = local.next_id++;
}

bool Registry::add(TaskRef& task, Local* own) {
    std::unique_lock shared(shared_mutex_, std::defer_lock);
    if (!own) shared.lock();
    Local& local = own ? *own : shared_;
    if (local.free == 0 && !refill(local, own ? kMoved : 1)) return false;
    number(*task, local);
    local.added.store(local.added.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    Place* place = local.places[--local.free];
    Task* added = task.give_up();
    added->place_ = place;
    place->store(added, std::memory_order_release);
    return true;
}

void Registry::remove(Task& task, Local* own) {
    Place* place = task.place_;
    {
        std::lock_guard lock(Chunk::of(place).lock);
        place->store(nullptr, std::memory_order_relaxed);
    }
    {
        std::unique_lock shared(shared_mutex_, std::defer_lock);
        if (!own) shared.lock();
        Local& local = own ? *own : shared_;
        local.removed.store(local.removed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        local.places[local.free++] = place;
        if (!own) put_back(local, 1);
        else if (local.free == kAtHand) put_back(local, kMoved);
    }
    task.release();
}

void Registry::clear() {
    for (const TaskRef& task : in_order()) remove(*task, nullptr);
}

Registry::Sum Registry::sum() const {
    std::lock_guard lock(mutex_);
    Sum sum{};
    for (const auto& local : locals_) {
        sum.removed += local->removed.load(std::memory_order_relaxed);
        sum.added += local->added.load(std::memory_order_relaxed);
    }
    return sum;
}

uint64_t Registry::size() const {
    Sum all = sum();
    return all.added - std::min(all.added, all.removed);
}

void Registry::for_each(size_t part, const std::function<void(Task&)>& visit) const {
    std::vector<const Chunk*> chunks;
    {
        std::lock_guard lock(mutex_);
        for (size_t i = part; i < chunks_.size(); i += kParts) chunks.push_back(chunks_[i].get());
    }
    for (const Chunk* chunk : chunks) {
        std::lock_guard lock(chunk->lock);
        for (const Place& place : chunk->places)
            if (Task* task = place.load(std::memory_order_acquire)) visit(*task);
    }
}

void Registry::for_each(const std::function<void(Task&)>& visit) const {
    for (size_t part = 0; part < kParts; ++part) for_each(part, visit);
}

std::vector<TaskRef> Registry::in_order() const {
    std::vector<TaskRef> tasks;
    for_each([&](Task& task) { tasks.emplace_back(&task); });
    std::sort(tasks.begin(), tasks.end(), [](const TaskRef& a, const TaskRef& b) { return a->id() < b->id(); });
    return tasks;
}

}  // namespace braid::scheduler
