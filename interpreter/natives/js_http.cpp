#include <algorithm>

#include "interpreter/natives/http_part.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/promise.h"

// Velox's `http`: what the class in system.velox stands on.
namespace braid::natives {

namespace {

/// Properties of a plain object, as texts.
io::HttpHeaders entries_of(NativeCall& call, size_t i) {
    io::HttpHeaders out;
    Object* record = vm::as_object(call.vm(), call.value(i), ObjectKind::Instance);
    if (!record) return out;
    for (Name name : vm::shape_of(record)->names())
        if (Word* slot = vm::find_property(record, name))
            out.emplace_back(std::string(name.text()), vm::text_of(call.vm(), Value(*slot)));
    return out;
}
Word record_word(NativeCall& call, const std::vector<std::pair<std::string, std::string>>& entries) {
    vm::Vm& vm = call.vm();
    Object* object = vm::new_instance(vm, vm.shapes().root(nullptr));
    for (const auto& [name, value] : entries) vm::set_property(vm, object, Name(name), vm.string_word(value));
    return word_of(object);
}

/// (method, url, headers, body, timeout, proxy, certificates, verify): {status, headers, body}
NativeAction send(NativeCall& call) {
    if (call.step() == 0) {
        io::HttpCall request;
        request.method = text_argument(call, 0);
        request.url = text_argument(call, 1);
        request.headers = entries_of(call, 2);
        request.body = text_argument(call, 3);
        double timeout = number_or(call, 4, 0);
        request.timeout = timeout > 0 ? static_cast<uint64_t>(std::min(timeout, 1e9)) : 0;
        request.proxy = text_argument(call, 5);
        request.ca_file = text_argument(call, 6);
        request.verify = is_missing(call, 7) || vm::truthy(call.vm(), call.value(7));
        return send_call(call, std::move(request), 1);
    }
    io::HttpAnswer& answer = *call.state<Calling>().answer;
    using Failure = io::HttpAnswer::Failure;
    switch (answer.failure) {
        case Failure::None: break;
        case Failure::BadCall: return type_error(call, answer.problem);
        case Failure::Timeout: return call.raise(runtime::new_error_named(call, "TimeoutError", answer.problem));
        case Failure::Network: return call.raise(runtime::new_error_named(call, "NetworkError", answer.problem));
    }
    vm::Vm& vm = call.vm();
    Object* object = vm::new_instance(vm, vm.shapes().root(nullptr));
    vm::set_property(vm, object, Name("status"), Value::number(answer.status).word());
    vm::set_property(vm, object, Name("headers"), record_word(call, answer.headers));
    vm::set_property(vm, object, Name("body"), vm.string_word(answer.body));
    return give_object(call, object);
}

io::HttpServer& server_of(const NativeCall& call) { return *call.object(0)->native<ListenerHandle>()->server; }

/// (address, largest body, timeout): an open listener
NativeAction listen(NativeCall& call) {
    if (call.step() == 0) {
        io::HttpServerOptions options;
        options.address = text_argument(call, 0);
        options.limits.body_bytes = static_cast<size_t>(std::clamp(number_or(call, 1, 8 << 20), 0.0, 1e9));
        options.request_timeout = static_cast<uint64_t>(std::clamp(number_or(call, 2, 10'000), 1.0, 1e9));
        auto server = std::make_shared<io::HttpServer>(runtime::Run::of(call).loop(), std::move(options));
        Object* object =
            call.vm().new_native<ListenerHandle>(HttpPart::of(call).velox_listener, ListenerHandle{server});
        call.traced(0) = word_of(object);
        return start_listening(call, *server, 1);
    }
    auto port = vm::object_of(call.traced(0))->native<ListenerHandle>()->server->listening();
    if (!port) return call.raise(runtime::new_error_named(call, "NetworkError", port.error()));
    return call.give(call.traced(0));
}
NativeAction port(NativeCall& call) { return give_double(call, server_of(call).listening().value_or(0)); }

/// (listener): a list of {connection, keepAlive, old, method, path, query, headers, body}, or null when the server has
/// been closed.
NativeAction next_request(NativeCall& call) {
    auto& state = call.state<Serving>();
    io::HttpServer& server = server_of(call);
    NativeAction action = wait_for_requests(call, server, 1);
    if (action != NativeAction::Next) return action;
    Object* list = new_array(call, state.requests.size());
    vm::Vm& vm = call.vm();
    for (const io::HttpExchange& exchange : state.requests) {
        const io::HttpRequest& request = exchange.request;
        Object* object = vm::new_instance(vm, vm.shapes().root(nullptr));
        auto set = [&](const char* name, Word word) { vm::set_property(vm, object, Name(name), word); };
        set("connection", Value::number(static_cast<double>(exchange.connection)).word());
        set("keepAlive", Value::boolean(request.keep_alive).word());
        set("old", Value::boolean(request.version_minor == 0).word());
        set("method", vm.string_word(request.method));
        set("path", vm.string_word(request.path));
        set("query", record_word(call, request.query));
        set("headers", record_word(call, request.headers));
        set("body", vm.string_word(request.body));
        push(call, list, word_of(object));
    }
    if (state.requests.empty()) return call.give_value(Value::null());
    return give_object(call, list);
}

/// (listener, what nextRequests gave, status, headers, body)
NativeAction respond(NativeCall& call) {
    Object* exchange = call.object(1);
    auto property = [&](const char* name) {
        Word* slot = vm::find_property(exchange, Name(name));
        return slot ? Value(*slot) : Value::undefined();
    };
    io::HttpRequest request;
    request.keep_alive = property("keepAlive").as_boolean();
    request.version_minor = property("old").as_boolean() ? 0 : 1;
    request.method = vm::text_of(call.vm(), property("method"));
    double status = number_or(call, 2, 200), connection = 0;
    vm::as_double(call.vm(), property("connection"), connection);
    std::string bytes = io::encode_response(status >= 200 && status <= 999 ? static_cast<int>(status) : 500,
                                            entries_of(call, 3), text_argument(call, 4), request);
    server_of(call).answer(static_cast<uint64_t>(connection), std::move(bytes), request.keep_alive);
    return give_undefined(call);
}
NativeAction stop(NativeCall& call) {
    server_of(call).stop();
    return give_undefined(call);
}

}  // namespace

void register_js_http(vm::NativeRegistry& r) {
    const std::string h = "system::http::", l = "system::HttpListener::";
    r.add(h + "send", send);
    r.add(l + "open", {listen, 1});
    r.add(l + "port", port);
    r.add(l + "nextRequests", next_request);
    r.add(l + "respond", respond);
    r.add(l + "stop", stop);
}

}  // namespace braid::natives
