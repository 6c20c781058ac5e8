#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "interpreter/heap/value.h"

using braid::heap::Value;
using braid::heap::Word;

namespace {

// How many kinds a word claims to be.
int kinds(Value v) {
    return v.is_empty() + v.is_null() + v.is_undefined() + v.is_boolean() + v.is_character() + v.is_small_integer() +
           v.is_number() + v.is_pointer();
}

}  // namespace

TEST_CASE("numbers survive encoding, and are nothing else") {
    auto survives = [](double d) {
        Value v = Value::number(d);
        REQUIRE(v.is_number());
        REQUIRE(kinds(v) == 1);
        if (std::isnan(d)) REQUIRE(std::isnan(v.as_number()));
        else REQUIRE(std::bit_cast<uint64_t>(v.as_number()) == std::bit_cast<uint64_t>(d));
    };
    using Limits = std::numeric_limits<double>;
    for (double d : {0.0, -0.0, 1.0, -1.5, Limits::max(), Limits::lowest(), Limits::denorm_min(), -Limits::denorm_min(),
                     Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), -Limits::quiet_NaN()})
        survives(d);
    CHECK(rc::check([&] { survives(std::bit_cast<double>(*rc::gen::arbitrary<uint64_t>())); }));
}

TEST_CASE("small integers survive encoding, and are nothing else") {
    auto survives = [](int64_t i) {
        Value v = Value::small_integer(i);
        REQUIRE(v.is_small_integer());
        REQUIRE(kinds(v) == 1);
        REQUIRE(v.as_small_integer() == i);
    };
    for (int64_t i : {int64_t{0}, int64_t{1}, int64_t{-1}, Value::kMaxInteger, Value::kMinInteger}) survives(i);
    CHECK_FALSE(Value::fits_integer(Value::kMaxInteger + 1));
    CHECK_FALSE(Value::fits_integer(Value::kMinInteger - 1));
    CHECK(rc::check([&] {
        int64_t i = *rc::gen::arbitrary<int64_t>() >> *rc::gen::inRange(0, 64);
        if (Value::fits_integer(i)) survives(i);
    }));
}

TEST_CASE("every word is of at most one kind") {
    CHECK(rc::check([] {
        Word word = *rc::gen::arbitrary<uint64_t>() >> *rc::gen::inRange(0, 64);
        RC_ASSERT(kinds(Value(word)) <= 1);
    }));
    CHECK(kinds(Value::empty()) == 1);
    CHECK(kinds(Value::null()) == 1);
    CHECK(kinds(Value::undefined()) == 1);
    CHECK(kinds(Value::boolean(true)) == 1);
    CHECK(Value::boolean(true).as_boolean());
    CHECK_FALSE(Value::boolean(false).as_boolean());
    CHECK(Value::character(0x1F600).as_character() == 0x1F600);
    CHECK(kinds(Value::character(0)) == 1);
    int local = 5;
    CHECK(Value::pointer(&local).is_pointer());
    CHECK(Value::pointer(&local).as_pointer<int>() == &local);
}
