#define CURL_DISABLE_TYPECHECK
#include "interpreter/io/http_client.h"

#include <uv.h>

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"
#include "interpreter/io/curl_library.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace braid::io {

namespace {

constexpr size_t kLargestAnswer = size_t{256} << 20;
constexpr long kMostRedirects = 10;
constexpr long kSecondsToConnect = 30, kSecondsOfSilence = 60;

struct Transfer {
    uint64_t id = 0;
    HttpCall call;
    std::shared_ptr<HttpAnswer> answer;
    Sleeper sleeper;
    scheduler::InputGuard expects;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    char error[CURL_ERROR_SIZE] = {};
    bool too_large = false;

    ~Transfer() {
        const CurlLibrary& curl = curl_library();
        if (easy) curl.curl_easy_cleanup(easy);
        if (headers) curl.curl_slist_free_all(headers);
    }
};

size_t keep_body(char* bytes, size_t, size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (transfer.answer->body.size() + count > kLargestAnswer) {
        transfer.too_large = true;
        return 0;
    }
    transfer.answer->body.append(bytes, count);
    return count;
}

size_t keep_header(char* bytes, size_t, size_t count, void* user) {
    HttpHeaders& headers = static_cast<Transfer*>(user)->answer->headers;
    std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) headers.clear();  // of a redirection, or `100 Continue`
    size_t colon = line.find(':');
    if (colon == std::string_view::npos || headers.size() > 1000) return count;
    std::string name(line.substr(0, colon));
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    line.remove_prefix(colon + 1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
    headers.emplace_back(std::move(name), utf8::sanitize(line));
    return count;
}

/// A watched socket of libcurl.
struct Watch {
    uv_poll_t poll{};
    curl_socket_t socket = 0;
    void* owner = nullptr;
};

}  // namespace

class HttpClient::Transfers final : public Resident, public std::enable_shared_from_this<Transfers> {
  public:
    explicit Transfers(EventLoop& loop) : loop_(loop) {}

    void begin(uv_loop_t& uv, std::unique_ptr<Transfer> transfer);
    void cancel(uint64_t id);
    void leave() override;

  private:
    bool open(uv_loop_t& uv);
    bool set_up(Transfer& transfer);
    void watch_closed(Watch& watch);
    void gone();
    void act(curl_socket_t socket, int events);
    void collect();
    void finish(std::unique_ptr<Transfer> transfer, HttpAnswer::Failure failure, std::string problem);
    static int on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known);
    static int on_timer(CURLM*, long milliseconds, void* user);

    EventLoop& loop_;
    uv_loop_t* uv_ = nullptr;
    CURLM* multi_ = nullptr;
    uv_timer_t timer_{};
    std::unordered_map<uint64_t, std::unique_ptr<Transfer>> running_;
    std::unordered_map<Watch*, std::unique_ptr<Watch>> watches_;  // with those whose handle is closing
    bool timer_closed_ = false;
    std::shared_ptr<Transfers> self_;  // while the loop has handles of it
};

bool HttpClient::Transfers::open(uv_loop_t& uv) {
    if (multi_) return true;
    const CurlLibrary& curl = curl_library();
    if (!curl.problem.empty()) return false;
    multi_ = curl.curl_multi_init();
    if (!multi_) return false;
    uv_ = &uv;
    uv_timer_init(&uv, &timer_);
    timer_.data = this;
    curl.curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl.curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl.curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl.curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    self_ = shared_from_this();
    loop_.add(*this);
    return true;
}

bool HttpClient::Transfers::set_up(Transfer& t) {
    const CurlLibrary& curl = curl_library();
    t.easy = curl.curl_easy_init();
    if (!t.easy) return false;
    auto set = [&](CURLoption option, auto value) { return curl.curl_easy_setopt(t.easy, option, value) == CURLE_OK; };
    for (const auto& [name, value] : t.call.headers) {
        // An empty value has to be said with `;`, or the header would be taken away.
        std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
        if (line.find_first_of("\r\n") != std::string::npos) continue;
        t.headers = curl.curl_slist_append(t.headers, line.c_str());
    }
    t.headers = curl.curl_slist_append(t.headers, "Expect:");  // no waiting for `100 Continue`
    bool fine = set(CURLOPT_URL, t.call.url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") &&
                set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PRIVATE, static_cast<void*>(&t));
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(t.error));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "braid");
    set(CURLOPT_HTTPHEADER, t.headers);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMostRedirects);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_CONNECTTIMEOUT, kSecondsToConnect);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, kSecondsOfSilence);
    if (t.call.timeout) set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::min<uint64_t>(t.call.timeout, INT32_MAX)));
    if (!t.call.proxy.empty()) set(CURLOPT_PROXY, t.call.proxy.c_str());
    if (!t.call.ca_file.empty()) set(CURLOPT_CAINFO, t.call.ca_file.c_str());
    set(CURLOPT_SSL_VERIFYPEER, t.call.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, t.call.verify ? 2L : 0L);
    set(CURLOPT_WRITEFUNCTION, &keep_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&t));
    set(CURLOPT_HEADERFUNCTION, &keep_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&t));
    bool has_body =
        !t.call.body.empty() || t.call.method == "POST" || t.call.method == "PUT" || t.call.method == "PATCH";
    if (has_body) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(t.call.body.size()));
        set(CURLOPT_POSTFIELDS, t.call.body.data());  // lives as long as the transfer
    }
    if (t.call.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    else if (t.call.method != (has_body ? "POST" : "GET")) set(CURLOPT_CUSTOMREQUEST, t.call.method.c_str());
    return fine;
}

void HttpClient::Transfers::begin(uv_loop_t& uv, std::unique_ptr<Transfer> transfer) {
    const CurlLibrary& curl = curl_library();
    using Failure = HttpAnswer::Failure;
    if (!open(uv))
        return finish(std::move(transfer), Failure::Network, curl.problem.empty() ? "out of memory" : curl.problem);
    if (!set_up(*transfer)) return finish(std::move(transfer), Failure::BadCall, "the URL cannot be used");
    Transfer& t = *transfer;
    running_[t.id] = std::move(transfer);
    curl.curl_multi_add_handle(multi_, t.easy);
}

void HttpClient::Transfers::cancel(uint64_t id) {
    auto found = running_.find(id);
    if (found == running_.end()) return;
    curl_library().curl_multi_remove_handle(multi_, found->second->easy);
    running_.erase(found);
}

void HttpClient::Transfers::act(curl_socket_t socket, int events) {
    int left = 0;
    curl_library().curl_multi_socket_action(multi_, socket, events, &left);
    collect();
}

int HttpClient::Transfers::on_timer(CURLM*, long milliseconds, void* user) {
    auto& self = *static_cast<Transfers*>(user);
    if (milliseconds < 0) return uv_timer_stop(&self.timer_), 0;
    // Not from in here, even when it is due: libcurl is in the middle of something.
    auto due = [](uv_timer_t* timer) { static_cast<Transfers*>(timer->data)->act(CURL_SOCKET_TIMEOUT, 0); };
    uv_timer_start(&self.timer_, due, static_cast<uint64_t>(milliseconds), 0);
    return 0;
}

int HttpClient::Transfers::on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
    auto& self = *static_cast<Transfers*>(user);
    auto* watch = static_cast<Watch*>(known);
    if (what == CURL_POLL_REMOVE) {
        if (!watch) return 0;
        curl_library().curl_multi_assign(self.multi_, socket, nullptr);
        uv_poll_stop(&watch->poll);
        uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll), [](uv_handle_t* handle) {
            auto& w = *static_cast<Watch*>(handle->data);
            static_cast<Transfers*>(w.owner)->watch_closed(w);
        });
        return 0;
    }
    if (!watch) {
        auto made = std::make_unique<Watch>();
        watch = made.get();
        watch->socket = socket;
        watch->owner = &self;
        watch->poll.data = watch;
        if (uv_poll_init_socket(self.uv_, &watch->poll, socket) != 0) return -1;
        self.watches_[watch] = std::move(made);
        curl_library().curl_multi_assign(self.multi_, socket, watch);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&watch->poll, events, [](uv_poll_t* poll, int status, int happened) {
        auto* w = static_cast<Watch*>(poll->data);
        // What is wrong with a socket libcurl finds out by using it; it goes on with another one where the server has
        // only closed a connection that was kept from before.
        if (status < 0) happened = UV_READABLE | UV_WRITABLE;
        int action = (happened & UV_READABLE ? CURL_CSELECT_IN : 0) | (happened & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
        static_cast<Transfers*>(w->owner)->act(w->socket, action);
    });
    return 0;
}

void HttpClient::Transfers::collect() {
    const CurlLibrary& curl = curl_library();
    int left = 0;
    while (CURLMsg* message = curl.curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* easy = message->easy_handle;
        CURLcode code = message->data.result;
        Transfer* transfer = nullptr;
        curl.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        long status = 0;
        curl.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        transfer->answer->status = static_cast<int>(status);
        curl.curl_multi_remove_handle(multi_, easy);
        auto found = running_.find(transfer->id);
        std::unique_ptr<Transfer> done = std::move(found->second);
        running_.erase(found);
        if (code == CURLE_OK) {
            finish(std::move(done), HttpAnswer::Failure::None, {});
            continue;
        }
        using Failure = HttpAnswer::Failure;
        Failure failure = code == CURLE_OPERATION_TIMEDOUT                                    ? Failure::Timeout
                          : code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ? Failure::BadCall
                                                                                              : Failure::Network;
        std::string problem = done->too_large  ? "the answer is larger than 256 MiB"
                              : done->error[0] ? std::string(done->error)
                                               : std::string(curl.curl_easy_strerror(code));
        finish(std::move(done), failure, std::move(problem));
    }
}

void HttpClient::Transfers::finish(std::unique_ptr<Transfer> transfer, HttpAnswer::Failure failure,
                                   std::string problem) {
    HttpAnswer& answer = *transfer->answer;
    answer.failure = failure;
    if (!problem.empty()) answer.problem = fmt::format("{} {}: {}", transfer->call.method, transfer->call.url, problem);
    if (!utf8::is_valid(answer.body)) answer.body = utf8::sanitize(answer.body);
    loop_.wake(transfer->sleeper);
}

void HttpClient::Transfers::leave() {
    auto self = self_;
    const CurlLibrary& curl = curl_library();
    for (auto& [id, transfer] : running_) curl.curl_multi_remove_handle(multi_, transfer->easy);
    running_.clear();
    curl.curl_multi_cleanup(std::exchange(multi_, nullptr));
    loop_.remove(*this);
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), [](uv_handle_t* handle) {
        auto& transfers = *static_cast<Transfers*>(handle->data);
        transfers.timer_closed_ = true;
        transfers.gone();
    });
}
void HttpClient::Transfers::watch_closed(Watch& watch) {
    watches_.erase(&watch);
    gone();
}
void HttpClient::Transfers::gone() {
    if (timer_closed_ && watches_.empty()) auto last = std::exchange(self_, nullptr);
}

HttpClient::HttpClient(EventLoop& loop) : loop_(loop), transfers_(std::make_shared<Transfers>(loop)) {}
HttpClient::~HttpClient() = default;

uint64_t HttpClient::send(HttpCall call, std::shared_ptr<HttpAnswer> answer, Sleeper sleeper) {
    static std::atomic<uint64_t> next{1};
    uint64_t id = next.fetch_add(1);
    auto transfer = std::make_shared<std::unique_ptr<Transfer>>(std::make_unique<Transfer>());
    Transfer& t = **transfer;
    t.id = id;
    t.call = std::move(call);
    t.answer = std::move(answer);
    t.sleeper = std::move(sleeper);
    t.expects = scheduler::InputGuard(loop_.scheduler());
    loop_.post([transfers = transfers_, transfer](uv_loop_t& uv) { transfers->begin(uv, std::move(*transfer)); });
    return id;
}

void HttpClient::cancel(uint64_t request) {
    loop_.post([transfers = transfers_, request](uv_loop_t&) { transfers->cancel(request); });
}

}  // namespace braid::io
