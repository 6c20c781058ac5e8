#include "interpreter/dap/output.h"

#include <utility>

namespace braid::dap {

OutputBuffer::OutputBuffer(Sink sink) : sink_(std::move(sink)), thread_([this] { work(); }) {}

OutputBuffer::~OutputBuffer() {
    {
        std::lock_guard lock(mutex_);
        done_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void OutputBuffer::add(std::string_view category, std::string_view text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return size_ < kLimit || done_; });
    if (pieces_.empty() || pieces_.back().category != category) pieces_.push_back({std::string(category), {}});
    pieces_.back().text += text;
    size_ += text.size();
    lock.unlock();
    changed_.notify_all();
}

void OutputBuffer::hand_on(std::unique_lock<std::mutex>& lock) {
    // One at a time, so that what flush() hands on does not overtake the thread.
    changed_.wait(lock, [this] { return !handing_; });
    std::vector<Piece> pieces = std::exchange(pieces_, {});
    size_ = 0;
    handing_ = true;
    lock.unlock();
    changed_.notify_all();
    for (Piece& piece : pieces) sink_(piece.category, std::move(piece.text));
    lock.lock();
    handing_ = false;
    changed_.notify_all();
}

void OutputBuffer::flush() {
    std::unique_lock lock(mutex_);
    hand_on(lock);
}

void OutputBuffer::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return done_ || !pieces_.empty(); });
        if (pieces_.empty()) return;
        hand_on(lock);
    }
}

}  // namespace braid::dap
