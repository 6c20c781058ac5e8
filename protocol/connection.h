// The parts of a server below its message format; JsonRpcServer and DapServer are made of them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "protocol/framing.h"
#include "protocol/message.h"
#include "protocol/transport.h"

namespace braid::protocol {

// Writes bodies in the order of the send() calls: in the caller's thread what is small and need not wait, which saves the
// answer a change of threads, the rest in a thread of its own. When the other side is far behind in reading,
// send() waits, so that a client that is slow slows down what it asks for instead of filling the memory.
class MessageWriter {
  public:
    MessageWriter(Transport& transport, Trace trace);
    MessageWriter(const MessageWriter&) = delete;
    MessageWriter& operator=(const MessageWriter&) = delete;
    ~MessageWriter();

    // Dropped after close() and once the connection is broken.
    void send(std::string body);

    // Writes what is queued, for at most `patience`, and then closes the transport.
    void close(std::chrono::milliseconds patience);

    bool broken() const;

  private:
    void work();
    bool send_at_once(const std::string& body);

    static constexpr std::size_t limit = 16 * 1024 * 1024;

    Transport& transport_;
    const Trace trace_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    bool writing_ = false;
    bool closed_ = false;
    bool broken_ = false;
    std::thread thread_;
};

// The requests that were received and not answered yet, by their id as text.
class RunningRequests {
  public:
    // nullopt when a request of this id is running already.
    std::optional<CancellationToken> begin(const std::string& id);
    void end(const std::string& id);
    void cancel(const std::string& id);

    // Waits until none is running; those still running after `grace` are cancelled.
    void drain(std::chrono::milliseconds grace);

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::stop_source> running_;
};

// Reads until `on_body` or `on_error` says false (it is asked for every body and every malformed frame), the input ends
// or breaks. A fatal frame error, a broken connection and an input that ends inside a frame are told to `on_error` as
// well, with `fatal` set; then the result is false.
bool read_messages(Transport& transport, FrameLimits limits, const Trace& trace,
                   const std::function<bool(std::string body)>& on_body,
                   const std::function<bool(const FrameError& error)>& on_error);

}  // namespace braid::protocol
