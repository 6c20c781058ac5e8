#pragma once
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "tests/support/process.h"

namespace braid::test {

/// One end of a conversation with a server that frames JSON by Content-Length: `braid lsp` and `braid dap`.
class FramedClient {
  public:
    using Json = nlohmann::json;
    using Answer = tl::expected<Json, std::string>;

    static tl::expected<FramedClient, std::string> start(const Command& command);

    void send(const Json& message);
    /// The next message that `wanted` accepts; the others are kept for later calls.
    Answer wait_for(const std::function<bool(const Json&)>& wanted, std::chrono::milliseconds timeout);

    /// JSON-RPC: sends and waits for the reply; a JSON-RPC error is an error here.
    Answer request(const std::string& method, const Json& params,
                   std::chrono::milliseconds timeout = std::chrono::minutes(2));
    void notify(const std::string& method, const Json& params);

    ProcessResult finish(std::chrono::milliseconds timeout) { return process_.finish(timeout); }
    ChildProcess& process() { return process_; }

  private:
    explicit FramedClient(ChildProcess process) : process_(std::move(process)) {}
    /// Moves complete messages from the output to `messages_`; false when the output is not framed as it should be.
    bool take_messages();

    ChildProcess process_;
    std::deque<Json> messages_;
    int next_id_ = 1;
};

}  // namespace braid::test
