// A client in the same process: sends bytes or messages, takes what the server says in order.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "protocol/framing.h"
#include "protocol/transport.h"

namespace braid::test {

using Json = nlohmann::json;

class Client {
  public:
    // Runs `serve` with the server's end of the connection in a thread of its own.
    explicit Client(std::function<int(protocol::Transport&)> serve) {
        auto [mine, servers] = protocol::memory_transport();
        mine_ = std::move(mine);
        servers_ = std::move(servers);
        thread_ = std::thread([this, serve = std::move(serve)] { status_ = serve(*servers_); });
    }
    ~Client() {
        if (thread_.joinable()) exit_status();
    }

    void send_bytes(std::string_view bytes) { static_cast<void>(mine_->write(bytes)); }
    void send(const Json& message) { send_bytes(protocol::frame(message.dump())); }

    // The next message; nullopt when the server has ended.
    std::optional<Json> receive() {
        for (;;) {
            const auto body = decoder_.next();
            if (body && *body) return Json::parse(**body);
            std::array<char, 4096> buffer{};
            const auto count = mine_->read(buffer);
            if (!count || *count == 0) return std::nullopt;
            decoder_.feed({buffer.data(), *count});
        }
    }

    void end_input() { servers_->stop_reading(); }

    int exit_status() {
        end_input();
        if (thread_.joinable()) thread_.join();
        return status_;
    }

    // Without ending the input: the server is expected to end by itself.
    int wait_for_end() {
        thread_.join();
        return status_;
    }

  private:
    std::unique_ptr<protocol::Transport> mine_;
    std::unique_ptr<protocol::Transport> servers_;
    protocol::FrameDecoder decoder_;
    std::thread thread_;
    int status_ = -1;
};

}  // namespace braid::test
