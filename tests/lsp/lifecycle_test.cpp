#include "tests/lsp/editor.h"

namespace braid::test {

TEST_CASE("The lifecycle is that of the protocol", "[lsp][lifecycle]") {
    Editor editor(Json::object(), false);
    CHECK(editor.error("textDocument/hover", editor.at("file:///a.altru", 0, 0)) == -32002);
    Json answer =
        editor.result("initialize", {{"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", Json::object()}});
    CHECK(answer["serverInfo"]["name"] == "braid");
    CHECK(answer["capabilities"]["positionEncoding"] == "utf-16");
    CHECK(answer["capabilities"]["textDocumentSync"]["change"] == 2);
    CHECK(editor.error("initialize", {{"capabilities", Json::object()}}) == -32600);
    CHECK(editor.error("textDocument/nothing", Json::object()) == -32601);
    CHECK(editor.error("textDocument/hover", {{"textDocument", 3}}) == -32602);
    CHECK(editor.result("textDocument/hover", editor.at("file:///nowhere.altru", 0, 0)).is_null());
    editor.result("shutdown", nullptr);
    CHECK(editor.error("textDocument/hover", editor.at("file:///a.altru", 0, 0)) == -32600);
    editor.notify("exit", nullptr);
    CHECK(editor.client().wait_for_end() == 0);
}

TEST_CASE("An end without shutdown is a failure", "[lsp][lifecycle]") {
    SECTION("exit") {
        Editor editor;
        editor.open("file:///t/a.altru", "let x = 1\n");
        editor.notify("exit", nullptr);
        CHECK(editor.client().wait_for_end() == 1);
    }
    SECTION("closed pipe, in the middle of work") {
        Editor editor;
        std::string text;
        for (int i = 0; i < 300; ++i) text += "fn f" + std::to_string(i) + "():\n    let x = y\n";
        editor.open("file:///t/a.altru", text);
        CHECK(editor.client().exit_status() == 1);
    }
}

TEST_CASE("Position encodings are negotiated", "[lsp][encoding]") {
    auto encoding = [](Json offered) {
        Editor editor(Json{{"general", {{"positionEncodings", std::move(offered)}}}});
        std::string got = editor.initialized["capabilities"]["positionEncoding"];
        // The column behind an emoji and an umlaut, in the units agreed upon.
        const std::string uri = "file:///t/e.altru";
        editor.open(uri, "let s = \"\xf0\x9f\x98\x80\xc3\xa4\" + unknown\n");
        Json found = editor.diagnostics(uri, 1);
        REQUIRE(found.size() >= 1);
        for (const Json& each : found)
            if (each["code"] == "unresolved-name")
                return got + " " + std::to_string(each["range"]["start"]["character"].get<int>());
        return found.dump();
    };
    CHECK(encoding({"utf-8", "utf-16"}) == "utf-8 19");
    CHECK(encoding({"utf-32", "utf-16"}) == "utf-32 15");
    CHECK(encoding({"utf-16"}) == "utf-16 16");
    CHECK(encoding({"utf-7"}) == "utf-16 16");
}

TEST_CASE("Garbage is answered or skipped", "[lsp][robustness]") {
    Editor editor;
    auto& client = editor.client();
    client.send_bytes("Content-Length: 5\r\n\r\n{{{{{");
    CHECK(editor.wait([](const Json& m) { return m.contains("error"); })["error"]["code"] == -32700);
    client.send_bytes("Content-Length: 2\r\n\r\n[]");
    CHECK(editor.wait([](const Json& m) { return m.contains("error"); })["error"]["code"] == -32600);
    for (const Json& params :
         {Json(nullptr), Json::object(), Json::array({1, 2}), Json{{"textDocument", 1}},
          Json{{"textDocument", {{"uri", 7}}}}, Json{{"textDocument", {{"uri", "file:///x.altru"}, {"text", 3}}}},
          Json{{"textDocument", {{"uri", "%%%"}, {"version", "x"}}}, {"contentChanges", "no"}},
          Json{{"textDocument", {{"uri", "file:///%zz"}}}, {"position", {{"line", -1}, {"character", 1e300}}}},
          Json{{"changes", {{{"uri", 1}}}}}}) {
        for (const char* method :
             {"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose",
              "workspace/didChangeWatchedFiles", "$/setTrace", "$/cancelRequest", "initialized", "no/such"})
            editor.notify(method, params);
        for (const char* method :
             {"textDocument/hover", "textDocument/definition", "textDocument/references", "textDocument/documentSymbol",
              "textDocument/semanticTokens/full", "textDocument/semanticTokens/full/delta",
              "textDocument/semanticTokens/range", "textDocument/codeAction"})
            editor.reply(editor.ask(method, params));
    }
    editor.open("file:///t/a.altru", "let x = 1\n");
    editor.diagnostics("file:///t/a.altru", 1);
    CHECK(editor.shut_down() == 0);
}

}  // namespace braid::test
