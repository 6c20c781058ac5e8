#pragma once
#include <memory>
#include <string>

#include "interpreter/io/event_loop.h"
#include "interpreter/io/http_reader.h"

namespace braid::io {

struct HttpCall {
    std::string method = "GET", url;
    HttpHeaders headers;
    std::string body;
    uint64_t timeout = 0;  // milliseconds in all; 0: as long as something still comes
    std::string proxy;     // empty: as the environment says (http_proxy, https_proxy, no_proxy)
    std::string ca_file;   // empty: the system's
    bool verify = true;
};

/// What came back, once the sleeper was woken. Nobody else touches it then.
struct HttpAnswer {
    enum class Failure : uint8_t { None, Network, Timeout, BadCall } failure = Failure::None;
    std::string problem;
    int status = 0;
    HttpHeaders headers;
    std::string body;
};

/// Requests of programs, all on the loop's thread, by libcurl. The library is loaded when it is first needed: with what
/// it brings along it would cost every start of a program more than the rest.
class HttpClient {
  public:
    explicit HttpClient(EventLoop& loop);
    ~HttpClient();

    /// Begins; the sleeper is woken when `answer` is complete. Gives a number for cancel().
    uint64_t send(HttpCall call, std::shared_ptr<HttpAnswer> answer, Sleeper sleeper);
    void cancel(uint64_t request);

  private:
    class Transfers;
    EventLoop& loop_;
    std::shared_ptr<Transfers> transfers_;
};

}  // namespace braid::io
