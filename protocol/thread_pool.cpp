#include "protocol/thread_pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace braid::protocol {

struct ThreadPool::Impl {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool ending = false;
    std::vector<std::thread> threads;

    void work() {
        for (;;) {
            std::function<void()> job;
            {
                std::unique_lock lock(mutex);
                changed.wait(lock, [this] { return ending || !jobs.empty(); });
                if (jobs.empty()) return;
                job = std::move(jobs.front());
                jobs.pop_front();
            }
            job();
        }
    }
};

ThreadPool::ThreadPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
        impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
}

ThreadPool::~ThreadPool() {
    {
        std::lock_guard lock(impl_->mutex);
        impl_->ending = true;
    }
    impl_->changed.notify_all();
    for (auto& thread : impl_->threads) thread.join();
}

void ThreadPool::run(std::function<void()> job) {
    {
        std::lock_guard lock(impl_->mutex);
        impl_->jobs.push_back(std::move(job));
    }
    impl_->changed.notify_one();
}

Executor ThreadPool::executor() {
    return [this](std::function<void()> job) { run(std::move(job)); };
}

}  // namespace braid::protocol
