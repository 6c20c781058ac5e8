// A fixed number of threads for the handlers that may run beside each other.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "protocol/message.h"

namespace braid::protocol {

class ThreadPool {
  public:
    explicit ThreadPool(std::size_t threads);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    // Runs what is queued to the end.
    ~ThreadPool();

    void run(std::function<void()> job);
    // Valid as long as the pool.
    Executor executor();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace braid::protocol
