#include "protocol/framing.h"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <vector>

using namespace braid::protocol;

namespace {

// Everything a decoder has to say about `bytes`, fed in pieces of `piece` bytes: a line per body or error.
std::vector<std::string> decode(std::string_view bytes, std::size_t piece = std::string_view::npos,
                                FrameLimits limits = {}) {
    FrameDecoder decoder(limits);
    std::vector<std::string> said;
    while (!bytes.empty()) {
        decoder.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (;;) {
            const auto body = decoder.next();
            if (!body) {
                said.push_back((body.error().fatal ? "fatal: " : "error: ") + body.error().message);
                if (body.error().fatal) return said;
                continue;
            }
            if (!*body) break;
            said.push_back("body: " + **body);
        }
    }
    if (decoder.inside_frame()) said.push_back("cut short");
    return said;
}

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("frames come out whole, however the bytes come in") {
    const auto stream = frame("{}") + frame("") + frame("[1,2]");
    for (std::size_t piece = 1; piece <= stream.size(); ++piece)
        CHECK(decode(stream, piece) == Said{"body: {}", "body: ", "body: [1,2]"});
}

TEST_CASE("headers: other names, any case, either line ending") {
    CHECK(decode("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}") ==
          Said{"body: {}"});
    CHECK(decode("content-LENGTH:2\n\n{}") == Said{"body: {}"});
    CHECK(decode("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}") == Said{"body: {}"});
}

TEST_CASE("a malformed header is an error, and what follows is read") {
    CHECK(decode("Content-Length: abc\r\n\r\n" + frame("{}")) ==
          Said{"error: Content-Length is not a number: `abc`", "body: {}"});
    CHECK(decode("Content-Length: -1\r\n\r\n" + frame("{}")) ==
          Said{"error: Content-Length is not a number: `-1`", "body: {}"});
    CHECK(decode("X: 1\r\n\r\n" + frame("{}")) == Said{"error: a message has no Content-Length header", "body: {}"});
    CHECK(decode("hello\r\n\r\n" + frame("{}")) ==
          Said{"error: expected a header like `Content-Length: 42`, found `hello`", "body: {}"});
    CHECK(decode("{\"no\":\"header\"}" + frame("{}")) ==
          Said{"error: a message has no Content-Length header", "body: {}"});
    CHECK(decode("Content-Length: 99999999999999999999999\r\n\r\n" + frame("{}")) ==
          Said{"error: Content-Length is not a number: `99999999999999999999999`", "body: {}"});
}

TEST_CASE("limits: a long body is skipped, a header without end is the end") {
    const FrameLimits limits{64, 4};
    for (const std::size_t piece : {1u, 7u, 1000u})
        CHECK(decode(frame("12345") + frame("{}"), piece, limits) ==
              Said{"error: a message of 5 bytes is over the limit of 4", "body: {}"});
    CHECK(decode(std::string(65, 'x') + frame("{}"), 10, limits) ==
          Said{"fatal: no Content-Length header within 64 bytes; is the other side speaking this protocol?"});
    CHECK(decode("Content-Length: 1000000\r\n\r\n", 10, limits) ==
          Said{"fatal: a message of 1000000 bytes is announced"});
}

TEST_CASE("an input that ends inside a frame is noticed") {
    CHECK(decode("Content-Length: 2\r\n\r\n{") == Said{"cut short"});
    CHECK(decode("Content-Len") == Said{"cut short"});
    CHECK(decode("") == Said{});
}

TEST_CASE("decoding is the inverse of framing, in pieces of any size") {
    CHECK(rc::check([](const std::vector<std::string>& bodies) {
        const auto piece = *rc::gen::inRange<std::size_t>(1, 50);
        std::string stream;
        Said expected;
        for (const auto& body : bodies) {
            stream += frame(body);
            expected.push_back("body: " + body);
        }
        RC_ASSERT(decode(stream, piece) == expected);
    }));
}

TEST_CASE("what is said does not depend on how the bytes were cut") {
    CHECK(rc::check([](const std::vector<bool>& shape) {
        std::string stream;
        for (const bool good : shape) stream += good ? frame("{}") : *rc::gen::arbitrary<std::string>();
        const auto piece = *rc::gen::inRange<std::size_t>(1, 9);
        RC_ASSERT(decode(stream, piece) == decode(stream));
    }));
}
