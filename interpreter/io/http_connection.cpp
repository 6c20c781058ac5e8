#include "interpreter/io/http_connection.h"

#include <algorithm>

namespace braid::io {

namespace {

constexpr uint64_t kMillisecondsToLinger = 1000;
constexpr uint64_t kSlowestBytesPerMillisecond = 16;  // a client that takes less is given up
constexpr size_t kMostPending = 64 << 10;

}  // namespace

bool HttpServer::Connection::open(uv_loop_t& loop, uv_tcp_t& listener) {
    uv_tcp_init(&loop, &tcp);
    uv_timer_init(&loop, &timer);
    tcp.data = timer.data = write_request.data = shutdown_request.data = this;
    handles = 2;
    if (uv_accept(reinterpret_cast<uv_stream_t*>(&listener), reinterpret_cast<uv_stream_t*>(&tcp)) != 0) return false;
    uv_tcp_nodelay(&tcp, 1);
    start_reading();
    arm(server.options_.idle_timeout);
    return true;
}

void HttpServer::Connection::arm(uint64_t milliseconds) {
    uv_timer_start(
        &timer, [](uv_timer_t* t) { static_cast<Connection*>(t->data)->timed_out(); }, milliseconds, 0);
}

void HttpServer::Connection::start_reading() {
    if (ended || std::exchange(reads, true)) return;
    auto allocate = [](uv_handle_t*, size_t, uv_buf_t* buffer) {
        // One for all: libuv reads into it and calls back at once, and the loop has one thread.
        static thread_local char bytes[64 << 10];
        *buffer = uv_buf_init(bytes, sizeof bytes);
    };
    auto came = [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto& self = *static_cast<Connection*>(stream->data);
        if (count > 0) self.read({buffer->base, static_cast<size_t>(count)});
        else if (count == UV_EOF) self.end();
        else if (count < 0) self.close();
    };
    if (uv_read_start(reinterpret_cast<uv_stream_t*>(&tcp), allocate, came) != 0) close();
}
void HttpServer::Connection::stop_reading() {
    if (std::exchange(reads, false)) uv_read_stop(reinterpret_cast<uv_stream_t*>(&tcp));
}

void HttpServer::Connection::end() {
    if (phase != Phase::Answering && phase != Phase::Writing) return close();
    stop_reading();
    ended = true;
}

void HttpServer::Connection::read(std::string_view bytes) {
    if (phase == Phase::Answering || phase == Phase::Writing) {
        pending += bytes;
        if (pending.size() > kMostPending) stop_reading();
        return;
    }
    while (phase == Phase::Reading) {
        HttpReader::State before = reader.state();
        size_t used = reader.feed(bytes);
        bytes.remove_prefix(std::min(used, bytes.size()));
        HttpReader::State now = reader.state();
        if (now == HttpReader::State::Failed) return refuse(reader.status());
        if (now == HttpReader::State::Complete) break;
        // Its head has so long in all, its body for each piece.
        if (now != before || (now == HttpReader::State::Body && used)) arm(server.options_.request_timeout);
        if (reader.wants_continue()) {
            static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
            uv_buf_t buffer = uv_buf_init(const_cast<char*>(kContinue.data()), static_cast<unsigned>(kContinue.size()));
            uv_try_write(reinterpret_cast<uv_stream_t*>(&tcp), &buffer, 1);
        }
        if (bytes.empty()) return;
    }
    if (phase != Phase::Reading) return;
    pending = bytes;
    phase = Phase::Answering;
    uv_timer_stop(&timer);
    server.deliver({id, reader.take()});
}

void HttpServer::Connection::refuse(int status) {
    HttpRequest request;
    request.keep_alive = false;
    phase = Phase::Answering;
    answer(encode_response(status, {}, {}, request), false);
}

void HttpServer::Connection::answer(std::string bytes, bool keep_alive) {
    if (phase == Phase::Answering) write(std::move(bytes), keep_alive && !server.stopping_);
}

void HttpServer::Connection::write(std::string bytes, bool keep_alive) {
    phase = Phase::Writing;
    keeps = keep_alive;
    written = std::move(bytes);
    uv_buf_t buffer = uv_buf_init(written.data(), static_cast<unsigned>(written.size()));
    int count = uv_try_write(reinterpret_cast<uv_stream_t*>(&tcp), &buffer, 1);
    if (count == static_cast<int>(written.size())) return sent(true);
    size_t done = count > 0 ? static_cast<size_t>(count) : 0;
    buffer = uv_buf_init(written.data() + done, static_cast<unsigned>(written.size() - done));
    auto ended = [](uv_write_t* request, int status) { static_cast<Connection*>(request->data)->sent(status == 0); };
    if (uv_write(&write_request, reinterpret_cast<uv_stream_t*>(&tcp), &buffer, 1, ended) != 0) return close();
    arm(server.options_.request_timeout + buffer.len / kSlowestBytesPerMillisecond);
}

void HttpServer::Connection::sent(bool fine) {
    if (phase != Phase::Writing) return;
    written = {};
    if (!fine) return close();
    if (!keeps) return linger();
    phase = Phase::Reading;
    arm(server.options_.idle_timeout);
    if (server.stopping_) return close();
    std::string next = std::exchange(pending, {});
    start_reading();
    if (!next.empty()) read(next);
    if (ended && phase == Phase::Reading) close();
}

/// Says that nothing more comes, and waits for the client to hear it: closing with its bytes unread would tell it
/// nothing.
void HttpServer::Connection::linger() {
    phase = Phase::Lingering;
    auto shut = [](uv_shutdown_t* request, int) {
        auto& self = *static_cast<Connection*>(request->data);
        if (self.phase == Phase::Lingering) self.ended ? self.close() : self.start_reading();
    };
    if (uv_shutdown(&shutdown_request, reinterpret_cast<uv_stream_t*>(&tcp), shut) != 0) return close();
    arm(kMillisecondsToLinger);
}

void HttpServer::Connection::timed_out() {
    bool inside = reader.state() != HttpReader::State::Idle;
    if (phase == Phase::Reading && inside) return refuse(408);
    close();
}

void HttpServer::Connection::finish() {
    if (phase == Phase::Reading && reader.state() == HttpReader::State::Idle) close();
}

void HttpServer::Connection::close() {
    if (std::exchange(phase, Phase::Closing) == Phase::Closing) return;
    reads = false;
    auto closed = [](uv_handle_t* handle) { static_cast<Connection*>(handle->data)->closed_one(); };
    uv_close(reinterpret_cast<uv_handle_t*>(&tcp), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), closed);
}

void HttpServer::Connection::closed_one() {
    if (--handles == 0) server.forget(*this);
}

}  // namespace braid::io
