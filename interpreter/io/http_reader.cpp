#include "interpreter/io/http_reader.h"

#include <http_parser.h>

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"

namespace braid::io {

struct HttpReader::Callbacks {
    static HttpReader& of(http_parser* p) { return *static_cast<HttpReader*>(p->data); }
    static int url(http_parser* p, const char* at, size_t n) { return of(p).url_.append(at, n), 0; }
    static int name(http_parser* p, const char* at, size_t n) {
        HttpReader& r = of(p);
        if (r.state_ == State::Body) return 0;  // trailers: nobody who reads headers expects them to change
        if (r.in_value_) r.add_header();
        r.name_.append(at, n);
        return 0;
    }
    static int value(http_parser* p, const char* at, size_t n) {
        HttpReader& r = of(p);
        if (r.state_ == State::Body) return 0;
        r.in_value_ = true;
        r.value_.append(at, n);
        return 0;
    }
    static int begin(http_parser* p) {
        of(p).state_ = State::Headers;
        return 0;
    }
    static int headers(http_parser* p) {
        HttpReader& r = of(p);
        if (r.in_value_) r.add_header();
        r.end_headers();
        return r.state_ == State::Failed ? -1 : 0;
    }
    static int body(http_parser* p, const char* at, size_t n) {
        HttpReader& r = of(p);
        if (r.request_.body.size() + n > r.limits_.body_bytes) return r.fail(413), -1;
        r.request_.body.append(at, n);
        return 0;
    }
    static int complete(http_parser* p) {
        HttpReader& r = of(p);
        r.request_.keep_alive = http_should_keep_alive(p) != 0;
        r.state_ = State::Complete;
        http_parser_pause(p, 1);
        return 0;
    }
};

HttpReader::HttpReader(HttpLimits limits) : limits_(limits), parser_(std::make_unique<http_parser>()) {
    http_parser_init(parser_.get(), HTTP_REQUEST);
    parser_->data = this;
}
HttpReader::~HttpReader() = default;

void HttpReader::fail(int status) {
    state_ = State::Failed;
    status_ = status;
}

void HttpReader::add_header() {
    std::string name = std::exchange(name_, {}), value = utf8::sanitize(std::exchange(value_, {}));
    in_value_ = false;
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (auto& [known, text] : request_.headers)
        if (known == name) {
            // One host, or none can say which was meant.
            if (name == "host") return fail(400);
            text += (name == "cookie" ? "; " : ", ") + value;
            return;
        }
    if (request_.headers.size() >= limits_.headers) return fail(431);
    request_.headers.emplace_back(std::move(name), std::move(value));
}

void HttpReader::end_headers() {
    if (state_ == State::Failed) return;
    if (parser_->http_major != 1) return fail(505);
    request_.version_minor = parser_->http_minor;
    request_.method = http_method_str(static_cast<http_method>(parser_->method));
    bool has_length = (parser_->flags & F_CONTENTLENGTH) != 0;
    if (has_length && parser_->content_length > limits_.body_bytes && parser_->content_length != UINT64_MAX)
        return fail(413);
    std::string_view target = url_;
    if (size_t scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
        target.remove_prefix(scheme + 3);  // the absolute form, as for a proxy
        target.remove_prefix(std::min(target.find('/'), target.size()));
    }
    target = target.substr(0, target.find('#'));
    size_t question = target.find('?');
    request_.path = decode_percent(target.substr(0, question), false);
    if (request_.path.empty()) request_.path = "/";
    if (question != std::string_view::npos) request_.query = decode_query(target.substr(question + 1));
    bool has_host = false;
    for (const auto& [name, value] : request_.headers) {
        has_host |= name == "host";
        wants_continue_ |= name == "expect" && value.size() == 12 && (value[0] == '1');
    }
    if (!has_host && parser_->http_minor >= 1) return fail(400);
    state_ = State::Body;
}

size_t HttpReader::feed(std::string_view bytes) {
    static constexpr http_parser_settings kSettings = [] {
        http_parser_settings s{};
        s.on_message_begin = Callbacks::begin;
        s.on_url = Callbacks::url;
        s.on_header_field = Callbacks::name;
        s.on_header_value = Callbacks::value;
        s.on_headers_complete = Callbacks::headers;
        s.on_body = Callbacks::body;
        s.on_message_complete = Callbacks::complete;
        return s;
    }();
    if (state_ == State::Complete || state_ == State::Failed) return 0;
    // The headers may not go on for ever: no more is shown to the parser than they may still have.
    bool in_headers = state_ != State::Body;
    if (in_headers) bytes = bytes.substr(0, limits_.header_bytes + 1 - header_bytes_);
    size_t used = http_parser_execute(parser_.get(), &kSettings, bytes.data(), bytes.size());
    http_errno error = HTTP_PARSER_ERRNO(parser_);
    if (in_headers && (state_ == State::Idle || state_ == State::Headers)) {
        header_bytes_ += used;
        if (header_bytes_ > limits_.header_bytes) fail(431);
    }
    if (error == HPE_PAUSED) {
        http_parser_pause(parser_.get(), 0);
    } else if (error != HPE_OK && state_ != State::Failed) {
        fail(error == HPE_HEADER_OVERFLOW ? 431 : error == HPE_INVALID_METHOD ? 501 : 400);
    }
    return used;
}

bool HttpReader::wants_continue() {
    return state_ == State::Body && request_.body.empty() && std::exchange(wants_continue_, false);
}

HttpRequest HttpReader::take() {
    for (const auto& [name, value] : request_.headers)
        if (name == "content-type" && value.starts_with("application/x-www-form-urlencoded"))
            for (auto& field : decode_query(request_.body)) request_.query.push_back(std::move(field));
    request_.body = utf8::sanitize(request_.body);
    HttpRequest taken = std::move(request_);
    request_ = {};
    url_.clear();
    header_bytes_ = 0;
    wants_continue_ = false;
    state_ = State::Idle;
    return taken;
}

std::string decode_percent(std::string_view text, bool plus) {
    auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            out += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return utf8::sanitize(out);
}

std::vector<std::pair<std::string, std::string>> decode_query(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!text.empty()) {
        std::string_view field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(field.size() + 1, text.size()));
        if (field.empty()) continue;
        size_t equals = std::min(field.find('='), field.size());
        out.emplace_back(decode_percent(field.substr(0, equals), true),
                         decode_percent(field.substr(std::min(equals + 1, field.size())), true));
    }
    return out;
}

namespace {

std::string_view reason_of_status(int status) {
    switch (status) {
#define XX(number, name, text) \
    case number: return #text;
        HTTP_STATUS_MAP(XX)
#undef XX
        default: return "Unknown";
    }
}

bool is_token(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return c > 0x20 && c < 0x7f &&
               std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
    });
}
bool is_line(std::string_view value) {
    return std::none_of(value.begin(), value.end(),
                        [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}
bool is_servers_own(std::string_view name) {
    static constexpr std::string_view kOwn[] = {"content-length", "transfer-encoding", "connection", "date"};
    return std::any_of(std::begin(kOwn), std::end(kOwn), [&](std::string_view own) {
        return own.size() == name.size() && std::equal(own.begin(), own.end(), name.begin(), [](char a, char b) {
                   return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
               });
    });
}

}  // namespace

std::string encode_response(int status, const HttpHeaders& headers, std::string_view body, const HttpRequest& request) {
    if (status < 200 || status > 999) status = 500;
    std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    bool no_body = status == 204 || status == 304;
    std::string out = fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\n", status, reason_of_status(status), date);
    for (const auto& [name, value] : headers)
        if (is_token(name) && is_line(value) && !is_servers_own(name)) out += fmt::format("{}: {}\r\n", name, value);
    if (!no_body) out += fmt::format("content-length: {}\r\n", body.size());
    if (!request.keep_alive) out += "connection: close\r\n";
    else if (request.version_minor == 0) out += "connection: keep-alive\r\n";
    out += "\r\n";
    if (!no_body && request.method != "HEAD") out += body;
    return out;
}

}  // namespace braid::io
