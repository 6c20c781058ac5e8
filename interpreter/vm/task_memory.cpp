#include "interpreter/vm/task_memory.h"

#include <array>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "interpreter/scheduler/short_lock.h"

namespace braid::vm {

namespace {

// Sanitizers are to see each piece come and go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

constexpr uint32_t kBatch = 32;
// Bytes between the threads, of each size: of what a burst of tasks needed.
constexpr size_t kMostBytes = 8 << 20;

thread_local TaskMemory::Cache* t_cache = nullptr;

// Batches that one thread has too much of, for others.
class Exchange {
  public:
    ~Exchange() {
        for (void* batch : batches_) free_all(batch);
    }
    void* take() {
        std::lock_guard lock(lock_);
        if (batches_.empty()) return nullptr;
        void* batch = batches_.back();
        batches_.pop_back();
        return batch;
    }
    bool give(void* batch, size_t bytes) {
        std::lock_guard lock(lock_);
        if (batches_.size() >= kMostBytes / bytes) return false;
        batches_.push_back(batch);
        return true;
    }
    static void free_all(void* batch) {
        while (batch) ::operator delete(std::exchange(batch, *static_cast<void**>(batch)));
    }

  private:
    scheduler::ShortLock lock_;
    std::vector<void*> batches_;
};

Exchange& exchange_of(size_t size) {
    static std::array<Exchange, TaskMemory::kSizes> exchanges;
    return exchanges[size];
}

}  // namespace

TaskMemory::Cache::Cache() : outer_(std::exchange(t_cache, this)) {}

TaskMemory::Cache::~Cache() {
    t_cache = outer_;
    for (Kept& kept : kept_) Exchange::free_all(kept.first);
}

void* TaskMemory::allocate(size_t bytes) {
    if (!kKeeps || bytes > kLargest) return ::operator new(bytes);
    size_t size = Cache::index_of(bytes);
    if (Cache* cache = t_cache) {
        Cache::Kept& kept = cache->kept_[size];
        if (!kept.first) {
            kept.first = static_cast<Cache::Piece*>(exchange_of(size).take());
            kept.count = kept.first ? kBatch : 0;
        }
        if (Cache::Piece* piece = kept.first) {
            kept.first = piece->next;
            --kept.count;
            return piece;
        }
    }
    return ::operator new(Cache::bytes_of(size));
}

void TaskMemory::free(void* memory, size_t bytes) noexcept {
    Cache* cache = t_cache;
    if (!kKeeps || bytes > kLargest || !cache || !memory) return ::operator delete(memory);
    size_t size = Cache::index_of(bytes);
    Cache::Kept& kept = cache->kept_[size];
    kept.first = new (memory) Cache::Piece{kept.first};
    if (++kept.count < 2 * kBatch) return;
    Cache::Piece* last = kept.first;
    for (uint32_t i = 1; i < kBatch; ++i) last = last->next;
    Cache::Piece* batch = std::exchange(kept.first, std::exchange(last->next, nullptr));
    kept.count -= kBatch;
    if (!exchange_of(size).give(batch, kBatch * Cache::bytes_of(size))) Exchange::free_all(batch);
}

}  // namespace braid::vm
