#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct http_parser;

namespace braid::io {

/// Names in lower case; several of one name are joined with `, `.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpLimits {
    size_t header_bytes = 64 << 10;  // request line and headers
    size_t body_bytes = 8 << 20;
    size_t headers = 1000;  // of different names
};

struct HttpRequest {
    std::string method;
    std::string path;                                        // decoded, without the query
    std::vector<std::pair<std::string, std::string>> query;  // decoded, also of a form in the body
    HttpHeaders headers;
    std::string body;
    bool keep_alive = true;
    int version_minor = 1;  // of HTTP/1
};

/// Reads requests out of the bytes of one connection, one after the other (RFC 9112, by http_parser).
class HttpReader {
  public:
    explicit HttpReader(HttpLimits limits);
    ~HttpReader();
    HttpReader(const HttpReader&) = delete;
    HttpReader& operator=(const HttpReader&) = delete;

    enum class State : uint8_t {
        Idle,     // before the first byte of a request
        Headers,  // inside
        Body,
        Complete,  // take() it
        Failed,    // nothing more can be read from this connection; status() says what to answer
    };
    /// Reads on, at most to the end of one request. How many bytes it took.
    size_t feed(std::string_view bytes);
    State state() const { return state_; }
    int status() const { return status_; }
    /// The client waits for `100 Continue` before it sends the body. True once.
    bool wants_continue();
    /// Precondition: Complete. The next request begins.
    HttpRequest take();

  private:
    struct Callbacks;
    void fail(int status);
    void add_header();
    void end_headers();

    HttpLimits limits_;
    std::unique_ptr<http_parser> parser_;
    State state_ = State::Idle;
    int status_ = 0;
    size_t header_bytes_ = 0;
    std::string url_, name_, value_;
    bool in_value_ = false, wants_continue_ = false;
    HttpRequest request_;
};

/// `%41+b` → `A b`; bytes that are no UTF-8 become U+FFFD. `plus`: `+` is a space, as in queries.
std::string decode_percent(std::string_view text, bool plus);
std::vector<std::pair<std::string, std::string>> decode_query(std::string_view text);

/// The head and body of a response as bytes. Headers that could not be sent safely (line ends in them) are left out, as
/// are those the server decides about.
std::string encode_response(int status, const HttpHeaders& headers, std::string_view body, const HttpRequest& request);

}  // namespace braid::io
