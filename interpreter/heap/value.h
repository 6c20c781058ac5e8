#pragma once

#include <bit>
#include <cstdint>

namespace braid::heap {

// One 64-bit word of the heap, of a frame or of a register.
using Word = uint64_t;

// The convention of traced words, shared by both languages. What the collector needs is the first line only; the rest
// is how self-describing (Velox) values use the other patterns. After JavaScriptCore's JSCJSValue encoding, with the
// integers widened.
//
//   0000 pppp pppp pppp   pointer, if >= 4096 (possibly into the middle of an object)
//   0000 0000 0000 0xxx   below 4096: empty, null, undefined, false, true
//   0001 ---- 00cc cccc   character
//   0002 … fffa           double, its bits + 2^49 (NaNs canonical)
//   fff8 … ffff           integer of 51 bits (top 13 bits set); wider ones are boxed objects
//
// The largest double, -infinity, is fff2 after the offset, so the last two lines do not meet.
class Value {
  public:
    constexpr Value() = default;  // empty: no value of any program
    constexpr explicit Value(Word word) : word_(word) {}

    static constexpr Value empty() { return Value(0); }
    static constexpr Value null() { return Value(kNull); }
    static constexpr Value undefined() { return Value(kUndefined); }
    static constexpr Value boolean(bool b) { return Value(b ? kTrue : kFalse); }
    static constexpr Value character(uint32_t code_point) { return Value(kCharacterTag | code_point); }
    static constexpr Value number(double d) {
        return Value((d != d ? kCanonicalNan : std::bit_cast<uint64_t>(d)) + kDoubleOffset);
    }
    static constexpr bool fits_integer(int64_t i) { return i >= kMinInteger && i <= kMaxInteger; }
    // Precondition: fits_integer(i). Wider integers are boxed by Allocator::integer.
    static constexpr Value small_integer(int64_t i) {
        return Value(kIntegerTag | (static_cast<uint64_t>(i) & kPayload));
    }
    static Value pointer(const void* p) { return Value(reinterpret_cast<uintptr_t>(p)); }

    constexpr bool is_empty() const { return word_ == 0; }
    constexpr bool is_null() const { return word_ == kNull; }
    constexpr bool is_undefined() const { return word_ == kUndefined; }
    constexpr bool is_constant() const { return word_ < kFirstPointer; }  // empty, null, undefined, false, true
    constexpr bool is_boolean() const { return (word_ & ~Word{1}) == kFalse; }
    constexpr bool is_character() const { return word_ >> 48 == 1; }
    constexpr bool is_small_integer() const { return word_ >= kIntegerTag; }
    constexpr bool is_number() const { return word_ >= kDoubleOffset && word_ < kIntegerTag; }
    constexpr bool is_pointer() const { return is_pointer(word_); }
    static constexpr bool is_pointer(Word word) { return word - kFirstPointer < kEndOfPointers - kFirstPointer; }

    constexpr bool as_boolean() const { return word_ == kTrue; }
    constexpr uint32_t as_character() const { return static_cast<uint32_t>(word_); }
    constexpr int64_t as_small_integer() const { return static_cast<int64_t>(word_ << 13) >> 13; }
    constexpr double as_number() const { return std::bit_cast<double>(word_ - kDoubleOffset); }
    template <class T = void>
    T* as_pointer() const {
        return reinterpret_cast<T*>(static_cast<uintptr_t>(word_));
    }

    constexpr Word word() const { return word_; }
    // Identity of words; for numbers compare as_number() (NaN, -0).
    friend constexpr bool operator==(Value, Value) = default;

    static constexpr int64_t kMaxInteger = (int64_t{1} << 50) - 1;
    static constexpr int64_t kMinInteger = -(int64_t{1} << 50);

  private:
    static constexpr Word kNull = 2, kUndefined = 3, kFalse = 4, kTrue = 5;
    static constexpr Word kFirstPointer = 4096, kEndOfPointers = Word{1} << 48;
    static constexpr Word kCharacterTag = Word{1} << 48;
    static constexpr Word kDoubleOffset = Word{1} << 49;
    static constexpr Word kCanonicalNan = 0x7ff8'0000'0000'0000;
    static constexpr Word kIntegerTag = 0xfff8'0000'0000'0000;
    static constexpr Word kPayload = (Word{1} << 51) - 1;

    Word word_ = 0;
};

static_assert(sizeof(Value) == 8);

}  // namespace braid::heap
