#include "protocol/connection.h"

#include <vector>

namespace braid::protocol {

MessageWriter::MessageWriter(Transport& transport, Trace trace)
    : transport_(transport), trace_(std::move(trace)), thread_([this] { work(); }) {}

MessageWriter::~MessageWriter() {
    close(std::chrono::milliseconds(0));
    thread_.join();
}

void MessageWriter::send(std::string body) {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return queued_bytes_ < limit || closed_ || broken_; });
        if (closed_ || broken_) return;
        const bool is_first = queue_.empty() && !writing_;
        bool is_sent = false;
        if (is_first) {
            writing_ = true;  // who sends meanwhile gets in line
            lock.unlock();
            is_sent = send_at_once(body);
            lock.lock();
            writing_ = false;
        }
        if (is_sent && queue_.empty() && !closed_) return;  // nobody waits for anything
        if (!is_sent) {
            queued_bytes_ += body.size();
            queue_.insert(is_first ? queue_.begin() : queue_.end(), std::move(body));
        }
    }
    changed_.notify_all();
}

bool MessageWriter::send_at_once(const std::string& body) {
    constexpr std::size_t kSmall = 3500;  // with its head less than what a pipe takes whole
    if (body.size() > kSmall || !transport_.write_at_once(frame(body))) return false;
    if (trace_) trace_(false, body);
    return true;
}

void MessageWriter::close(std::chrono::milliseconds patience) {
    {
        std::unique_lock lock(mutex_);
        closed_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, patience, [this] { return (queue_.empty() && !writing_) || broken_; });
    }
    transport_.close();
}

bool MessageWriter::broken() const {
    std::lock_guard lock(mutex_);
    return broken_;
}

void MessageWriter::work() {
    for (;;) {
        std::string body;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !writing_ && (closed_ || !queue_.empty()); });
            if (queue_.empty()) return;
            body = std::move(queue_.front());
            queue_.pop_front();
            queued_bytes_ -= body.size();
            writing_ = true;
        }
        if (trace_) trace_(false, body);
        const bool is_written = transport_.write(frame(body)).has_value();
        std::lock_guard lock(mutex_);
        writing_ = false;
        broken_ = !is_written;
        changed_.notify_all();
        if (is_written) continue;
        // Nobody reads any more, so nothing that could be asked is worth doing.
        transport_.stop_reading();
        return;
    }
}

std::optional<CancellationToken> RunningRequests::begin(const std::string& id) {
    std::lock_guard lock(mutex_);
    const auto [entry, is_new] = running_.try_emplace(id);
    if (!is_new) return std::nullopt;
    return entry->second.get_token();
}

void RunningRequests::end(const std::string& id) {
    std::lock_guard lock(mutex_);
    running_.erase(id);
    // Under the lock: whoever drains may destroy this object as soon as it can have the lock.
    changed_.notify_all();
}

void RunningRequests::cancel(const std::string& id) {
    std::stop_source source(std::nostopstate);
    {
        std::lock_guard lock(mutex_);
        if (const auto entry = running_.find(id); entry != running_.end()) source = entry->second;
    }
    source.request_stop();  // runs callbacks, hence without the lock
}

void RunningRequests::drain(std::chrono::milliseconds grace) {
    std::vector<std::stop_source> late;
    {
        std::unique_lock lock(mutex_);
        if (changed_.wait_for(lock, grace, [this] { return running_.empty(); })) return;
        for (const auto& [id, source] : running_) late.push_back(source);
    }
    for (auto& source : late) source.request_stop();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_.empty(); });
}

bool read_messages(Transport& transport, FrameLimits limits, const Trace& trace,
                   const std::function<bool(std::string body)>& on_body,
                   const std::function<bool(const FrameError& error)>& on_error) {
    FrameDecoder decoder(limits);
    std::vector<char> buffer(64 * 1024);
    for (;;) {
        const auto count = transport.read(buffer);
        if (!count) {
            on_error({count.error().message, true});
            return false;
        }
        if (*count == 0) {
            if (!decoder.inside_frame()) return true;
            on_error({"the input ended in the middle of a message", true});
            return false;
        }
        decoder.feed({buffer.data(), *count});
        for (;;) {
            auto body = decoder.next();
            if (!body) {
                if (!on_error(body.error())) return true;
                if (body.error().fatal) return false;
                continue;
            }
            if (!*body) break;
            if (trace) trace(true, **body);
            if (!on_body(std::move(**body))) return true;
        }
    }
}

}  // namespace braid::protocol
