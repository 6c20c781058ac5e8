// A JSON-RPC 2.0 server with the lifecycle of LSP. It knows how requests, notifications, replies, cancellation and
// errors look on the wire, and `initialize`, `shutdown`, `exit` and `$/cancelRequest`; what the methods mean is the
// caller's:
//
//     JsonRpcServer server(*transport, pool.executor());
//     server.on_request({{"initialize", RunOn::Reader, …}, {"textDocument/hover", RunOn::Pool, …}});
//     server.on_snapshot_request("textDocument/definition", [&](Json params) {   // on the reading thread, in order
//         return [snapshot = world.snapshot(), params](const CancellationToken& token) -> Reply { … };  // on the pool
//     });
//     server.on_notification({{"textDocument/didChange", …}});
//     return server.run();
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/framing.h"
#include "protocol/message.h"
#include "protocol/transport.h"

namespace braid::protocol {

enum class RpcError : int {
#define BRAID_RPC_ERROR(name, code, text) name = code,
#include "protocol/error_codes.def"
#undef BRAID_RPC_ERROR
};

std::string_view default_message(RpcError code);

struct ResponseError {
    RpcError code = RpcError::InternalError;
    std::string message;                 // empty: the code's default message
    std::shared_ptr<const Json> data{};  // optional
};

using Reply = tl::expected<Json, ResponseError>;

// Params are an object, an array, or null when the message has none. A handler may let the exceptions of nlohmann::json
// escape: they become InvalidParams; any other exception becomes InternalError. The server goes on in either case.
using RequestHandler = std::function<Reply(const Json& params, const CancellationToken& cancelled)>;
// Runs on the pool, with what the first half (on the reading thread) captured. Once `superseded` says stop, the answer
// is ContentModified, at once and from the thread that says so; what the work then gives is dropped.
struct SnapshotWork {
    template <typename Run>
    requires std::is_invocable_r_v<Reply, Run&, const CancellationToken&> SnapshotWork(Run run,
                                                                                       std::stop_token superseded = {})
        : run(std::move(run)), superseded(std::move(superseded)) {}

    std::function<Reply(const CancellationToken& cancelled)> run;
    std::stop_token superseded;
};
using SnapshotHandler = std::function<tl::expected<SnapshotWork, ResponseError>(Json params)>;
using NotificationHandler = std::function<void(const Json& params)>;
using ReplyHandler = std::function<void(Reply reply)>;

struct RequestMethod {
    std::string name;
    RunOn run_on = RunOn::Pool;
    RequestHandler handler;
};

struct NotificationMethod {
    std::string name;
    NotificationHandler handler;
};

struct JsonRpcOptions {
    FrameLimits limits{};
    Trace trace{};
    // At `shutdown` and at the end of input, running requests get this long to finish before they are cancelled.
    std::chrono::milliseconds grace{5000};
    // At the end, a client that does not read gets this long to take what is still to be written.
    std::chrono::milliseconds write_grace{5000};
};

class JsonRpcServer {
  public:
    JsonRpcServer(Transport& transport, Executor executor, JsonRpcOptions options = {});
    JsonRpcServer(const JsonRpcServer&) = delete;
    JsonRpcServer& operator=(const JsonRpcServer&) = delete;
    ~JsonRpcServer();

    // Before run(). `initialize` and `shutdown` are requests like others here; the server adds what the protocol says
    // about them: -32002 before the first, -32600 after the second. A method given twice replaces the first.
    void on_request(std::vector<RequestMethod> methods);
    void on_snapshot_request(std::string method, SnapshotHandler handler);
    // On the reading thread, in order.
    void on_notification(std::vector<NotificationMethod> methods);

    // The rest from any thread, also before and after run(); what is sent after the end is dropped.
    void notify(std::string_view method, const Json& params);
    // `on_reply` runs on the reading thread; when the connection ends first, it gets RequestCancelled.
    void request(std::string_view method, const Json& params, ReplyHandler on_reply);

    // Whether `initialize` was answered and `shutdown` not yet.
    bool is_running() const;

    // Ends run() as if the input had ended.
    void stop();

    // Reads and dispatches until `exit`, the end of input or a broken connection; then every handler has returned and
    // everything is written. The exit status LSP asks for: 0 after `shutdown`, else 1.
    int run();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace braid::protocol
