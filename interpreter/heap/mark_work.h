#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "interpreter/heap/heap.h"

namespace braid::heap {

// What the markers of one collection share. Each works on a stack of its own; one that sees others without work puts
// half of its stack here. A helper takes part from when its thread runs: nobody waits for one that the system did not
// get round to starting.
struct MarkWork {
    std::function<bool(Marker&)> next_roots;  // visits one more part of the roots; false: all were taken

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Marker::Pending> shared;
    std::atomic<unsigned> idle{0};  // markers that wait for work; changed under the mutex
    unsigned taking_part = 0;
    bool done = false;

    uint64_t live_objects = 0, live_bytes = 0, root_words = 0;  // what idle markers have counted
};

// The threads that help to mark. Started at the first collection that is worth it.
class MarkTeam {
  public:
    explicit MarkTeam(Heap& heap) : heap_(heap) {}
    ~MarkTeam();
    void help(const std::shared_ptr<MarkWork>& work, unsigned helpers);

  private:
    void serve();

    Heap& heap_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<MarkWork> work_;
    uint64_t round_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace braid::heap
