// The HTTP server of a running program, under clients of every kind.
#include <catch2/catch.hpp>

#include <csignal>
#include <vector>

#include "tests/http/client.h"
#include "tests/support/process.h"

using namespace braid::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kGenerous = 120s;

/// A program that says "listening on port N" and serves until it is interrupted.
class Served {
  public:
    Served(const std::filesystem::path& program, std::vector<std::string> flags, std::vector<std::string> arguments)
        : child_(start(program, std::move(flags), std::move(arguments))) {
        std::string mark = "listening on port ";
        bool listens = child_.wait_until(
            [&](const ChildProcess& child) {
                size_t at = child.output().find(mark);
                return at != std::string::npos && child.output().find('\n', at) != std::string::npos;
            },
            kGenerous);
        INFO(child_.errors());
        REQUIRE(listens);
        port_ = std::stoi(child_.output().substr(child_.output().find(mark) + mark.size()));
    }
    int port() const { return port_; }
    std::string ask(const std::string& head) {
        RawClient client(port_);
        client.send(head + "\r\nHost: test\r\nConnection: close\r\n\r\n");
        return client.read_all();
    }
    ChildProcess& child() { return child_; }

  private:
    static ChildProcess start(const std::filesystem::path& program, std::vector<std::string> flags,
                              std::vector<std::string> arguments) {
        Command command{.program = braid_program(), .arguments = {"run"}};
        command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
        command.arguments.push_back(program.string());
        command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
        auto child = ChildProcess::start(command);
        REQUIRE(child);
        return std::move(*child);
    }
    ChildProcess child_;
    int port_ = 0;
};

std::string body_of(const std::string& answer) {
    size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? answer : answer.substr(end + 4);
}

const char* const kEcho = R"(
async fn handle(req: Request) -> Response:
    if req.path == "/boom":
        panic("boom")
    if req.path == "/slow":
        await async::sleep(300)
    if req.path == "/wait":
        println("waiting")
        while fs::exists(env::args()[0]):
            await async::sleep(5)
    return Response::text("${req.method} ${req.path} ${req.body.len()} ${req.param("a").unwrap_or("-")}").with_header("x-split", "a\r\nb: c")

async fn main():
    let server = http::Server::new("127.0.0.1:0", max_body = 1000, max_connections = 600, timeout_ms = 300)
    println("listening on port ${server.listen().unwrap()}")
    await server.serve_async(handle)
    println("served")
)";

}  // namespace

TEST_CASE("the web server of the examples answers curl, out of its database") {
    for (std::vector<std::string> flags : {std::vector<std::string>{"--workers", "2"}, {"--seed", "1"}, {"--plain"}}) {
        Served server(std::filesystem::path(BRAID_SOURCE_DIR) / "examples/altru/web_server.altru", flags,
                      {"127.0.0.1:0"});
        std::string base = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
        auto curl = [&](std::vector<std::string> arguments) {
            arguments.insert(arguments.begin(), {"--silent", "--noproxy", "*"});
            return run_process({.program = "curl", .arguments = arguments}).output;
        };
        CHECK(curl({base + "?query=cheaper&price=3"}) ==
              R"([{"name":"paper","price":2.75},{"name":"pen","price":1.5}])");
        CHECK(curl({base + "?query=all", base + "?query=cheaper&price=2"}) ==
              R"([{"name":"ink","price":4.25},{"name":"paper","price":2.75},{"name":"pen","price":1.5}])"
              R"([{"name":"pen","price":1.5}])");
        CHECK(curl({"-d", "query=cheaper&price=2", base}) == R"([{"name":"pen","price":1.5}])");
        CHECK(curl({"-o", "/dev/null", "-w", "%{http_code}", base + "?query=drop"}) == "500");
        CHECK(curl({base + "?query=cheaper&price=0%20or%201=1"}) == "[]");
        server.child().signal(SIGINT);
        CHECK(server.child().finish(kGenerous).status == 130);
    }
}

TEST_CASE("a server answers what is a request and refuses what is none") {
    TemporaryFolder folder;
    Served server(folder.write("echo.altru", kEcho), {}, {});
    auto status = [&](const std::string& bytes) {
        RawClient client(server.port());
        client.send(bytes);
        return client.read_all().substr(0, 12);
    };
    CHECK(body_of(server.ask("GET /a%20b?a=1+2 HTTP/1.1")) == "GET /a b 0 1 2");
    CHECK(server.ask("GET / HTTP/1.1").find("x-split") == std::string::npos);
    CHECK(body_of(server.ask("HEAD / HTTP/1.1")) == "");
    CHECK(server.ask("GET /boom HTTP/1.1").substr(0, 12) == "HTTP/1.1 500");
    CHECK(status("GARBAGE\r\n\r\n") == "HTTP/1.1 501");
    CHECK(status("GET / HTTP/1.1\r\n\r\n") == "HTTP/1.1 400");
    CHECK(status("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == "HTTP/1.1 400");
    CHECK(status("GET / HTTP/7.0\r\nHost: a\r\n\r\n").substr(0, 9) == "HTTP/1.1 ");
    CHECK(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          "HTTP/1.1 400");
    CHECK(status("GET / HTTP/1.1\r\nHost: a\r\nx: " + std::string(100'000, 'x')) == "HTTP/1.1 431");
    CHECK(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n") == "HTTP/1.1 413");
    CHECK(status("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                 "\r\n0\r\n\r\n") == "HTTP/1.1 413");
    // Slow ones: the head has so long in all, the body for each piece.
    CHECK(status("GET / HTTP/1.1\r\nHo") == "HTTP/1.1 408");
    CHECK(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx") == "HTTP/1.1 408");
    CHECK(body_of(server.ask("GET /still HTTP/1.1")) == "GET /still 0 -");
}

TEST_CASE("a server that is told to end answers what is under way, and nothing more") {
    TemporaryFolder folder;
    std::filesystem::path gate = folder.write("gate", "");
    Served server(folder.write("echo.altru", kEcho), {"--workers", "2"}, {gate.string()});
    RawClient idle(server.port()), slow(server.port());
    slow.send("GET /kept HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_THAT(slow.read_until("GET /kept 0 -"), Catch::EndsWith("GET /kept 0 -"));
    std::string mark = "waiting";
    server.child().wait_until([&](const ChildProcess& child) { return child.output().find(mark) != std::string::npos; },
                              kGenerous);
    server.child().signal(SIGTERM);
    CHECK(idle.read_all().empty());  // nothing was under way there
    std::filesystem::remove(gate);
    CHECK_THAT(slow.read_all(), Catch::EndsWith("GET /wait 0 -"));
    ProcessResult result = server.child().finish(kGenerous);
    CHECK(result.status == 143);
    CHECK_THAT(result.output, Catch::EndsWith("served\n"));
}

TEST_CASE("a connection serves one request after the other, pipelined and in chunks") {
    TemporaryFolder folder;
    Served server(folder.write("echo.altru", kEcho), {"--workers", "2"}, {});
    RawClient client(server.port());
    for (int i = 0; i < 50; ++i) {
        client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        std::string end = "GET /" + std::to_string(i) + " 0 -";
        CHECK_THAT(client.read_until(end), Catch::EndsWith(end));
    }
    std::string both;
    for (int i = 0; i < 20; ++i) both += "GET /p" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(both);
    for (int i = 0; i < 20; ++i) {
        std::string end = "GET /p" + std::to_string(i) + " 0 -";
        CHECK_THAT(client.read_until(end), Catch::EndsWith(end));
    }
    client.send(
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nhost: "
        "b\r\n\r\n");
    CHECK_THAT(client.read_until("POST /c 5 -"), Catch::EndsWith("POST /c 5 -"));
    client.send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CHECK_THAT(client.read_until("\r\n\r\n"), Catch::StartsWith("HTTP/1.1 100"));
    client.send("xx");
    CHECK_THAT(client.read_until("POST /e 2 -"), Catch::EndsWith("POST /e 2 -"));
    client.send("GET /o HTTP/1.0\r\n\r\n");
    CHECK_THAT(client.read_all(), Catch::Contains("connection: close") && Catch::EndsWith("GET /o 0 -"));
}

TEST_CASE("a client that sends no more is still answered") {
    TemporaryFolder folder;
    Served server(folder.write("echo.altru", kEcho), {"--workers", "2"}, {});
    RawClient client(server.port());
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\nGET /cut");
    client.end();
    CHECK_THAT(client.read_all(), Catch::Contains("GET /slow 0 -HTTP/1.1 200") && Catch::EndsWith("GET /next 0 -"));
}

TEST_CASE("clients that hang up, or are too many, leave a server as it was") {
    TemporaryFolder folder;
    Served server(folder.write("echo.altru", kEcho), {"--workers", "2"}, {});
    for (int i = 0; i < 100; ++i) {
        RawClient client(server.port());
        client.send(i % 2 ? "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
                          : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx");
        client.abort();
    }
    // Each of these is heard before the next knocks: those that hung up count until the server has seen them go, so one
    // may be refused at first.
    std::vector<RawClient> open;
    while (open.size() < 599) {
        RawClient client(server.port());
        client.send("GET /kept HTTP/1.1\r\nHost: a\r\n\r\n");
        std::string answer = client.read_until("GET /kept 0 -");
        if (Catch::EndsWith("GET /kept 0 -").match(answer)) open.push_back(std::move(client));
        else REQUIRE((answer.empty() || answer.substr(0, 12) == "HTTP/1.1 503"));
    }
    for (int i = 0; i < 100; ++i) open.emplace_back(server.port());
    CHECK_THAT(open.back().read_all(), Catch::StartsWith("HTTP/1.1 503"));
    open.clear();
    std::string answer;
    while (answer.empty() || answer.find(" 503 ") != std::string::npos) answer = server.ask("GET /again HTTP/1.1");
    CHECK(body_of(answer) == "GET /again 0 -");
    CHECK(server.child().errors().empty());
}
