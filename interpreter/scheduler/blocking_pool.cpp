#include "interpreter/scheduler/blocking_pool.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace braid::scheduler {

// Shared with the threads, which may outlive the pool.
struct BlockingPool::State {
    struct Job {
        std::function<void()> work;
        std::function<void()> completed;
    };

    explicit State(unsigned limit) : max_threads(limit) {}

    const unsigned max_threads;
    std::mutex mutex;
    std::condition_variable available;
    std::condition_variable settled;
    std::list<Job> queued;
    std::list<Job> running;
    unsigned idle = 0;
    unsigned threads = 0;
    unsigned completing = 0;
    uint64_t jobs = 0;
    bool closed = false;
};

BlockingPool::BlockingPool(unsigned max_threads) : state_(std::make_shared<State>(max_threads)) {}

BlockingPool::~BlockingPool() {
    std::list<State::Job> abandoned;
    std::vector<std::function<void()>> completions;
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->available.notify_all();
    // Idle threads go at once; completions under way may use the scheduler and are waited for.
    state_->settled.wait(lock, [this] { return state_->completing == 0 && state_->idle == 0; });
    abandoned.swap(state_->queued);
    for (State::Job& job : state_->running) completions.push_back(std::move(job.completed));
    lock.unlock();
}

void BlockingPool::serve(std::shared_ptr<State> state) {
    std::unique_lock lock(state->mutex);
    while (!state->closed) {
        if (state->queued.empty()) {
            ++state->idle;
            state->available.wait(lock);
            --state->idle;
            continue;
        }
        auto job = state->queued.begin();
        state->running.splice(state->running.end(), state->queued, job);
        lock.unlock();
        job->work();
        lock.lock();
        if (!state->closed) {
            std::function<void()> completed = std::move(job->completed);
            ++state->completing;
            lock.unlock();
            completed();
            completed = nullptr;
            lock.lock();
            --state->completing;
        }
        state->running.erase(job);
    }
    --state->threads;
    state->settled.notify_all();
}

bool BlockingPool::submit(std::function<void()> work, std::function<void()> completed) {
    std::lock_guard lock(state_->mutex);
    if (state_->idle <= state_->queued.size() && state_->threads < state_->max_threads) {
        try {
            std::thread([state = state_]() mutable { serve(std::move(state)); }).detach();
            ++state_->threads;
        } catch (const std::system_error&) {
            if (state_->threads == 0) return false;
        }
    }
    state_->queued.push_back({std::move(work), std::move(completed)});
    ++state_->jobs;
    state_->available.notify_one();
    return true;
}

uint64_t BlockingPool::jobs() const {
    std::lock_guard lock(state_->mutex);
    return state_->jobs;
}

}  // namespace braid::scheduler
