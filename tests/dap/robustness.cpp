// What a client may do wrong: the adapter answers with an error or ends, and takes the program with it.
#include <catch2/catch.hpp>

#include "tests/dap/debug_client.h"

namespace braid::test {
namespace {

const std::string kSessions = std::string(BRAID_SOURCE_DIR) + "/tests/dap/sessions/";

TEST_CASE("requests before there is a program fail with a message") {
    DebugClient client;
    for (const char* command :
         {"next", "continue", "pause", "stackTrace", "scopes", "variables", "evaluate", "terminate"}) {
        Json response =
            client.request(command, {{"threadId", 1}, {"frameId", 1}, {"variablesReference", 1}, {"expression", "1"}});
        CHECK(response.at("success") == false);
        CHECK(!response.at("message").get<std::string>().empty());
    }
    CHECK(client.request("launch").at("success") == false);
    CHECK(client.request("launch", {{"program", "/nowhere/at_all.altru"}}).at("success") == false);
    CHECK(client.request("launch", {{"program", 7}}).at("success") == false);
    CHECK(client.request("attach").at("success") == false);
    CHECK(client.request("setBreakpoints", {{"breakpoints", 3}}).at("success") == false);
    CHECK(client.request("noSuchCommand").at("success") == false);
    CHECK(client.request("disconnect").at("success") == true);
}

TEST_CASE("garbage ends the adapter, not the process") {
    DebugClient client;
    client.client().send_bytes("Content-Length: 5\r\n\r\n{{{{{");
    client.client().send_bytes("Content-Length: 2\r\n\r\n[]");
    client.client().send_bytes(std::string(64, '\0'));
    client.client().exit_status();
    SUCCEED();
}

TEST_CASE("a closed connection ends a running program and a stopped one") {
    for (bool stopped : {false, true}) {
        DebugClient client;
        client.request("initialize", {{"adapterID", "braid"}});
        client.request("launch", {{"program", kSessions + "pause.altru"}, {"stopOnEntry", stopped}});
        client.request("configurationDone");
        if (stopped) CHECK(client.event("stopped").has_value());
        client.client().exit_status();
    }
    SUCCEED();
}

TEST_CASE("a request that comes while the program runs fails without a notification") {
    DebugClient client;
    client.request("initialize", {{"adapterID", "braid"}});
    client.request("launch", {{"program", kSessions + "pause.altru"}});
    client.request("configurationDone");
    for (const char* command : {"next", "continue", "stackTrace", "scopes", "variables", "evaluate"}) {
        CAPTURE(command);
        Json response =
            client.request(command, {{"threadId", 1}, {"frameId", 1}, {"variablesReference", 1}, {"expression", "1"}});
        CHECK(response.at("success") == false);
        CHECK(response.at("body").at("error").at("showUser") == false);
    }
}

TEST_CASE("references are gone when the program goes on") {
    DebugClient client;
    client.request("initialize", {{"adapterID", "braid"}});
    client.request("launch", {{"program", kSessions + "hits.altru"}, {"stopOnEntry", true}});
    client.request("configurationDone");
    auto stop = client.event("stopped");
    REQUIRE(stop.has_value());
    Json thread{{"threadId", stop->at("body").at("threadId")}};
    Json frame = client.request("stackTrace", thread).at("body").at("stackFrames").at(0).at("id");
    CHECK(client.request("scopes", {{"frameId", frame}}).at("success") == true);
    client.request("next", thread);
    REQUIRE(client.event("stopped").has_value());
    CHECK(client.request("scopes", {{"frameId", frame}}).at("success") == false);
    client.request("disconnect");
}

TEST_CASE("a program with errors does not start, and says why") {
    DebugClient client;
    client.request("initialize", {{"adapterID", "braid"}});
    Json response =
        client.request("launch", {{"program", std::string(BRAID_SOURCE_DIR) + "/tests/dap/sessions/wrong.altru"}});
    CHECK(response.at("success") == false);
    CHECK(client.output("stderr").find("unresolved-name") != std::string::npos);
}

TEST_CASE("a program without a debugger runs to its end") {
    DebugClient client;
    client.request("initialize", {{"adapterID", "braid"}});
    client.request("launch", {{"program", kSessions + "hits.altru"}, {"noDebug", true}});
    client.request("configurationDone");
    auto exited = client.event("exited");
    REQUIRE(exited.has_value());
    CHECK(exited->at("body").at("exitCode") == 0);
    CHECK(client.output("stdout") == "sum 4950\n");
    CHECK(client.event("terminated").has_value());
}

}  // namespace
}  // namespace braid::test
