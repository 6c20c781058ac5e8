#include "interpreter/io/http_server.h"

#include <netdb.h>
#include <sys/resource.h>

#include <charconv>

#include <fmt/format.h>

#include "interpreter/io/http_connection.h"

namespace braid::io {

namespace {

constexpr int kBacklog = 1024;

struct Address {
    std::string host, port;
};
Outcome<Address> split(const std::string& address) {
    size_t colon = address.rfind(':');
    if (colon == std::string::npos)
        return tl::unexpected(fmt::format("`{}` names no port, as `127.0.0.1:8080` does", address));
    Address parts{address.substr(0, colon), address.substr(colon + 1)};
    if (parts.host.size() > 1 && parts.host.front() == '[' && parts.host.back() == ']')
        parts.host = parts.host.substr(1, parts.host.size() - 2);
    int port = -1;
    auto [end, error] = std::from_chars(parts.port.data(), parts.port.data() + parts.port.size(), port);
    if (error != std::errc() || end != parts.port.data() + parts.port.size() || port < 0 || port > 65535)
        return tl::unexpected(fmt::format("`{}` is no port: a number from 0 to 65535", parts.port));
    return parts;
}

/// Each connection is a file descriptor: as many as this process may have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

HttpServer::HttpServer(EventLoop& loop, HttpServerOptions options) : loop_(loop), options_(std::move(options)) {}
HttpServer::~HttpServer() = default;

void HttpServer::listen(Sleeper sleeper) {
    auto expects = std::make_shared<scheduler::InputGuard>(loop_.scheduler());
    loop_.post([self = shared_from_this(), sleeper = std::move(sleeper), expects](uv_loop_t& loop) {
        self->bind(loop, sleeper);
    });
}

void HttpServer::bind(uv_loop_t& loop, const Sleeper& sleeper) {
    if (listener_ || stopping_) return loop_.wake(sleeper);  // it listens already, or has been stopped before
    uv_ = &loop;
    auto bound = try_to_bind(loop);
    std::unique_lock lock(mutex_);
    if (!bound) port_ = tl::unexpected(fmt::format("cannot listen at {}: {}", options_.address, bound.error()));
    lock.unlock();
    if (bound) {
        self_ = shared_from_this();
        loop_.add(*this);
    } else {
        close_listener();
    }
    loop_.wake(sleeper);
}

Outcome<void> HttpServer::try_to_bind(uv_loop_t& loop) {
    auto parts = split(options_.address);
    if (!parts) return tl::unexpected(parts.error());
    addrinfo hints{}, *found = nullptr;
    hints.ai_family = parts->host.empty() ? AF_INET : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    int code = getaddrinfo(parts->host.empty() ? nullptr : parts->host.c_str(), parts->port.c_str(), &hints, &found);
    if (code != 0) return tl::unexpected(std::string(gai_strerror(code)));
    std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
    listener_ = std::make_unique<uv_tcp_t>();
    code = uv_tcp_init(&loop, listener_.get());
    if (code != 0) {
        listener_.reset();
        return tl::unexpected(std::string(uv_strerror(code)));
    }
    listener_->data = this;
    raise_descriptor_limit();
    code = uv_tcp_bind(listener_.get(), found->ai_addr, 0);
    auto came = [](uv_stream_t* listener, int status) {
        if (status == 0) static_cast<HttpServer*>(listener->data)->accept();
    };
    if (code == 0) code = uv_listen(reinterpret_cast<uv_stream_t*>(listener_.get()), kBacklog, came);
    if (code != 0) return tl::unexpected(std::string(uv_strerror(code)));
    sockaddr_storage name{};
    int size = sizeof name;
    uv_tcp_getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    int port = ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                                                : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
    std::lock_guard lock(mutex_);
    port_ = port;
    return {};
}

Outcome<int> HttpServer::listening() const {
    std::lock_guard lock(mutex_);
    return port_;
}

void HttpServer::accept() {
    uint64_t id = next_connection_++;
    auto made = std::make_unique<Connection>(*this, id);
    Connection& connection = *(connections_[id] = std::move(made));
    bool full = connections_.size() > options_.max_connections;
    if (!connection.open(*uv_, *listener_)) return connection.close();
    if (!full) return;
    connection.phase = Connection::Phase::Answering;
    refuse(id);
}

void HttpServer::deliver(HttpExchange exchange) {
    if (abandoned_) return refuse(exchange.connection);
    {
        std::lock_guard lock(mutex_);
        requests_.push_back(std::move(exchange));
    }
    wake_sleeper();
}

void HttpServer::wake_sleeper() {
    std::unique_lock lock(mutex_);
    Sleeper sleeper = std::exchange(sleeper_, {});
    auto expects = std::exchange(expects_, std::nullopt);  // until the sleeper is awake
    lock.unlock();
    if (sleeper.task && !aborted_) loop_.wake(sleeper);
}

bool HttpServer::take(std::deque<HttpExchange>& out, const Sleeper& sleeper) {
    std::lock_guard lock(mutex_);
    out = std::exchange(requests_, {});
    if (out.empty() && !stopped_) {
        sleeper_ = sleeper;
        expects_.emplace(loop_.scheduler());
    }
    return !stopped_ || !out.empty();
}

void HttpServer::answer(uint64_t id, std::string bytes, bool keep_alive) {
    loop_.post([self = shared_from_this(), id, bytes = std::move(bytes), keep_alive](uv_loop_t&) mutable {
        auto found = self->connections_.find(id);
        if (found != self->connections_.end()) found->second->answer(std::move(bytes), keep_alive);
    });
}

void HttpServer::stop(bool abandons) {
    loop_.post([self = shared_from_this(), abandons](uv_loop_t&) { self->begin_stop(abandons); });
}

void HttpServer::refuse(uint64_t id) {
    HttpRequest nobody;
    nobody.keep_alive = false;
    auto found = connections_.find(id);
    if (found != connections_.end())
        found->second->answer(encode_response(503, {{"retry-after", "1"}}, {}, nobody), false);
}

void HttpServer::close_listener() {
    if (!listener_) return;
    // The handle outlives this object until libuv has let go of it.
    auto* handle = reinterpret_cast<uv_handle_t*>(listener_.release());
    uv_close(handle, [](uv_handle_t* h) { std::unique_ptr<uv_tcp_t> ended(reinterpret_cast<uv_tcp_t*>(h)); });
}

void HttpServer::begin_stop(bool abandons) {
    abandoned_ |= abandons;
    std::unique_lock lock(mutex_);
    std::deque<HttpExchange> waiting;
    if (abandons) waiting = std::exchange(requests_, {});
    lock.unlock();
    for (const HttpExchange& exchange : waiting) refuse(exchange.connection);
    if (std::exchange(stopping_, true)) return;
    close_listener();
    std::vector<Connection*> all;
    for (auto& [id, connection] : connections_) all.push_back(connection.get());
    for (Connection* connection : all) connection->finish();
    if (connections_.empty()) stopped();
}

void HttpServer::forget(Connection& connection) {
    connections_.erase(connection.id);
    if ((stopping_ || aborted_) && connections_.empty()) stopped();
}

void HttpServer::stopped() {
    auto self = std::exchange(self_, nullptr);  // this may be its last owner
    loop_.remove(*this);
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    wake_sleeper();
}

void HttpServer::leave() {
    aborted_ = true;
    close_listener();
    wake_sleeper();
    std::vector<Connection*> all;
    for (auto& [id, connection] : connections_) all.push_back(connection.get());
    for (Connection* connection : all) connection->close();
    if (connections_.empty()) stopped();
}

}  // namespace braid::io
