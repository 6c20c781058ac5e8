#include "tests/dap/debug_client.h"

#include <unistd.h>
#include <csignal>

namespace braid::test {

DebugClient::DebugClient() : client_([](protocol::Transport& transport) { return dap::serve(transport); }) {}
DebugClient::~DebugClient() = default;

bool DebugClient::receive() {
    auto message = client_.receive();
    if (!message) return false;
    log_.push_back(message->dump());
    if (log_.back().size() > 2000) log_.back().resize(2000);
    if (message->at("type") == "response") {
        responses_.push_back(*message);
    } else if (message->at("event") == "output") {
        const Json& body = message->at("body");
        output_[body.at("category").get<std::string>()] += body.at("output").get<std::string>();
    } else {
        events_.push_back(*message);
    }
    return true;
}

Json DebugClient::request(const std::string& command, Json arguments) {
    ::alarm(90);  // a hang ends the program rather than the patience of whoever waits
    int seq = ++seq_;
    log_.push_back("-> " + command + " " + arguments.dump());
    client_.send({{"seq", seq}, {"type", "request"}, {"command", command}, {"arguments", std::move(arguments)}});
    for (;;) {
        for (auto it = responses_.begin(); it != responses_.end(); ++it)
            if (it->at("request_seq") == seq) {
                Json response = *it;
                responses_.erase(it);
                return response;
            }
        if (!receive()) return Json{{"success", false}, {"message", "the connection has ended"}};
    }
}

std::optional<Json> DebugClient::event(const std::string& name) {
    ::alarm(90);
    for (;;) {
        for (auto it = events_.begin(); it != events_.end(); ++it)
            if (it->at("event") == name) {
                Json event = *it;
                events_.erase(it);
                return event;
            }
        if (!receive()) return std::nullopt;
    }
}

bool DebugClient::wait_for_output(const std::string& category, const std::string& piece) {
    ::alarm(90);
    while (output_[category].find(piece) == std::string::npos)
        if (!receive()) return false;
    return true;
}

std::string DebugClient::transcript() const {
    std::string out;
    for (const std::string& line : log_) out += line + "\n";
    return out;
}

}  // namespace braid::test
