// Transports over file descriptors: pipes, terminals, files, sockets. poll(2) rather than Asio's stream_descriptor,
// because standard input may be a regular file, which epoll refuses, and because that would leave O_NONBLOCK set on a
// terminal shared with other processes.
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "protocol/transport.h"

namespace braid::protocol {
namespace {

TransportError system_error(std::string_view what, int error) {
    return {fmt::format("{}: {}", what, std::strerror(error))};
}

// A write to a pipe without reader raises SIGPIPE in the writing thread. Blocked here, it becomes EPIPE, and the
// process's own way with that signal is left alone.
class SigpipeBlocked {
  public:
    SigpipeBlocked() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~SigpipeBlocked() {
        const int error = errno;
        const timespec now{};
        if (!was_pending_)
            while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
            }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

  private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_ = false;
};

class DescriptorTransport : public Transport {
  public:
    DescriptorTransport(int read_descriptor, int write_descriptor) : read_(read_descriptor), write_(write_descriptor) {}

    ~DescriptorTransport() override {
        ::close(read_);
        if (write_ != read_) ::close(write_);
    }

    tl::expected<std::size_t, TransportError> read(std::span<char> buffer) override {
        while (wait(read_, POLLIN, reading_)) {
            const auto count = ::read(read_, buffer.data(), buffer.size());
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno == ECONNRESET) return 0;
            if (!passing(errno)) return tl::unexpected(system_error("reading from the client failed", errno));
        }
        return 0;
    }

    tl::expected<void, TransportError> write(std::string_view bytes) override {
        const SigpipeBlocked no_signal;
        while (!bytes.empty()) {
            if (!wait(write_, POLLOUT, writing_)) return tl::unexpected(TransportError{"the connection is closed"});
            const auto count = ::write(write_, bytes.data(), std::min(bytes.size(), kWholeWrite));
            if (count >= 0) bytes.remove_prefix(static_cast<std::size_t>(count));
            else if (!passing(errno)) return tl::unexpected(system_error("writing to the client failed", errno));
        }
        return {};
    }

    bool write_at_once(std::string_view bytes) override {
        pollfd waited{write_, POLLOUT, 0};
        if (bytes.size() > kWholeWrite || writing_.ended() || poll(&waited, 1, 0) != 1 || waited.revents != POLLOUT)
            return false;
        const SigpipeBlocked no_signal;
        const auto count = ::write(write_, bytes.data(), bytes.size());
        if (count <= 0) return false;  // write() will say why
        return static_cast<std::size_t>(count) == bytes.size() ||
               write(bytes.substr(static_cast<std::size_t>(count))).has_value();
    }

    void stop_reading() override { reading_.end(); }

    void close() override {
        reading_.end();
        writing_.end();
    }

  private:
    // PIPE_BUF bytes go without blocking once poll says so; more could block beyond the reach of close().
    static constexpr std::size_t kWholeWrite = 4096;

    // Said once by some thread, seen by a poll(2) in another.
    class End {
      public:
        End() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
        ~End() { ::close(descriptor_); }
        End(const End&) = delete;
        End& operator=(const End&) = delete;

        void end() {
            ended_ = true;
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
        }
        bool ended() const { return ended_; }
        int descriptor() const { return descriptor_; }

      private:
        std::atomic<bool> ended_{false};
        const int descriptor_;
    };

    static bool passing(int error) { return error == EINTR || error == EAGAIN || error == EWOULDBLOCK; }

    // False after `end`. Trouble with the descriptor counts as ready: reading or writing will tell what it is.
    static bool wait(int descriptor, short events, const End& end) {
        pollfd waited[] = {{descriptor, events, 0}, {end.descriptor(), POLLIN, 0}};
        while (!end.ended()) {
            const int ready = poll(waited, 2, -1);
            if (ready < 0 && !passing(errno)) return true;
            if (ready > 0 && waited[0].revents != 0) return !end.ended();
        }
        return false;
    }

    const int read_;
    const int write_;
    End reading_;
    End writing_;
};

}  // namespace

std::unique_ptr<Transport> descriptor_transport(int read_descriptor, int write_descriptor) {
    return std::make_unique<DescriptorTransport>(read_descriptor, write_descriptor);
}

tl::expected<std::unique_ptr<Transport>, TransportError> stdio_transport() {
    const int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (input < 0) return tl::unexpected(system_error("standard input cannot be used", errno));
    const int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output < 0) {
        const int error = errno;
        ::close(input);
        return tl::unexpected(system_error("standard output cannot be used", error));
    }
    if (fcntl(STDERR_FILENO, F_GETFD) >= 0) dup2(STDERR_FILENO, STDOUT_FILENO);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        if (fcntl(STDERR_FILENO, F_GETFD) < 0) dup2(nothing, STDOUT_FILENO);
        if (nothing > STDERR_FILENO) ::close(nothing);
    }
    return descriptor_transport(input, output);
}

}  // namespace braid::protocol
