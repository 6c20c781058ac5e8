#pragma once
#include <uv.h>

#include "interpreter/io/http_server.h"

namespace braid::io {

/// One client. Everything happens on the loop's thread.
///   reading a request → a task answers it → writing → reading the next …, or closing
struct HttpServer::Connection {
    Connection(HttpServer& server, uint64_t id) : server(server), id(id), reader(server.options_.limits) {}

    enum class Phase : uint8_t { Reading, Answering, Writing, Lingering, Closing };

    bool open(uv_loop_t& loop, uv_tcp_t& listener);
    void read(std::string_view bytes);
    void answer(std::string bytes, bool keep_alive);
    /// Ends an idle connection; one at work ends after its answer.
    void finish();
    void close();

    HttpServer& server;
    const uint64_t id;
    uv_tcp_t tcp{};
    uv_timer_t timer{};
    int handles = 0;  // open ones of the two
    Phase phase = Phase::Reading;
    HttpReader reader;
    std::string pending;  // came while a request was being answered
    std::string written;  // on its way out
    uv_write_t write_request{};
    uv_shutdown_t shutdown_request{};
    bool keeps = true, reads = false;
    bool ended = false;  // the client sends no more, and may still wait for answers

  private:
    void start_reading();
    void stop_reading();
    void end();
    void arm(uint64_t milliseconds);
    void refuse(int status);
    void write(std::string bytes, bool keep_alive);
    void sent(bool fine);
    void linger();
    void timed_out();
    void closed_one();
};

}  // namespace braid::io
