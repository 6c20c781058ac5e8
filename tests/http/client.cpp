#include "tests/http/client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace braid::test {

namespace {
constexpr int kMillisecondsAtMost = 60'000;
}

RawClient::RawClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
    close(socket_);
    socket_ = -1;
}
RawClient::~RawClient() {
    if (socket_ >= 0) close(socket_);
}
RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;  // the server has hung up: what it said is still to be read
        bytes.remove_prefix(static_cast<size_t>(count));
    }
}

std::string RawClient::read_until(std::string_view end) {
    for (;;) {
        size_t at = end.empty() ? std::string::npos : received_.find(end);
        if (at != std::string::npos) {
            std::string found = received_.substr(0, at + end.size());
            received_.erase(0, found.size());
            return found;
        }
        pollfd waited{socket_, POLLIN, 0};
        char buffer[4096];
        ssize_t count = poll(&waited, 1, kMillisecondsAtMost) == 1 ? recv(socket_, buffer, sizeof buffer, 0) : 0;
        if (count <= 0) return std::exchange(received_, {});
        received_.append(buffer, static_cast<size_t>(count));
    }
}

void RawClient::end() { shutdown(socket_, SHUT_WR); }
void RawClient::abort() {
    linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(std::exchange(socket_, -1));
}

}  // namespace braid::test
