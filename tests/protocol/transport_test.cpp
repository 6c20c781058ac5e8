#include "protocol/transport.h"

#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <future>

using namespace braid::protocol;

namespace {

using Pair = std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>>;

Pair pipes() {
    std::array<int, 2> there{};
    std::array<int, 2> back{};
    REQUIRE(pipe2(there.data(), O_CLOEXEC) == 0);
    REQUIRE(pipe2(back.data(), O_CLOEXEC) == 0);
    return {descriptor_transport(back[0], there[1]), descriptor_transport(there[0], back[1])};
}

Pair tcp() {
    auto listener = TcpListener::listen(0);
    REQUIRE(listener);
    REQUIRE(listener->port() != 0);
    auto client = tcp_connect(listener->port());
    REQUIRE(client);
    auto server = listener->accept();
    REQUIRE(server);
    return {std::move(*client), std::move(*server)};
}

std::string read_exactly(Transport& transport, std::size_t size) {
    std::string result;
    std::array<char, 1000> buffer{};
    while (result.size() < size) {
        const auto count = transport.read(buffer);
        if (!count || *count == 0) break;
        result.append(buffer.data(), *count);
    }
    return result;
}

}  // namespace

TEST_CASE("every transport carries bytes both ways and ends") {
    for (const auto& make : {memory_transport, pipes, tcp}) {
        auto [here, there] = make();
        std::string large(3 * 1024 * 1024, '\0');
        for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
        auto written =
            std::async(std::launch::async, [&, here = here.get()] { return here->write(large).has_value(); });
        CHECK(read_exactly(*there, large.size()) == large);
        CHECK(written.get());
        CHECK(there->write("pong"));
        CHECK(read_exactly(*here, 4) == "pong");
        here.reset();
        std::array<char, 8> buffer{};
        CHECK(there->read(buffer) == std::size_t{0});
    }
}

TEST_CASE("a reader and a stuck writer are woken by close") {
    for (const auto& make : {pipes, tcp}) {
        auto [here, there] = make();
        auto read = std::async(std::launch::async, [transport = here.get()] {
            std::array<char, 8> buffer{};
            return transport->read(buffer).value_or(99);
        });
        auto written = std::async(std::launch::async, [transport = here.get()] {
            return transport->write(std::string(64 * 1024 * 1024, 'x')).has_value();
        });
        CHECK(read_exactly(*there, 1) != "");  // the writer is under way
        here->close();
        CHECK(read.get() == 0);
        CHECK_FALSE(written.get());
    }
}

TEST_CASE("after stop_reading one can still write") {
    for (const auto& make : {memory_transport, pipes, tcp}) {
        auto [here, there] = make();
        here->stop_reading();
        std::array<char, 8> buffer{};
        CHECK(here->read(buffer) == std::size_t{0});
        CHECK(here->write("bye"));
        CHECK(read_exactly(*there, 3) == "bye");
    }
}

TEST_CASE("writing to nobody is an error, not a signal") {
    auto [here, there] = pipes();
    there.reset();
    CHECK_FALSE(here->write("hello"));
}

TEST_CASE("a listener is woken by close, and a taken port is an error that names it") {
    auto listener = TcpListener::listen(0);
    REQUIRE(listener);
    const auto second = TcpListener::listen(listener->port());
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().message, Catch::Contains("127.0.0.1:" + std::to_string(listener->port())));
    auto accepted = std::async(std::launch::async, [&] { return listener->accept().has_value(); });
    listener->close();
    CHECK_FALSE(accepted.get());
}
