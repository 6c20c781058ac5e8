#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "interpreter/natives/natives.h"
#include "interpreter/natives/support.h"

// What Altru's numbers can do beside their operators, and std::math.
namespace braid::natives {

namespace {

using Wide = __int128;

struct Limits {
    Wide low, high;
};
Limits limits(Repr repr) {
    int bits = bytecode::bits_of(repr);
    if (bytecode::is_signed(repr)) return {-(Wide{1} << (bits - 1)), (Wide{1} << (bits - 1)) - 1};
    return {0, (Wide{1} << bits) - 1};
}
Wide wide(Repr repr, Word word) { return bytecode::is_signed(repr) ? Wide{static_cast<int64_t>(word)} : Wide{word}; }
Word wrapped(Repr repr, Wide value) {
    auto word = static_cast<uint64_t>(value);
    int unused = 64 - bytecode::bits_of(repr);
    if (bytecode::is_signed(repr)) return static_cast<Word>(static_cast<int64_t>(word << unused) >> unused);
    return word << unused >> unused;
}

enum class Operation { Add, Sub, Mul, Div, Rem };
/// False: division by zero.
bool compute(Operation operation, Wide a, Wide b, Wide& out) {
    switch (operation) {
        case Operation::Add: return out = a + b, true;
        case Operation::Sub: return out = a - b, true;
        case Operation::Mul: return out = a * b, true;
        case Operation::Div: return b != 0 && (out = a / b, true);
        case Operation::Rem: return b != 0 && (out = a % b, true);
    }
    return false;
}

struct Pair {
    Repr repr;
    Wide a, b;
    explicit Pair(const NativeCall& call) {
        auto left = operand(call, 0), right = operand(call, 1);
        repr = left.type->repr;
        a = wide(repr, left.word);
        b = wide(repr, right.word);
    }
    bool fits(Wide value) const { return value >= limits(repr).low && value <= limits(repr).high; }
};

template <Operation kOperation>
NativeAction wrapping(NativeCall& call) {
    Pair p(call);
    Wide out = 0;
    compute(kOperation, p.a, p.b, out);
    return call.give(wrapped(p.repr, out));
}
NativeAction wrapping_as(NativeCall& call) {
    auto from = operand(call, 0);
    return call.give(wrapped(call.result_type().repr, wide(from.type->repr, from.word)));
}
template <Operation kOperation>
NativeAction checked(NativeCall& call) {
    Pair p(call);
    Wide out = 0;
    if (!compute(kOperation, p.a, p.b, out) || !p.fits(out)) return give_none(call);
    return give_some(call, wrapped(p.repr, out));
}
template <Operation kOperation>
NativeAction saturating(NativeCall& call) {
    Pair p(call);
    Wide out = 0;
    compute(kOperation, p.a, p.b, out);
    Limits l = limits(p.repr);
    return call.give(wrapped(p.repr, out < l.low ? l.low : out > l.high ? l.high : out));
}
NativeAction pow(NativeCall& call) {
    auto base = operand(call, 0);
    int64_t exponent = integer(call, 1);
    if (exponent < 0) return call.panic("a whole number has no negative powers");
    Limits l = limits(base.type->repr);
    Wide value = wide(base.type->repr, base.word), out = 1;
    if (value == 0 || value == 1) out = exponent == 0 ? 1 : value;
    else if (value == -1) out = exponent % 2 ? -1 : 1;
    else
        for (int64_t i = 0; i < exponent; ++i) {
            out *= value;
            if (out < l.low || out > l.high) return call.panic("integer overflow in pow");
        }
    return call.give(wrapped(base.type->repr, out));
}
NativeAction rem_euclid(NativeCall& call) {
    Pair p(call);
    if (p.b == 0) return call.panic("division by zero");
    Wide rest = p.a % p.b;
    if (rest < 0) rest += p.b < 0 ? -p.b : p.b;
    return call.give(wrapped(p.repr, rest));
}
NativeAction count_ones(NativeCall& call) {
    auto o = operand(call, 0);
    int bits = bytecode::bits_of(o.type->repr);
    return call.give_integer(std::popcount(bits == 64 ? o.word : o.word & ((uint64_t{1} << bits) - 1)));
}

// --- floats ---

// The functions of <cmath> are overloaded; these are the ones for double.
// clang-format off
#define BRAID_MATH_1(X) \
    X(sqrt) X(floor) X(ceil) X(round) X(trunc) X(fabs) X(sin) X(cos) X(tan) \
    X(asin) X(acos) X(atan) X(exp) X(log) X(log2) X(log10)
#define BRAID_MATH_2(X) X(pow) X(atan2) X(hypot)
// clang-format on
#define X(name) \
    double m_##name(double x) { return std::name(x); }
BRAID_MATH_1(X)
#undef X
#define X(name) \
    double m_##name(double x, double y) { return std::name(x, y); }
BRAID_MATH_2(X)
#undef X

NativeAction give_float(NativeCall& call, double value) {
    bool single = operand(call, 0).type->repr == Repr::F32;
    return call.give_number(single ? double(float(value)) : value);
}
template <double (*kFunction)(double)>
NativeAction float1(NativeCall& call) {
    return give_float(call, kFunction(number(call, 0)));
}
template <double (*kFunction)(double, double)>
NativeAction float2(NativeCall& call) {
    return give_float(call, kFunction(number(call, 0), number(call, 1)));
}
NativeAction powi(NativeCall& call) { return give_float(call, std::pow(number(call, 0), double(integer(call, 1)))); }
NativeAction is_finite(NativeCall& call) { return call.give_bool(std::isfinite(number(call, 0))); }

}  // namespace

void register_numbers(vm::NativeRegistry& r) {
    for (std::string type : {"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "isize", "usize", ""}) {
        std::string p = type.empty() ? "number::" : "number::" + type + "::";
        r.add(p + "wrapping_as", wrapping_as);
        r.add(p + "wrapping_add", wrapping<Operation::Add>);
        r.add(p + "wrapping_sub", wrapping<Operation::Sub>);
        r.add(p + "wrapping_mul", wrapping<Operation::Mul>);
        r.add(p + "checked_add", checked<Operation::Add>);
        r.add(p + "checked_sub", checked<Operation::Sub>);
        r.add(p + "checked_mul", checked<Operation::Mul>);
        r.add(p + "checked_div", checked<Operation::Div>);
        r.add(p + "checked_rem", checked<Operation::Rem>);
        r.add(p + "saturating_add", saturating<Operation::Add>);
        r.add(p + "saturating_sub", saturating<Operation::Sub>);
        r.add(p + "saturating_mul", saturating<Operation::Mul>);
        r.add(p + "pow", pow);
        r.add(p + "rem_euclid", rem_euclid);
        r.add(p + "count_ones", count_ones);
    }
    for (std::string p : {"number::f32::", "number::f64::", "number::"}) {
        r.add(p + "sqrt", float1<m_sqrt>);
        r.add(p + "floor", float1<m_floor>);
        r.add(p + "ceil", float1<m_ceil>);
        r.add(p + "round", float1<m_round>);
        r.add(p + "trunc", float1<m_trunc>);
        r.add(p + "abs", float1<m_fabs>);
        r.add(p + "sin", float1<m_sin>);
        r.add(p + "cos", float1<m_cos>);
        r.add(p + "tan", float1<m_tan>);
        r.add(p + "asin", float1<m_asin>);
        r.add(p + "acos", float1<m_acos>);
        r.add(p + "atan", float1<m_atan>);
        r.add(p + "exp", float1<m_exp>);
        r.add(p + "ln", float1<m_log>);
        r.add(p + "log2", float1<m_log2>);
        r.add(p + "log10", float1<m_log10>);
        r.add(p + "powf", float2<m_pow>);
        r.add(p + "atan2", float2<m_atan2>);
        r.add(p + "hypot", float2<m_hypot>);
        r.add(p + "powi", powi);
        r.add(p + "is_finite", is_finite);
    }
    r.add("math::sqrt", float1<m_sqrt>);
    r.add("math::pow", float2<m_pow>);
    r.add("math::sin", float1<m_sin>);
    r.add("math::cos", float1<m_cos>);
    r.add("math::tan", float1<m_tan>);
    r.add("math::atan2", float2<m_atan2>);
    r.add("math::exp", float1<m_exp>);
    r.add("math::log", float1<m_log>);
    r.add("math::log2", float1<m_log2>);
    r.add("math::log10", float1<m_log10>);
    r.add("math::floor", float1<m_floor>);
    r.add("math::ceil", float1<m_ceil>);
    r.add("math::round", float1<m_round>);
    r.add("math::trunc", float1<m_trunc>);
}

}  // namespace braid::natives
