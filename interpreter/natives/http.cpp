#include <algorithm>

#include <fmt/format.h>

#include "interpreter/natives/http_part.h"
#include "interpreter/natives/natives.h"
#include "interpreter/runtime/task_core.h"
#include "interpreter/vm/hash_table.h"

// Altru's `http`: what std::http stands on.
namespace braid::natives {

namespace {

Word map_word(vm::Vm& vm, const TypeDescriptor& type, const std::vector<std::pair<std::string, std::string>>& entries) {
    Object* map = vm::new_map(vm, type.key->repr, type.element->repr);
    for (const auto& [name, value] : entries)
        vm::map_insert(vm, map, type.key, vm.string_word(name), vm.string_word(value));
    return word_of(map);
}
io::HttpHeaders entries_of(Object* map) {
    io::HttpHeaders out;
    vm::MapEntry entry;
    for (uint64_t i = 0; i < vm::map_used(map); ++i)
        if (vm::map_entry(map, i, entry))
            out.emplace_back(vm::string_view_of(entry.key), vm::string_view_of(entry.value));
    return out;
}
Word field(const TypeDescriptor& type, Word word, std::string_view name) {
    for (const auto& each : type.fields)
        if (each.name.text() == name) return heap::load_slot_acquire(vm::object_of(word)->slots() + each.slot);
    return 0;
}

// --- the client ---

/// (method, url, headers, body, timeout_ms)
NativeAction send(NativeCall& call) {
    if (call.step() == 0) {
        io::HttpCall request;
        request.method = text(call, 0);
        request.url = text(call, 1);
        request.headers = entries_of(vm::object_of(operand_word(call, 2)));
        request.body = text(call, 3);
        request.timeout = static_cast<uint64_t>(std::max<int64_t>(0, integer(call, 4)));
        return send_call(call, std::move(request), 1);
    }
    auto& state = call.state<Calling>();
    if (call.was_cancelled()) {
        HttpPart::of(call).client.cancel(state.id);
        return call.cancelled();
    }
    io::HttpAnswer& answer = *state.answer;
    vm::Vm& vm = call.vm();
    if (answer.failure != io::HttpAnswer::Failure::None) return give_err(call, runtime::make_error(vm, answer.problem));
    const TypeDescriptor& type = *vm::Vm::find_variant(call.result_type(), "Ok")->fields[0].type;
    Object* response = vm.new_struct(type);
    for (const auto& each : type.fields) {
        Word& slot = response->slots()[each.slot];
        if (each.name.text() == "status_code") slot = static_cast<Word>(answer.status);
        else if (each.name.text() == "headers") slot = map_word(vm, *each.type, answer.headers);
        else slot = vm.string_word(answer.body);
    }
    return give_ok(call, word_of(response));
}

// --- the server ---

io::HttpServer& server_of(const NativeCall& call, size_t i) {
    return *runtime::self_of<ListenerHandle>(call, i)->server;
}

/// (address, max_body, max_connections, timeout_ms)
NativeAction listener(NativeCall& call) {
    io::HttpServerOptions options;
    options.address = text(call, 0);
    options.limits.body_bytes = static_cast<size_t>(std::max<int64_t>(0, integer(call, 1)));
    options.max_connections = static_cast<size_t>(std::max<int64_t>(1, integer(call, 2)));
    options.request_timeout = static_cast<uint64_t>(std::max<int64_t>(1, integer(call, 3)));
    auto server = std::make_shared<io::HttpServer>(runtime::Run::of(call).loop(), std::move(options));
    return call.give(word_of(
        call.vm().new_native<ListenerHandle>(HttpPart::of(call).altru_listener, ListenerHandle{std::move(server)})));
}

/// (listener): the port.
NativeAction bind(NativeCall& call) {
    io::HttpServer& server = server_of(call, 0);
    if (call.step() == 0) return start_listening(call, server, 1);
    if (call.was_cancelled()) return call.cancelled();
    auto port = server.listening();
    if (!port) return give_err(call, runtime::make_error(call.vm(), port.error()));
    return give_ok(call, static_cast<Word>(*port));
}

Word request_word(vm::Vm& vm, const TypeDescriptor& type, const io::HttpRequest& request) {
    Object* made = vm.new_struct(type);
    for (const auto& each : type.fields) {
        std::string_view name = each.name.text();
        Word& slot = made->slots()[each.slot];
        if (name == "method") slot = vm.string_word(request.method);
        else if (name == "path") slot = vm.string_word(request.path);
        else if (name == "params") slot = map_word(vm, *each.type, request.query);
        else if (name == "headers") slot = map_word(vm, *each.type, request.headers);
        else slot = vm.string_word(request.body);
    }
    return word_of(made);
}

/// What of a request decides how its answer is sent, in one word.
constexpr Word kKeepAlive = 1, kIsHead = 2, kIsOld = 4;
Word flags_of(const io::HttpRequest& request) {
    return (request.keep_alive ? kKeepAlive : 0) | (request.method == "HEAD" ? kIsHead : 0) |
           (request.version_minor == 0 ? kIsOld : 0);
}
void answer(io::HttpServer& server, uint64_t connection, Word flags, int status, const io::HttpHeaders& headers,
            std::string_view body) {
    io::HttpRequest request;
    request.keep_alive = flags & kKeepAlive;
    request.method = flags & kIsHead ? "HEAD" : "GET";
    request.version_minor = flags & kIsOld ? 0 : 1;
    server.answer(connection, io::encode_response(status, headers, body, request), request.keep_alive);
}

/// (listener, handler): a task for every request, until the server has been stopped. Steps: 0, 1 woken, 2 the handler
/// is dropped.
NativeAction serve(NativeCall& call) {
    io::HttpServer& server = server_of(call, 0);
    if (call.step() == 2) return call.give_unit();
    if (call.step() == 1 && call.was_cancelled()) return call.cancelled();
    auto& state = call.state<Serving>();
    // Of the closure: its parameter, and what the future it gives resolves to.
    const TypeDescriptor& request_type = *call.argument_type(1).members.front();
    const TypeDescriptor* response_type = call.argument_type(1).members.back()->element;
    for (;;) {
        NativeAction action = wait_for_requests(call, server, 1);
        if (action != NativeAction::Next) return action;
        for (io::HttpExchange& exchange : state.requests) {
            Word flags = flags_of(exchange.request);
            vm::Vm::SpawnOptions options;
            options.kind = vm::TaskKind::AsyncTask;
            options.name = &runtime::name_of_callable(call.argument(1));
            options.site = call.call_site();
            Word arguments[] = {call.argument(1),
                                operand_word(call, 0),
                                request_word(call.vm(), request_type, exchange.request),
                                exchange.connection,
                                flags,
                                word_of(response_type)};
            if (!call.vm().spawn(HttpPart::of(call).answer_request, arguments, options))
                answer(server, exchange.connection, flags, 503, {}, {});
        }
        state.requests.clear();
        if (state.ended) return call.drop_callable(call.argument(1), 2);
    }
}
NativeAction serve_ended(NativeCall& call) {
    if (call.step() == 1) return call.give_unit();
    io::HttpServer& server = server_of(call, 0);
    for (const io::HttpExchange& exchange : call.state<Serving>().requests)
        answer(server, exchange.connection, 0, 503, {}, {});
    server.stop(true);
    return call.drop_callable(call.argument(1), 1);
}

NativeAction stop(NativeCall& call) {
    server_of(call, 0).stop();
    return call.give_unit();
}

}  // namespace

/// Under a task of its own: (handler, listener, request, connection, flags, type of the response). Steps: 0; 1 a
/// closure that is not async gave a future; 2 there is the response.
NativeAction answer_request(NativeCall& call) {
    if (call.step() == 0) {
        bool is_async = vm::closure_function(call.object(0))->is_async;
        return call.invoke(call.argument(0), {call.argument(2)}, is_async ? 2 : 1);
    }
    if (call.step() == 1) return call.invoke(call.result(), {}, 2);
    const auto& type = *reinterpret_cast<const TypeDescriptor*>(static_cast<uintptr_t>(call.argument(5)));
    Word response = call.result();
    int64_t status = static_cast<int64_t>(field(type, response, "status_code"));
    answer(*call.object(1)->native<ListenerHandle>()->server, call.argument(3), call.argument(4),
           status < 200 || status > 999 ? 500 : static_cast<int>(status),
           entries_of(vm::object_of(field(type, response, "headers"))),
           vm::string_view_of(field(type, response, "body")));
    return call.give_unit();
}
/// A handler that panics spoils its own answer and nothing else.
NativeAction answer_failed(NativeCall& call) {
    answer(*call.object(1)->native<ListenerHandle>()->server, call.argument(3), call.argument(4), 500, {}, {});
    if (!call.task().cancel_requested()) {
        const TypeDescriptor& type = *call.vm().info_of(call.object(2)).type;
        auto text = [&](std::string_view name) { return vm::string_view_of(field(type, call.argument(2), name)); };
        call.vm().options().print_error(fmt::format("error: the handler of {} {} panicked: {}\n", text("method"),
                                                    text("path"), call.vm().describe_error(call.result())));
    }
    return call.recover(0);
}

void register_http(vm::NativeRegistry& r) {
    r.add("http::send", send);
    r.add("http::make_listener", listener);
    r.add("http::bind", bind);
    r.add("http::serve", {serve, 0, 0, serve_ended});
    r.add("http::stop", stop);
    r.add_type("http::Listener", {});
}

}  // namespace braid::natives
