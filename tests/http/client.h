#pragma once
#include <string>
#include <string_view>

namespace braid::test {

/// A client that says exactly what it is told to, at 127.0.0.1.
class RawClient {
  public:
    explicit RawClient(int port);
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;

    bool connected() const { return socket_ >= 0; }
    void send(std::string_view bytes);
    /// What comes until `end` is in it, the server closes, or a generous time is over.
    std::string read_until(std::string_view end);
    /// All until the server closes.
    std::string read_all() { return read_until({}); }
    /// Sends no more, and may still read.
    void end();
    /// Hangs up at once, with whatever is under way (a reset).
    void abort();

  private:
    int socket_;
    std::string received_;
};

}  // namespace braid::test
