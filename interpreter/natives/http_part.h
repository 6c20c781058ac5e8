#pragma once
#include <deque>
#include <memory>

#include "interpreter/io/http_client.h"
#include "interpreter/io/http_server.h"
#include "interpreter/natives/support.h"

namespace braid::natives {

/// What a run has for HTTP.
class HttpPart {
  public:
    explicit HttpPart(vm::Vm& vm);
    static HttpPart& of(const NativeCall& call) { return runtime::Run::of(call).part<HttpPart>(); }

    const vm::LayoutId altru_listener, velox_listener;
    const vm::Function& answer_request;  // see http.cpp
    io::HttpClient client;
};

/// A server as both languages hold it.
struct ListenerHandle {
    std::shared_ptr<io::HttpServer> server;
};

/// State of a native that asks a server over the network.
struct Calling : vm::NativeState {
    std::shared_ptr<io::HttpAnswer> answer = std::make_shared<io::HttpAnswer>();
    uint64_t id = 0;
    runtime::WaitReason reason{"get an answer over HTTP", nullptr};
};
/// Sends, and parks until the answer is in `call.state<Calling>().answer`.
NativeAction send_call(NativeCall& call, io::HttpCall request, uint32_t next);

/// State of a native that waits for a server: to listen, or for requests.
struct Serving : vm::NativeState {
    std::deque<io::HttpExchange> requests;
    runtime::WaitReason reason{"get a request over HTTP", nullptr};
    bool ended = false;
};
/// Parks until the server listens, or cannot.
NativeAction start_listening(NativeCall& call, io::HttpServer& server, uint32_t next);
/// `Next`: there are requests, or the server has ended; else it is parked.
NativeAction wait_for_requests(NativeCall& call, io::HttpServer& server, uint32_t next);

}  // namespace braid::natives
