#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "interpreter/heap/heap.h"

using namespace braid::heap;

TEST_CASE("allocation beyond the limit fails, and works again after a collection") {
    HeapOptions options;
    options.max_bytes = 2 << 20;
    int wanted = 0;
    options.collection_wanted = [&] { ++wanted; };
    Heap heap(std::move(options));
    auto allocator = heap.make_allocator();
    LayoutId list = heap.register_layout(Layout::array("list"));
    int made = 0;
    while (allocator->array(list, 20)) ++made;
    CHECK(made > 5000);
    CHECK(wanted == 1);
    CHECK(heap.stats().committed_bytes <= 2 << 20);
    CHECK_FALSE(allocator->array(list, 20'000));
    heap.collect();
    CHECK(allocator->array(list, 20));
    CHECK(allocator->array(list, 20'000));
}

TEST_CASE("absurd sizes fail and nothing else") {
    Heap heap;
    auto allocator = heap.make_allocator();
    LayoutId list = heap.register_layout(Layout::array("list"));
    LayoutId wide = heap.register_layout(Layout::array("wide", {true, true, true, true, true}));
    LayoutId text = heap.register_layout(Layout::bytes("text"));
    for (uint64_t length : {UINT64_MAX, UINT64_MAX / 8, UINT64_MAX / 40 + 1, uint64_t{1} << 60, uint64_t{1} << 46}) {
        CHECK_FALSE(allocator->array(list, length));
        CHECK_FALSE(allocator->array(wide, length));
        CHECK_FALSE(allocator->bytes(text, length));
    }
    CHECK(heap.stats().committed_bytes == 0);
}

TEST_CASE("external bytes count for the limit and pace collections") {
    HeapOptions options;
    options.max_bytes = 1 << 20;
    int wanted = 0;
    options.collection_wanted = [&] { ++wanted; };
    Heap heap(std::move(options));
    CHECK(heap.add_external(900'000));
    CHECK(wanted == 1);
    CHECK_FALSE(heap.add_external(200'000));
    heap.remove_external(900'000);
    CHECK(heap.add_external(200'000));
    CHECK(heap.stats().external_bytes == 200'000);
}

TEST_CASE("a collection is wanted after enough allocation, once until it happens") {
    HeapOptions options;
    options.first_collection = 1 << 20;
    int wanted = 0;
    options.collection_wanted = [&] { ++wanted; };
    Heap heap(std::move(options));
    auto allocator = heap.make_allocator();
    LayoutId list = heap.register_layout(Layout::array("list"));
    std::vector<Word> roots;
    heap.add_root_provider([&](Marker& marker) { marker.visit_range(roots.data(), roots.size()); });
    for (int i = 0; i < 20'000; ++i) roots.push_back(Value::pointer(allocator->array(list, 14)).word());
    CHECK(wanted == 1);
    heap.collect();
    uint64_t live = heap.stats().live_bytes;
    CHECK(live >= 20'000 * 128);
    // With that much alive, the next comes after as much again.
    uint64_t before = heap.stats().allocated_bytes;
    while (wanted == 1) allocator->array(list, 14);
    CHECK(heap.stats().allocated_bytes - before >= live);
}

TEST_CASE("stress asks at every safepoint, less often when much was spent") {
    HeapOptions options;
    options.stress = true;
    int wanted = 0;
    options.collection_wanted = [&] { ++wanted; };
    Heap heap(std::move(options));
    uint64_t roots = 0;
    heap.add_root_provider([&](Marker& marker) {
        std::vector<Word> words(roots);
        marker.visit_range(words.data(), words.size());
    });
    auto safepoints = [&](int n) {
        wanted = 0;
        for (int i = 0; i < n; ++i) {
            int before = wanted;
            heap.stress();
            if (wanted > before) heap.collect();
        }
        return wanted;
    };
    CHECK(safepoints(10) == 10);
    roots = 30'000'000;
    heap.collect();
    roots = 0;
    CHECK(safepoints(10) == 5);
}

// Threads allocate, link and read through shared slots; a barrier stands for the stopped world.
TEST_CASE("threads allocate side by side and share objects") {
    Heap heap;
    LayoutId pair = heap.register_layout(Layout::fixed("pair", {true, true}));
    constexpr int kThreads = 4, kRounds = 20, kObjects = 2000;
    Word shared[kThreads] = {};
    heap.add_root_provider([&](Marker& marker) { marker.visit_range(shared, kThreads); });
    std::mutex mutex;
    std::condition_variable condition;
    int arrived = 0, generation = 0;
    auto stop_and_collect = [&] {
        std::unique_lock lock(mutex);
        int mine = generation;
        if (++arrived == kThreads) {
            heap.collect();
            arrived = 0;
            ++generation;
            condition.notify_all();
        } else {
            condition.wait(lock, [&] { return generation != mine; });
        }
    };
    std::atomic<uint64_t> seen{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            auto allocator = heap.make_allocator();
            for (int round = 0; round < kRounds; ++round) {
                for (int i = 0; i < kObjects; ++i) {
                    Object* object = allocator->fixed(pair);
                    store_traced(&object->slots()[0], load_slot(&shared[t]));
                    object->slots()[1] = Value::small_integer(i).word();
                    store_traced(&shared[t], Value::pointer(object).word());
                    Word other = load_slot_acquire(&shared[(t + 1) % kThreads]);
                    if (other)
                        seen += Value(load_slot(&Value(other).as_pointer<Object>()->slots()[1])).is_small_integer();
                }
                stop_and_collect();
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(heap.stats().collections == kRounds);
    CHECK(heap.stats().live_objects == kThreads * kRounds * kObjects);
    CHECK(seen > 0);
}
