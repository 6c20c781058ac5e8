#include "interpreter/io/event_loop.h"

#include <uv.h>

#include <csignal>
#include <system_error>

namespace braid::io {

EventLoop::EventLoop() = default;
EventLoop::~EventLoop() { stop(); }

void EventLoop::start(scheduler::Scheduler& scheduler) { scheduler_ = &scheduler; }

void EventLoop::stop() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    posted_.clear();
    if (!thread_.joinable()) return;
    uv_async_send(wake_up_.get());
    lock.unlock();
    thread_.join();
}

bool EventLoop::finish_serving() {
    if (serving_ == 0) return false;
    post([this](uv_loop_t&) {
        std::vector<Resident*> all(residents_.begin(), residents_.end());  // who is done leaves at once
        for (Resident* resident : all) resident->finish();
    });
    return true;
}

void EventLoop::add(Resident& resident) {
    if (residents_.insert(&resident).second && resident.serves()) ++serving_;
}
void EventLoop::remove(Resident& resident) {
    if (residents_.erase(&resident) != 0 && resident.serves()) --serving_;
}

/// Precondition: the lock.
bool EventLoop::begin() {
    if (thread_.joinable()) return true;
    loop_ = std::make_unique<uv_loop_t>();
    wake_up_ = std::make_unique<uv_async_t>();
    if (uv_loop_init(loop_.get()) != 0) return false;
    wake_up_->data = this;
    if (uv_async_init(loop_.get(), wake_up_.get(), [](uv_async_t* a) { static_cast<EventLoop*>(a->data)->drain(); }) !=
        0)
        return false;
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

void EventLoop::post(Action action) {
    std::lock_guard lock(mutex_);
    if (ending_ || !begin()) return;
    posted_.push_back(std::move(action));
    uv_async_send(wake_up_.get());
}

void EventLoop::run() {
    // A peer that hangs up is a result of a write, not a signal.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    uv_run(loop_.get(), UV_RUN_DEFAULT);
    uv_loop_close(loop_.get());
}

void EventLoop::drain() {
    std::unique_lock lock(mutex_);
    std::vector<Action> actions = std::exchange(posted_, {});
    bool ends = ending_;
    lock.unlock();
    for (Action& action : actions) action(*loop_);
    if (!ends) return;
    // Each closes its handles; with the last one uv_run returns.
    for (Resident* resident : std::vector<Resident*>(residents_.begin(), residents_.end())) resident->leave();
    auto* handle = reinterpret_cast<uv_handle_t*>(wake_up_.get());
    if (!uv_is_closing(handle)) uv_close(handle, nullptr);
}

}  // namespace braid::io
