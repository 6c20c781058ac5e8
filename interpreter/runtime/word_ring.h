#pragma once
#include <bit>
#include <cstddef>
#include <memory>

#include "interpreter/heap/heap.h"

namespace braid::runtime {

/// A queue of words in one growing ring: nothing is allocated before the first word. What it takes counts for the limit
/// of memory of the heap.
class WordRing {
  public:
    explicit WordRing(heap::Heap& heap) : heap_(heap) {}
    ~WordRing() { heap_.discharge(capacity_ * sizeof(heap::Word)); }
    WordRing(const WordRing&) = delete;

    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    void push(heap::Word word) {
        if (size_ == capacity_) grow();
        words_[(first_ + size_++) & (capacity_ - 1)] = word;
    }
    heap::Word pop() {
        heap::Word word = words_[first_];
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
        return word;
    }
    void trace(heap::Marker& marker) const {
        for (size_t i = 0; i < size_; ++i) marker.visit(words_[(first_ + i) & (capacity_ - 1)]);
    }

  private:
    void grow() {
        size_t larger = capacity_ ? capacity_ * 2 : 4;
        std::unique_ptr<heap::Word[]> words(new heap::Word[larger]);
        for (size_t i = 0; i < size_; ++i) words[i] = words_[(first_ + i) & (capacity_ - 1)];
        heap_.charge((larger - capacity_) * sizeof(heap::Word));
        if (heap_.over_limit()) heap_.want_collection();  // which finds that it is so, and ends the program
        words_ = std::move(words);
        capacity_ = larger;
        first_ = 0;
    }

    heap::Heap& heap_;
    std::unique_ptr<heap::Word[]> words_;
    size_t capacity_ = 0, first_ = 0, size_ = 0;  // capacity_: a power of two
};

}  // namespace braid::runtime
