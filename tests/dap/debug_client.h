// A client of the adapter in this process, and a small language for sessions with it.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/dap/server.h"
#include "tests/protocol/client.h"

namespace braid::test {

class DebugClient {
  public:
    DebugClient();
    ~DebugClient();

    /// Sends, waits for the answer, keeps the events that come before it. The whole response.
    Json request(const std::string& command, Json arguments = Json::object());
    /// The next event of this name (others are kept in order of arrival); nullopt: the connection has ended.
    std::optional<Json> event(const std::string& name);
    /// Output events so far.
    const std::string& output(const std::string& category) { return output_[category]; }
    /// False: the connection has ended without it.
    bool wait_for_output(const std::string& category, const std::string& piece);
    Client& client() { return client_; }
    /// Everything received so far, one line each.
    std::string transcript() const;

  private:
    bool receive();

    Client client_;
    int seq_ = 0;
    std::deque<Json> events_;
    std::deque<Json> responses_;
    std::map<std::string, std::string> output_;
    std::vector<std::string> log_;
};

/// Runs `script` (see sessions/README.md) on `program`. "" or what went wrong, with the transcript.
std::string run_session(const std::filesystem::path& program, const std::string& script);

}  // namespace braid::test
