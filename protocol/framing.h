// Content-Length framing, the same for LSP and DAP: `Content-Length: N`, an empty line, N bytes of JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace braid::protocol {

struct FrameLimits {
    std::size_t header = 8 * 1024;
    std::size_t body = 256 * 1024 * 1024;
};

struct FrameError {
    std::string message;
    // True: the stream cannot be made sense of any more, and every later next() returns this error again.
    // False: the bad part was skipped, and the next frame can be asked for.
    bool fatal = false;
};

// Incremental: takes bytes in pieces of any size and gives out whole bodies. Never throws, whatever the bytes are.
// Lines may end with CR LF or LF; headers other than Content-Length are read over; names are case-insensitive.
class FrameDecoder {
  public:
    explicit FrameDecoder(FrameLimits limits = {}) : limits_(limits) {}

    void feed(std::string_view bytes);

    // The next body; nullopt: more bytes are needed first. A malformed header block is an error, is skipped, and what
    // follows is looked at afresh; so is a body over the limit. A header without end is fatal, and so is a length out
    // of all proportion.
    tl::expected<std::optional<std::string>, FrameError> next();

    // Whether the bytes so far end inside a frame: an end of input here has cut a message short.
    bool inside_frame() const { return start_ < buffer_.size() || body_length_ || skip_ > 0; }

  private:
    tl::expected<bool, FrameError> read_header();
    tl::expected<std::size_t, std::string> parse_header(std::string_view block) const;
    // Moves past a malformed block, but not past a Content-Length inside it: that of a message whose predecessor was
    // sent without a header, most likely.
    void skip_malformed(std::size_t block_size);
    FrameError die(std::string message);
    std::string_view pending() const { return std::string_view(buffer_).substr(start_); }
    void consume(std::size_t count);

    FrameLimits limits_;
    std::string buffer_;
    std::size_t start_ = 0;                   // bytes of buffer_ before this are used up
    std::size_t scanned_ = 0;                 // pending bytes known to hold no end of a header
    std::size_t skip_ = 0;                    // bytes of an oversized body still to be thrown away
    std::optional<std::size_t> body_length_;  // a header was read, its body is awaited
    std::optional<FrameError> dead_;
};

// The body with its header, ready to be written.
std::string frame(std::string_view body);

}  // namespace braid::protocol
