#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "interpreter/io/event_loop.h"
#include "interpreter/io/files.h"
#include "interpreter/io/http_reader.h"

struct uv_tcp_s;

namespace braid::io {

struct HttpServerOptions {
    std::string address;  // "127.0.0.1:8080", "[::1]:80", ":8080" (all addresses), "localhost:80"
    HttpLimits limits;
    size_t max_connections = 10'000;    // more are refused with 503
    uint64_t request_timeout = 10'000;  // milliseconds for the head of a request; for each piece of its body
    uint64_t idle_timeout = 60'000;     // between two requests
};

/// A request that waits to be answered.
struct HttpExchange {
    uint64_t connection = 0;
    HttpRequest request;
};

/// Listens, reads requests and writes answers, on the loop's thread; tasks take the requests. Slow clients, and those
/// that send what is no request, are answered and dropped without any task being bothered.
class HttpServer final : public Resident, public std::enable_shared_from_this<HttpServer> {
  public:
    HttpServer(EventLoop& loop, HttpServerOptions options);
    ~HttpServer();

    // --- by tasks ---
    /// Binds the address if it is not bound yet, then wakes the sleeper; listening() says how it went.
    void listen(Sleeper sleeper);
    /// The port, or why it cannot listen.
    Outcome<int> listening() const;
    /// What came since the last time; nothing: `sleeper` is woken when there is something. False: the server has
    /// stopped, and nothing comes any more.
    bool take(std::deque<HttpExchange>& out, const Sleeper& sleeper);
    /// The answer to an exchange, in bytes.
    void answer(uint64_t connection, std::string bytes, bool keep_alive);
    /// Takes no new connection, lets requests under way be answered, then the server has stopped. `abandons`: nobody
    /// takes requests any more; those that wait are answered with 503.
    void stop(bool abandons = false);

    void leave() override;  // at the end of the run: all at once
    void finish() override { begin_stop(false); }
    bool serves() const override { return true; }

  private:
    struct Connection;
    friend struct Connection;
    void bind(uv_loop_s& loop, const Sleeper& sleeper);
    Outcome<void> try_to_bind(uv_loop_s& loop);
    void accept();
    void deliver(HttpExchange exchange);
    void begin_stop(bool abandons);
    void refuse(uint64_t connection);
    void close_listener();
    void forget(Connection& connection);
    void stopped();
    void wake_sleeper();

    EventLoop& loop_;
    const HttpServerOptions options_;

    mutable std::mutex mutex_;  // guards what follows
    Outcome<int> port_ = tl::unexpected(std::string("the server does not listen yet"));
    std::deque<HttpExchange> requests_;
    Sleeper sleeper_;
    std::optional<scheduler::InputGuard> expects_;  // with the sleeper: something may come for it
    bool stopped_ = false;

    // Of the loop's thread.
    uv_loop_s* uv_ = nullptr;
    std::unique_ptr<uv_tcp_s> listener_;
    std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
    uint64_t next_connection_ = 1;
    bool stopping_ = false, abandoned_ = false, aborted_ = false;
    std::shared_ptr<HttpServer> self_;  // while it listens
};

}  // namespace braid::io
