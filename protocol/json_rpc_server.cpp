#include "protocol/json_rpc_server.h"

#include <fmt/core.h>

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "protocol/asked.h"
#include "protocol/connection.h"

namespace braid::protocol {
namespace {

tl::unexpected<ResponseError> failed(RpcError code, std::string message = {}) {
    return tl::unexpected(ResponseError{code, std::move(message)});
}

// Runs `handler` and turns what it throws into a value.
template <typename Handler>
auto guarded(Handler&& handler) -> decltype(handler()) {
    try {
        return handler();
    } catch (const Json::exception& error) {
        return failed(RpcError::InvalidParams, error.what());
    } catch (const std::exception& error) {
        return failed(RpcError::InternalError, error.what());
    } catch (...) {
        return failed(RpcError::InternalError);
    }
}

bool is_id(const Json& value) { return value.is_string() || value.is_number_integer(); }

Json envelope() { return {{"jsonrpc", "2.0"}}; }

std::string reply_text(const Json& id, const Reply& reply) {
    Json message = envelope();
    message["id"] = id;
    if (reply) {
        message["result"] = *reply;
    } else {
        const auto& error = reply.error();
        const auto text = error.message.empty() ? std::string(default_message(error.code)) : error.message;
        message["error"] = {{"code", static_cast<int>(error.code)}, {"message", text}};
        if (error.data) message["error"]["data"] = *error.data;
    }
    return to_text(message);
}

Reply reply_of(const Json& message) {
    const auto error = message.find("error");
    if (error == message.end()) return message.at("result");
    ResponseError result;
    if (error->is_object()) {
        result.code = static_cast<RpcError>(error->value("code", static_cast<int>(RpcError::UnknownErrorCode)));
        result.message = error->value("message", std::string());
        if (error->contains("data")) result.data = std::make_shared<const Json>(error->at("data"));
    }
    return tl::unexpected(std::move(result));
}

}  // namespace

std::string_view default_message(RpcError code) {
    switch (code) {
#define BRAID_RPC_ERROR(name, code, text) \
    case RpcError::name:                  \
        return text;
#include "protocol/error_codes.def"
#undef BRAID_RPC_ERROR
    }
    return "error";
}

constexpr const char* kEnded = "the connection has ended";

struct JsonRpcServer::Impl {
    enum class State { BeforeInitialize, Running, ShutDown };
    struct Method {
        RunOn run_on = RunOn::Pool;
        RequestHandler handler;
        SnapshotHandler snapshot_handler;  // instead of the other one
    };

    Impl(Transport& transport, Executor executor, JsonRpcOptions options)
        : transport(transport),
          executor(std::move(executor)),
          options(std::move(options)),
          writer(transport, this->options.trace) {}

    Transport& transport;
    const Executor executor;
    const JsonRpcOptions options;
    std::unordered_map<std::string, Method> methods;
    std::unordered_map<std::string, NotificationHandler> notifications;
    std::atomic<State> state{State::BeforeInitialize};
    std::atomic<bool> stopped{false};
    RunningRequests running;
    AskedRequests<ReplyHandler> asked;
    std::atomic<std::int64_t> last_asked{0};
    MessageWriter writer;

    void respond(const Json& id, const Reply& reply) { writer.send(reply_text(id, reply)); }
    void refuse(RpcError code, std::string message = {}, const Json& id = nullptr) {
        respond(id, failed(code, std::move(message)));
    }

    // False: the client said `exit`.
    bool receive(const std::string& body);
    bool receive_object(Json& message);
    void receive_reply(const Json& message);
    void receive_request(Json& message, const std::string& method);
    bool receive_notification(Json& message, const std::string& method);
    std::optional<ResponseError> wrong_state(const std::string& method) const;

    void run_lifecycle_request(const Json& id, const Json& params, const std::string& method);
    void start(const Method& method, const Json& id, Json params);
    void on_pool(const Json& id, const std::string& key, const CancellationToken& token, SnapshotWork work);
};

bool JsonRpcServer::Impl::receive(const std::string& body) {
    auto message = parse_json(body);
    if (!message) {
        refuse(RpcError::ParseError, message.error());
        return true;
    }
    if (!message->is_object()) {
        refuse(RpcError::InvalidRequest,
               message->is_array() ? "batches of messages are not supported" : "a message must be an object");
        return true;
    }
    return receive_object(*message);
}

bool JsonRpcServer::Impl::receive_object(Json& message) {
    const auto id = message.find("id");
    const bool has_id = id != message.end() && is_id(*id);
    const Json known_id = has_id ? *id : Json();
    const auto invalid = [&](std::string_view why) {
        refuse(RpcError::InvalidRequest, std::string(why), known_id);
        return true;
    };
    const auto version = message.find("jsonrpc");
    if (version == message.end() || *version != "2.0") return invalid("`jsonrpc` must be \"2.0\"");
    const auto method = message.find("method");
    if (method == message.end()) {
        if (!message.contains("result") && !message.contains("error")) return invalid("`method` is missing");
        receive_reply(message);
        return true;
    }
    if (!method->is_string()) return invalid("`method` must be a string");
    if (id != message.end() && !has_id) return invalid("`id` must be a string or an integer");
    const auto params = message.find("params");
    if (params != message.end() && !params->is_structured() && !params->is_null())
        return invalid("`params` must be an object or an array");
    const auto name = method->get<std::string>();
    if (!has_id) return receive_notification(message, name);
    receive_request(message, name);
    return true;
}

void JsonRpcServer::Impl::receive_reply(const Json& message) {
    const auto id = message.find("id");
    if (id == message.end() || !id->is_number_integer()) return;  // also what answers a message of ours without id
    const auto handler = asked.take(id->get<std::int64_t>());
    if (!handler) return;
    const auto handled = guarded([&]() -> Reply {
        (*handler)(reply_of(message));
        return nullptr;
    });
    static_cast<void>(handled);  // there is nobody to tell
}

std::optional<ResponseError> JsonRpcServer::Impl::wrong_state(const std::string& method) const {
    if (state == State::ShutDown) return ResponseError{RpcError::InvalidRequest, "the server was shut down"};
    if (state == State::BeforeInitialize && method != "initialize")
        return ResponseError{RpcError::ServerNotInitialized};
    if (state == State::Running && method == "initialize")
        return ResponseError{RpcError::InvalidRequest, "the server is initialized already"};
    return std::nullopt;
}

void JsonRpcServer::Impl::receive_request(Json& message, const std::string& method) {
    const Json id = message["id"];
    Json params = message.contains("params") ? std::move(message["params"]) : Json();
    if (const auto error = wrong_state(method)) return respond(id, tl::unexpected(*error));
    if (method == "initialize" || method == "shutdown") return run_lifecycle_request(id, params, method);
    const auto entry = methods.find(method);
    if (entry == methods.end()) return refuse(RpcError::MethodNotFound, "unknown method `" + method + "`", id);
    start(entry->second, id, std::move(params));
}

void JsonRpcServer::Impl::run_lifecycle_request(const Json& id, const Json& params, const std::string& method) {
    const bool ending = method == "shutdown";
    if (ending) running.drain(options.grace);
    const auto entry = methods.find(method);
    if (entry == methods.end() && !ending) return refuse(RpcError::MethodNotFound, "unknown method `initialize`", id);
    const auto reply = guarded([&]() -> Reply {
        return entry == methods.end() ? Reply(nullptr) : entry->second.handler(params, CancellationToken());
    });
    if (reply || ending) state = ending ? State::ShutDown : State::Running;
    respond(id, reply);
}

void JsonRpcServer::Impl::start(const Method& method, const Json& id, Json params) {
    const auto key = id.dump(-1, ' ', true, Json::error_handler_t::replace);
    const auto token = running.begin(key);
    if (!token) return refuse(RpcError::InvalidRequest, "a request with this id is running", id);
    if (method.snapshot_handler) {
        auto work = guarded([&] { return method.snapshot_handler(std::move(params)); });
        if (work) return on_pool(id, key, *token, std::move(*work));
        respond(id, tl::unexpected(work.error()));
    } else if (method.run_on == RunOn::Pool) {
        return on_pool(
            id, key, *token,
            SnapshotWork([handler = &method.handler, params = std::make_shared<Json>(std::move(params))](
                             const CancellationToken& cancelled) { return (*handler)(*params, cancelled); }));
    } else {
        respond(id, guarded([&] { return method.handler(params, *token); }));
    }
    running.end(key);
}

void JsonRpcServer::Impl::on_pool(const Json& id, const std::string& key, const CancellationToken& token,
                                  SnapshotWork work) {
    struct Answer {
        std::atomic<bool> is_given{false};
        std::optional<std::stop_callback<std::function<void()>>> when_superseded;
    };
    auto answer = std::make_shared<Answer>();
    const auto respond_once = [this, id, given = &answer->is_given](const Reply& reply) {
        if (given->load()) return;
        // It counts as given once it is written out as text: an edit meanwhile need not wait for a long one.
        const std::string text = reply_text(id, reply);
        if (!given->exchange(true)) writer.send(text);
    };
    answer->when_superseded.emplace(work.superseded,
                                    [respond_once] { respond_once(failed(RpcError::ContentModified)); });
    executor([this, key, token, answer, respond_once, run = std::move(work.run)]() mutable {
        respond_once(token.stop_requested() ? Reply(failed(RpcError::RequestCancelled))
                                            : guarded([&] { return run(token); }));
        answer->when_superseded.reset();  // waits for one that is just being called
        run = nullptr;                    // what it captured goes before run() may return
        running.end(key);
    });
}

bool JsonRpcServer::Impl::receive_notification(Json& message, const std::string& method) {
    if (method == "exit") return false;
    const Json params = message.contains("params") ? std::move(message["params"]) : Json();
    if (method == "$/cancelRequest") {
        if (params.is_object() && params.contains("id"))
            running.cancel(params["id"].dump(-1, ' ', true, Json::error_handler_t::replace));
        return true;
    }
    const auto entry = notifications.find(method);
    if (state != State::Running || entry == notifications.end()) return true;
    const auto handled = guarded([&]() -> Reply {
        entry->second(params);
        return nullptr;
    });
    if (!handled) {
        Json log = envelope();
        log["method"] = "window/logMessage";
        log["params"] = {{"type", 1}, {"message", fmt::format("{}: {}", method, handled.error().message)}};
        writer.send(to_text(log));
    }
    return true;
}

JsonRpcServer::JsonRpcServer(Transport& transport, Executor executor, JsonRpcOptions options)
    : impl_(std::make_unique<Impl>(transport, std::move(executor), std::move(options))) {}

JsonRpcServer::~JsonRpcServer() = default;

void JsonRpcServer::on_request(std::vector<RequestMethod> methods) {
    for (auto& method : methods)
        impl_->methods.insert_or_assign(std::move(method.name),
                                        Impl::Method{method.run_on, std::move(method.handler), {}});
}

void JsonRpcServer::on_snapshot_request(std::string method, SnapshotHandler handler) {
    impl_->methods.insert_or_assign(std::move(method), Impl::Method{RunOn::Pool, {}, std::move(handler)});
}

void JsonRpcServer::on_notification(std::vector<NotificationMethod> methods) {
    for (auto& method : methods)
        impl_->notifications.insert_or_assign(std::move(method.name), std::move(method.handler));
}

void JsonRpcServer::notify(std::string_view method, const Json& params) {
    Json message = envelope();
    message["method"] = method;
    if (!params.is_null()) message["params"] = params;
    impl_->writer.send(to_text(message));
}

void JsonRpcServer::request(std::string_view method, const Json& params, ReplyHandler on_reply) {
    Json message = envelope();
    message["method"] = method;
    if (!params.is_null()) message["params"] = params;
    const std::int64_t id = ++impl_->last_asked;
    message["id"] = id;
    if (const auto refused = impl_->asked.add(id, std::move(on_reply)))
        return (*refused)(failed(RpcError::RequestCancelled, kEnded));
    impl_->writer.send(to_text(message));
}

bool JsonRpcServer::is_running() const { return impl_->state == Impl::State::Running; }

void JsonRpcServer::stop() {
    impl_->stopped = true;
    impl_->transport.stop_reading();
}

int JsonRpcServer::run() {
    auto& impl = *impl_;
    read_messages(
        impl.transport, impl.options.limits, impl.options.trace,
        [&](const std::string& body) { return impl.receive(body) && !impl.stopped; },
        [&](const FrameError& error) {
            impl.refuse(RpcError::ParseError, error.message);
            return !impl.stopped;
        });
    impl.running.drain(impl.options.grace);
    for (const auto& [id, handler] : impl.asked.end()) handler(failed(RpcError::RequestCancelled, kEnded));
    impl.writer.close(impl.options.write_grace);
    return impl.state == Impl::State::ShutDown ? 0 : 1;
}

}  // namespace braid::protocol
