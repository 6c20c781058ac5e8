#include "interpreter/natives/json_scanner.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "analyzer/text/utf8.h"

namespace braid::natives {

void append_json_text(std::string_view text, std::string& out) {
    out += '"';
    for (char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", c);
                else out += c;
        }
    }
    out += '"';
}

namespace {

template <class Number>
void append_number(Number number, std::string& out) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    char buffer[32];
    // Whole numbers of ordinary size without an exponent, as people write them.
    bool whole = std::trunc(number) == number && std::fabs(number) < Number(1e15);
    auto end = whole ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<int64_t>(number))
                     : std::to_chars(buffer, buffer + sizeof buffer, number);
    out.append(buffer, end.ptr);
}

}  // namespace

void append_json_number(double number, std::string& out) { append_number(number, out); }
void append_json_number(float number, std::string& out) { append_number(number, out); }

double json_number(std::string_view token) {
    double number = 0;
    auto read = std::from_chars(token.data(), token.data() + token.size(), number);
    // Out of range: too large, or (then it is as good as zero) too small.
    if (read.ec == std::errc::result_out_of_range) {
        size_t exponent = token.find_first_of("eE");
        bool small = exponent != std::string_view::npos ? token.substr(exponent + 1, 1) == "-"
                                                        : token.find_first_of("123456789") > token.find('.');
        number = small ? 0.0 : HUGE_VAL;
        if (token.front() == '-') number = -number;
    }
    return number;
}

void JsonScanner::fail(std::string_view what) {
    if (failed()) return;
    size_t line = 1, start = 0, end = std::min(at_, text_.size());
    for (size_t i = 0; i < end; ++i)
        if (text_[i] == '\n') ++line, start = i + 1;
    size_t column = utf8::count_code_points(text_.substr(start, end - start)) + 1;
    problem_ = fmt::format("{} at line {}, column {} of the JSON text", what, line, column);
}
void JsonScanner::fail_with(std::string problem) {
    if (!failed()) problem_ = std::move(problem);
}

void JsonScanner::skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
}
char JsonScanner::peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
}
bool JsonScanner::take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
}
bool JsonScanner::word(std::string_view expected) {
    skip_space();
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
}

bool JsonScanner::digits() {
    size_t before = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > before;
}
std::string_view JsonScanner::number() {
    size_t begin = at_;
    auto is = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
    if (is('-')) ++at_;
    bool fine = true;
    if (is('0')) ++at_;  // no digit may follow
    else fine = digits();
    if (fine && is('.')) {
        ++at_;
        fine = digits();
    }
    if (fine && (is('e') || is('E'))) {
        ++at_;
        if (is('+') || is('-')) ++at_;
        fine = digits();
    }
    if (!fine || (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')) fail("a malformed number");
    return text_.substr(begin, at_ - begin);
}

uint32_t JsonScanner::four_digits() {
    uint32_t unit = 0;
    if (text_.size() - at_ < 4) return fail("a malformed \\u"), 0;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, unit, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) return fail("a malformed \\u"), 0;
    at_ += 4;
    return unit;
}

std::string JsonScanner::text() {
    ++at_;
    std::string out;
    while (!failed()) {
        if (at_ >= text_.size()) return fail("a text that does not end"), out;
        char c = text_[at_++];
        if (c == '"') return out;
        if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a text"), out;
        if (c != '\\') {
            out += c;
            continue;
        }
        char escape = at_ < text_.size() ? text_[at_++] : '\0';
        static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
        if (size_t i = kFrom.find(escape); i != std::string_view::npos && escape) {
            out += kTo[i];
        } else if (escape == 'u') {
            uint32_t unit = four_digits();
            if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_, 2) == "\\u") {
                at_ += 2;
                uint32_t low = four_digits();
                unit = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
            } else if (unit >= 0xd800 && unit < 0xe000) {
                unit = 0xfffd;
            }
            if (!failed()) utf8::append(out, char32_t(unit));
        } else {
            fail("an unknown escape");
        }
    }
    return out;
}

void JsonScanner::skip_value(int depth) {
    if (depth > kDeepestJson) return fail("nesting too deep");
    switch (char c = peek()) {
        case '\0': return fail("unexpected end");
        case '"': text(); return;
        case '[':
        case '{': {
            char end = c == '[' ? ']' : '}';
            take(c);
            if (take(end)) return;
            do {
                if (c == '{') {
                    if (peek() != '"') return fail("the name of a property is missing");
                    text();
                    if (!failed() && !take(':')) return fail("a `:` is missing");
                }
                if (!failed()) skip_value(depth + 1);
            } while (!failed() && take(','));
            if (!failed() && !take(end)) fail(fmt::format("a `,` or `{}` is missing", end));
            return;
        }
        default:
            if (c == '-' || (c >= '0' && c <= '9')) number();
            else if (!word("true") && !word("false") && !word("null"))
                fail(fmt::format("unexpected `{}`", utf8::encode(utf8::decode(text_, at_).value)));
    }
}

void JsonScanner::expect_end() {
    if (!failed() && peek()) fail("text after the value");
    else if (!failed() && at_ < text_.size()) fail("a NUL character after the value");
}

}  // namespace braid::natives
