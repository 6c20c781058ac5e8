// Requests, however their bytes are cut.
#include <catch2/catch.hpp>

#include "interpreter/io/http_reader.h"

using namespace braid::io;

namespace {

std::string describe(const HttpRequest& r) {
    std::string out = r.method + " " + r.path + (r.keep_alive ? " keeps" : " ends");
    for (const auto& [name, value] : r.query) out += " ?" + name + "=" + value;
    for (const auto& [name, value] : r.headers) out += " " + name + "=" + value;
    return out + " [" + r.body + "]";
}
std::string read(std::string_view bytes, size_t piece) {
    HttpReader reader({400, 50, 4});
    std::string out;
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, piece);
        size_t used = reader.feed(part);
        if (reader.state() == HttpReader::State::Failed) return out + "!" + std::to_string(reader.status());
        bytes.remove_prefix(used);
        if (reader.state() == HttpReader::State::Complete) out += describe(reader.take()) + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("a request reads the same however its bytes are cut") {
    const std::pair<std::string, std::string> cases[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / keeps host=a []\n"},
        {"GET /a%2Fb?x=1&y=%20&z&=q HTTP/1.1\r\nHOST: a\r\nA: 1\r\na: 2\r\n\r\n",
         "GET /a/b keeps ?x=1 ?y=  ?z= ?=q host=a a=1, 2 []\n"},
        {"GET http://h:1/p?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
         "GET /p ends ?q=1 host=a connection=close []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /n HTTP/1.1\r\nHost: b\r\n\r\n",
         "POST / keeps host=a content-length=3 [abc]\nGET /n keeps host=b []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\nGET / "
         "HTTP/1.1\r\nHost: b\r\n\r\n",
         "POST / keeps host=a transfer-encoding=chunked [abc]\nGET / keeps host=b []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
         "7\r\n\r\na=1+2&b",
         "POST / keeps ?a=1 2 ?b= host=a content-type=application/x-www-form-urlencoded content-length=7 [a=1+2&b]\n"},
        {"GET / HTTP/1.0\r\n\r\n", "GET / ends []\n"},
        {"GET /\r\n\r\n", "!505"},
        {"GET / HTTP/1.1\r\n\r\n", "!400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "!400"},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "!400"},
        {"NONSENSE\r\n\r\n", "!501"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 51\r\n\r\n", "!413"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "!400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "!400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "!400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nx: " + std::string(500, 'x') + "\r\n\r\n", "!431"},
        {"GET /" + std::string(500, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "!431"},
        {"GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nc: 1\r\nd: 1\r\ne: 1\r\n\r\n", "!431"},
        {"GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nb: 1\r\nb: 1\r\nb: 1\r\n\r\n", "GET / keeps host=a b=1, 1, 1, 1 []\n"},
    };
    for (const auto& [bytes, expected] : cases) {
        INFO(bytes);
        for (size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{50}, bytes.size()})
            CHECK(read(bytes, piece) == expected);
    }
}

TEST_CASE("an answer has no header that could be taken for two") {
    HttpRequest request;
    std::string answer = encode_response(
        200, {{"a", "b"}, {"c\r\nd", "e"}, {"f", "g\r\nh: i"}, {"", "j"}, {"Content-Length", "99"}}, "body", request);
    CHECK(answer.find("\r\na: b\r\n") != std::string::npos);
    for (const char* bad : {"c\r", "\r\nh:", "\r\n: ", "99"}) CHECK(answer.find(bad) == std::string::npos);
    CHECK(answer.substr(answer.size() - 8) == "\r\n\r\nbody");
    request.method = "HEAD";
    CHECK(encode_response(200, {}, "body", request).find("content-length: 4") != std::string::npos);
    CHECK(encode_response(200, {}, "body", request).find("body") == std::string::npos);
    CHECK(encode_response(204, {}, "body", request).find("length") == std::string::npos);
}
