#include "protocol/json_rpc_server.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>

#include "protocol/thread_pool.h"
#include "tests/protocol/client.h"

using namespace braid::protocol;
using braid::test::Client;

namespace {

// Something one thread says and others wait for.
class Signal {
  public:
    void give() { promise_.set_value(); }
    void wait() const { future_.wait(); }

  private:
    std::promise<void> promise_;
    std::shared_future<void> future_ = promise_.get_future().share();
};

struct World {
    std::string text;  // reading thread only
    Signal slow_started;
    Signal doomed_may_end;
    std::stop_source edition;  // of the text
    std::string asked_reply;   // reading thread only
};

int serve(Transport& transport, World& world, JsonRpcOptions options = {}) {
    ThreadPool pool(2);
    JsonRpcServer server(transport, pool.executor(), std::move(options));
    server.on_request({
        {"initialize", RunOn::Reader,
         [](const Json&, const CancellationToken&) -> Reply {
             return Json{{"ok", true}};
         }},
        {"echo", RunOn::Pool, [](const Json& params, const CancellationToken&) -> Reply { return params; }},
        {"field", RunOn::Pool, [](const Json& params, const CancellationToken&) -> Reply { return params.at("x"); }},
        {"throw", RunOn::Reader,
         [](const Json&, const CancellationToken&) -> Reply { throw std::runtime_error("our own bug"); }},
        {"stale", RunOn::Pool,
         [](const Json&, const CancellationToken&) -> Reply {
             return tl::unexpected(
                 ResponseError{RpcError::ContentModified, "", std::make_shared<const Json>(Json{{"retry", true}})});
         }},
        {"slow", RunOn::Pool,
         [&](const Json&, const CancellationToken& cancelled) -> Reply {
             std::promise<void> stopped;
             std::stop_callback on_stop(cancelled, [&] { stopped.set_value(); });
             world.slow_started.give();
             stopped.get_future().wait();
             return tl::unexpected(ResponseError{RpcError::RequestCancelled});
         }},
        {"ask", RunOn::Reader,
         [&](const Json&, const CancellationToken&) -> Reply {
             server.request("workspace/configuration", Json{{"items", Json::array()}}, [&](const Reply& reply) {
                 world.asked_reply = reply ? reply->dump() : reply.error().message;
                 server.notify("asked", Json{{"reply", world.asked_reply}});
             });
             return nullptr;
         }},
    });
    server.on_snapshot_request("text", [&](const Json&) -> tl::expected<SnapshotWork, ResponseError> {
        return [text = world.text](const CancellationToken&) -> Reply { return text; };
    });
    server.on_snapshot_request("doomed", [&](const Json&) -> tl::expected<SnapshotWork, ResponseError> {
        auto run = [&](const CancellationToken&) -> Reply {
            world.slow_started.give();
            world.doomed_may_end.wait();
            return "too late";
        };
        return SnapshotWork(run, world.edition.get_token());
    });
    server.on_notification({
        {"edit", [&](const Json&) { world.edition.request_stop(); }},
        {"set", [&](const Json& params) { world.text = params.at("text").get<std::string>(); }},
    });
    return server.run();
}

Json request(const Json& id, const std::string& method, const Json& params = Json::object()) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

Json notification(const std::string& method, const Json& params = Json::object()) {
    return {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
}

// "id result" or "id !code message", the shape of a reply in one line.
std::string shown(const std::optional<Json>& message) {
    if (!message) return "end";
    if (message->contains("method")) return message->at("method").get<std::string>();
    const auto id = message->at("id").dump() + " ";
    if (!message->contains("error")) return id + message->at("result").dump();
    const auto& error = message->at("error");
    return id + "!" + error.at("code").dump() + " " + error.at("message").get<std::string>();
}

struct Session {
    World world;
    Client client{[this](Transport& transport) { return serve(transport, world); }};

    std::string ask(const Json& message) {
        client.send(message);
        return shown(client.receive());
    }
    void initialize() { REQUIRE(ask(request(0, "initialize")) == R"(0 {"ok":true})"); }
};

}  // namespace

TEST_CASE("the life of a server") {
    Session s;
    CHECK(s.ask(request(1, "echo")) == "1 !-32002 the server is not initialized");
    s.client.send(notification("set", {{"text", "too early"}}));
    s.initialize();
    CHECK(s.ask(request("a", "text")) == R"("a" "")");
    CHECK(s.ask(request(2, "initialize")) == "2 !-32600 the server is initialized already");
    CHECK(s.ask(request(3, "echo", {{"x", 1}})) == R"(3 {"x":1})");
    CHECK(s.ask(request(4, "shutdown")) == "4 null");
    CHECK(s.ask(request(5, "echo")) == "5 !-32600 the server was shut down");
    s.client.send(notification("exit"));
    CHECK(s.client.wait_for_end() == 0);
}

TEST_CASE("exit or end of input without shutdown is status 1") {
    Session by_exit;
    by_exit.initialize();
    by_exit.client.send(notification("exit"));
    CHECK(by_exit.client.wait_for_end() == 1);
    Session by_end;
    CHECK(by_end.client.exit_status() == 1);
}

TEST_CASE("errors have the codes of the protocol, and the server goes on") {
    Session s;
    s.initialize();
    CHECK(s.ask(request(1, "nonsense")) == "1 !-32601 unknown method `nonsense`");
    CHECK_THAT(s.ask(request(2, "field")), Catch::StartsWith("2 !-32602 "));
    CHECK(s.ask(request(3, "throw")) == "3 !-32603 our own bug");
    CHECK(s.ask({{"jsonrpc", "2.0"}, {"id", 4}}) == "4 !-32600 `method` is missing");
    CHECK(s.ask({{"jsonrpc", "1.0"}, {"id", 5}, {"method", "echo"}}) == "5 !-32600 `jsonrpc` must be \"2.0\"");
    CHECK(s.ask({{"jsonrpc", "2.0"}, {"id", 1.5}, {"method", "echo"}}) ==
          "null !-32600 `id` must be a string or an integer");
    CHECK(s.ask({{"jsonrpc", "2.0"}, {"id", 6}, {"method", 7}}) == "6 !-32600 `method` must be a string");
    CHECK(s.ask(request(7, "echo", "text")) == "7 !-32600 `params` must be an object or an array");
    CHECK(s.ask(Json::array()) == "null !-32600 batches of messages are not supported");
    CHECK(s.ask(17) == "null !-32600 a message must be an object");
    s.client.send_bytes(frame("{nonsense"));
    CHECK_THAT(shown(s.client.receive()), Catch::StartsWith("null !-32700 "));
    s.client.send_bytes("garbage\r\n\r\n");
    CHECK_THAT(shown(s.client.receive()), Catch::StartsWith("null !-32700 expected a header"));
    s.client.send_bytes(frame(std::string(100'000, '[')));
    CHECK(shown(s.client.receive()) == "null !-32700 nested deeper than 512 levels");
    const auto stale = (s.client.send(request(8, "stale")), s.client.receive());
    CHECK(shown(stale) == "8 !-32801 the content was modified");
    CHECK(stale->at("error").at("data") == Json{{"retry", true}});
    s.client.send(notification("set"));
    CHECK(shown(s.client.receive()) == "window/logMessage");
    s.client.send(notification("unknown"));
    CHECK(s.ask(request(9, "text")) == R"(9 "")");
}

TEST_CASE("text that is not UTF-8 does not stop the reply") {
    Session s;
    s.initialize();
    s.client.send_bytes(frame(R"({"jsonrpc":"2.0","id":1,"method":")"
                              "\xff"
                              R"("})"));
    CHECK_THAT(shown(s.client.receive()), Catch::Contains("-32700") || Catch::Contains("-32601"));
}

TEST_CASE("a request sees the state of its place in the stream") {
    Session s;
    s.initialize();
    for (int i = 0; i < 50; ++i) {
        s.client.send(notification("set", {{"text", std::to_string(i)}}));
        s.client.send(request(i, "text"));
    }
    std::map<int, std::string> seen;
    for (int i = 0; i < 50; ++i) {
        const auto reply = s.client.receive();
        REQUIRE(reply);
        seen[reply->at("id").get<int>()] = reply->at("result").get<std::string>();
    }
    for (int i = 0; i < 50; ++i) CHECK(seen[i] == std::to_string(i));
}

TEST_CASE("a request is cancelled by its client, also by the end of input") {
    Session s;
    s.initialize();
    s.client.send(request("one", "slow"));
    s.world.slow_started.wait();
    CHECK(s.ask(request("one", "echo")) == "\"one\" !-32600 a request with this id is running");
    s.client.send(notification("$/cancelRequest", {{"id", "other"}}));
    s.client.send(notification("$/cancelRequest"));
    CHECK(s.ask(notification("$/cancelRequest", {{"id", "one"}})) == "\"one\" !-32800 the request was cancelled");

    World world;
    JsonRpcOptions hasty;
    hasty.grace = std::chrono::milliseconds(0);
    Client client([&](Transport& transport) { return serve(transport, world, hasty); });
    client.send(request(1, "initialize"));
    client.send(request(2, "slow"));
    world.slow_started.wait();
    client.end_input();
    CHECK(shown(client.receive()) == R"(1 {"ok":true})");
    CHECK(shown(client.receive()) == "2 !-32800 the request was cancelled");
    CHECK(shown(client.receive()) == "end");
    CHECK(client.exit_status() == 1);
}

TEST_CASE("a request about what has changed is answered before its work ends") {
    Session s;
    s.initialize();
    s.client.send(request(1, "doomed"));
    s.world.slow_started.wait();
    CHECK(s.ask(notification("edit")) == "1 !-32801 the content was modified");
    CHECK(s.ask(request(2, "echo")) == "2 {}");
    s.world.doomed_may_end.give();
    CHECK(s.ask(request(3, "shutdown")) == "3 null");  // and its own answer was dropped
}

TEST_CASE("what was asked before shutdown or the end of input is still answered") {
    for (const bool polite : {true, false}) {
        Session s;
        s.client.send(request(0, "initialize"));
        for (int i = 1; i <= 20; ++i) s.client.send(request(i, "echo"));
        if (polite) s.client.send(request(21, "shutdown"));
        s.client.end_input();
        int replies = 0;
        while (s.client.receive()) ++replies;
        CHECK(replies == (polite ? 22 : 21));
        CHECK(s.client.exit_status() == (polite ? 0 : 1));
    }
}

TEST_CASE("the server asks the client") {
    Session s;
    s.initialize();
    s.client.send(request(1, "ask"));
    const auto asked = s.client.receive();
    REQUIRE(shown(asked) == "workspace/configuration");
    CHECK(shown(s.client.receive()) == "1 null");
    s.client.send({{"jsonrpc", "2.0"}, {"id", 999}, {"result", nullptr}});  // an answer to nothing is read over
    s.client.send({{"jsonrpc", "2.0"}, {"id", asked->at("id")}, {"result", {1, 2}}});
    CHECK(s.client.receive()->at("params").at("reply") == "[1,2]");
    s.client.send(request(2, "ask"));
    const auto again = s.client.receive();
    CHECK(shown(s.client.receive()) == "2 null");
    s.client.send(
        {{"jsonrpc", "2.0"}, {"id", again->at("id")}, {"error", {{"code", -32601}, {"message", "no such thing"}}}});
    CHECK(s.client.receive()->at("params").at("reply") == "no such thing");
    s.client.send(request(3, "ask"));
    s.client.exit_status();
    CHECK(s.world.asked_reply == "the connection has ended");
}

TEST_CASE("many threads write whole messages") {
    Client client([](Transport& transport) {
        ThreadPool pool(1);
        JsonRpcServer server(transport, pool.executor());
        ThreadPool writers(4);  // ends before the server does
        for (int i = 0; i < 4; ++i)
            writers.run([&server, i] {
                for (int n = 0; n < 250; ++n)
                    server.notify("n", Json{{"thread", i}, {"n", n}, {"pad", std::string(n, 'x')}});
            });
        return server.run();
    });
    std::map<int, int> next;
    for (int i = 0; i < 1000; ++i) {
        const auto message = client.receive();
        REQUIRE(message);
        const auto& params = message->at("params");
        CHECK(params.at("n") == next[params.at("thread").get<int>()]++);
    }
}
