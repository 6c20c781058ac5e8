// Measures how long a collection stops the program, with 10 MB, 100 MB and 1 GB alive: the median, the 99th percentile
// and the longest of the pauses, marking on one thread and on all.
#include <benchmark/benchmark.h>

#include <random>
#include <thread>
#include <vector>

#include "interpreter/heap/heap.h"

namespace braid::heap {
namespace {

constexpr int kCollections = 100;

// A heap as programs make them: nodes that refer to each other in lists of sixteen, strings at every second node.
class LiveData {
  public:
    LiveData(size_t bytes, unsigned threads) : heap_(options(threads)), allocator_(heap_.make_allocator()) {
        node_ = heap_.register_layout(Layout::fixed("node", {true, true, true, false}));
        list_ = heap_.register_layout(Layout::array("list"));
        text_ = heap_.register_layout(Layout::bytes("string"));
        heap_.add_root_provider([this](Marker& marker) { marker.visit_range(roots_.data(), roots_.size()); });
        for (size_t made = 0; made < bytes;) made += add();
        heap_.collect();
    }

    // One list of nodes. Returns its bytes.
    size_t add() {
        Object* list = allocator_->array(list_, 16);
        size_t bytes = 160;
        for (size_t i = 0; i < 16; ++i) {
            Object* node = allocator_->fixed(node_);
            bytes += 48;
            if (i % 2) {
                node->slots()[0] = Value::pointer(allocator_->bytes(text_, "a few words of text")).word();
                bytes += 48;
            }
            node->slots()[1] = list->elements()[random_() % 16];
            list->elements()[i] = Value::pointer(node).word();
        }
        roots_.push_back(Value::pointer(list).word());
        return bytes;
    }

    // A hundredth of the lists is replaced by others: what a program does between two collections.
    void turn_over() {
        for (size_t n = roots_.size() / 100; n > 0; --n) {
            add();
            std::swap(roots_[random_() % roots_.size()], roots_.back());
            roots_.pop_back();
        }
    }

    Heap& heap() { return heap_; }

  private:
    static HeapOptions options(unsigned threads) {
        HeapOptions options;
        options.marking_threads = threads;
        return options;
    }

    Heap heap_;
    std::unique_ptr<Allocator> allocator_;
    LayoutId node_ = 0, list_ = 0, text_ = 0;
    std::vector<Word> roots_;
    std::mt19937_64 random_{1};
};

void pause(benchmark::State& state) {
    LiveData data(static_cast<size_t>(state.range(0)) << 20, static_cast<unsigned>(state.range(1)));
    for (auto _ : state) {
        state.PauseTiming();
        data.turn_over();
        state.ResumeTiming();
        data.heap().collect();
    }
    HeapStats stats = data.heap().stats();
    state.counters["live_MB"] = double(stats.live_bytes) / (1 << 20);
    state.counters["p50_ms"] = double(stats.pause_nanoseconds_median) / 1e6;
    state.counters["p99_ms"] = double(stats.pause_nanoseconds_p99) / 1e6;
    state.counters["max_ms"] = double(stats.pause_nanoseconds_max) / 1e6;
}
BENCHMARK(pause)
    ->ArgNames({"MB", "threads"})
    ->ArgsProduct({{10, 100, 1024}, {1, static_cast<int64_t>(std::thread::hardware_concurrency())}})
    ->Iterations(kCollections)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace braid::heap
