#include "tests/support/lsp_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace braid::test {

tl::expected<FramedClient, std::string> FramedClient::start(const Command& command) {
    auto process = ChildProcess::start(command);
    if (!process) return tl::unexpected(process.error());
    return FramedClient(std::move(*process));
}

void FramedClient::send(const Json& message) {
    std::string body = message.dump();
    process_.write(fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body));
}

bool FramedClient::take_messages() {
    static constexpr std::string_view name = "Content-Length: ";
    for (;;) {
        std::string_view text = process_.output();
        size_t head = text.find("\r\n\r\n");
        if (head == std::string_view::npos) return true;
        size_t at = text.find(name);
        size_t length = 0;
        if (at > head) return false;
        std::from_chars(text.data() + at + name.size(), text.data() + head, length);
        if (text.size() < head + 4 + length) return true;
        Json message = Json::parse(text.substr(head + 4, length), nullptr, false);
        if (message.is_discarded()) return false;
        messages_.push_back(std::move(message));
        process_.consume_output(head + 4 + length);
    }
}

FramedClient::Answer FramedClient::wait_for(const std::function<bool(const Json&)>& wanted,
                                            std::chrono::milliseconds timeout) {
    std::optional<Json> found;
    bool framed = true;
    auto look = [&](const ChildProcess&) {
        framed = take_messages();
        auto message = std::find_if(messages_.begin(), messages_.end(), wanted);
        if (message == messages_.end()) return !framed;
        found = std::move(*message);
        messages_.erase(message);
        return true;
    };
    process_.wait_until(look, timeout);
    if (found) return std::move(*found);
    return tl::unexpected(fmt::format("{}; standard error:\n{}",
                                      framed ? "the expected message did not come" : "the server's framing is broken",
                                      process_.errors()));
}

FramedClient::Answer FramedClient::request(const std::string& method, const Json& params,
                                           std::chrono::milliseconds timeout) {
    int id = next_id_++;
    send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
    auto reply = wait_for(
        [id](const Json& message) { return !message.contains("method") && message.value("id", Json()) == Json(id); },
        timeout);
    if (!reply) return tl::unexpected(method + ": " + reply.error());
    if (reply->contains("error")) return tl::unexpected(method + ": " + (*reply)["error"].dump());
    return reply->value("result", Json());
}

void FramedClient::notify(const std::string& method, const Json& params) {
    send({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
}

}  // namespace braid::test
