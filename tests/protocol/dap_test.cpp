#include "protocol/dap_server.h"

#include <catch2/catch.hpp>

#include <future>
#include <set>

#include "protocol/thread_pool.h"
#include "tests/protocol/client.h"

using namespace braid::protocol;
using braid::test::Client;

namespace {

struct World {
    std::promise<void> evaluating;
    std::string progress;
};

int serve(Transport& transport, World& world) {
    ThreadPool pool(2);
    DapServer server(transport, pool.executor());
    server.on_cancel_progress([&](const std::string& id) { world.progress = id; });
    server.on_request({
        {"initialize", RunOn::Reader,
         [&](const DapRequest& request) -> DapReply {
             request.after_reply([&] { server.event("initialized"); });
             return Json{{"supportsCancelRequest", true}};
         }},
        {"launch", RunOn::Reader,
         [](const DapRequest& request) -> DapReply {
             request.arguments.at("program").get<std::string>();
             return tl::unexpected(DapError{"cannot read {x}.altru", 7});
         }},
        {"throw", RunOn::Pool, [](const DapRequest&) -> DapReply { throw std::runtime_error("our own bug"); }},
        {"evaluate", RunOn::Pool,
         [&](const DapRequest& request) -> DapReply {
             std::promise<void> stopped;
             std::stop_callback on_stop(request.cancelled, [&] { stopped.set_value(); });
             world.evaluating.set_value();
             stopped.get_future().wait();
             return tl::unexpected(DapError{.message = "cancelled", .cancelled = true});
         }},
        {"runInTerminal", RunOn::Reader,
         [&](const DapRequest&) -> DapReply {
             server.request("runInTerminal", Json{{"args", {"x"}}}, [&](const DapReply& reply) {
                 server.event("answered", Json{{"reply", reply ? reply->dump() : reply.error().message}});
             });
             return Json();
         }},
        {"disconnect", RunOn::Reader,
         [&](const DapRequest& request) -> DapReply {
             request.after_reply([&] { server.stop(); });
             return Json();
         }},
    });
    return server.run();
}

// "#seq command" of a response, with "!message" when it failed; "event name"; "request name".
std::string shown(const std::optional<Json>& message) {
    if (!message) return "end";
    const auto type = message->at("type").get<std::string>();
    if (type == "event") {
        const bool output = message->at("event") == "output";
        return "event " + message->at("event").get<std::string>() +
               (output ? " " + message->at("body").at("output").get<std::string>() : "");
    }
    if (type == "request") return "request " + message->at("command").get<std::string>();
    const auto line = "#" + message->at("request_seq").dump() + " " + message->at("command").get<std::string>();
    return message->at("success") == true ? line : line + " !" + message->at("message").get<std::string>();
}

struct Session {
    World world;
    Client client{[this](Transport& transport) { return serve(transport, world); }};
    std::int64_t last_seq = 0;

    std::optional<Json> receive() {
        auto message = client.receive();
        if (message) CHECK(message->at("seq") == ++last_seq);
        return message;
    }
    std::string next() { return shown(receive()); }
    std::string ask(int seq, const std::string& command, const Json& arguments = Json::object()) {
        client.send({{"seq", seq}, {"type", "request"}, {"command", command}, {"arguments", arguments}});
        return next();
    }
};

}  // namespace

TEST_CASE("a session from initialize to disconnect") {
    Session s;
    CHECK(s.ask(1, "initialize") == "#1 initialize");
    CHECK(s.next() == "event initialized");
    CHECK(s.ask(2, "disconnect") == "#2 disconnect");
    CHECK(s.next() == "end");
    CHECK(s.client.wait_for_end() == 0);
}

TEST_CASE("the end of input ends the adapter") {
    Session s;
    CHECK(s.ask(1, "initialize") == "#1 initialize");
    CHECK(s.next() == "event initialized");
    CHECK(s.client.exit_status() == 0);
}

TEST_CASE("failed requests say why, and the adapter goes on") {
    Session s;
    CHECK(s.ask(1, "dance") == "#1 dance !unknown command `dance`");
    CHECK_THAT(s.ask(2, "launch"), Catch::StartsWith("#2 launch !launch: wrong arguments: "));
    CHECK(s.ask(3, "throw") == "#3 throw !throw: internal error: our own bug");
    CHECK(s.ask(4, "launch", Json::array()) == "#4 launch !launch: `arguments` must be an object");
    s.client.send({{"seq", 5}, {"type", "request"}, {"command", "launch"}, {"arguments", {{"program", "x"}}}});
    const auto failed = s.receive();
    CHECK(shown(failed) == "#5 launch !cannot read {x}.altru");
    const auto& error = failed->at("body").at("error");
    CHECK(error.at("id") == 7);
    CHECK(error.at("format") == "{message}");
    CHECK(error.at("variables").at("message") == "cannot read {x}.altru");
    s.client.send({{"seq", 6}, {"type", "request"}});
    CHECK(s.next() == "#6  !a request needs a `command`");
    CHECK(s.client.exit_status() == 0);
}

TEST_CASE("what is no message of the protocol is told to the user") {
    Session s;
    s.client.send_bytes(frame("{nonsense"));
    CHECK_THAT(s.next(), Catch::StartsWith("event output debug adapter: "));
    s.client.send(17);
    CHECK_THAT(s.next(), Catch::StartsWith("event output debug adapter: a message must be"));
    s.client.send({{"type", "request"}, {"command", "launch"}});
    CHECK(s.next() == "event output debug adapter: a request needs an integer `seq`\n");
    s.client.send_bytes("Content-Length: x\r\n\r\n");
    CHECK(s.next() == "event output debug adapter: Content-Length is not a number: `x`\n");
    CHECK(s.ask(1, "initialize") == "#1 initialize");
    CHECK(s.client.exit_status() == 1);
}

TEST_CASE("cancel reaches the running request and the progress") {
    Session s;
    s.client.send({{"seq", 1}, {"type", "request"}, {"command", "evaluate"}});
    s.world.evaluating.get_future().wait();
    s.client.send({{"seq", 2}, {"type", "request"}, {"command", "cancel"}, {"arguments", {{"requestId", 1}}}});
    std::set<std::string> said{s.next(), s.next()};
    CHECK(said == std::set<std::string>{"#1 evaluate !cancelled", "#2 cancel"});
    CHECK(s.ask(3, "cancel", {{"progressId", "p"}, {"requestId", 99}}) == "#3 cancel");
    CHECK(s.client.exit_status() == 0);
    CHECK(s.world.progress == "p");
}

TEST_CASE("requests to the client are answered, or end with the connection") {
    Session s;
    s.client.send({{"seq", 1}, {"type", "request"}, {"command", "runInTerminal"}});
    const auto asked = s.receive();
    CHECK(shown(asked) == "request runInTerminal");
    CHECK(s.next() == "#1 runInTerminal");
    s.client.send({{"seq", 2},
                   {"type", "response"},
                   {"request_seq", asked->at("seq")},
                   {"success", true},
                   {"body", {{"pid", 1}}}});
    CHECK(s.receive()->at("body").at("reply") == R"({"pid":1})");
    s.client.send({{"seq", 3}, {"type", "request"}, {"command", "runInTerminal"}});
    CHECK(s.next() == "request runInTerminal");
    CHECK(s.next() == "#3 runInTerminal");
    s.client.end_input();
    CHECK(s.receive()->at("body").at("reply") == "cancelled");
}
