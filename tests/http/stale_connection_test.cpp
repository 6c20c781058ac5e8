// The HTTP client of a running program, and a server that drops the connections it was to keep.
#include <catch2/catch.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "tests/support/process.h"

using namespace braid::test;

namespace {

/// Answers one request on each of so many connections; the next one on it is answered by a reset.
class DroppingServer {
  public:
    explicit DroppingServer(int connections) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(listen(listener_, 16) == 0);
        REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, connections] {
            for (int i = 0; i < connections; ++i) serve(accept(listener_, nullptr, nullptr));
        });
    }
    ~DroppingServer() {
        shutdown(listener_, SHUT_RDWR);
        thread_.join();
        close(listener_);
    }
    int port() const { return port_; }

  private:
    static void serve(int client) {
        if (client < 0) return;
        std::string head;
        char buffer[1024];
        while (head.find("\r\n\r\n") == std::string::npos) {
            ssize_t count = recv(client, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            head.append(buffer, static_cast<size_t>(count));
        }
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
        pollfd next{client, POLLIN, 0};
        poll(&next, 1, -1);
        close(client);  // with the next request unread
    }

    int listener_, port_ = 0;
    std::thread thread_;
};

const char* const kAsks = R"(
async fn main():
    for _ in 0..5:
        println(await http::get(env::args()[0]))
)";

}  // namespace

TEST_CASE("a request goes over a new connection when the server has dropped the one kept") {
    TemporaryFolder folder;
    DroppingServer server(5);
    Command command;
    command.program = braid_program();
    std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    command.arguments = {"run", folder.write("asks.altru", kAsks).string(), url};
    command.environment = {{"no_proxy", "*"}};
    ProcessResult run = run_process(command);
    CHECK(run.errors.empty());
    CHECK(run.output == "Ok(\"ok\")\nOk(\"ok\")\nOk(\"ok\")\nOk(\"ok\")\nOk(\"ok\")\n");
}
