#include <bit>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"

// Velox's numbers and Math.
namespace braid::natives {

namespace {

std::string_view stripped(std::string_view s) {
    auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!s.empty() && space(s.front())) s.remove_prefix(1);
    while (!s.empty() && space(s.back())) s.remove_suffix(1);
    return s;
}

/// The number a text begins with, and how much of it that was.
double leading_number(std::string_view s, size_t& used) {
    std::string_view rest = s;
    double sign = 1;
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
        sign = rest[0] == '-' ? -1 : 1;
        rest.remove_prefix(1);
    }
    used = 0;
    if (rest.starts_with("Infinity")) {
        used = s.size() - rest.size() + 8;
        return sign * INFINITY;
    }
    if (rest.empty() || !((rest[0] >= '0' && rest[0] <= '9') || rest[0] == '.')) return NAN;
    double value = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error == std::errc::invalid_argument) return NAN;
    if (error == std::errc::result_out_of_range) value = std::strtod(std::string(rest).c_str(), nullptr);
    used = static_cast<size_t>(end - s.data());
    return sign * value;
}

/// As JavaScript's Number(text).
double whole_number(std::string_view text) {
    std::string_view s = stripped(text);
    if (s.empty()) return 0;
    if (s.size() > 2 && s[0] == '0') {
        int base = s[1] == 'x' || s[1] == 'X'   ? 16
                   : s[1] == 'o' || s[1] == 'O' ? 8
                   : s[1] == 'b' || s[1] == 'B' ? 2
                                                : 0;
        if (base) {
            uint64_t value = 0;
            auto [end, error] = std::from_chars(s.data() + 2, s.data() + s.size(), value, base);
            return error == std::errc() && end == s.data() + s.size() ? static_cast<double>(value) : NAN;
        }
    }
    size_t used = 0;
    double value = leading_number(s, used);
    return used == s.size() ? value : NAN;
}

double to_number(NativeCall& call, size_t i) {
    Value v = i < call.argument_count() ? call.value(i) : Value::undefined();
    double d = 0;
    if (vm::as_double(call.vm(), v, d)) return d;
    if (v.is_boolean()) return v.as_boolean();
    if (v.is_null()) return 0;
    if (vm::is_string(call.vm(), v) || v.is_character()) return whole_number(vm::text_of(call.vm(), v));
    return NAN;
}

NativeAction to_int(NativeCall& call) {
    int64_t whole = 0;
    if (vm::as_integer(call.vm(), call.value(0), whole)) return give_int(call, whole);
    if (vm::is_string(call.vm(), call.value(0))) {
        std::string_view s = stripped(vm::string_view_of(call.argument(0)));
        auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), whole);
        if (error == std::errc() && end == s.data() + s.size()) return give_int(call, whole);
    }
    double d = std::trunc(to_number(call, 0));
    if (!(d >= -0x1p63 && d < 0x1p63))
        return call.throw_error(WellKnown::RangeError, vm::describe_value(call.vm(), call.value(0)) + " is not an int");
    return give_int(call, static_cast<int64_t>(d));
}
NativeAction number(NativeCall& call) { return give_double(call, to_number(call, 0)); }

NativeAction parse_int(NativeCall& call) {
    std::string text = text_argument(call, 0);
    std::string_view s = stripped(text);
    double sign = 1;
    if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
        sign = s[0] == '-' ? -1 : 1;
        s.remove_prefix(1);
    }
    double radix = number_or(call, 1, 10);
    bool hex = s.size() > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    if (radix == 0 || is_missing(call, 1)) radix = hex ? 16 : 10;
    if (radix == 16 && hex) s.remove_prefix(2);
    if (!(radix >= 2 && radix <= 36)) return give_double(call, NAN);
    double value = 0;
    size_t digits = 0;
    for (char c : s) {
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 10
                    : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                           : 99;
        if (digit >= radix) break;
        value = value * radix + digit;
        ++digits;
    }
    return give_double(call, digits ? sign * value : NAN);
}
NativeAction parse_float(NativeCall& call) {
    std::string text = text_argument(call, 0);
    size_t used = 0;
    return give_double(call, leading_number(stripped(text), used));
}
NativeAction is_nan(NativeCall& call) { return give_boolean(call, std::isnan(to_number(call, 0))); }
NativeAction is_finite(NativeCall& call) { return give_boolean(call, std::isfinite(to_number(call, 0))); }

NativeAction to_fixed(NativeCall& call) {
    double value = to_number(call, 0), digits = number_or(call, 1, 0);
    if (!(digits >= 0 && digits <= 100))
        return call.throw_error(WellKnown::RangeError, "toFixed() digits argument must be between 0 and 100");
    if (!std::isfinite(value) || std::fabs(value) >= 1e21) {
        std::string out;
        vm::append_number(value, out);
        return call.give_text(out);
    }
    // Halves round away from zero, by the exact value: what printf does but for ties.
    std::string out = fmt::format("{:.{}f}", value, static_cast<int>(digits));
    double scaled = value * std::pow(10, digits);
    if (digits <= 15 && std::fabs(scaled) < 1e15 && std::fabs(scaled - std::trunc(scaled)) == 0.5 &&
        std::fma(value, std::pow(10, digits), -scaled) == 0)
        out = fmt::format("{:.{}f}", std::round(scaled) / std::pow(10, digits), static_cast<int>(digits));
    if (out.find_first_not_of("-0.") == std::string::npos && out[0] == '-' && value == 0) out.erase(0, 1);
    return call.give_text(out);
}
NativeAction to_precision(NativeCall& call) {
    double value = to_number(call, 0), wanted = std::trunc(number_or(call, 1, 0));
    if (is_missing(call, 1) || !std::isfinite(value)) return call.give_text(vm::text_of(call.vm(), call.value(0)));
    if (!(wanted >= 1 && wanted <= 100))
        return call.throw_error(WellKnown::RangeError, "toPrecision() argument must be between 1 and 100");
    auto count = static_cast<size_t>(wanted);
    // All digits a double can have, `d.ddd…e+NN`, so that a half is seen as such; it rounds away from zero.
    std::string exact = fmt::format("{:.780e}", std::fabs(value));
    int exponent = std::stoi(exact.substr(exact.find('e') + 1));
    std::string digits = exact[0] + exact.substr(2, 780);
    bool up = digits[count] >= '5';
    digits.resize(count);
    for (size_t i = count; up && i-- > 0;) {
        up = digits[i] == '9';
        digits[i] = up ? '0' : static_cast<char>(digits[i] + 1);
    }
    if (up) {
        digits = "1" + digits.substr(0, count - 1);
        ++exponent;
    }
    std::string out = value < 0 ? "-" : "";
    if (exponent < -6 || exponent >= static_cast<int>(count)) {
        out += digits.substr(0, 1);
        if (count > 1) out += "." + digits.substr(1);
        out += fmt::format("e{}{}", exponent < 0 ? '-' : '+', std::abs(exponent));
    } else if (exponent < 0) {
        out += "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
    } else {
        auto whole = static_cast<size_t>(exponent) + 1;
        out += digits.substr(0, whole);
        if (whole < count) out += "." + digits.substr(whole);
    }
    return call.give_text(out);
}
/// As few digits as tell the number from its neighbours (free-format output; Steele and White 1990): those beyond the
/// precision of a large one are zeros, a fraction ends where what is left is less than half the distance to the next.
std::string in_radix(double value, int radix) {
    auto digit = [](int d) { return "0123456789abcdefghijklmnopqrstuvwxyz"[d]; };
    double whole = std::floor(value), fraction = value - whole;
    double slack = std::max((std::nextafter(value, INFINITY) - value) / 2, std::nextafter(0.0, 1.0));
    double whole_slack = slack;
    std::vector<int> behind;
    bool up = false;
    while (fraction >= slack) {
        fraction *= radix;
        slack *= radix;
        behind.push_back(static_cast<int>(fraction));
        fraction -= behind.back();
        up = (fraction > 0.5 || (fraction == 0.5 && behind.back() % 2 == 1)) && fraction + slack > 1;
        if (up) break;
    }
    while (up && !behind.empty()) {
        up = ++behind.back() == radix;
        if (up) behind.pop_back();
    }
    whole += up;
    std::string zeros, out;
    for (; whole_slack >= radix; whole_slack /= radix, whole /= radix) zeros += '0';
    whole = std::floor(whole);
    do {
        double low = std::fmod(whole, radix);
        out.insert(out.begin(), digit(static_cast<int>(low)));
        whole = (whole - low) / radix;
    } while (whole >= 1);
    out += zeros;
    if (!behind.empty()) out += '.';
    for (int d : behind) out += digit(d);
    return out;
}
NativeAction to_string(NativeCall& call) {
    double radix = std::trunc(number_or(call, 1, 10)), value = to_number(call, 0);
    if (!(radix >= 2 && radix <= 36))
        return call.throw_error(WellKnown::RangeError, "toString() radix argument must be between 2 and 36");
    if (radix == 10 || !std::isfinite(value)) return call.give_text(vm::text_of(call.vm(), call.value(0)));
    std::string out = in_radix(std::fabs(value), static_cast<int>(radix));
    return call.give_text(value < 0 ? "-" + out : out);
}
NativeAction boolean_to_string(NativeCall& call) { return call.give_text(vm::text_of(call.vm(), call.value(0))); }

template <bool (*kTest)(double)>
NativeAction static_test(NativeCall& call) {
    double d = 0;
    return give_boolean(call, vm::as_double(call.vm(), call.value(0), d) && kTest(d));
}
bool integral(double d) { return std::isfinite(d) && d == std::trunc(d); }
bool not_a_number(double d) { return d != d; }
bool finite(double d) { return std::isfinite(d); }

// --- Math ---

template <class F>
vm::NativeFunction unary(F) {
    return [](NativeCall& call) { return give_double(call, F{}(number_or(call, 0, NAN))); };
}
template <class F>
vm::NativeFunction binary(F) {
    return [](NativeCall& call) { return give_double(call, F{}(number_or(call, 0, NAN), number_or(call, 1, NAN))); };
}
template <int kSign>
NativeAction extreme(NativeCall& call) {
    double best = kSign > 0 ? -INFINITY : INFINITY;
    Object* values = list_argument(call, 0);
    for (uint64_t i = 0; values && i < vm::list_count(values); ++i) {
        double d = NAN;
        vm::as_double(call.vm(), Value(element(values, i)), d);
        if (d != d) return give_double(call, NAN);
        bool zero_of_sign = d == 0 && best == 0 && std::signbit(d) == (kSign < 0);  // -0 is less than 0
        if (zero_of_sign || (kSign > 0 ? d > best : d < best)) best = d;
    }
    return give_double(call, best);
}
NativeAction random(NativeCall& call) { return give_double(call, random_fraction(call)); }
NativeAction hypotenuse(NativeCall& call) {
    double length = 0;
    bool has_nan = false;
    Object* values = list_argument(call, 0);
    for (uint64_t i = 0; values && i < vm::list_count(values); ++i) {
        double d = NAN;
        vm::as_double(call.vm(), Value(element(values, i)), d);
        has_nan |= d != d;
        if (d == d) length = std::hypot(length, d);
    }
    return give_double(call, has_nan && !std::isinf(length) ? NAN : length);
}
double cube_root(double x) {
    double root = std::cbrt(x);
    // The library's is off by a bit for some cubes: one step of Newton's.
    return std::isfinite(root) && root != 0 ? root - (root * root * root - x) / (3 * root * root) : root;
}

}  // namespace

void register_js_numbers(vm::NativeRegistry& r) {
    r.add("core::int", to_int);
    r.add("core::number", number);
    r.add("core::parseInt", parse_int);
    r.add("core::parseFloat", parse_float);
    r.add("core::isNaN", is_nan);
    r.add("core::isFinite", is_finite);
    const std::string n = "collections::Number::", m = "collections::Math::";
    r.add(n + "toFixed", to_fixed);
    r.add(n + "toPrecision", to_precision);
    r.add(n + "toString", to_string);
    r.add(n + "isInteger", static_test<integral>);
    r.add(n + "isNaN", static_test<not_a_number>);
    r.add(n + "isFinite", static_test<finite>);
    r.add(n + "parseFloat", parse_float);
    r.add(n + "parseInt", parse_int);
    r.add("collections::Boolean::toString", boolean_to_string);
    r.add(m + "abs", unary([](double x) { return std::fabs(x); }));
    r.add(m + "ceil", unary([](double x) { return std::ceil(x); }));
    r.add(m + "floor", unary([](double x) { return std::floor(x); }));
    r.add(m + "round", unary([](double x) {
              // Not floor(x + 0.5): the sum rounds up what is just below a half.
              double below = std::floor(x);
              return std::fabs(x) < 0x1p52 ? std::copysign(x - below >= 0.5 ? below + 1 : below, x) : x;
          }));
    r.add(m + "trunc", unary([](double x) { return std::trunc(x); }));
    r.add(m + "sign", unary([](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }));
    r.add(m + "sqrt", unary([](double x) { return std::sqrt(x); }));
    r.add(m + "cbrt", unary([](double x) { return cube_root(x); }));
    r.add(m + "fround", unary([](double x) { return static_cast<double>(static_cast<float>(x)); }));
    r.add(m + "clz32", unary([](double x) {
              return static_cast<double>(std::countl_zero(static_cast<uint32_t>(vm::to_int32(x))));
          }));
    r.add(m + "imul", binary([](double x, double y) {
              return static_cast<double>(static_cast<int32_t>(static_cast<uint32_t>(vm::to_int32(x)) *
                                                              static_cast<uint32_t>(vm::to_int32(y))));
          }));
    r.add(m + "expm1", unary([](double x) { return std::expm1(x); }));
    r.add(m + "log1p", unary([](double x) { return std::log1p(x); }));
    r.add(m + "asin", unary([](double x) { return std::asin(x); }));
    r.add(m + "acos", unary([](double x) { return std::acos(x); }));
    r.add(m + "sinh", unary([](double x) { return std::sinh(x); }));
    r.add(m + "cosh", unary([](double x) { return std::cosh(x); }));
    r.add(m + "tanh", unary([](double x) { return std::tanh(x); }));
    r.add(m + "asinh", unary([](double x) { return std::asinh(x); }));
    r.add(m + "acosh", unary([](double x) { return std::acosh(x); }));
    r.add(m + "atanh", unary([](double x) { return std::atanh(x); }));
    r.add(m + "exp", unary([](double x) { return std::exp(x); }));
    r.add(m + "log", unary([](double x) { return std::log(x); }));
    r.add(m + "log2", unary([](double x) { return std::log2(x); }));
    r.add(m + "log10", unary([](double x) { return std::log10(x); }));
    r.add(m + "sin", unary([](double x) { return std::sin(x); }));
    r.add(m + "cos", unary([](double x) { return std::cos(x); }));
    r.add(m + "tan", unary([](double x) { return std::tan(x); }));
    r.add(m + "atan", unary([](double x) { return std::atan(x); }));
    r.add(m + "atan2", binary([](double y, double x) { return std::atan2(y, x); }));
    r.add(m + "hypot", hypotenuse);
    r.add(m + "pow", binary([](double x, double y) { return vm::js_power(x, y); }));
    r.add(m + "min", extreme<-1>);
    r.add(m + "max", extreme<1>);
    r.add(m + "random", random);
}

}  // namespace braid::natives
