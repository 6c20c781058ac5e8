// Byte streams a server talks over: standard input and output, a TCP connection on 127.0.0.1, a pair in memory for
// tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace braid::protocol {

struct TransportError {
    std::string message;
};

// One thread reads and one at a time writes; stop_reading() and close() may come from any
// thread and wake who waits.
class Transport {
  public:
    virtual ~Transport() = default;

    // Waits for bytes and puts some into `buffer`. 0: the other side has ended its stream, or close() was called.
    virtual tl::expected<std::size_t, TransportError> read(std::span<char> buffer) = 0;

    // Writes all of it, waiting as long as the other side takes; an error when that is gone, or after close().
    virtual tl::expected<void, TransportError> write(std::string_view bytes) = 0;

    // Writes all of it if that can be done without waiting; else, and when the other side is gone, nothing and false.
    virtual bool write_at_once(std::string_view) { return false; }

    // From now on read() gives 0; writing goes on.
    virtual void stop_reading() = 0;

    virtual void close() = 0;
};

// The process's standard streams, which belong to the protocol from here on: file descriptor 1 is redirected to
// standard error and 0 to /dev/null, so that nothing else in the process can write into the protocol or read from it.
tl::expected<std::unique_ptr<Transport>, TransportError> stdio_transport();

// Takes over open file descriptors (equal for a socket) and closes them at the end.
std::unique_ptr<Transport> descriptor_transport(int read_descriptor, int write_descriptor);

// Listens on 127.0.0.1 only; nobody outside this machine can connect.
class TcpListener {
  public:
    // Port 0: any free one.
    static tl::expected<TcpListener, TransportError> listen(std::uint16_t port);
    TcpListener(TcpListener&&) noexcept;
    TcpListener& operator=(TcpListener&&) noexcept;
    ~TcpListener();

    std::uint16_t port() const;
    // Waits for the next connection; an error after close().
    tl::expected<std::unique_ptr<Transport>, TransportError> accept();
    // From any thread; wakes accept().
    void close();

  private:
    struct Impl;
    explicit TcpListener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// To 127.0.0.1:port, for `attach` and for tests.
tl::expected<std::unique_ptr<Transport>, TransportError> tcp_connect(std::uint16_t port);

// Two ends in memory: what one writes the other reads.
std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>> memory_transport();

}  // namespace braid::protocol
