#pragma once
#include <catch2/catch.hpp>
#include <deque>

#include "lsp/server.h"
#include "tests/protocol/client.h"

namespace braid::test {

/// An editor in the same process as its server.
class Editor {
  public:
    /// With endless patience every version gets its diagnostics at once; with none, the cheap ones first.
    explicit Editor(Json capabilities = Json::object(), bool initialize = true,
                    std::chrono::milliseconds patience = std::chrono::hours(1))
        : client_([patience](protocol::Transport& transport) {
              return lsp::serve(transport, {.version = "test", .threads = 3, .patience = patience});
          }) {
        if (!initialize) return;
        initialized = result("initialize",
                             {{"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", std::move(capabilities)}});
        notify("initialized", Json::object());
    }

    int ask(const std::string& method, const Json& params) {
        client_.send({{"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}, {"params", params}});
        return last_id_;
    }
    void notify(const std::string& method, const Json& params) {
        client_.send({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
    }
    /// The whole reply to a request.
    Json reply(int id) {
        return wait([&](const Json& m) { return m.contains("id") && m["id"] == id && !m.contains("method"); });
    }
    Json result(const std::string& method, const Json& params) {
        Json answer = reply(ask(method, params));
        INFO(answer.dump());
        REQUIRE(answer.contains("result"));
        return answer["result"];
    }
    int error(const std::string& method, const Json& params) {
        Json answer = reply(ask(method, params));
        INFO(answer.dump());
        REQUIRE(answer.contains("error"));
        return answer["error"]["code"];
    }
    /// The next message that is wanted; others are kept.
    Json wait(const std::function<bool(const Json&)>& wanted) {
        for (auto it = kept_.begin(); it != kept_.end(); ++it) {
            if (!wanted(*it)) continue;
            Json found = std::move(*it);
            kept_.erase(it);
            return found;
        }
        while (auto message = client_.receive()) {
            if (wanted(*message)) return std::move(*message);
            kept_.push_back(std::move(*message));
        }
        FAIL("the server has ended");
        return {};
    }

    void open(const std::string& uri, const std::string& text, int version = 1) {
        std::string language = uri.ends_with(".velox") ? "velox" : "altru";
        notify("textDocument/didOpen",
               {{"textDocument", {{"uri", uri}, {"languageId", language}, {"version", version}, {"text", text}}}});
    }
    void change(const std::string& uri, int version, Json changes) {
        notify("textDocument/didChange",
               {{"textDocument", {{"uri", uri}, {"version", version}}}, {"contentChanges", std::move(changes)}});
    }
    /// What is published next for this version.
    Json diagnostics(const std::string& uri, int version) {
        return wait([&](const Json& m) {
            return m.value("method", "") == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri &&
                   m["params"].value("version", -1) == version;
        })["params"]["diagnostics"];
    }
    Json at(const std::string& uri, int line, int character) {
        return {{"textDocument", {{"uri", uri}}}, {"position", {{"line", line}, {"character", character}}}};
    }
    int shut_down() {
        result("shutdown", nullptr);
        notify("exit", nullptr);
        return client_.wait_for_end();
    }
    Client& client() { return client_; }

    Json initialized;

  private:
    Client client_;
    std::deque<Json> kept_;
    int last_id_ = 0;
};

inline Json range(int line, int from, int to_line, int to) {
    return {{"start", {{"line", line}, {"character", from}}}, {"end", {{"line", to_line}, {"character", to}}}};
}
inline Json replace(Json range, const std::string& text) { return {{"range", std::move(range)}, {"text", text}}; }

inline std::string codes(const Json& diagnostics) {
    std::string out;
    for (const Json& each : diagnostics) out += (out.empty() ? "" : " ") + each.value("code", "?");
    return out;
}

}  // namespace braid::test
