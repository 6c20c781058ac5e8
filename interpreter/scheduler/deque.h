#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace braid::scheduler {

class Task;

// Work-stealing deque of Chase and Lev (SPAA 2005) with the orders of Lê, Pop, Cohen, Zappa Nardelli, "Correct and
// efficient work-stealing for weak memory models" (PPoPP 2013), figure 1. Two differences: their sequentially
// consistent fences are folded into the accesses of top and bottom beside them, which costs the same on x86 and is
// understood by ThreadSanitizer; and push() stores bottom sequentially consistently, because parking workers look at it
// (parallel_engine.h).
//
// The owner pushes at the bottom. For fairness between tasks workers take from the top, their own deque included
// (steal()); take(), last in first out, is for fork/join work.
//
// `Atomic` is std::atomic, or in a test what lets every order of accesses happen.
template <template <class> class Atomic = std::atomic, size_t kFirstCapacity = 64>
class BasicWorkDeque {
  public:
    BasicWorkDeque() { grow_to(kFirstCapacity); }
    BasicWorkDeque(const BasicWorkDeque&) = delete;
    BasicWorkDeque& operator=(const BasicWorkDeque&) = delete;

    // Owner only.
    void push(Task* task) {
        int64_t bottom = bottom_.load(std::memory_order_relaxed);
        int64_t top = top_.load(std::memory_order_acquire);
        Ring* ring = ring_.load(std::memory_order_relaxed);
        if (bottom - top > ring->mask) ring = grow(ring, top, bottom);
        ring->at(bottom).store(task, std::memory_order_relaxed);
        bottom_.store(bottom + 1, std::memory_order_seq_cst);
    }

    // Owner only; newest first. Null: empty.
    Task* take() {
        int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
        Ring* ring = ring_.load(std::memory_order_relaxed);
        bottom_.store(bottom, std::memory_order_seq_cst);
        int64_t top = top_.load(std::memory_order_seq_cst);
        if (top > bottom) {
            bottom_.store(bottom + 1, std::memory_order_release);
            return nullptr;
        }
        Task* task = ring->at(bottom).load(std::memory_order_relaxed);
        if (top == bottom) {  // the last one: thieves may be after it
            if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) task = nullptr;
            bottom_.store(bottom + 1, std::memory_order_release);
        }
        return task;
    }

    // Any thread; oldest first. Null: empty. Retries when another thief was faster.
    Task* steal() {
        for (;;) {
            int64_t top = top_.load(std::memory_order_seq_cst);
            int64_t bottom = bottom_.load(std::memory_order_seq_cst);
            if (top >= bottom) return nullptr;
            Ring* ring = ring_.load(std::memory_order_acquire);
            Task* task = ring->at(top).load(std::memory_order_relaxed);
            if (top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) return task;
        }
    }

    bool empty() const { return size() == 0; }

    // Grows with every task taken: while it stays the same, so does the oldest.
    int64_t taken() const { return top_.load(std::memory_order_seq_cst); }

    size_t size() const {
        int64_t top = top_.load(std::memory_order_seq_cst);
        int64_t bottom = bottom_.load(std::memory_order_seq_cst);
        return bottom > top ? static_cast<size_t>(bottom - top) : 0;
    }

  private:
    struct Ring {
        explicit Ring(size_t capacity) : mask(static_cast<int64_t>(capacity) - 1), slots(new Atomic<Task*>[capacity]) {}
        Atomic<Task*>& at(int64_t index) { return slots[static_cast<size_t>(index & mask)]; }
        const int64_t mask;
        std::unique_ptr<Atomic<Task*>[]> slots;
    };

    Ring* grow_to(size_t capacity) {
        rings_.push_back(std::make_unique<Ring>(capacity));
        ring_.store(rings_.back().get(), std::memory_order_release);
        return rings_.back().get();
    }

    Ring* grow(Ring* old, int64_t top, int64_t bottom) {
        auto bigger = std::make_unique<Ring>(static_cast<size_t>(old->mask + 1) * 2);
        for (int64_t i = top; i < bottom; ++i)
            bigger->at(i).store(old->at(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
        rings_.push_back(std::move(bigger));
        ring_.store(rings_.back().get(), std::memory_order_release);
        return rings_.back().get();
    }

    alignas(64) Atomic<int64_t> top_{0};
    alignas(64) Atomic<int64_t> bottom_{0};
    Atomic<Ring*> ring_{nullptr};
    // Thieves may still read an outgrown ring, so all stay; together they are smaller than the last.
    std::vector<std::unique_ptr<Ring>> rings_;
};

using WorkDeque = BasicWorkDeque<>;

}  // namespace braid::scheduler
