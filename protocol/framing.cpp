#include "protocol/framing.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace braid::protocol {
namespace {

constexpr std::string_view length_header = "content-length";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
    const auto blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// The size of the header block at the front of `text`, its empty line included, or npos.
std::size_t header_end(std::string_view text, std::size_t from) {
    for (auto at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        const auto rest = text.substr(at + 1, 2);
        if (rest.substr(0, 1) == "\n") return at + 2;
        if (rest == "\r\n") return at + 3;
    }
    return std::string_view::npos;
}

// A piece of a header that is safe to show: printable and short.
std::string shown(std::string_view text) {
    std::string result;
    for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
    return text.size() > 40 ? result + "..." : result;
}

}  // namespace

void FrameDecoder::feed(std::string_view bytes) {
    if (dead_) return;
    const auto skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    buffer_.append(bytes.substr(skipped));
}

tl::expected<std::optional<std::string>, FrameError> FrameDecoder::next() {
    if (dead_) return tl::unexpected(*dead_);
    if (skip_ > 0) return std::nullopt;
    if (!body_length_) {
        const auto complete = read_header();
        if (!complete) return tl::unexpected(complete.error());
        if (!*complete) return std::nullopt;
    }
    if (pending().size() < *body_length_) return std::nullopt;
    std::string body(pending().substr(0, *body_length_));
    consume(*body_length_);
    body_length_.reset();
    return body;
}

tl::expected<bool, FrameError> FrameDecoder::read_header() {
    const auto size = header_end(pending(), scanned_);
    if (size == std::string_view::npos ? pending().size() > limits_.header : size > limits_.header)
        return tl::unexpected(die(fmt::format(
            "no Content-Length header within {} bytes; is the other side speaking this protocol?", limits_.header)));
    if (size == std::string_view::npos) {
        // The last bytes may be the beginning of the end.
        scanned_ = pending().size() < 2 ? 0 : pending().size() - 2;
        return false;
    }
    scanned_ = 0;
    const auto length = parse_header(pending().substr(0, size));
    if (!length) {
        skip_malformed(size);
        return tl::unexpected(FrameError{length.error()});
    }
    consume(size);
    if (*length / 16 > limits_.body)
        return tl::unexpected(die(fmt::format("a message of {} bytes is announced", *length)));
    if (*length > limits_.body) {
        const auto present = std::min(*length, pending().size());
        skip_ = *length - present;
        consume(present);
        return tl::unexpected(
            FrameError{fmt::format("a message of {} bytes is over the limit of {}", *length, limits_.body)});
    }
    body_length_ = *length;
    return true;
}

tl::expected<std::size_t, std::string> FrameDecoder::parse_header(std::string_view block) const {
    std::optional<std::size_t> length;
    while (!block.empty()) {
        const auto end = block.find('\n');
        const auto line = trim(block.substr(0, end));
        block.remove_prefix(end + 1);
        if (line.empty()) continue;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return tl::unexpected(fmt::format("expected a header like `Content-Length: 42`, found `{}`", shown(line)));
        if (!equal_ignoring_case(trim(line.substr(0, colon)), length_header)) continue;
        const auto digits = trim(line.substr(colon + 1));
        std::size_t value = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size())
            return tl::unexpected(fmt::format("Content-Length is not a number: `{}`", shown(digits)));
        if (length && *length != value)
            return tl::unexpected<std::string>("a message has two different Content-Length headers");
        length = value;
    }
    if (!length) return tl::unexpected<std::string>("a message has no Content-Length header");
    return *length;
}

void FrameDecoder::skip_malformed(std::size_t block_size) {
    const auto block = pending().substr(0, block_size);
    std::size_t resume = block_size;
    for (auto at = block.size() - std::min(block.size(), length_header.size()); at > 0; --at) {
        if (!equal_ignoring_case(block.substr(at, length_header.size()), length_header)) continue;
        resume = at;
        break;
    }
    consume(resume);
}

FrameError FrameDecoder::die(std::string message) {
    dead_ = FrameError{std::move(message), true};
    buffer_.clear();
    start_ = 0;
    return *dead_;
}

void FrameDecoder::consume(std::size_t count) {
    start_ += count;
    if (start_ == buffer_.size()) {
        constexpr std::size_t kKept = 64 * 1024;  // what a large message took is not held on to
        if (buffer_.capacity() > kKept) buffer_ = {};
        buffer_.clear();
        start_ = 0;
    } else if (start_ > buffer_.size() / 2) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
}

std::string frame(std::string_view body) { return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body); }

}  // namespace braid::protocol
