#include "interpreter/natives/http_part.h"

namespace braid::natives {

NativeAction answer_request(NativeCall& call);
NativeAction answer_failed(NativeCall& call);

HttpPart::HttpPart(vm::Vm& vm)
    : altru_listener(vm.register_native_layout<ListenerHandle>("http::Listener")),
      velox_listener(vm.register_native_layout<ListenerHandle>("system::HttpListener")),
      answer_request(vm.make_native("$answer_request", {natives::answer_request, 0, 0, answer_failed},
                                    {Repr::Object, Repr::Object, Repr::Object, Repr::U64, Repr::U64, Repr::U64},
                                    Repr::Unit)),
      client(runtime::Run::of(vm).loop()) {}

NativeAction send_call(NativeCall& call, io::HttpCall request, uint32_t next) {
    auto& state = call.state<Calling>();
    vm::WakeHandle handle = call.park(&state.reason);
    state.id = HttpPart::of(call).client.send(std::move(request), state.answer, {handle.task, handle.token});
    return call.parked(next);
}

NativeAction start_listening(NativeCall& call, io::HttpServer& server, uint32_t next) {
    auto& state = call.state<Serving>();
    vm::WakeHandle handle = call.park(&state.reason);
    server.listen({handle.task, handle.token});
    return call.parked(next);
}

NativeAction wait_for_requests(NativeCall& call, io::HttpServer& server, uint32_t next) {
    auto& state = call.state<Serving>();
    if (!state.requests.empty() || state.ended) return NativeAction::Next;
    vm::WakeHandle handle = call.park(&state.reason);
    state.ended = !server.take(state.requests, {handle.task, handle.token});
    if (state.requests.empty() && !state.ended) return call.parked(next);
    return call.unpark(handle) ? NativeAction::Next : call.parked(next);
}

}  // namespace braid::natives
