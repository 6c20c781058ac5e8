#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "protocol/transport.h"

namespace braid::protocol {
namespace {

// One direction. Unbounded: a writer in a test never waits.
struct Pipe {
    std::mutex mutex;
    std::condition_variable changed;
    std::string bytes;
    bool closed = false;

    void close() {
        {
            std::lock_guard lock(mutex);
            closed = true;
        }
        changed.notify_all();
    }
};

class MemoryTransport : public Transport {
  public:
    MemoryTransport(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out) : in_(std::move(in)), out_(std::move(out)) {}
    ~MemoryTransport() override { MemoryTransport::close(); }

    tl::expected<std::size_t, TransportError> read(std::span<char> buffer) override {
        std::unique_lock lock(in_->mutex);
        in_->changed.wait(lock, [this] { return in_->closed || !in_->bytes.empty(); });
        const auto count = std::min(buffer.size(), in_->bytes.size());
        std::copy_n(in_->bytes.begin(), count, buffer.begin());
        in_->bytes.erase(0, count);
        return count;
    }

    tl::expected<void, TransportError> write(std::string_view bytes) override {
        {
            std::lock_guard lock(out_->mutex);
            if (out_->closed) return tl::unexpected(TransportError{"the connection is closed"});
            out_->bytes.append(bytes);
        }
        out_->changed.notify_all();
        return {};
    }

    void stop_reading() override { in_->close(); }

    // What was written stays readable on the other side.
    void close() override {
        in_->close();
        out_->close();
    }

  private:
    std::shared_ptr<Pipe> in_;
    std::shared_ptr<Pipe> out_;
};

}  // namespace

std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>> memory_transport() {
    auto there = std::make_shared<Pipe>();
    auto back = std::make_shared<Pipe>();
    return {std::make_unique<MemoryTransport>(back, there), std::make_unique<MemoryTransport>(there, back)};
}

}  // namespace braid::protocol
