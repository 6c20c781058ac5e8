#include "protocol/dap_server.h"

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

DapReply guarded(const std::string& command, const std::function<DapReply()>& handler) {
    try {
        return handler();
    } catch (const Json::exception& error) {
        return tl::unexpected(DapError{fmt::format("{}: wrong arguments: {}", command, error.what())});
    } catch (const std::exception& error) {
        return tl::unexpected(DapError{fmt::format("{}: internal error: {}", command, error.what())});
    } catch (...) {
        return tl::unexpected(DapError{command + ": internal error"});
    }
}

DapReply reply_of(const Json& response) {
    if (response.value("success", false)) return response.contains("body") ? response.at("body") : Json();
    DapError error{response.value("message", std::string("the client refused"))};
    error.cancelled = error.message == "cancelled";
    return tl::unexpected(std::move(error));
}

DapError cancelled_error() { return DapError{.message = "cancelled", .show_user = false, .cancelled = true}; }

// `format` may hold braces that would be taken for the names of variables.
Json error_body(const DapError& error) {
    return {{"error",
             {{"id", error.id},
              {"format", "{message}"},
              {"variables", {{"message", error.message}}},
              {"showUser", error.show_user}}}};
}

}  // namespace

struct DapServer::Impl {
    struct Command {
        RunOn run_on;
        DapHandler handler;
    };
    struct Asked {
        std::string command;
        ResponseHandler handler;
    };

    Impl(Transport& transport, Executor executor, DapOptions options)
        : transport(transport),
          executor(std::move(executor)),
          options(std::move(options)),
          writer(transport, this->options.trace) {}

    Transport& transport;
    const Executor executor;
    const DapOptions options;
    std::unordered_map<std::string, Command> commands;
    std::function<void(const std::string&)> on_cancel_progress;
    std::atomic<bool> stopped{false};
    bool garbled = false;  // reading thread only
    RunningRequests running;
    std::mutex send_mutex;  // numbers and queue positions are given together
    std::int64_t last_seq = 0;
    AskedRequests<Asked> asked;
    MessageWriter writer;

    void send(Json message);
    void respond(std::int64_t request_seq, const std::string& command, const DapReply& reply);
    void complain(std::string_view what);

    void receive(const std::string& body);
    void receive_request(const Json& message);
    void receive_response(const Json& message);
    void cancel(const Json& arguments);
    void answer(std::int64_t seq, const std::string& name, const DapHandler& handler, const Json& arguments,
                const CancellationToken& token);
};

void DapServer::Impl::send(Json message) {
    std::lock_guard lock(send_mutex);
    message["seq"] = ++last_seq;
    writer.send(to_text(message));
}

void DapServer::Impl::respond(std::int64_t request_seq, const std::string& command, const DapReply& reply) {
    Json message = {
        {"type", "response"}, {"request_seq", request_seq}, {"command", command}, {"success", reply.has_value()}};
    if (!reply) {
        message["message"] = reply.error().cancelled ? "cancelled" : reply.error().message;
        message["body"] = error_body(reply.error());
    } else if (!reply->is_null()) {
        message["body"] = *reply;
    }
    send(std::move(message));
}

// DAP has no way to answer what is not a request, so the user gets to read it.
void DapServer::Impl::complain(std::string_view what) {
    garbled = true;
    send({{"type", "event"},
          {"event", "output"},
          {"body", {{"category", "stderr"}, {"output", fmt::format("debug adapter: {}\n", what)}}}});
}

void DapServer::Impl::receive(const std::string& body) {
    const auto message = parse_json(body);
    if (!message) return complain(message.error());
    const auto type = message->is_object() ? message->value("type", Json()) : Json();
    if (type == "request") return receive_request(*message);
    if (type == "response") return receive_response(*message);
    if (type != "event") complain("a message must be an object with the `type` request, response or event");
}

void DapServer::Impl::receive_request(const Json& message) {
    const auto seq_value = message.value("seq", Json());
    if (!seq_value.is_number_integer()) return complain("a request needs an integer `seq`");
    const auto seq = seq_value.get<std::int64_t>();
    const auto name_value = message.value("command", Json());
    if (!name_value.is_string()) return respond(seq, "", tl::unexpected(DapError{"a request needs a `command`"}));
    const auto name = name_value.get<std::string>();
    Json arguments = message.value("arguments", Json::object());
    if (arguments.is_null()) arguments = Json::object();
    if (!arguments.is_object())
        return respond(seq, name, tl::unexpected(DapError{name + ": `arguments` must be an object"}));
    if (name == "cancel") {
        cancel(arguments);
        return respond(seq, name, Json());
    }
    const auto command = commands.find(name);
    if (command == commands.end())
        return respond(seq, name, tl::unexpected(DapError{"unknown command `" + name + "`"}));
    const auto token = running.begin(std::to_string(seq));
    if (!token) return respond(seq, name, tl::unexpected(DapError{name + ": a request with this `seq` is running"}));
    if (command->second.run_on == RunOn::Reader) return answer(seq, name, command->second.handler, arguments, *token);
    executor([this, seq, name, handler = &command->second.handler, token = *token,
              arguments = std::make_shared<const Json>(std::move(arguments))] {
        answer(seq, name, *handler, *arguments, token);
    });
}

void DapServer::Impl::answer(std::int64_t seq, const std::string& name, const DapHandler& handler,
                             const Json& arguments, const CancellationToken& token) {
    const DapRequest request(arguments, token);
    const auto reply = token.stop_requested() ? DapReply(tl::unexpected(cancelled_error()))
                                              : guarded(name, [&] { return handler(request); });
    respond(seq, name, reply);
    if (reply && request.after_) {
        const auto after = guarded(name, [&]() -> DapReply {
            request.after_();
            return Json();
        });
        if (!after)
            send({{"type", "event"},
                  {"event", "output"},
                  {"body", {{"category", "stderr"}, {"output", after.error().message + "\n"}}}});
    }
    running.end(std::to_string(seq));
}

void DapServer::Impl::cancel(const Json& arguments) {
    const auto request = arguments.value("requestId", Json());
    if (request.is_number_integer()) running.cancel(std::to_string(request.get<std::int64_t>()));
    const auto progress = arguments.value("progressId", Json());
    if (progress.is_string() && on_cancel_progress) on_cancel_progress(progress.get<std::string>());
}

void DapServer::Impl::receive_response(const Json& message) {
    const auto seq = message.value("request_seq", Json());
    if (!seq.is_number_integer()) return;
    const auto entry = asked.take(seq.get<std::int64_t>());
    if (!entry) return;
    const auto handled = guarded(entry->command, [&]() -> DapReply {
        entry->handler(reply_of(message));
        return Json();
    });
    if (!handled) complain(handled.error().message);
}

DapServer::DapServer(Transport& transport, Executor executor, DapOptions options)
    : impl_(std::make_unique<Impl>(transport, std::move(executor), std::move(options))) {}

DapServer::~DapServer() = default;

void DapServer::on_request(std::vector<DapCommand> commands) {
    for (auto& command : commands)
        impl_->commands.insert_or_assign(std::move(command.name),
                                         Impl::Command{command.run_on, std::move(command.handler)});
}

void DapServer::on_cancel_progress(std::function<void(const std::string& progress_id)> handler) {
    impl_->on_cancel_progress = std::move(handler);
}

void DapServer::event(std::string_view name) { impl_->send({{"type", "event"}, {"event", name}}); }

void DapServer::event(std::string_view name, const Json& body) {
    impl_->send({{"type", "event"}, {"event", name}, {"body", body}});
}

void DapServer::request(std::string_view command, const Json& arguments, ResponseHandler on_response) {
    std::unique_lock lock(impl_->send_mutex);
    const auto seq = ++impl_->last_seq;
    if (const auto refused = impl_->asked.add(seq, {std::string(command), std::move(on_response)})) {
        lock.unlock();
        return refused->handler(tl::unexpected(cancelled_error()));
    }
    impl_->writer.send(to_text({{"seq", seq}, {"type", "request"}, {"command", command}, {"arguments", arguments}}));
}

void DapServer::stop() {
    impl_->stopped = true;
    impl_->transport.stop_reading();
}

int DapServer::run() {
    auto& impl = *impl_;
    const bool ended_well = read_messages(
        impl.transport, impl.options.limits, impl.options.trace,
        [&](const std::string& body) {
            impl.receive(body);
            return !impl.stopped;
        },
        [&](const FrameError& error) {
            impl.complain(error.message);
            return !impl.stopped;
        });
    impl.running.drain(impl.options.grace);
    for (const auto& [seq, entry] : impl.asked.end()) entry.handler(tl::unexpected(cancelled_error()));
    impl.writer.close(impl.options.write_grace);
    return ended_well && !impl.garbled ? 0 : 1;
}

}  // namespace braid::protocol
