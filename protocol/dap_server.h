// The wire side of a debug adapter: sequence numbers, requests, responses, events, `cancel`, requests to the client.
// What the commands mean is the caller's:
//
//     DapServer server(*transport, pool.executor());
//     server.on_request({{"initialize", RunOn::Reader, [&](const DapRequest& request) -> DapReply {
//         request.after_reply([&] { server.event("initialized"); });
//         return capabilities();
//     }}, …});
//     return server.run();
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "protocol/framing.h"
#include "protocol/message.h"
#include "protocol/transport.h"

namespace braid::protocol {

// A failed request. `message` is shown to the user as it is.
struct DapError {
    std::string message;
    int id = 0;  // a number per kind of error, for clients and scripts; 0: none
    bool show_user = true;
    bool cancelled = false;  // the response's `message` is then the protocol's word "cancelled"
};

// The body of the response; null for none.
using DapReply = tl::expected<Json, DapError>;

class DapRequest {
  public:
    // An object; empty when the request has none.
    const Json& arguments;
    const CancellationToken& cancelled;

    // Runs `action` when the response has been queued, so that its events come after the response (`initialized` after
    // that of initialize, `stopped` after that of next). From inside the handler; not run when the request fails.
    void after_reply(std::function<void()> action) const { after_ = std::move(action); }

  private:
    friend class DapServer;
    DapRequest(const Json& arguments, const CancellationToken& cancelled)
        : arguments(arguments), cancelled(cancelled) {}
    mutable std::function<void()> after_;
};

// A handler may let the exceptions of nlohmann::json escape: they fail the request as wrong arguments. Any other
// exception fails it too. The server goes on in either case.
using DapHandler = std::function<DapReply(const DapRequest& request)>;

struct DapCommand {
    std::string name;
    RunOn run_on = RunOn::Reader;
    DapHandler handler;
};

struct DapOptions {
    FrameLimits limits{};
    Trace trace{};
    // At the end of input, running requests get this long to finish before they are cancelled.
    std::chrono::milliseconds grace{2000};
    // At the end, a client that does not read gets this long to take what is still to be written.
    std::chrono::milliseconds write_grace{5000};
};

class DapServer {
  public:
    using ResponseHandler = std::function<void(DapReply reply)>;

    DapServer(Transport& transport, Executor executor, DapOptions options = {});
    DapServer(const DapServer&) = delete;
    DapServer& operator=(const DapServer&) = delete;
    ~DapServer();

    // Before run(). `cancel` is there already; `on_cancel_progress` gets the progressId of those that name one.
    void on_request(std::vector<DapCommand> commands);
    void on_cancel_progress(std::function<void(const std::string& progress_id)> handler);

    // From any thread, in the order of the calls; waits while the client is far behind in reading.
    void event(std::string_view name);
    void event(std::string_view name, const Json& body);
    // A request to the client (runInTerminal, startDebugging). The answer comes on the reading thread; when the
    // connection ends first, as an error.
    void request(std::string_view command, const Json& arguments, ResponseHandler on_response);

    // Ends run() after what is queued was written: for the after_reply of `disconnect`, for example.
    void stop();

    // Reads and dispatches until stop(), the end of input or a broken connection; then every handler has returned and
    // everything is written. 0, or 1 when the connection broke or carried something that is no DAP.
    int run();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace braid::protocol
