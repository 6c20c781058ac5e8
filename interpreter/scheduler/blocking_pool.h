#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace braid::scheduler {

// Threads for natives that block. Started on demand up to a limit, kept while there is work. A job that is still
// blocked when the pool ends is abandoned with its thread: its completion is never called.
class BlockingPool {
  public:
    explicit BlockingPool(unsigned max_threads);
    ~BlockingPool();  // destroys the completions of abandoned jobs

    // `work` on some thread, then `completed`. False: no thread could be started and none is there.
    bool submit(std::function<void()> work, std::function<void()> completed);

    uint64_t jobs() const;

  private:
    struct State;
    static void serve(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace braid::scheduler
