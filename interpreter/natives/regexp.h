#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

/// Regular expressions as in ECMAScript, over code points. A pattern becomes a small program that a backtracking
/// machine runs with its choices on a stack of its own (after Thompson and Pike; see R. Cox, "Regular Expression
/// Matching: the Virtual Machine Approach"), so that neither long texts nor deep patterns use the native stack.
namespace braid::natives {

struct RegexpInstruction {
    enum class Op : uint8_t {
        Char,      // a: the code point
        Any,       // any character but a line end; a: also line ends
        Class,     // a: index of the class
        Split,     // a is tried first, then b
        Jump,      // a
        Save,      // a: slot that gets the position
        Clear,     // slots a … b-1 hold nothing
        Mark,      // a: register that gets the position
        Progress,  // fails where nothing was read since Mark a
        Begin,
        End,
        Word,  // a: whether it holds inside of a word
        Back,  // a: group
        Look,  // a: end of the part; b: 1 behind, 2 not
        Match,
    };
    Op op;
    uint32_t a = 0, b = 0;
};

struct RegexpClass {
    std::vector<std::pair<uint32_t, uint32_t>> ranges;  // both ends included
    std::string letters;  // of \d \w \s \D \W \S and of \p: L(etter), U(pper), l(ower), N(umber)
    bool negated = false;
};

class Regexp {
  public:
    /// The error says what is wrong with the pattern or the flags.
    static tl::expected<Regexp, std::string> compile(std::string_view pattern, std::string_view flags);

    enum class Result : uint8_t { Found, None, TooHard };
    /// Looks from byte `from` on (only there, if `sticky`); `slots` gets byte offsets, two for each group, -1 where a
    /// group took no part.
    Result find(std::string_view text, size_t from, bool sticky, std::vector<int64_t>& slots) const;

    /// By number; empty for groups without a name. The first is the whole match.
    const std::vector<std::string>& group_names() const { return names_; }

  private:
    friend class RegexpCompiler;
    friend class RegexpMachine;
    std::vector<RegexpInstruction> code_;
    std::vector<RegexpClass> classes_;
    std::vector<std::string> names_;
    uint32_t marks_ = 0;
    bool ignores_case_ = false, is_multiline_ = false;
};

}  // namespace braid::natives
